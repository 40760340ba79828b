"""What an agent decides: when a run begins by itself, what it looks at, and what ends it.

No thread, no clock and no disk of its own, so that a month can be lived through in seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from ...core.conditions import Around, Conditions, Kind, Unmet, ended_by, unmet
from ...core.plan import Plan, Quiet
from ...core.timetable import AWAKENED, Look, Timetable
from ...state.records import Trigger
from ..workplace import Fact
from .burst import Burst

GLANCE: Final = 15.0
"""Seconds between two looks at what may end a run."""

_HOLDS: Final = (60.0, 300.0, 900.0, 3600.0)
"""Seconds after the first, second… failure in a row before a run begins by itself again."""

_LEFT_ALONE: Final = 900.0
"""Seconds after somebody stopped a run."""

BY_ITSELF: Final = frozenset[Kind](("settling", "after_failure", "after_stop"))
"""What is waited for of the agent's own accord: runs and starts in the history tell as much."""


class Now(NamedTuple):
    """A moment: see core.timetable for the three clocks."""

    wall: int
    mono: float
    going: float | None


class Seen(NamedTuple):
    """What the watcher has. `last`: the newest change that no run took yet, by the clock that stands still in
    sleep; `lost`: why all must be looked at; `items`: files with changes that no run took, up to a
    few hundred; `fresh`: folders with changes since the last look."""

    last: float | None = None
    lost: frozenset[str] = frozenset()
    items: int = 0
    fresh: frozenset[bytes] = frozenset()


class Begin(NamedTuple):
    """A run to begin. `whole`: it looks at everything."""

    trigger: Trigger
    whole: bool


class Step(NamedTuple):
    """What to do now, and when (in seconds) to ask again."""

    wait: float
    begin: Begin | None = None
    stop: str | None = None
    waiting: tuple[Unmet, ...] = ()


class _Running(NamedTuple):
    trigger: Trigger
    reasons: frozenset[str]
    started: int
    moved: float


class Brain:
    """For one thread. `note` takes what is worth remembering: "slept", "clock_moved", "watch_lost"."""

    def __init__(
        self,
        plan: Plan,
        wanted: Conditions,
        timetable: Timetable,
        note: Callable[[str, dict[str, Fact]], None],
    ) -> None:
        self._note = note
        self.timetable = timetable
        self.plan, self.wanted = plan, wanted
        self._quiet = Quiet(plan)
        self._burst = Burst()
        self.scan: set[str] = {"started"}
        """Why the next run looks at everything; empty when nothing calls for it."""
        self.moved = 0.0
        """Seconds by which the clock was set since the last run that ended well began."""
        self.waiting: tuple[Unmet, ...] = ()
        """As `waits_for` was last told."""
        self._calm: float | None = None
        self._calm_for: Kind = "settling"
        self._glance: tuple[float, list[Unmet]] | None = None
        self._failures = 0
        self._running: _Running | None = None

    def set_plan(self, plan: Plan, wanted: Conditions, timetable: Timetable) -> None:
        """Other settings."""
        self.plan, self.wanted, self.timetable = plan, wanted, timetable
        self._quiet = Quiet(plan)

    def think(self, now: Now, seen: Seen, around: Callable[[], Around]) -> Step:
        """To be asked at least as often as it says, and when anything happens."""
        if self._calm is None:
            self._calm = now.mono + self.plan.settle
        look = self.timetable.look(now.wall, now.mono, now.going)
        if look.slept:
            self.scan.add("slept")
            if now.mono + AWAKENED > self._calm:
                self._calm, self._calm_for = now.mono + AWAKENED, "settling"
            self._note("slept", {"seconds": round(look.slept)})
        if look.clock_moved:
            self.moved += look.clock_moved
            self._note("clock_moved", {"seconds": round(look.clock_moved)})
        for reason in sorted(seen.lost - self.scan):
            self._note("watch_lost", {"reason": reason})
        self.scan |= seen.lost
        if self._running is not None:
            manual = self._running.trigger == "user"
            against = ended_by(self.wanted, around(), manual=manual)
            return Step(min(look.wait, GLANCE), stop=against[0].kind if against else None)
        if look.due:
            begin: Begin | None = Begin("missed" if look.missed else "schedule", whole=True)
            wait = look.wait
        else:
            begin, wait = self._between(now, seen, look)
            wait = min(wait, look.wait)
        if begin is None:
            return Step(wait, waiting=self._settling(now, seen, look, around))
        against = unmet(self.wanted, around())
        return Step(GLANCE, waiting=tuple(against)) if against else Step(GLANCE, begin)

    def _between(self, now: Now, seen: Seen, look: Look) -> tuple[Begin | None, float]:
        """What is to be done between planned times, and how long to wait for it."""
        calm = (self._calm or 0.0) - now.mono
        quiet = self._quiet.look(now.mono, seen.last)
        scan = look.reconcile or bool(self.scan)
        if not scan and quiet is None:
            return None, max(calm, 1e9)
        burst = self._burst.look(now.mono, seen.items) if self.plan.watch else None
        wait = max(calm, min(each for each in (quiet or 0.0, burst) if each is not None))
        if wait > 0:
            return None, wait
        if not scan:
            return Begin("changes", whole=False), 0.0
        return Begin("missed" if look.missed else "reconcile", whole=True), 0.0

    def _settling(self, now: Now, seen: Seen, look: Look, around: Callable[[], Around]) -> tuple[Unmet, ...]:
        """What there is to wait for while something is to be done and calm is still to come."""
        calm = (self._calm or 0.0) - now.mono
        if calm <= 0 or not (self.scan or look.reconcile or seen.last is not None):
            self._glance = None
            return ()
        if self._glance is None or now.mono - self._glance[0] >= GLANCE:  # a look may take seconds
            self._glance = now.mono, unmet(self.wanted, around())
        until = now.wall + round(calm * 1e9)
        return Unmet(self._calm_for, {"until": until}), *self._glance[1]

    def waits_for(self, waiting: tuple[Unmet, ...]) -> bool:
        """Notes what runs wait for; whether that is news."""
        kinds, before = ([each.kind for each in some] for some in (waiting, self.waiting))
        kept, known = ([kind for kind in some if kind not in BY_ITSELF] for some in (kinds, before))
        if kept != known:
            self._note("waiting" if kept else "waiting_ended", {"for": ",".join(kept)} if kept else {})
        self.waiting = waiting
        return kinds != before

    def began(self, now: Now, trigger: Trigger) -> None:
        """A run is at work: what was there to be saved is its business now."""
        self._quiet.taken()
        self._burst.began(now.mono)
        self._running = _Running(trigger, frozenset(self.scan), now.wall, self.moved)

    def ended(self, now: Now, *, done: bool, by: str = "", whole: bool = True) -> None:
        """How it ended. `done`: a snapshot was made; `by`: who or what stopped it, else empty; `whole`: it
        has looked at everything, whatever it was to do."""
        running, self._running = self._running, None
        if running is None:
            return
        self._burst.ended(now.mono)
        if done:
            self.moved -= running.moved
            self._failures, self._calm = 0, now.mono  # whatever it is that must settle has settled
            self.timetable.ran(now.wall, started=running.started, whole=whole)
            if whole:
                self.scan -= running.reasons
            return
        by_the_clock = running.trigger in ("schedule", "missed")
        if by == "user":
            self._calm, self._calm_for = now.mono + _LEFT_ALONE, "after_stop"
            if by_the_clock:
                self.timetable.skip(now.wall)
        elif not by:
            self._calm = now.mono + _HOLDS[min(self._failures, len(_HOLDS) - 1)]
            self._calm_for = "after_failure"
            self._failures += 1
            if by_the_clock:
                self.timetable.failed(now.wall)

    def next_run(self, now: Now, paused: int | None = None) -> int | None:
        """When a run begins by itself, as far as is known (ns): by the timetable, or to look at all; not
        before a pause ends."""
        found = [] if self.timetable.due.next is None else [self.timetable.due.next]
        if self.scan and self._calm is not None:
            found.append(now.wall + round(max(0.0, self._calm - now.mono) * 1e9))
        return max(min(found), paused or 0) if found else None
