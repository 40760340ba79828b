"""The chores of one agent: begun when they are due, stopped when they are in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ...core.conditions import Around, Conditions, ended_by, unmet
from .brain import GLANCE, Now, Step
from .chore_list import chores_of
from .chores import GLANCE as LOOK
from .chores import WAY, Chore, Chores, Past
from .jobs import Jobs, Over
from .status import ChoreInfo
from .wanted import Wanted
from .worker import Order


class Outside(NamedTuple):
    """What it takes seconds to look at. `ready`: names of chores that have what they need."""

    around: Around
    ready: frozenset[str]


def ready_of(due: Sequence[Chore]) -> frozenset[str]:
    """Those that have what they need; asks disks, so not for a thread that somebody waits for."""
    return frozenset(each.name for each in due if each.ready is None or each.ready())


class Rounds:
    """For one thread at a time."""

    def __init__(self, past: Mapping[str, Past], share: float) -> None:
        self._chores = Chores(past, share)
        self._conditions = Conditions()
        self._number: int | None = None

    @property
    def past(self) -> dict[str, Past]:
        """What is to outlive the process."""
        return dict(self._chores.past)

    def want(self, wanted: Wanted, now: Now) -> None:
        """Other settings."""
        self._chores.want(chores_of(wanted.settings), now)
        self._conditions = wanted.conditions

    def step(
        self, now: Now, brain: Step, next_run: int | None, jobs: Jobs, look: Callable[[list[Chore]], Outside]
    ) -> float:
        """After the brain's. Seconds until it should be looked at again. `look` is asked for the outside, and
        which of these chores are ready, only when it matters."""
        running = self._chores.running
        if running is not None:
            against = ended_by(self._conditions, look([]).around)
            if against:
                jobs.stop(self._number, against[0].kind)
            elif self._chores.makes_way and (brain.begin is not None or jobs.waiting):
                jobs.stop(self._number, WAY)
            return GLANCE
        if brain.begin is not None or brain.waiting or not jobs.idle:
            return GLANCE
        due = self._chores.due(now, backup=next_run, changes=brain.wait)
        if due:
            outside = look(due)
            if not unmet(self._conditions, outside.around):
                for chore in due:
                    if chore.name in outside.ready:
                        self._number = jobs.add(Order(chore.job, "schedule"))[0]
                        self._chores.began(chore, now)
                        return GLANCE
            return LOOK
        return self._chores.wait(now)

    def over(self, over: Over, now: Now) -> None:
        """A job ended; perhaps one of these."""
        task, ended = over
        if task.number != self._number:
            return
        self._number = None
        by = ""
        if ended.error is not None and ended.error.kind == "Stopped":
            by = str(ended.error.facts.get("by") or "user")
        # What was found wrong (3, 7) is a result; the run has been.
        self._chores.ended(now, done=ended.error is None, by=by)

    def told(self) -> list[ChoreInfo]:
        """For whoever asks how the agent is."""
        return [
            ChoreInfo(name, past.last or None, self._chores.next_of(name), past.failures)
            for name, past in sorted(self._chores.wanted_past())
        ]
