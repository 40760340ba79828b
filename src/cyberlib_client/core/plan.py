"""What a timetable is asked to keep, what outlives it, and when changes that were seen are saved."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Final

import msgspec
from msgspec import Meta

EVERY_DAY: Final = (0, 1, 2, 3, 4, 5, 6)
_MINUTES: Final = 24 * 60


_DURATION: Final = re.compile(
    r"(\d{1,5})\s?(?:(?P<s>s|secondes?|seconds?)|(?P<min>m|mn|min|minutes?)|(?P<h>h|heures?|hours?)"
    r"|(?P<d>d|j|jours?|days?))"
)
_SECONDS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


def read_duration(text: str) -> int:
    """Seconds of `60 s`, `10 min` (`mn`), `4 h` (`4 heures`), `2 d` (`2 j`, `2 days`). Raises ValueError."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(text)
    return int(match[1]) * _SECONDS[match.lastgroup or "s"]


class Plan(msgspec.Struct, frozen=True):
    """What is asked for. All may be combined; without `times` and `every` nothing runs by the clock but the
    daily scan.

    `times`: minutes since midnight (0 to 1439), local; `days`: 0 for Monday to 6, those the times are for.
    `every`: seconds from the beginning of one run to that of the next, 0 for none.
    `watch`: changes are saved once nothing changed for `quiet` seconds, or after `longest` seconds of
    changes. `reconcile`: a whole scan a day at least. `settle`: seconds awake before what was missed is
    made up for.
    """

    times: tuple[int, ...] = ()
    days: tuple[int, ...] = EVERY_DAY
    every: int = 0
    watch: bool = True
    quiet: float = 60.0
    longest: float = 600.0
    reconcile: bool = True
    settle: float = 120.0

    def __post_init__(self) -> None:
        if not all(0 <= time < _MINUTES for time in self.times):
            raise ValueError("times")
        if not all(0 <= day <= 6 for day in self.days) or (self.times and not self.days):
            raise ValueError("days")
        if self.every < 0:
            raise ValueError("every")

    def period(self) -> float | None:
        """Seconds from one planned time to the next at most, an hour longer where clocks are put back; None
        without a plan."""
        found = [float(self.every)] if self.every else []
        if self.times:
            week = sorted({day * _MINUTES + time for day in self.days for time in self.times})
            gaps = [after - before for before, after in pairwise(week)]
            found.append((max([*gaps, week[0] + 7 * _MINUTES - week[-1]]) + 60) * 60.0)
        return min(found, default=None)


Instant = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
"""ns since 1970. What a damaged file has beyond ends no calendar of ours."""


class Due(msgspec.Struct, frozen=True):
    """What outlives the process; the caller stores it as JSON. Times in ns since 1970.

    `next`: when a run may begin by the plan, `planned` without its jitter; None without a plan. `last`: when
    the last whole run began, by the clock as it goes now; 0 for never. `missed`: `planned` passed while
    nobody looked. `served`: planned times that had their run. `idle`: seconds awake since that run ended.
    `failures`: runs in a row that failed. `share`: of the jitter that is this installation's, 0 to 1.
    `plan`: what it was computed from. A run that was waved off counts as one for `last` and `idle`.
    """

    next: Instant | None = None
    planned: Instant | None = None
    last: Instant = 0
    missed: bool = False
    served: tuple[Instant, ...] = ()
    idle: float = 0.0
    failures: int = 0
    share: float | None = None
    plan: Plan | None = None


class Quiet:
    """When changes that were seen are to be saved: after a while without new ones, or of going on."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._first: float | None = None

    def look(self, now: float, last_change: float | None) -> float | None:
        """Seconds until they are to be saved, 0 for now; None when there are none. `last_change`: of the
        newest that was not taken, by the same clock as `now`."""
        if last_change is None or not self._plan.watch:
            self._first = None
            return None
        if self._first is None:
            self._first = last_change
        until = min(last_change + self._plan.quiet, self._first + self._plan.longest)
        return max(0.0, until - now)

    def taken(self) -> None:
        """They are being saved: the longest wait begins anew with the next."""
        self._first = None
