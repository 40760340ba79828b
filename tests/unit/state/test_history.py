"""Runs, incidents and moments of an installation, as its history keeps them."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.state.history import History, IncidentRecord, Moment, Raised, RunRecord
from cyberlib_client.state.profile import Profile
from cyberlib_client.system import this_system

SRC = Path(__file__).parents[3] / "src"
DAY = 86_400 * 10**9
NOW = 20_000 * DAY


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return bootstrap.profile_at(str(tmp_path / "profile"))


def _locks(path: str) -> AbstractContextManager[object]:
    return this_system().process_lock(path)


def _history(profile: Profile, told: list[str] | None = None, now: int = NOW) -> History:
    said = [] if told is None else told
    return History(profile, _locks, lambda: now, lambda code, _facts: said.append(code))


def _run(started: int, outcome: str = "completed", **more: object) -> RunRecord:
    plain = {"command": "backup", "trigger": "schedule", "started": started, "ended": started + 5}
    return msgspec.convert({**plain, "outcome": outcome, **more}, RunRecord)


def test_runs_end_in_three_ways_and_are_read_by_another(profile: Profile) -> None:
    records = [
        _run(1, files=3, bytes=40, stored=20, unread=1, exit=3, scope="partial", snapshot="ab" * 32),
        _run(2, "stopped", reason="stopped", facts={"by": "battery"}, exit=130),
        _run(3, "failed", reason="store_full", facts={"at": "E:\\", "free": 0, "share": 0.5, "x": None}),
    ]
    history = _history(profile)
    for record in records:
        run = history.begin(record.command, record.trigger, record.started)
        assert [(b.command, b.trigger, b.started) for b in _history(profile).running()] == [
            ("backup", "schedule", record.started)
        ]
        history.end(run, record)
    other = _history(profile)
    assert other.runs() == records
    assert other.runs(limit=1) == records[-1:]
    assert other.runs(since=2) == records[1:]
    assert other.running() == []
    assert os.listdir(profile.state) == ["history.sqlite"]


def test_order_is_that_of_writing_when_the_clock_is_set_back(profile: Profile) -> None:
    history = _history(profile)
    for started in (5 * DAY, DAY, 3 * DAY):
        history.end(history.begin("backup", "user", started), _run(started))
        history.note(Moment(started, "clock_moved"))
    assert [run.started for run in history.runs()] == [5 * DAY, DAY, 3 * DAY]
    assert [moment.at for moment in history.moments(DAY * 2)] == [5 * DAY, 3 * DAY]


def test_incidents_are_counted_until_they_clear_and_then_are_new(profile: Profile) -> None:
    history = _history(profile)
    assert history.raise_incident("unreadable", "/a", "warning", {"detail": "one"}, 10)
    assert not _history(profile).raise_incident("unreadable", "/a", "critical", {"detail": "two"}, 20)
    assert history.raise_incident("unreadable", "/b", "notice", {}, 21)
    first = IncidentRecord("unreadable", "/a", {"detail": "two"}, "critical", 10, 20, 2, None)
    second = IncidentRecord("unreadable", "/b", {}, "notice", 21, 21, 1, None)
    assert history.incidents(open_only=True) == [first, second]
    assert history.clear("unreadable", "/a", 30)
    assert not history.clear("unreadable", "/a", 31)
    assert history.incidents(open_only=True) == [second]
    assert history.raise_incident("unreadable", "/a", "warning", {}, 40)
    assert [i.cleared for i in history.incidents(open_only=False)] == [30, None, None]


def test_several_incidents_settle_together(profile: Profile) -> None:
    history = _history(profile)
    history.raise_incident("a", "1", "notice", {}, 1)
    raised = [Raised("a", "2", "warning", {}), Raised("a", "3", "warning", {})]
    assert history.settle([*raised, raised[0]], [("a", "1"), ("never", "")], 2) == raised
    assert [(i.subject, i.times) for i in history.incidents(open_only=True)] == [("2", 2), ("3", 1)]


_KILLED = """
import sys, time
from cyberlib_client.app import bootstrap
history = bootstrap.history(bootstrap.profile_at(sys.argv[1]))
run = history.begin("backup", "changes", 7)
print("begun", flush=True)
sys.stdin.read()
"""


def test_a_run_whose_process_is_killed_is_told_as_interrupted(profile: Profile) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, profile.root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SRC)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"begun"
        history = _history(profile)
        assert history.runs() == []
        assert [run.trigger for run in history.running()] == ["changes"]
        process.kill()
        process.wait()
        assert history.running() == []
    facts = {"found": NOW}
    told = RunRecord("backup", "changes", 7, 7, "failed", 1, "interrupted", facts)
    assert history.runs() == [told]
    assert [name for name in os.listdir(profile.state) if name.startswith("at-work-")] == []


@pytest.mark.skipif(os.name == "nt", reason="no file that is open can be deleted there")
def test_the_truth_replaces_an_early_verdict(profile: Profile) -> None:
    """The folder of the state may be emptied at any time, and with it what shows that a process lives."""
    history = _history(profile)
    run = history.begin("backup", "user", 1)
    for name in os.listdir(profile.state):
        if name.startswith("at-work-"):
            os.unlink(os.path.join(profile.state, name))
    (early,) = _history(profile).runs()
    assert early.reason == "interrupted"
    history.end(run, _run(1))
    assert _history(profile).runs() == [_run(1)]


def test_a_history_deleted_while_a_run_is_at_work_still_has_its_end(profile: Profile) -> None:
    history = _history(profile)
    run = history.begin("backup", "user", 1)
    os.unlink(profile.history)
    history.end(run, _run(1))
    assert _history(profile).runs() == [_run(1)]
