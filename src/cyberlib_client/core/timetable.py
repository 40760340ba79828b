"""When backups run by themselves: times of the day, intervals, and what becomes of them when clocks move,
machines sleep, and processes end.

Three clocks are told at each look: the wall's (ns since 1970; people set it), one that stands still while the
machine sleeps, and one that goes on (both in seconds, both from any start, none ever set).

Why no run is lost and none comes twice:

- A planned time is an instant. It is `served` by a run that began after it, and never planned again.
- While the process lives, time that passed is told by the clocks nobody sets. By how much the wall clock
  moved against them is known, and intervals move with it.
- A next time further away than one period is computed anew: the wall clock was set back.
- Whatever the wall clock says, a run is due after one period of time awake. That time is kept in `Due`, so
  that it outlives the process; each new process takes what may be missing of it for passed.
- Of many planned times that have passed, only the last counts: one run serves them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import takewhile
from typing import Final, NamedTuple

import msgspec

from .plan import Due, Plan

__all__ = ["Due", "Look", "Plan", "Timetable"]

LONGEST_LOOK: Final = 60.0
"""Seconds: no wait is longer, since timers stand still while a machine sleeps."""
JITTER: Final = 300.0
"""Seconds over which the machines of one practice spread a time of the day."""
LATE: Final = 150.0
"""Seconds after which a time has been missed, and was not merely seen late."""
AWAKENED: Final = 60.0
"""Seconds that a machine is left alone after waking: networks and disks come back."""

_SECOND: Final = 10**9
_DAY: Final = 86_400
_SLEPT: Final = 30.0  # less is a busy machine
_MOVED: Final = 60.0  # less is a clock that is kept right
_LONGEST_SLEEP: Final = 45 * _DAY  # without a clock that goes on, what is longer was a clock set forward
_SLACK: Final = 900.0
_STEP: Final = 900.0  # seconds awake between two states of `Due` that differ in nothing else
_SERVED: Final = 32
_FIRST_RETRY: Final = 300.0
_LAST_RETRY: Final = 3600.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = 30 * _DAY * _SECOND  # calendars of some systems end beyond these two
_LATEST: Final = 32_000_000_000 * _SECOND  # in the year 2984


class Look(NamedTuple):
    """What is the case. `due`: a run by the plan should begin; said until `ran`, `failed` or `skip`.
    `missed`: its time passed while the machine slept or was off, or the process was dead; said from then
    on, `due` a few minutes later. `slept`, `clock_moved`: seconds since the look before (`clock_moved` below
    zero: set back); 0 when not worth telling. `wait`: seconds until to look again. `planned`: the time that
    is due, or the next. `reconcile`: no whole run for a day."""

    due: bool
    missed: bool
    slept: float
    clock_moved: float
    wait: float
    planned: int | None
    reconcile: bool


class _Clocks(NamedTuple):
    wall: int
    mono: float
    going: float | None


class Timetable:
    """Keeps a plan. Not for several threads at once.

    `zone`: the local one, which must know of daylight saving (PEP 495). `random`: 0 to 1, asked once per
    installation. `due`: as `self.due` was when the last process stored it.
    """

    def __init__(self, plan: Plan, zone: tzinfo, random: Callable[[], float], due: Due | None) -> None:
        self.plan = plan
        self._zone = zone
        self._period = plan.period()
        self._seen: _Clocks | None = None
        self._rest = 0.0  # of the clock that stands still: nothing begins before
        given = due or Due()
        share = random() if given.share is None else given.share
        self.due = msgspec.structs.replace(given, share=min(1.0, max(0.0, share)))
        """To be stored when it changed."""
        self._idle = self.due.idle + (self._step if due is not None else 0.0)
        self._fresh = False  # a run has ended since the last look: what passed until then was its time
        self._reached: int | None = None  # the planned time that this process saw coming

    def look(self, wall: int, mono: float, going: float | None = None) -> Look:
        """Tells what is due. `mono`: seconds that stand still in sleep; `going`: seconds that go on in it,
        without which sleep is told from a clock set forward by its length alone."""
        wall = _sane(wall)
        slept = moved = 0.0
        if self._seen is None:
            self._rest = mono + self._settle
            self._begin(wall)
        else:
            slept, moved = self._passed(self._seen, _Clocks(wall, mono, going))
            if slept:
                self._rest = max(self._rest, mono + AWAKENED)
            if moved:
                self._move(wall, round(moved * _SECOND))
        self._seen = _Clocks(wall, mono, going)
        self._advance(wall, mono, moved)
        due = self.due
        rested = mono >= self._rest
        wanted = due.next is not None and wall >= due.next
        scan = self.plan.reconcile and (
            not due.last or wall - due.last >= _DAY * _SECOND or self._idle >= _DAY
        )
        return Look(
            wanted and rested,
            due.missed and wanted,
            slept,
            moved,
            self._wait(wall, mono),
            due.planned,
            scan and rested,
        )

    def ran(self, wall: int, *, started: int, whole: bool = True) -> None:
        """A run that began at `started` has ended well, now. `whole`: it looked at everything; others serve
        no planned time."""
        if not whole:
            return
        wall, started = _sane(wall), _sane(started)
        self._ended(wall, started)

    def failed(self, wall: int) -> None:
        """The run that was due has failed: it is due again after a while, which grows."""
        failures = self.due.failures + 1
        mono = self._seen.mono if self._seen is not None else 0.0
        self._rest = mono + min(_LAST_RETRY, _FIRST_RETRY * 2.0 ** min(failures - 1, 10))
        self.due = msgspec.structs.replace(self.due, failures=failures)

    def skip(self, wall: int) -> None:
        """The run that was due shall not be: somebody stopped it. The next planned time comes next."""
        wall = _sane(wall)
        self._ended(wall, wall)

    # --- how clocks are read

    def _passed(self, before: _Clocks, now: _Clocks) -> tuple[float, float]:
        """(seconds slept, seconds the wall clock was moved), each 0 when small."""
        awake = max(0.0, now.mono - before.mono)
        self._idle += 0.0 if self._fresh else awake
        self._fresh = False
        shown = (now.wall - before.wall) / _SECOND
        if now.going is not None and before.going is not None:
            passed = max(awake, now.going - before.going)
        else:
            passed = shown if awake + _SLEPT < shown < awake + _LONGEST_SLEEP else awake
        slept, moved = passed - awake, shown - passed
        return (slept if slept >= _SLEPT else 0.0), (moved if abs(moved) >= _MOVED else 0.0)

    def _begin(self, wall: int) -> None:
        """The first look of this process."""
        due = self.due
        last = min(due.last, wall)  # a clock set back while nobody looked
        self.due = due = msgspec.structs.replace(due, last=last)
        pending = due.next is not None and due.next <= wall and self._period is not None
        if due.plan != self.plan and not pending:
            self._next(wall)
        self.due = msgspec.structs.replace(self.due, plan=self.plan)

    def _move(self, wall: int, by: int) -> None:
        """The wall clock was moved: what counts from the last run moves with it."""
        due = self.due
        last = min(wall, due.last + by) if due.last else 0
        self.due = msgspec.structs.replace(due, last=last)
        if due.next is None:
            return
        if due.next <= wall - by:  # it was due, and stays so when the clock is set back
            self.due = msgspec.structs.replace(self.due, next=min(due.next, wall))
        elif not self.plan.times:
            self.due = msgspec.structs.replace(self.due, next=due.next + by, planned=due.next + by)
        elif self.plan.every and due.next > wall:
            self._next(wall)

    def _advance(self, wall: int, mono: float, moved: float) -> None:
        """Brings `due` up to now."""
        due, period = self.due, self._period
        if period is None:
            if due.next is not None:
                self._next(wall)
        elif due.next is None or (due.next - wall) / _SECOND > period:
            self._next(wall)
        due = self.due
        if due.next is not None and due.next <= wall and not due.missed:
            late = (wall - due.next) / _SECOND - max(0.0, moved)
            if late > LATE and not self._told(due):
                begun = due.planned or due.next
                latest = [begun, *self._between(begun, wall - round(self._jitter * _SECOND))][-1]
                self.due = due = msgspec.structs.replace(due, planned=latest, missed=True)
                self._rest = max(self._rest, mono + self._settle)
            self._reached = due.planned
        elif period is not None and (due.next is None or due.next > wall) and self._overdue(period):
            # Whatever the wall clock told: so long nothing has run.
            self.due = msgspec.structs.replace(due, next=wall, planned=wall, missed=False)
            self._reached = wall
        if abs(self._idle - self.due.idle) >= self._step:
            self.due = msgspec.structs.replace(self.due, idle=self._idle)

    def _told(self, due: Due) -> bool:
        return self._reached is not None and self._reached == due.planned

    # --- which time comes next

    def _ended(self, wall: int, started: int) -> None:
        due = self.due
        served = due.served
        reached = False
        if due.planned is not None and due.next is not None:
            reached = due.planned <= started or due.next <= started
            if reached:
                served = (*served, due.planned, *self._between(due.planned, started))[-_SERVED:]
        last = min(started, wall)
        self._idle, self._fresh = 0.0, True
        self.due = msgspec.structs.replace(due, last=last, served=served, failures=0, idle=self._idle)
        if reached or self.plan.every:
            # Runs that take longer than the interval would otherwise follow one another without end.
            self._next(started, rested=wall + round(min(AWAKENED, self.plan.every / 4) * _SECOND))
        if self.due.next is not None and self.due.next <= wall:
            self._reached = self.due.planned  # it passed while that run went on: not missed
            self.due = msgspec.structs.replace(self.due, missed=False)

    def _next(self, after: int, *, rested: int = 0) -> None:
        """Plans the first time after `after` that had no run; intervals end at `rested` at the earliest."""
        due = self.due
        found: list[tuple[int, int]] = []
        if self.plan.times:
            planned = next(each for each in self._planned(after) if each not in due.served)
            found.append((planned + round(self._jitter * _SECOND), planned))
        if self.plan.every:
            counted = due.last if 0 < due.last <= after else after
            interval = max(after, rested, counted + self.plan.every * _SECOND)
            found.append((interval, interval))
        begin, planned_at = min(found) if found else (None, None)
        self.due = msgspec.structs.replace(due, next=begin, planned=planned_at, missed=False)

    def _planned(self, after: int) -> Iterator[int]:
        """Times of the day after an instant, in order. One that the clocks jump over is an hour later by
        their new count; of one that they show twice it is the first."""
        day = (_EPOCH + timedelta(microseconds=after // 1000)).astimezone(self._zone).date()
        day -= timedelta(days=1)
        while True:
            # Sorted anew: what was jumped over comes later than what follows it on paper.
            for each in sorted({self._instant(day, time) for time in self.plan.times}):
                if each > after and day.weekday() in self.plan.days:
                    yield each
            day += timedelta(days=1)

    def _instant(self, day: date, minute: int) -> int:
        local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=self._zone)
        return int((local - _EPOCH).total_seconds()) * _SECOND

    def _between(self, first: int, until: int) -> list[int]:
        """Times of the day after `first`, until `until`, of the last days: one run is for all of them."""
        if not self.plan.times:
            return []
        times = self._planned(max(first, until - 8 * _DAY * _SECOND))
        return [*takewhile(lambda each: each <= until, times)]

    # --- how long

    @property
    def _jitter(self) -> float:
        return JITTER * (self.due.share or 0.0)

    @property
    def _settle(self) -> float:
        """Machines of one practice wake together too, when the current comes back."""
        return self.plan.settle + self._jitter * min(1.0, self.plan.settle / 120.0)

    def _overdue(self, period: float) -> bool:
        return self._idle > period + _SLACK + 2 * self._step

    @property
    def _step(self) -> float:
        return _STEP if self._period is None else max(60.0, min(_STEP, self._period / 4))

    def _wait(self, wall: int, mono: float) -> float:
        waits = [LONGEST_LOOK]
        if self.due.next is not None and self.due.next > wall:
            waits.append((self.due.next - wall) / _SECOND)
        if self._rest > mono:
            waits.append(self._rest - mono)
        return max(0.2, min(waits))


def _sane(wall: int) -> int:
    return min(_LATEST, max(_EARLIEST, wall))
