"""What befalls the file of the history: damage, others who hold it, a clock gone astray, an older profile."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.state.history import History, Moment, Raised, RunRecord
from cyberlib_client.state.history_rows import DAYS, EVERY, OPEN_MOST
from cyberlib_client.state.profile import Profile
from cyberlib_client.system import this_system

DAY = 86_400 * 10**9
NOW = 20_000 * DAY
SRC = Path(__file__).parents[3] / "src"


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return bootstrap.profile_at(str(tmp_path / "profile"))


class Said(list[tuple[str, str]]):
    """Codes and reasons that a history told."""

    def __call__(self, code: str, facts: dict[str, str | int | float | None]) -> None:
        self.append((code, str(facts["reason"])))


def _history(profile: Profile, said: Said, clock: Callable[[], int] = lambda: NOW) -> History:
    return History(profile, this_system().process_lock, clock, said)


def _done(started: int, command: str = "backup") -> RunRecord:
    return RunRecord(command, "user", started, started, "completed")


def _add(history: History, started: int) -> None:
    history.end(history.begin("backup", "user", started), _done(started))


def _overwritten(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(20_000))


def _torn(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _pages_gone(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + bytes(len(data) - 4096))


def _of_a_later_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")


def _without_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE runs")


def _with_another_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript("DROP TABLE runs; CREATE TABLE runs (seq, other)")


def _with_a_trigger(path: Path) -> None:
    """It may do anything, also for ever."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs; END")


def _with_a_view(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE runs RENAME TO others")
        database.execute("CREATE VIEW runs AS SELECT * FROM others")


def _with_a_folder_beside(path: Path) -> None:
    (path.parent / f"{path.name}-journal" / "x").mkdir(parents=True)


def _with_a_pipe_beside(path: Path) -> None:
    os.mkfifo(f"{path}-journal")


def _of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE moments (x)")


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "something").write_bytes(b"")


DAMAGES = (
    _overwritten,
    _torn,
    _pages_gone,
    _of_a_later_version,
    _without_a_table,
    _with_another_table,
    _with_a_trigger,
    _with_a_view,
    _with_a_folder_beside,
    _of_another_program,
    _a_folder,
    *([_with_a_pipe_beside] if sys.platform != "win32" else []),
)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_file_is_set_aside_told_and_begun_anew(
    profile: Profile, damage: Callable[[Path], None]
) -> None:
    _add(_history(profile, Said()), 1)
    path = Path(profile.history)
    damage(path)
    said = Said()
    history = _history(profile, said)
    _add(history, 2)
    assert [run.started for run in history.runs()] == [2]
    assert [code for code, _ in said] == ["history_set_aside"]
    assert [moment.kind for moment in history.moments(0)] == ["history_begun_anew"]
    assert Path(f"{path}.damaged").exists()
    quiet = Said()
    assert [run.started for run in _history(profile, quiet).runs()] == [2]
    assert quiet == []


def test_one_damage_met_by_many_costs_one_history(profile: Profile) -> None:
    """Each holds what it opened: the file that another has just begun must not be set aside too."""
    said = [Said() for _ in range(4)]
    histories = [_history(profile, each) for each in said]
    _add(histories[0], 1)
    _overwritten(Path(profile.history))
    together = threading.Barrier(len(histories))

    def work(number: int) -> None:
        together.wait()
        _add(histories[number], 10 + number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(histories))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for history in histories:
        history.note(Moment(1, "later"))  # what had to wait is written by now
    assert sorted(run.started for run in histories[0].runs()) == [10, 11, 12, 13]
    assert sum(each.count(("history_set_aside", reason)) for each in said for _, reason in set(each)) == 1


def test_what_cannot_be_written_while_others_hold_the_file_is_written_later(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cyberlib_client.state.history_file._PATIENT", 0.05)
    said = Said()
    history = _history(profile, said)
    _add(history, 1)
    with closing(sqlite3.connect(profile.history, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        run = history.begin("verify", "user", 2)
        assert history.runs() == []  # not even read: it is held
        assert history.raise_incident("unreadable", "/a", "warning", {}, 3)
        history.end(run, _done(2, "verify"))
        holder.execute("ROLLBACK")
    assert said == [("history_not_written", "database is locked")]
    assert [run.command for run in history.runs()] == ["backup", "verify"]
    assert [each.subject for each in history.incidents(open_only=True)] == ["/a"]
    assert len(said) == 1


def test_a_profile_that_cannot_be_made_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile" / "state").write_bytes(b"a file in its place")
    said = Said()
    history = _history(bootstrap.profile_at(str(tmp_path / "profile")), said)
    _add(history, 1)
    history.note(Moment(1, "x"))
    assert history.runs() == []
    assert history.incidents(open_only=False) == []
    assert [code for code, _ in said] == ["history_not_written"]


def test_runs_of_an_older_profile_are_taken_over_once(profile: Profile) -> None:
    profile.write(
        profile.runs,
        b'{"command":"backup","started":5,"ended":6,"exit":3,"snapshot":"ab","files":2,"bytes":7,"stored":1}\n'
        b"{broken\n"
        b'{"command":"verify","started":7,"ended":8,"exit":130,"error":"stopped"}\n'
        b'{"command":"backup","started":9,"ended":9,"exit":6,"error":"store_absent"}\n',
    )
    assert _history(profile, Said()).runs() == [
        RunRecord("backup", "user", 5, 6, "completed", 3, snapshot="ab", files=2, bytes=7, stored=1),
        RunRecord("verify", "user", 7, 8, "stopped", 130, "stopped"),
        RunRecord("backup", "user", 9, 9, "failed", 6, "store_absent"),
    ]
    assert not os.path.exists(profile.runs)
    assert len(_history(profile, Said()).runs()) == 3


def _many(history: History, at: int) -> None:
    for _ in range(2 * EVERY):
        history.note(Moment(at, "slept"))


def test_what_is_old_goes_but_not_because_a_clock_ran_ahead(profile: Profile) -> None:
    now = [NOW]
    history = _history(profile, Said(), lambda: now[0])
    _add(history, NOW)
    history.raise_incident("old", "", "notice", {}, NOW)
    history.clear("old", "", NOW)
    history.raise_incident("open", "", "notice", {}, NOW)
    _many(history, NOW)
    now[0] = NOW + 10 * DAYS * DAY  # for an hour
    _many(history, NOW + DAY)
    assert len(history.runs()) == 1
    for day in range(30):
        _add(history, NOW + (DAYS + 2 + day) * DAY)
    now[0] = NOW + (DAYS + 40) * DAY
    _many(history, now[0])
    assert len(history.moments(0)) == 2 * EVERY
    assert [run.started for run in history.runs()][:1] == [NOW + (DAYS + 2) * DAY]
    assert [each.kind for each in history.incidents(open_only=False)][-1] == "open"


_KILLED = """
import os, signal, sys
from cyberlib_client.app.bootstrap import private_files
from cyberlib_client.state.profile import Profile
profile = Profile(sys.argv[1], private_files)
os.fsync = lambda _fd: os.kill(os.getpid(), signal.SIGKILL)
profile.write(os.path.join(profile.root, sys.argv[2]), b"a secret")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_what_a_killed_process_was_writing_goes(profile: Profile) -> None:
    """Secrets among it."""
    for name in ("retention.json", "credentials/slots.json", "certificates/paper.pdf", "state/seen.json"):
        killed = subprocess.run(
            [sys.executable, "-c", _KILLED, profile.root, name],
            env={**os.environ, "PYTHONPATH": str(SRC)},
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
    left = list(Path(profile.root).rglob("*.new"))
    assert len(left) == 4
    mine = Path(profile.root, "my.new")
    mine.write_text("somebody's", encoding="utf-8")
    history = _history(profile, Said())
    for days in (0.5, 2):
        assert [path for path in left if not path.exists()] == [], "one that may be being written stays"
        for path in (*left, mine):
            os.utime(path, (NOW / 1e9 - days * 86_400,) * 2)
        _many(history, NOW)
    assert [path for path in left if path.exists()] == []
    assert mine.exists()


def test_texts_and_numbers_are_bounded_and_never_refused(profile: Profile) -> None:
    history = _history(profile, Said())
    facts = {"path": "x" * 9_000, "\ud800": "\udcff", "big": 2**80, **{f"n{i}": i for i in range(50)}}
    history.raise_incident("\udcff", "/\udcff\x00" + "y" * 9_000, "notice", facts, 2**90)
    run = history.begin("\ud800", "user", -(2**90))
    history.end(run, RunRecord("\ud800", "user", -(2**90), 2**90, "failed", facts=facts))
    history.note(Moment(2**90, "\ud800", facts))
    (incident,) = history.incidents(open_only=True)
    assert len(incident.subject) <= 1_010
    assert len(incident.facts) == 20
    assert len(history.runs()) == len(history.moments(0)) == 1
    assert history.clear("\udcff", "/\udcff\x00" + "y" * 9_000, 3)


def test_open_incidents_are_bounded(profile: Profile) -> None:
    history = _history(profile, Said())
    new = history.settle([Raised("a", str(n), "notice", {}) for n in range(OPEN_MOST + 5)], [], 1)
    assert len(new) == len(history.incidents(open_only=True)) == OPEN_MOST
    assert not history.raise_incident("b", "", "warning", {}, 2)
    assert history.raise_incident("c", "", "critical", {}, 2)
    history.clear("a", "0", 3)
    history.clear("a", "1", 3)
    assert history.raise_incident("b", "", "warning", {}, 4)


def test_a_file_with_a_huge_value_is_set_aside(profile: Profile) -> None:
    history = _history(profile, said := Said())
    _add(history, 1)
    with closing(sqlite3.connect(profile.history)) as database, database:
        database.execute("UPDATE runs SET record = zeroblob(2000000)")
    assert history.runs() == []
    assert [code for code, _ in said] == ["history_set_aside"]
    _add(history, 2)
    assert [run.started for run in history.runs()] == [2]


@pytest.mark.parametrize(
    "column",
    ["kind = x'ff'", "subject = x'ff'", "severity = 'doom'", "first = 'x'", "last = x'00'", "cleared = 'x'"],
)
def test_an_incident_of_other_types_is_left_out(profile: Profile, column: str) -> None:
    history = _history(profile, Said())
    for subject in ("/a", "/b"):
        history.raise_incident("unreadable", subject, "warning", {}, 1)
    with closing(sqlite3.connect(profile.history)) as database, database:
        database.execute(f"UPDATE incidents SET {column} WHERE subject = '/a'")
    assert [each.subject for each in history.incidents(open_only=False)] == ["/b"]


def test_a_moment_of_other_types_is_left_out(profile: Profile) -> None:
    history = _history(profile, Said())
    for at in (1, 2):
        history.note(Moment(at, "slept"))
    with closing(sqlite3.connect(profile.history)) as database, database:
        database.execute("UPDATE moments SET kind = x'ff' WHERE at = 1")
    assert [each.at for each in history.moments(0)] == [2]


@pytest.mark.parametrize("holder", ["x/../../../letter", b"\xff", "", "0" * 15, "a\0b"])
def test_a_run_at_work_under_a_forged_name_touches_no_file(profile: Profile, holder: str | bytes) -> None:
    """On Windows a path goes up from a folder that is not there."""
    history = _history(profile, Said())
    history.begin("backup", "user", 1)
    letter = Path(profile.root).parent / "letter"
    letter.write_bytes(b"Cher confrere")
    (Path(profile.state) / "at-work-x").mkdir()
    with closing(sqlite3.connect(profile.history)) as database, database:
        database.execute("UPDATE runs SET holder = ?", (holder,))
    other = _history(profile, Said())
    assert [(run.outcome, run.reason) for run in other.runs()] == [("failed", "interrupted")]
    assert letter.read_bytes() == b"Cher confrere"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_run_at_work_behind_a_link_is_none(profile: Profile) -> None:
    history = _history(profile, Said())
    history.begin("backup", "user", 1)
    letter = Path(profile.root).parent / "letter"
    letter.write_bytes(b"Cher confrere")
    (Path(profile.state) / f"at-work-{'0' * 16}").symlink_to(letter)
    with closing(sqlite3.connect(profile.history)) as database, database:
        database.execute("UPDATE runs SET holder = ?", ("0" * 16,))
    assert [run.reason for run in _history(profile, Said()).runs()] == ["interrupted"]
    assert letter.read_bytes() == b"Cher confrere"
