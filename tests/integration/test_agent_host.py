"""An agent whose vault is at a host: what the host expects, hears, and writes to the practice."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from sqlalchemy import select, update

from cyberlib_client.app.agent.agent import Agent
from cyberlib_client.app.agent.brain import Now
from cyberlib_client.app.agent.messages import BackupJob, Ended, ErrorTold
from cyberlib_client.app.agent.wanted import read_wanted
from cyberlib_client.app.agent.worker import Order, TellJob, Worker
from cyberlib_client.app.agent.world import RealMemory, RealWorld
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.core.conditions import Conditions, unmet
from cyberlib_client.core.ports import CancelToken
from cyberlib_host.core.plans import Plan
from cyberlib_host.database.observed import moments, plans, run_incidents, runs
from cyberlib_host.database.tables import organisations
from cyberlib_host.jobs.observatory import deliver_some, observe
from cyberlib_host.server import Server
from cyberlib_host.services import addresses
from cyberlib_host.services import maintenance as interruptions
from tests.support.agents import RunningAgent, until
from tests.support.command_line import CommandLine
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.mail_server import read_message
from tests.support.stations import station
from tests.support.trees import make_tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals; the protocol is tested there too")

HOUR = 3600.0


class Practice:
    """A host, a practice with an address, its workstation and an agent there."""

    def __init__(self, host: TestHost, folder: Path, quota: int | None = None) -> None:
        self.host, self.data = host, folder.parent / "host"
        made = host.organisation(quota=quota)
        with host.context.database.write() as connection:
            addresses.set_addresses(
                host.context, connection, made.id, "incident", ["contact@tilleuls.example"], OPERATOR
            )
        self.line: CommandLine = station(
            folder, url=host.url, ca=host.ca, contract_key=made.contract_key, name="ACCUEIL"
        )
        self.sources = folder / "cabinet"
        make_tree(self.sources, {"lettre.txt": b"Cher confrere", "radio.bin": os.urandom(300_000)})
        self.line("sources", "add", str(self.sources))

    def plan(self) -> Plan | None:
        with self.host.context.database.read() as connection:
            row = connection.execute(select(plans).order_by(plans.c.version.desc())).first()
        return msgspec.json.decode(row.plan, type=Plan) if row is not None else None

    def told(self) -> list[tuple[str, str]]:
        with self.host.context.database.read() as connection:
            found: list[Any] = list(connection.execute(select(runs).order_by(runs.c.told, runs.c.started)))
        return [(row.outcome, row.reason) for row in found]

    def later(self, hours: float) -> list[EmailMessage]:
        """The host's mail after so long, in which it served all the time."""
        context = self.host.context
        while hours > 0:
            self.host.clock.advance(seconds=min(hours, 5.0) * HOUR)
            hours -= 5.0
            with context.database.write() as connection:
                beat = update(moments).where(moments.c.name == "beat")
                connection.execute(beat.values(time=self.host.clock()))
            observe(context)
        deliver_some(context)
        return [read_message(path.read_bytes()) for path in sorted((self.data / "mail").glob("*.eml"))]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[TestHost]:
    with serving(tmp_path / "host") as made:
        yield made


def _body(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_host_knows_the_plan_hears_of_runs_and_misses_those_of_a_dead_agent(
    host: TestHost, tmp_path: Path
) -> None:
    practice = Practice(host, tmp_path / "poste")
    agent = RunningAgent(practice.line)
    try:
        until(lambda: practice.plan() is not None)
        plan = practice.plan()
        assert plan is not None and plan.times == ["12:30", "19:00"]
        practice.line("schedule", "set", "--times", "08:15")
        until(lambda: (plan := practice.plan()) is not None and plan.times == ["08:15"])
        vanished = tmp_path / "poste" / "dupont jean"
        vanished.mkdir()
        practice.line("sources", "add", str(vanished))
        vanished.rmdir()
        practice.line("backup", code=3)
        assert practice.told() == [("completed", "")]
    finally:
        agent.process.kill()
        agent.end()
    letters = practice.later(2)
    assert ["ACCUEIL" in str(letter["Subject"]) for letter in letters] == [True]
    assert "dupont" not in _body(letters[0])
    subjects = [str(letter["Subject"]) for letter in practice.later(6 * 24)]
    assert "Sauvegarde manquée : ACCUEIL" in subjects


def test_a_run_that_fails_is_told_and_mailed(host: TestHost, tmp_path: Path) -> None:
    practice = Practice(host, tmp_path / "poste", quota=200_000)
    agent = RunningAgent(practice.line)
    try:
        assert practice.line.error("backup", code=1) == "host_quota_reached"
        assert practice.told() == [("failed", "host_quota_reached")]
        shown = agent.status
        assert [each["kind"] for each in shown["incidents"]] == ["host_quota_reached"]
        assert shown["health"]["level"] == "danger"
    finally:
        agent.end()
    (letter,) = practice.later(2)
    assert "ACCUEIL" in str(letter["Subject"])


def test_a_worker_that_dies_before_its_run_begins_is_told(host: TestHost, tmp_path: Path) -> None:
    practice = Practice(host, tmp_path / "poste")
    practice.line("backup")
    profile = profile_at(str(practice.line.profile))
    error = ErrorTold("Failed", "worker_died", {})
    RealMemory(profile).over("backup", "schedule", time.time_ns(), Ended(1, error=error))
    output = io.BytesIO()
    assert Worker(profile, output, CancelToken()).work(Order(TellJob(), "schedule")) == 0
    assert practice.told() == [("completed", ""), ("failed", "worker_died")]
    Worker(profile, output, CancelToken()).work(Order(TellJob(), "schedule"))
    assert len(practice.told()) == 2
    shown = practice.line.json("agent", "status", code=1)["result"]
    assert [each["kind"] for each in shown["incidents"]] == ["worker_died"]
    practice.line("backup")
    assert practice.line.json("agent", "status", code=1)["result"]["incidents"] == []


def test_interruptions_that_a_worker_learned_keep_runs_waiting(host: TestHost, tmp_path: Path) -> None:
    practice = Practice(host, tmp_path / "poste")
    context = host.context
    with context.database.write() as connection:
        now = context.clock()
        interruptions.add(context, connection, now + 1_000_000, now + 3_600_000_000, OPERATOR)
    practice.line("backup")
    profile = profile_at(str(practice.line.profile))
    around = RealWorld(profile).around(read_wanted(profile), None)
    (window,) = around.maintenance
    assert window.end == (now + 3_600_000_000) * 1000
    later = msgspec.structs.replace(around, wall=window.start + 1)
    assert [(each.kind, each.facts["until"]) for each in unmet(Conditions(), later)] == [
        ("maintenance", window.end)
    ]


def test_mail_that_does_not_arrive_is_seen_on_the_workstation_and_not_mailed(
    host: TestHost, tmp_path: Path
) -> None:
    practice = Practice(host, tmp_path / "poste")
    practice.line("backup")
    where = "contact@tilleuls.example"
    with host.context.database.write() as connection:
        organisation = connection.execute(select(organisations.c.id)).scalar_one()
        assert addresses.mark_refused(host.context, connection, organisation, where, "550", OPERATOR)

    def kinds() -> list[str]:
        shown = practice.line.json("agent", "status", code=1)["result"]
        found = [each["kind"] for each in shown["incidents"]]
        assert {"mail_refused"} & {each["code"] for each in shown["health"]["reasons"]} == set(found)
        return found

    practice.line("backup")
    assert kinds() == ["mail_refused"]
    assert practice.later(2) == [], "the host knows"
    with host.context.database.write() as connection:
        addresses.set_addresses(
            host.context, connection, organisation, "incident", ["it@tilleuls.example"], OPERATOR
        )
    practice.line("backup")
    assert kinds() == []


class Hurried(RealWorld):
    """The real world, in which minutes can be skipped."""

    skipped = 0.0

    def now(self) -> Now:
        wall, mono, going = super().now()
        skipped = self.skipped
        return Now(wall + round(skipped * 1e9), mono + skipped, None if going is None else going + skipped)


def test_an_agent_that_starts_offline_declares_its_plan_once_the_host_answers(
    host: TestHost, tmp_path: Path
) -> None:
    practice = Practice(host, tmp_path / "poste")
    practice.line("schedule", "set", "--times", "18:30")
    practice.line("agent", "pause", "1", "d")  # no run tells it
    address = urlsplit(host.url)
    host.server.stop()
    tls = {"certificate": host.tls_folder / "host.crt", "key": host.tls_folder / "host.key"}
    back = None
    profile = profile_at(str(practice.line.profile))
    world = Hurried(profile)
    agent = Agent(profile, world, RealMemory(profile))
    agent.begin()
    try:
        agent.step()
        until(lambda: agent.idle)
        back = Server(host.context, **tls, port=address.port or 0)
        back.start()
        agent.step()
        assert agent.idle and practice.plan() is None, "it was not offline"
        world.skipped = 121.0
        agent.step()
        until(lambda: agent.idle)
        plan = practice.plan()
        assert plan is not None and plan.times == ["18:30"]
        world.skipped = 7200.0
        agent.step()
        assert agent.idle, "it knows all"
        assert practice.told() == []
    finally:
        agent.close()
        if back is not None:
            back.stop()


def test_a_clock_that_was_set_is_told_once_and_shown_until_the_next_backup(
    host: TestHost, tmp_path: Path
) -> None:
    practice = Practice(host, tmp_path / "poste")
    practice.line("backup")
    profile = profile_at(str(practice.line.profile))
    RealMemory(profile).note("clock_moved", {"seconds": -7200}, time.time_ns())

    def shown() -> list[str]:
        told = practice.line.json("agent", "status", code=1)["result"]
        return [each["kind"] for each in told["incidents"]]

    assert shown() == ["clock_set"]
    order = Order(BackupJob(), "schedule", clock_moved=-7200)
    assert Worker(profile, io.BytesIO(), CancelToken()).work(order) == 0
    with host.context.database.read() as connection:
        assert connection.execute(select(run_incidents.c.kind)).scalars().all() == ["clock_set"]
    assert shown() == ["clock_set"]
    assert "clock was set" in practice.line("agent", "status", code=1).out
    practice.line("backup")
    assert shown() == []
    (letter,) = practice.later(2)
    assert "horloge du poste" in _body(letter)
