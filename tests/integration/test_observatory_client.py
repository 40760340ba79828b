"""What a workstation tells its host of plans and runs, and what becomes of it when no host answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from cyberlib_client.app import observatory
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.observatory import DeclaredPlan, RunTold, declare_plan, maintenance, tell_run
from cyberlib_client.app.session import Session
from cyberlib_client.app.workplace import Notice
from cyberlib_client.state.host_access import read_host_access, write_host_access
from cyberlib_host.core.plans import Plan
from cyberlib_host.database.observed import plans, run_incidents, runs
from cyberlib_host.services import addresses
from cyberlib_host.services import maintenance as interruptions
from tests.support.command_line import CommandLine
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.mail_server import silent_server
from tests.support.servers import free_ports
from tests.support.stations import station

PLAN = DeclaredPlan([1, 2, 3, 4, 5], "Europe/Paris", ["12:30"], absences=[("2027-08-01", "2027-08-20")])
SECOND = 10**9


class Nobody:
    """Answers nothing."""

    def __getattr__(self, _name: str) -> object:
        return lambda *_given, **_named: None


class Desk:
    """A workstation with a vault at a host."""

    def __init__(self, host: TestHost, folder: Path) -> None:
        self.made = host.organisation()
        self.line = station(folder, url=host.url, ca=host.ca, contract_key=self.made.contract_key)
        self.host = host
        self.notices: list[Notice] = []

    def session(self) -> Session:
        return _session(self.line, self.notices)

    def tell(self, number: int = 0, **changed: object) -> observatory.Told:
        run = RunTold("backup", number * SECOND, (number + 60) * SECOND, "completed", files=number)
        told = tell_run(self.session(), msgspec.structs.replace(run, **changed))
        assert told is not None
        return told

    def mail_comes_back(self) -> None:
        """The practice's address does not work."""
        context, ident = self.host.context, self.made.id
        with context.database.write() as connection:
            addresses.set_addresses(context, connection, ident, "incident", ["a@b.example"], OPERATOR)
            assert addresses.mark_refused(context, connection, ident, "a@b.example", "550", OPERATOR)

    def known(self) -> list[int]:
        """What the host was told: of each run how many files."""
        with self.host.context.database.read() as connection:
            return sorted(connection.execute(select(runs.c.files)).scalars())


def _session(line: CommandLine, notices: list[Notice]) -> Session:
    return Session(profile_at(str(line.profile)), Nobody(), notify=notices.append)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHost]:
    with serving(tmp_path_factory.mktemp("host") / "data") as made:
        yield made


@pytest.fixture(scope="module")
def desk(host: TestHost, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(host, tmp_path_factory.mktemp("desk"))


def _at(desk: Desk, url: str) -> None:
    """Another address for its host, as after it moved or fell."""
    profile = profile_at(str(desk.line.profile))
    access = read_host_access(profile)
    assert access is not None
    write_host_access(profile, msgspec.structs.replace(access, url=url))


def test_plan_and_runs_arrive_and_interruptions_come_back(desk: Desk) -> None:
    context = desk.host.context
    desk.mail_comes_back()
    with context.database.write() as connection:
        now = context.clock()
        hour = 3_600_000_000
        interruptions.add(context, connection, now + hour, now + 2 * hour, OPERATOR)
    for _ in range(2):
        told = declare_plan(desk.session(), PLAN)
        assert told is not None and told.delivered
    with context.database.read() as connection:
        (row,) = connection.execute(select(plans)).all()
    plan = msgspec.json.decode(row.plan, type=Plan)
    assert (plan.times, plan.absences[0].first, plan.zone) == (["12:30"], "2027-08-01", "Europe/Paris")
    told = desk.tell(5, outcome="failed", reason="host_full", incidents={"unreadable": 3, "vanished": 0})
    assert told.delivered and told.waiting == 0 and told.addresses_refused == ["a@b.example"]
    (window,) = told.maintenance
    assert (window.starts, window.ends) == ((now + hour) * 1000, (now + 2 * hour) * 1000)
    assert maintenance(desk.session()) == maintenance(desk.session(), ask=True) == [window]
    with context.database.read() as connection:
        (run,) = connection.execute(select(runs)).all()
        kinds = connection.execute(select(run_incidents.c.kind, run_incidents.c[3])).all()
    assert (run.outcome, run.reason, run.started, run.ended) == (
        "failed",
        "host_full",
        5_000_000,
        65_000_000,
    )
    assert [tuple(kind) for kind in kinds] == [("unreadable", 3)]


def test_no_name_leaves_the_workstation(desk: Desk) -> None:
    secret = "Cabinet/dupont_jean.docx"
    told = desk.tell(
        7, command=secret, outcome="failed", reason="dupont_jean",
        incidents={secret: 2, "dupont": 3, **{f"dupont_{n}": 1 for n in range(50)}},
    )  # fmt: skip
    assert told.delivered
    with desk.host.context.database.read() as connection:
        row = connection.execute(select(runs).where(runs.c.files == 7)).one()
        kinds = connection.execute(select(run_incidents).where(run_incidents.c.run == row.run)).all()
    assert (row.command, row.reason) == ("other", "other")
    assert [tuple(kind)[2:] for kind in kinds] == [("other", 55)]


def test_what_was_not_heard_is_told_with_the_next_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens, or somebody who says nothing; a run that was cancelled tells all the same."""
    monkeypatch.setattr(observatory, "_PATIENCE", 0.1)
    before, url = desk.known(), desk.host.url
    (port,) = free_ports(1)
    place = desk.session().place
    assert place.at.startswith(url)
    _at(desk, f"https://127.0.0.1:{port}")
    try:
        told = desk.tell(101)
        assert (told.delivered, told.waiting, told.reason) == (False, 1, "host_unreachable")
        desk.tell(102)
        told = desk.tell(103)
        assert told.waiting == 3
    finally:
        _at(desk, url)
    assert desk.known() == before
    session = desk.session()
    session.cancel.cancel()
    told = tell_run(session, RunTold("backup", 0, 1, "stopped", "stopped", files=104))
    assert told is not None and told.delivered
    assert desk.known() == sorted([*before, 101, 102, 103, 104])
    assert desk.tell(105).waiting == 0
    assert desk.notices == []  # nobody is told of an outage twice


def test_a_host_that_says_nothing_is_not_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observatory, "_PATIENCE", 0.1)
    monkeypatch.setattr(observatory, "_SILENCE", 0.5)
    url = desk.host.url
    with silent_server() as port:
        _at(desk, f"https://127.0.0.1:{port}")
        try:
            told = desk.tell(201)
        finally:
            _at(desk, url)
    assert (told.delivered, told.waiting) == (False, 1)
    assert desk.tell(202).delivered and {201, 202} <= set(desk.known())


def test_a_plan_that_the_host_lost_is_declared_again(desk: Desk) -> None:
    declare_plan(desk.session(), PLAN)
    context = desk.host.context
    with context.database.write() as connection:  # as after its database was put back
        connection.execute(plans.delete())
    assert desk.tell(301).delivered
    with context.database.read() as connection:
        assert len(connection.execute(select(plans)).all()) == 1


def test_a_plan_that_the_host_refuses_keeps_no_run_back(desk: Desk) -> None:
    wrong = msgspec.structs.replace(PLAN, zone="Europe/Nulle-Part")
    told = declare_plan(desk.session(), wrong)
    assert told is not None and told.delivered
    assert desk.tell(401).delivered and 401 in desk.known()


def test_damaged_and_absent_state_costs_nothing(desk: Desk) -> None:
    path = desk.line.profile / "state" / "observatory.json"
    for content in (b"", b"{", b"\xff" * 100, b'{"runs": 3}', b"[]"):
        path.write_bytes(content)
        assert desk.tell(501).delivered
    path.unlink()
    path.mkdir()
    assert desk.tell(502).delivered
    path.rmdir()


def test_the_next_backup_says_that_an_address_does_not_work(desk: Desk, tmp_path: Path) -> None:
    desk.mail_comes_back()
    (tmp_path / "lettre.txt").write_bytes(b"lettre fictive")
    told = desk.line.json("backup", str(tmp_path / "lettre.txt"))
    notices = [each for each in told["notices"] if each["code"] == "host_mail_refused"]
    assert [each["facts"]["address"] for each in notices] == ["a@b.example"]


def test_a_vault_in_a_folder_tells_nobody(line: CommandLine) -> None:
    session = _session(line, [])
    assert declare_plan(session, PLAN) is None
    assert tell_run(session, RunTold("backup", 0, 1, "completed")) is None
    assert maintenance(session) == maintenance(session, ask=True) == []
    assert not (line.profile / "state" / "observatory.json").exists()
