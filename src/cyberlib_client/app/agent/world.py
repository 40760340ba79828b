"""What surrounds an agent, for real: clocks, battery, network, folders, workers, the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final

from ...core.conditions import Around
from ...state.profile import Profile
from ...state.records import Moment, RunRecord, Trigger
from .. import bootstrap
from ..history import REMEMBERED
from ..incidents import AGENT, CLOCK_SET, RULES, Met, after_run
from ..interruptions import windows
from ..program import program
from ..scheduling import local_zone, look_around
from ..workplace import Fact
from .brain import Now
from .jobs import DIED, Child, Process, StartWorker
from .keeping import Kept, chance, read_kept, write_kept
from .messages import Ended
from .sources import UnwatchedFolders, WatchedFolders
from .status import WatchInfo
from .wanted import Wanted
from .worker import Order
from .world_ports import WatchedSources

_UNWATCHED: Final = {"watch_limit": "limit", "watch_network": "network"}
"""Incidents, and what of a source raises them."""


class RealWorld:
    """See world_ports.World."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._clocks = bootstrap.clocks()

    def now(self) -> Now:
        """See world_ports.World."""
        return Now(bootstrap.clock(), self._clocks.awake(), self._clocks.going())

    def zone(self) -> tzinfo:
        """See world_ports.World."""
        return local_zone()

    def around(self, wanted: Wanted, paused_until: int | None) -> Around:
        """See world_ports.World."""
        planned = windows(self._profile, wanted.settings)
        return look_around(wanted.settings, paused_until=paused_until, maintenance=planned)

    def watch(self, wanted: Wanted, wake: Callable[[], None]) -> WatchedSources:
        """See world_ports.World."""
        if wanted.plan.watch:
            return WatchedFolders(wanted.session, wanted.paths, wake, self._clocks.awake)
        return UnwatchedFolders(wanted.paths)

    def worker(self) -> StartWorker:
        """See world_ports.World."""
        command = [*program(), "--profile", self._profile.root, "agent", "job"]

        def start(order: Order) -> Process:
            return Child(command, order)

        return start


class RealMemory:
    """See keeping.Memory."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._history = bootstrap.history(profile)
        self._watching: Sequence[WatchInfo] = ()

    def read(self) -> Kept:
        """See keeping.Memory."""
        return read_kept(self._profile)

    def write(self, kept: Kept) -> None:
        """See keeping.Memory."""
        write_kept(self._profile, kept)

    def random(self) -> float:
        """See keeping.Memory."""
        return chance()

    def note(self, kind: str, facts: dict[str, Fact], at: int) -> None:
        """See keeping.Memory."""
        self._history.note(Moment(at, kind, facts))
        moved = facts.get("seconds")
        if kind == "clock_moved" and isinstance(moved, int) and abs(moved) >= CLOCK_SET:
            self._history.raise_incident("clock_set", "", RULES["clock_set"].severity, facts, at)

    def problem(self, code: str, facts: dict[str, Fact], before: str, at: int) -> None:
        """See keeping.Memory."""
        if before:
            self._history.clear(before, AGENT, at)
        if code and code != "agent_idle":
            told = {name: fact for name, fact in facts.items() if name != "path"}
            self._history.raise_incident(code, AGENT, "critical", told, at)

    def watching(self, sources: Sequence[WatchInfo], at: int) -> None:
        """See keeping.Memory."""
        if sources == self._watching:
            return
        self._watching = sources
        for source in sources:
            for kind, why in _UNWATCHED.items():
                if source.why == why:
                    self._history.raise_incident(kind, source.path, RULES[kind].severity, {}, at)
                else:
                    self._history.clear(kind, source.path, at)

    def over(self, command: str, trigger: Trigger, started: int, ended: Ended) -> None:
        """See keeping.Memory."""
        error = ended.error
        if error is None or error.code not in DIED or command not in REMEMBERED:
            return  # it has told it itself
        known = [run for run in self._history.runs(since=started) if run.command == command]
        if not known:  # it did not live to begin
            record = RunRecord(
                command, trigger, started, bootstrap.clock(), "failed", ended.exit, error.code, error.facts
            )
            self._history.end(self._history.begin(command, trigger, started), record)
            after_run(self._history, record, Met())
