"""The observatory of a serving host: plans, runs told, missed backups, reports, interruptions."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from alembic import command as alembic
from sqlalchemy import insert, literal, select, text, update

from cyberlib_client.core.errors import CyberlibError, Failed
from cyberlib_client.transports.host import observatory as tell
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.host.store import HostStore
from cyberlib_host.core.plans import Plan
from cyberlib_host.core.times import micros
from cyberlib_host.core.told import PlanKept, Runs
from cyberlib_host.database import schema
from cyberlib_host.database.engine import Database
from cyberlib_host.database.observed import addresses as addresses_table
from cyberlib_host.database.observed import alarms, mails, moments, plans, runs, watches, windows
from cyberlib_host.database.tables import metadata, objects, retired
from cyberlib_host.jobs.keeper import purge_audit
from cyberlib_host.jobs.observatory import Observatory, observe
from cyberlib_host.services import addresses, audit, maintenance, months, watching
from tests.support.hosts import OPERATOR, TestHost, TestIdentity, serving
from tests.support.mail_server import read_message
from tests.support.operators import Operator
from tests.support.servers import postgresql

MONDAY = "2027-01-04T07:00:00"  # eight in Paris
PLAN = {"days": [1, 2, 3, 4, 5], "times": ["12:30"]}
WHERE = "contact@tilleuls.example"
_STEP = 5 * 3_600_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgresql(tmp_path_factory.mktemp("servers") / "postgres") as url:
        yield url


@pytest.fixture
def host(tmp_path: Path) -> Iterator[TestHost]:
    with serving(tmp_path / "host") as made:
        yield _begun(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def each_host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestHost]:
    settings = ""
    if request.param == "postgresql":
        if sys.platform != "linux":
            pytest.skip("PostgreSQL is installed on Linux")
        url = request.getfixturevalue("server")
        name = f"t{secrets.token_hex(4)}"
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        settings = f'database = "{url.rpartition("/")[0]}/{name}"\n'
    with serving(tmp_path / "host", settings=settings) as made:
        yield _begun(made)


def _begun(host: TestHost) -> TestHost:
    """On a Monday morning, once its own thread has looked for the first time."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        with host.context.database.read() as connection:
            if maintenance._moment(connection, "beat") is not None:
                break
        time.sleep(0.02)
    _to(host, MONDAY)
    maintenance.beat(host.context)
    return host


def _to(host: TestHost, moment: str) -> None:
    host.clock.ahead = micros(moment) - time.time_ns() // 1000


def _pass(host: TestHost, until: str) -> None:
    """Time passes; the host serves, and looks now and then, and at `until`."""
    while host.clock() + _STEP < micros(until):
        host.clock.advance(seconds=_STEP / 1e6)
        _serve(host)
    _to(host, until)
    _serve(host)


def _serve(host: TestHost) -> None:
    """As a host that served all the time until now does."""
    with host.context.database.write() as connection:
        connection.execute(update(moments).where(moments.c.name == "beat").values(time=host.clock()))
    observe(host.context)


class Station:
    """A declared workstation of a practice with an address, and its vault."""

    def __init__(self, host: TestHost, seats: int = 1) -> None:
        self.host = host
        self.made = host.organisation(seats)
        self.identity = host.enrol(self.made.contract_key)
        self.client: HostClient = host.client(self.identity)
        with host.context.database.write() as connection:
            addresses.set_addresses(host.context, connection, self.made.id, "incident", [WHERE], OPERATOR)
        self.store = HostStore(self.client, self.client.ask("POST", "/v1/vaults", records.Vault).id)

    def backup(self) -> None:
        """Nothing but a snapshot."""
        self.store.put(f"snapshots/{secrets.token_hex(32)}", b"snapshot")

    def tell(self, **changed: Any) -> records.RunsKept:
        """One run, told."""
        return tell.tell_runs(self.client, [_run(self.host, **changed)])

    def letters(self, kind: str = "") -> list[EmailMessage]:
        """All that was written to its practice."""
        with self.host.context.database.read() as connection:
            rows = connection.execute(
                select(mails)
                .where(mails.c.organisation == self.made.id, mails.c.kind.contains(kind))
                .order_by(mails.c.created, mails.c.subject_of)
            ).all()
        return [read_message(row.message) for row in rows]

    def subjects(self, kind: str = "") -> list[str]:
        return [str(letter["Subject"]) for letter in self.letters(kind)]


def _run(host: TestHost, **changed: Any) -> dict[str, Any]:
    from cyberlib_host.core.times import rfc3339

    moment = rfc3339(host.clock())
    run = {"run": secrets.token_hex(16), "command": "backup", "started": moment, "ended": moment,
           "outcome": "completed", "reason": "", "files": 1200, "bytes": 5_000_000, "stored": 70_000,
           "incidents": []}  # fmt: skip
    return run | changed


def _plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


def _body(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return _plain(str(part.get_content()).replace("\r\n", "\n"))


# ---- missed backups ------------------------------------------------------------------------------------


def test_a_device_that_falls_silent(each_host: TestHost) -> None:
    """It declared nothing: one backup each working day is expected from its first on."""
    station = Station(each_host)
    station.backup()
    _pass(each_host, "2027-01-06T16:59:00")  # Tuesday's was planned for 19:00 in Paris
    assert station.subjects() == []
    _pass(each_host, "2027-01-06T18:00:00")  # and this is 24 hours later
    assert station.subjects() == ["Sauvegarde manquée : POSTE-1"]
    (letter,) = station.letters()
    assert letter["To"] == WHERE
    assert "prévue le mardi 5 janvier 2027 à 19:00 n’a pas eu lieu" in _body(letter)
    assert "Dernière sauvegarde reçue : lundi 4 janvier 2027 à 08:0" in _body(letter)
    _pass(each_host, "2027-01-08T16:30:00")
    assert len(station.subjects()) == 1
    _pass(each_host, "2027-01-08T18:10:00")
    assert station.subjects()[1:] == ["URGENT : 3 jours sans sauvegarde : POSTE-1"]
    _pass(each_host, "2027-01-15T17:00:00")
    assert len(station.subjects()) == 2
    _pass(each_host, "2027-01-23T12:00:00")
    assert station.subjects()[2:] == [
        "URGENT : 8 jours sans sauvegarde : POSTE-1", "URGENT : 13 jours sans sauvegarde : POSTE-1",
    ]  # fmt: skip
    with each_host.context.database.read() as connection:
        (open_one,) = watching.open_alarms(connection)
        assert (open_one.device_name, open_one.level) == ("POSTE-1", "critical")
    station.backup()
    _pass(each_host, "2027-01-25T08:00:00")
    assert station.subjects()[4:] == ["Les sauvegardes ont repris : POSTE-1"]
    with each_host.context.database.read() as connection:
        assert watching.open_alarms(connection) == []
        actions = [line.record.action for line in audit.lines(connection, station.made.id)]
        assert audit.check(connection, station.made.id)
    assert actions.count("backup_missed") == 4 and actions.count("backups_again") == 1


def test_two_that_look_at_once_say_it_once(each_host: TestHost) -> None:
    stations = [Station(each_host) for _ in range(3)]
    for station in stations:
        station.backup()
    _pass(each_host, "2027-01-06T16:50:00")
    each_host.clock.advance(seconds=900)
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: observe(each_host.context).raised, range(3)))
    assert sum(found) == 3
    assert [station.subjects() for station in stations] == [["Sauvegarde manquée : POSTE-1"]] * 3


def test_of_whom_nothing_is_expected(host: TestHost, tmp_path: Path) -> None:
    operator = Operator(tmp_path / "host")
    whys = ("ended", "surplus", "revoked", "closed", "absent", "expected")
    stations = {why: Station(host) for why in whys}
    for each in stations.values():
        tell.declare_plan(each.client, PLAN)
        each.backup()
    ids = {why: each.made.id for why, each in stations.items()}
    operator("organisation", "terminate", ids["ended"])
    operator("seats", "set", ids["surplus"], "0")
    operator("device", "revoke", ids["revoked"], "POSTE-1")
    operator("absence", "add", ids["closed"], "--from", "2027-01-04", "--to", "2027-01-06")
    away = [{"first": "2027-01-04", "last": "2027-01-06"}]
    tell.declare_plan(stations["absent"].client, PLAN | {"absences": away})
    _pass(host, "2027-01-07T11:00:00")
    assert [why for why in whys if stations[why].subjects("missed")] == ["expected"]
    operator("seats", "set", ids["surplus"], "1")  # expected from the day on which it may store again
    _pass(host, "2027-01-08T10:20:00")
    assert stations["surplus"].subjects("missed") == []
    _pass(host, "2027-01-08T10:40:00")
    assert [why for why in whys if stations[why].subjects("missed")] == [
        "surplus", "closed", "absent", "expected",
    ]  # fmt: skip
    before = len(stations["expected"].subjects())
    host.context.card = _withdrawn()  # nobody may store anything
    _pass(host, "2027-01-12T12:00:00")
    assert len(stations["expected"].subjects()) == before
    with host.context.database.read() as connection:
        assert watching.open_alarms(connection) == []


def _withdrawn() -> Any:
    from cyberlib_host.core.wire import Card

    return Card("Hébergeur", "1", [1], "2026-01-01", "2029-01-01", [], [], "2027-01-04")


def test_while_the_host_itself_was_away_nobody_missed_anything(host: TestHost) -> None:
    station = Station(host)
    tell.declare_plan(station.client, PLAN)
    station.backup()
    _pass(host, "2027-01-05T08:00:00")
    _to(host, "2027-01-07T20:00:00")  # nobody served for two days and a half
    assert observe(host.context).raised == 0  # not from the command line either
    maintenance.beat(host.context)
    _pass(host, "2027-01-08T10:00:00")
    assert station.subjects() == []
    with host.context.database.read() as connection:
        kinds = [
            (row.kind, row.ends - row.starts > 2 * maintenance.DAY) for row in maintenance.listed(connection)
        ]
    assert kinds[-1] == ("outage", True)
    _pass(host, "2027-01-09T10:40:00")  # Friday's did not come either
    assert station.subjects() == ["Sauvegarde manquée : POSTE-1"]


def test_a_clock_that_jumps_alarms_nobody_and_purges_nothing(host: TestHost) -> None:
    station = Station(host)
    station.backup()
    _pass(host, "2027-01-05T10:00:00")
    with host.context.database.read() as connection:
        before = audit.check(connection, station.made.id)
    host.clock.advance(days=200)
    job = Observatory(host.context)
    for _ in range(20):
        job()
        host.clock.advance(seconds=3000)
    station.backup()  # noted months ahead
    assert purge_audit(host.context) == 0
    host.clock.advance(days=-200)
    job()
    assert station.subjects() == []
    with host.context.database.read() as connection:
        assert audit.check(connection, station.made.id) > before
    _pass(host, "2027-01-09T18:20:00")  # and what is missed afterwards is not hidden by it
    assert station.subjects("missed") == ["Sauvegarde manquée : POSTE-1"]
    for _ in range(40):
        host.clock.advance(days=1)
        maintenance.beat(host.context)
    host.clock.advance(days=200)
    maintenance.beat(host.context)
    assert purge_audit(host.context) == 0
    for _ in range(45):  # a clock that goes on for a month is believed
        host.clock.advance(days=1)
        maintenance.beat(host.context)
    assert purge_audit(host.context) > 0


# ---- plans and runs ----------------------------------------------------------------------------------------


def test_a_plan_is_kept_in_its_versions(host: TestHost) -> None:
    station = Station(host)

    def kept() -> PlanKept:
        given = station.client.ask("GET", "/v1/device/plan", dict)
        return msgspec.convert(given, PlanKept)

    assert kept() == PlanKept(0, None, Plan(days=[1, 2, 3, 4, 5]))
    assert [tell.declare_plan(station.client, PLAN).version for _ in range(3)] == [1, 1, 1]
    other = {"days": [2, 4], "every_hours": 2, "zone": "Indian/Reunion", "holidays": "reunion",
             "language": "en", "opens": "07:30", "closes": "17:00", "weekends_off": False}  # fmt: skip
    assert tell.declare_plan(station.client, other).version == 2
    assert kept().plan == msgspec.convert(other, Plan)
    assert tell.declare_plan(station.client, PLAN).version == 3
    for _ in range(21):
        tell.declare_plan(station.client, PLAN | {"times": [f"{_ % 24:02}:00"]})
    with pytest.raises(CyberlibError) as refused:
        impatient = host.client(station.identity, patience=0.1)
        tell.declare_plan(impatient, PLAN | {"days": [5]})
    assert refused.value.code == "host_busy"


WRONG_PLANS: list[dict[str, Any]] = [
    {"days": []}, {"days": [8]}, {"days": [6, 7]}, {"times": ["25:00"]}, {"times": ["8:00"]},
    {"zone": "Europe/Nulle-Part"}, {"zone": "../../etc/passwd"},
    {"times": ["12:30\n"]}, {"closes": "19:00\n"}, {"zone": "Europe/Paris\n"},
    {"every_hours": 0}, {"opens": "20:00"},
    {"holidays": "lune"}, {"language": "de"}, {"patient": "Dupont"},
    {"absences": [{"first": "2027-01-01", "last": "2027-12-31"}]}, {"times": ["08:00"] * 25},
]  # fmt: skip


def test_a_plan_that_is_none_is_refused(host: TestHost) -> None:
    station = Station(host)
    for wrong in WRONG_PLANS:
        with pytest.raises(Failed) as refused:
            tell.declare_plan(station.client, PLAN | wrong)
        assert refused.value.facts["reason"] in ("bad_plan", "bad_request"), wrong
    with host.context.database.read() as connection:
        assert connection.execute(select(plans)).first() is None


def test_a_run_counts_once_and_says_what_is_new(host: TestHost) -> None:
    station = Station(host)
    run = _run(host, incidents=[{"kind": "unreadable", "count": 3}])
    assert [tell.tell_runs(station.client, [run, _run(host)] if not n else [run]).new for n in range(2)] == [
        2,
        0,
    ]
    assert station.tell().plan == 0
    tell.declare_plan(station.client, PLAN)
    assert station.tell().plan == 1
    with host.context.database.read() as connection:
        assert len(connection.execute(select(runs)).all()) == 4


WRONG_RUNS: list[dict[str, Any]] = [
    {"reason": "C:\\Cabinet\\dupont.docx"}, {"reason": "/srv/dupont"}, {"reason": "Jean Dupont"},
    {"incidents": [{"kind": "dupont.pdf", "count": 1}]}, {"incidents": [{"kind": "é", "count": 1}]},
    {"incidents": [{"kind": "unreadable", "count": 1, "path": "x"}]}, {"path": "x"}, {"files": -1},
    {"incidents": [{"kind": "unreadable", "count": -1}]}, {"command": "rm -rf"}, {"outcome": "fine"},
    {"incidents": [{"kind": f"k{n}", "count": 1} for n in range(33)]}, {"reason": "a" * 41},
    {"command": "backup\n"}, {"reason": "full\n"}, {"run": "0" * 32 + "\n"},
    {"incidents": [{"kind": "unreadable\n", "count": 1}]},
    {"ended": "9999-12-31T23:59:59.999999Z"}, {"ended": "9999-12-31T23:59:59.9-23:59"},
    {"ended": "0001-01-01T00:00:00.0+23:59"}, {"started": "1969-12-31T23:59:59.000000Z"},
    {"started": "2026-W01-1T00:00:00.000000Z"}, {"started": "2026-02-30T00:00:00.000000Z"},
    {"files": 1 << 60}, {"started": "yesterday"}, {"started": "9" * 27}, {"run": "x"}, {"files": 1.5},
]  # fmt: skip


def test_what_could_name_somebody_is_refused(host: TestHost) -> None:
    station = Station(host)
    for wrong in WRONG_RUNS:
        with pytest.raises(Failed) as refused:
            station.tell(**wrong)
        assert (refused.value.code, refused.value.facts["reason"]) == ("host_refused", "bad_request"), wrong
    with host.context.database.read() as connection:
        assert connection.execute(select(runs)).first() is None


def test_times_far_away_and_counts_without_measure_are_told_of(host: TestHost, tmp_path: Path) -> None:
    station, operator = Station(host), Operator(tmp_path / "host")
    operator("organisation", "change", station.made.id, "--report-each")
    many = [{"kind": "unreadable", "count": 1 << 53}]
    for moment in ("1970-01-01T00:00:00.000000Z", "2299-12-31T23:59:59.999999Z"):
        station.tell(started=moment, ended=moment)
    assert len(station.letters("backup")) == 2
    operator("organisation", "change", station.made.id, "--no-report-each")
    for number in range(17):
        if number % 7 == 6:
            host.clock.advance(days=1.1)
        tell.tell_runs(station.client, [_run(host, incidents=many) for _ in range(64)])
    _to(host, "2027-02-01T09:00:00")
    assert months.mail_months(host.context) == 1
    assert station.subjects("month")


def test_a_plan_that_cannot_be_judged_silences_no_other_device(host: TestHost) -> None:
    """As one that another version took."""
    station, other = Station(host), Station(host)
    for each in (station, other):
        tell.declare_plan(each.client, PLAN)
        each.backup()
    with host.context.database.write() as connection:
        plan = msgspec.json.encode(PLAN | {"zone": "Europe/Gone"})
        device = station.identity.device
        connection.execute(update(plans).where(plans.c.device == device).values(plan=plan))
    _pass(host, "2027-01-06T12:00:00")
    assert (len(station.subjects("missed")), len(other.subjects("missed"))) == (0, 1)


def test_runs_told_without_end_are_refused_for_today(host: TestHost) -> None:
    station = Station(host)
    for _ in range(7):
        tell.tell_runs(station.client, [_run(host) for _ in range(64)])
    with pytest.raises(CyberlibError):
        tell.tell_runs(host.client(station.identity, patience=0.1), [_run(host) for _ in range(64)])
    host.clock.advance(days=1.1)
    assert station.tell().new == 1
    with pytest.raises(Failed):
        tell.tell_runs(station.client, [_run(host) for _ in range(65)])


def test_incidents_are_told_together_and_not_each_hour_anew(host: TestHost) -> None:
    station = Station(host)
    tell.declare_plan(station.client, PLAN | {"language": "en"})
    station.tell(incidents=[{"kind": "unreadable", "count": 3}])
    station.tell(outcome="failed", reason="host_full")
    station.tell(incidents=[{"kind": "unreadable", "count": 2}, {"kind": "vanished", "count": 1}])
    station.tell()
    station.tell(outcome="stopped", reason="stopped")
    assert [months.mail_incidents(host.context) for _ in range(3)] == [1, 0, 0]
    body = _body(station.letters("incidents")[0])
    assert "runs concerned: 3" in body
    assert re.search(r"files that could not be read +5\n", body)
    assert re.search(r"failed runs: the storage is full +1\n", body)
    assert re.search(r"files that vanished during the backup +1\n", body)
    station.tell(incidents=[{"kind": "content_damaged", "count": 1}])
    assert months.mail_incidents(host.context) == 0  # within the hour
    host.clock.advance(seconds=3601)
    assert months.mail_incidents(host.context) == 1
    station.tell(incidents=[{"kind": "content_damaged", "count": 2}])
    host.clock.advance(seconds=7200)
    assert months.mail_incidents(host.context) == 0  # known by now
    host.clock.advance(days=1)
    assert months.mail_incidents(host.context) == 1
    assert station.subjects("incidents") == ["Backup incidents: POSTE-1"] * 3


def test_a_report_of_each_backup_for_who_asks_for_it(host: TestHost, tmp_path: Path) -> None:
    station, operator = Station(host), Operator(tmp_path / "host")
    station.tell()
    operator("organisation", "change", station.made.id, "--report-each", "--report", "it@tilleuls.example")
    run = _run(host, incidents=[{"kind": "unreadable", "count": 2}])
    for _ in range(2):
        tell.tell_runs(station.client, [run])
    operator("organisation", "change", station.made.id, "--no-report-each")
    station.tell()
    (letter,) = station.letters("backup")
    assert letter["To"] == "it@tilleuls.example"
    assert "Fichiers : 1 200 (5,0 Mo) ; ajouté au coffre : 70,0 ko ; incidents : 2." in _body(letter)


# ---- months ------------------------------------------------------------------------------------------------


def test_the_month_of_a_practice(each_host: TestHost) -> None:
    """Golden numbers of a month made up: two devices, one day missed, incidents."""
    host = each_host
    station = Station(host, seats=3)
    second = host.enrol(station.made.contract_key, "SECRÉTARIAT")
    client = host.client(second)
    vault = client.ask("POST", "/v1/vaults", records.Vault).id
    host.enrol(station.made.contract_key, "NEUF")  # declared, and nothing more
    _to(host, "2026-12-30T09:00:00")  # the month before
    _stored(host, station.store.vault, station.identity, packs=2, snapshots=1)
    _to(host, "2027-01-31T22:59:00")  # still January in Paris
    _stored(host, station.store.vault, station.identity, packs=3, snapshots=20)
    _stored(host, vault, second, packs=1, snapshots=19)
    station.tell(files=48_000)
    station.tell(
        files=48_123, incidents=[{"kind": "unreadable", "count": 4}, {"kind": "vanished", "count": 1}]
    )
    tell.tell_runs(client, [_run(host, files=900, incidents=[{"kind": "unreadable", "count": 2}])])
    with host.context.database.write() as connection:
        connection.execute(
            insert(alarms).values(
                device=second.device, opened=micros("2027-01-13T11:30:00"), level="warning", days=1,
                first=micros("2027-01-12T11:30:00"), said=0, cleared=micros("2027-01-13T12:00:00"),
            )
        )  # fmt: skip
    _to(host, "2027-01-31T23:01:00")  # February in Paris
    _stored(host, vault, second, packs=5, snapshots=1)
    with host.context.database.write() as connection:
        let_go = select(objects.c.vault, objects.c.name, literal(0), objects.c.device).where(
            objects.c.vault == station.store.vault, objects.c.name.startswith("packs/")
        )
        connection.execute(insert(retired).from_select(["vault", "name", "since", "device"], let_go.limit(2)))
    assert [months.mail_months(host.context) for _ in range(2)] == [1, 0]
    (letter,) = station.letters("month")
    assert letter["Subject"] == "Rapport mensuel des sauvegardes, janvier 2027"
    rows = [re.split(r" {2,}", line.strip()) for line in _body(letter).splitlines() if line.startswith("  ")]
    last = "dimanche 31 janvier 2027 à 23:59"
    assert rows == [
        ["Poste", "Sauvegardes", "Fichiers", "Ajouté", "Conservé", "Incidents", "Jours manqués",
         "Dernière sauvegarde"],
        ["NEUF", "0", "0", "0 octets", "0 octets", "0", "0", "aucune"],
        ["POSTE-1", "20", "48 123", "30,0 Mo", "50,0 Mo", "5", "0", last],
        ["SECRÉTARIAT", "19", "900", "10,0 Mo", "10,0 Mo", "2", "1", last],
        ["Ensemble", "39", "49 023", "40,0 Mo", "60,0 Mo", "7", "1"],
        ["Incident", "Nombre"],
        ["fichiers qui n’ont pas pu être lus", "6"],
        ["fichiers disparus pendant la sauvegarde", "1"],
    ]  # fmt: skip
    assert "En quarantaine à ce jour : 20,0 Mo" in re.sub(r"\s+", " ", _body(letter))
    html = letter.get_body(("html",))
    assert html is not None
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", html.get_content())
    assert [_plain(cell) for cell in cells[8:16]] == rows[2]


def _stored(host: TestHost, vault: str, identity: TestIdentity, *, packs: int, snapshots: int) -> None:
    """Rows as commits leave them: packs of 10 MB, and snapshots that weigh nothing."""
    names = [f"packs/{secrets.token_hex(32)}" for _ in range(packs)]
    names += [f"snapshots/{secrets.token_hex(32)}" for _ in range(snapshots)]
    with host.context.database.write() as connection:
        for name in names:
            connection.execute(
                insert(objects).values(
                    vault=vault, name=name, size=10_000_000 if name.startswith("packs") else 0,
                    sha256=secrets.token_bytes(32), device=identity.device, stored=host.clock(), copied=True,
                    sequence=secrets.randbits(40),
                )
            )  # fmt: skip


# ---- interruptions and contacts ----------------------------------------------------------------------------


def test_interruptions_are_told_to_devices_and_a_week_ahead_by_mail(host: TestHost, tmp_path: Path) -> None:
    station, operator = Station(host), Operator(tmp_path / "host")
    with host.context.database.write() as connection:
        long = maintenance.add(
            host.context, connection, micros("2027-01-16T19:00:00"), micros("2027-01-17T03:00:00"), OPERATOR
        )
        maintenance.add(
            host.context, connection, micros("2027-01-06T21:00:00"), micros("2027-01-06T22:00:00"), OPERATOR
        )
    told = [("2027-01-06T21:00:00.000000Z", "2027-01-06T22:00:00.000000Z"),
            ("2027-01-16T19:00:00.000000Z", "2027-01-17T03:00:00.000000Z")]  # fmt: skip
    standing = host.client(station.identity).sign_in()
    assert [(each.starts, each.ends) for each in standing.maintenance] == told
    assert [(each.starts, each.ends) for each in station.tell().maintenance] == told
    station.backup()
    _pass(host, "2027-01-05T07:00:00")
    assert station.subjects("maintenance") == []
    station.backup()
    _pass(host, "2027-01-09T19:00:00")
    assert station.subjects("maintenance") == [
        "Interruption prévue de l’hébergement, samedi 16 janvier 2027 à 20:00"
    ]
    assert "(8 h)" in _body(station.letters("maintenance")[0])
    assert [each.starts for each in station.tell().maintenance] == [told[1][0]]
    with host.context.database.write() as connection:
        row = maintenance.remove(host.context, connection, long[:8], OPERATOR)
        assert months.mail_interruption(host.context, connection, row, cancelled=True) == 1
    assert station.subjects("maintenance")[1:] == ["Interruption annulée, samedi 16 janvier 2027 à 20:00"]
    assert station.tell().maintenance == []
    added = operator.json("maintenance", "add", "--from", "2099-06-01T20:00", "--to", "2099-06-02T01:00")
    assert (added["starts"], added["told_late"]) == ("2099-06-01T18:00:00.000000Z", False)
    assert operator.json("maintenance", "list")[-1]["id"] == added["id"]
    assert operator.json("maintenance", "remove", added["id"]) == {"id": added["id"], "mails": 0}
    assert operator.error("maintenance", "remove", added["id"]) == "window_unknown"
    assert operator.error("maintenance", "add", "--from", "2020-01-01", "--to", "2020-01-02") == "bad_window"
    operator("maintenance", "add", "--from", "morgen", "--to", "2099-06-02", code=2)
    operator("maintenance", "add", "--from", "2099-06-01", "--to", "2099-06-02", "--zone", "Mars", code=2)


def test_an_organisation_is_changed(host: TestHost, tmp_path: Path) -> None:
    station, operator = Station(host), Operator(tmp_path / "host")
    ident = station.made.id
    changed = operator.json(
        "organisation", "change", ident, "--name", "Maison de santé", "--contact", "Mme Test, 01 02 03 04 05",
        "--quota", "5000", "--language", "en", "--zone", "America/Martinique", "--holidays", "martinique",
        "--report", "it@example.org", "--report", "b@example.org",
    )  # fmt: skip
    assert changed == {
        "id": ident, "name": "Maison de santé", "contact": "Mme Test, 01 02 03 04 05", "quota": 5000,
        "language": "en", "zone": "America/Martinique", "holidays": "martinique", "report_each": False,
        "addresses": {"incident": [WHERE], "report": ["b@example.org", "it@example.org"]},
        "addresses_refused": [],
    }  # fmt: skip
    standing = host.client(station.identity).sign_in()
    assert (standing.organisation.name, standing.organisation.quota) == ("Maison de santé", 5000)
    changed = operator.json("organisation", "change", ident, "--no-quota", "--report", "", "--contact", "")
    assert (changed["quota"], changed["contact"], changed["addresses"]["report"]) == (None, None, [])
    assert operator.error("organisation", "change", ident, "--incident", "personne") == "bad_address"
    assert operator.error("organisation", "change", ident, "--name", " ") == "bad_name"
    assert operator.error("organisation", "change", ident, "--zone", "Europe/Nulle") == "bad_plan"
    operator("organisation", "change", ident, "--quota", "1", "--no-quota", code=2)
    lines = operator("organisation", "change", ident).out.splitlines()
    assert {"quota: none", "report each: no", f"incident mails to: {WHERE}", "report mails to: none",
            "addresses refused: none"} <= set(lines)  # fmt: skip
    assert operator.json("organisation", "change", ident)["addresses"]["incident"] == [WHERE]
    with host.context.database.read() as connection:
        facts = [line.record.facts for line in audit.lines(connection, ident)
                 if line.record.action == "organisation_changed"]  # fmt: skip
    assert facts[0]["fields"] == "contact,holidays,language,name,quota,zone"
    assert "test" not in str(facts).lower()  # no word of what was typed


def test_a_device_is_told_that_an_address_does_not_work(host: TestHost) -> None:
    station = Station(host)
    with host.context.database.write() as connection:
        assert addresses.mark_refused(host.context, connection, station.made.id, WHERE, "550", OPERATOR)
    assert host.client(station.identity).sign_in().addresses_refused == [WHERE]
    assert station.tell().addresses_refused == [WHERE]


def test_the_command_line_looks_and_shows(host: TestHost, tmp_path: Path) -> None:
    station, operator = Station(host), Operator(tmp_path / "host")
    station.backup()
    with host.context.database.write() as connection:
        then = micros("2026-01-01T00:00:00")
        connection.execute(
            insert(alarms).values(device=station.identity.device, opened=then, first=then, last=then,
                                  level="critical", said=then, days=7)
        )  # fmt: skip
    (shown,) = operator.json("observatory", "status")
    assert (shown["device"], shown["level"], shown["days"]) == ("POSTE-1", "critical", 7)
    ran = operator.json("observatory", "run")
    assert (ran["raised"], ran["cleared"], ran["sent"] > 0) == (0, 1, True)
    assert list((tmp_path / "host" / "mail").glob("*.eml"))
    assert operator.json("observatory", "status") == []
    assert operator.error("absence", "remove", station.made.id, "abcdef") == "absence_unknown"
    operator("absence", "add", station.made.id, "--from", "2027-08-20", "--to", "2027-08-01", code=2)
    added = operator.json("absence", "add", station.made.id, "--from", "2027-08-01", "--to", "2027-08-20")
    assert operator.json("absence", "list", station.made.id) == [added]
    operator("absence", "remove", station.made.id, added["id"])
    assert operator.json("absence", "list", station.made.id) == []
    assert operator.error("mail", "retry", "0" * 32) == "mail_unknown"


# ---- an older host -----------------------------------------------------------------------------------------


def test_an_older_host_is_brought_here(tmp_path: Path) -> None:
    """Devices that made a backup are watched from it on; a contact that is an address gets the mails."""
    database = Database(f"sqlite:///{tmp_path / 'host.sqlite'}")
    with database.write() as connection:
        alembic.upgrade(schema._config(connection), "0004")
        for number, contact in enumerate(("a@b.example", "Mme Test 01 02", "x@y, z@t.fr", None)):
            connection.execute(
                text(
                    "INSERT INTO organisations (id, name, siren, contact, seats, decided, decided_at, bytes,"
                    " created) VALUES (:id, 'n', :id, :contact, 1, 'active', 0, 0, 0)"
                ),
                {"id": str(number), "contact": contact},
            )
        for line in (
            "INSERT INTO vaults (id, organisation, created, objects, bytes, log_hash, log_sequence)"
            " VALUES ('v', '0', 0, 0, 0, x'00', 0)",
            "INSERT INTO devices (id, organisation, name, public_key, state, created)"
            " VALUES ('d', '0', 'd', x'00', 'active', 0), ('idle', '0', 'idle', x'01', 'active', 0)",
            "INSERT INTO objects (vault, name, size, sha256, device, stored, copied, sequence) VALUES"
            " ('v', 'packs/x', 0, x'00', 'd', 0, 1, 0), ('v', 'snapshots/a', 0, x'00', 'd', 1, 1, 1),"
            " ('v', 'snapshots/b', 0, x'00', 'd', 2, 1, 2), ('v', 'packs/y', 0, x'00', 'd', 3, 1, 3)",
        ):
            connection.execute(text(line))
    schema.upgrade(database)
    assert schema.is_current(database)
    with database.read() as connection:
        found = connection.execute(select(watches.c.device, watches.c.since, watches.c.last_backup)).all()
        assert [tuple(row) for row in found] == [("d", 2, 2)]
        rows = connection.execute(select(addresses_table.c.organisation, addresses_table.c.address)).all()
        assert [tuple(row) for row in rows] == [("0", "a@b.example")]
        for table in metadata.sorted_tables:  # every column there, under its name
            connection.execute(select(table).limit(1)).all()
        assert connection.execute(select(windows)).all() == []
    database.close()


def test_what_is_told_has_no_room_for_more() -> None:
    """Every field of a run is a code, a number, a time or a random id."""
    shape = msgspec.json.schema(Runs)
    for name, about in shape["$defs"]["RunTold"]["properties"].items():
        assert (
            about.get("type") in ("integer", "array")
            or about.get("enum")
            or about.get("pattern")
            or (about.get("maxLength") == 27)
        ), name
