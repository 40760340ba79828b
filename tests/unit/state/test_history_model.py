"""Whatever several processes do, and whenever they are killed, the history is what a plain list would be."""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cyberlib_client.app import bootstrap
from cyberlib_client.state.history import Fact, History, IncidentRecord, Moment, RunRecord
from cyberlib_client.system import this_system

pytestmark = pytest.mark.portable

FOUND = 77
WHO = st.integers(0, 2)
TIME = st.integers(0, 40)
KIND = st.sampled_from("ab")


@dataclass
class Process:
    """One with a history of its own; its locks are let go by `kill`, as the system does."""

    root: str
    locks: list[AbstractContextManager[object]] = field(default_factory=list)
    runs: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.history = History(bootstrap.profile_at(self.root), self._lock, lambda: FOUND)

    def _lock(self, path: str) -> AbstractContextManager[object]:
        lock = this_system().process_lock(path)
        self.locks.append(lock)
        return lock

    def kill(self) -> None:
        for lock in self.locks:
            lock.__exit__(None, None, None)


class Histories(RuleBasedStateMachine):
    """The model: runs in the order in which they began, incidents and moments in order."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.root = self.stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        self.processes = [Process(self.root) for _ in range(3)]
        self.runs: list[RunRecord | None] = []
        self.began: list[int] = []
        self.incidents: list[IncidentRecord] = []
        self.moments: list[Moment] = []

    def teardown(self) -> None:
        for process in self.processes:
            process.kill()
        self.stack.close()

    @rule(who=WHO, at=TIME)
    def begin(self, who: int, at: int) -> None:
        process = self.processes[who]
        process.runs.append((process.history.begin("backup", "changes", at), len(self.runs)))
        self.runs.append(None)
        self.began.append(at)

    @rule(who=WHO, which=st.integers(0, 3), at=TIME, outcome=st.sampled_from(("completed", "failed")))
    def end(self, who: int, which: int, at: int, outcome: str) -> None:
        process = self.processes[who]
        if process.runs:
            run, place = process.runs.pop(which % len(process.runs))
            record = RunRecord("backup", "changes", at, at + 1, outcome)  # type: ignore[arg-type]
            process.history.end(run, record)
            self.runs[place] = record

    @rule(who=WHO)
    def kill(self, who: int) -> None:
        process = self.processes[who]
        process.kill()
        for _, place in process.runs:
            began = self.began[place]
            found: dict[str, Fact] = {"found": FOUND}
            self.runs[place] = RunRecord("backup", "changes", began, began, "failed", 1, "interrupted", found)
        self.processes[who] = Process(self.root)

    @rule(who=WHO, kind=KIND, subject=KIND, at=TIME)
    def raise_incident(self, who: int, kind: str, subject: str, at: int) -> None:
        new = self.processes[who].history.raise_incident(kind, subject, "warning", {"at": at}, at)
        standing = self._standing(kind, subject)
        assert new == (standing is None)
        if standing is None:
            self.incidents.append(IncidentRecord(kind, subject, {"at": at}, "warning", at, at, 1, None))
            return
        old = self.incidents[standing]
        self.incidents[standing] = IncidentRecord(
            kind, subject, {"at": at}, "warning", old.first, at, old.times + 1, None
        )

    @rule(who=WHO, kind=KIND, subject=KIND, at=TIME)
    def clear(self, who: int, kind: str, subject: str, at: int) -> None:
        standing = self._standing(kind, subject)
        assert self.processes[who].history.clear(kind, subject, at) == (standing is not None)
        if standing is not None:
            old = self.incidents[standing]
            self.incidents[standing] = IncidentRecord(
                old.kind, old.subject, old.facts, old.severity, old.first, old.last, old.times, at
            )

    @rule(who=WHO, at=TIME)
    def note(self, who: int, at: int) -> None:
        self.moments.append(Moment(at, "slept", {"seconds": at}))
        self.processes[who].history.note(self.moments[-1])

    def _standing(self, kind: str, subject: str) -> int | None:
        found = (
            place
            for place, each in enumerate(self.incidents)
            if (each.kind, each.subject, each.cleared) == (kind, subject, None)
        )
        return next(found, None)

    @invariant()
    def all_processes_tell_the_same(self) -> None:
        for process in self.processes:
            assert process.history.incidents(open_only=False) == self.incidents
            assert process.history.moments(0) == self.moments
            assert process.history.runs() == [run for run in self.runs if run is not None]
            assert len(process.history.running()) == self.runs.count(None)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=7, stateful_step_count=15, deadline=None)
