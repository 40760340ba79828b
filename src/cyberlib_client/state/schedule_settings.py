"""The table `[schedule]` of the settings: when backups run by themselves, and under which conditions."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from ..core.bandwidth import Hours, read_clock, read_days
from ..core.conditions import Conditions
from ..core.plan import Plan, read_duration

DEFAULT_TIMES: Final = ("12:30", "19:00")
MOST_TIMES: Final = 48
_EVERY: Final = (300, 31 * 86_400)
_QUIET: Final = (5, 3600)
_LONGEST: Final = (5, 86_400)
_PERCENT: Final = re.compile(r"(\d{1,3}) ?%?")


class ScheduleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is absent is as said here.

    `times`: `["12:30", "19:00"]` on `days`; absent these two, unless there is `every` (`4 h`). `watch`:
    changes are saved when nothing changed for `quiet`, or after `longest` of changes. `scan`: one whole scan
    a day at least. `hours`: `["mon-fri 08:00-20:00"]`, in which runs by the clock begin. `battery`: "yes",
    "no", or from how many per cent. `metered`: whether networks that are paid by volume may be used.
    """

    times: list[str] | None = None
    days: str = "mon-sun"
    every: str = ""
    watch: bool = True
    quiet: str = "60 s"
    longest: str = "10 min"
    scan: bool = True
    hours: list[str] = []
    battery: str = "20%"
    metered: bool = False

    def __post_init__(self) -> None:
        plan_from(self)
        conditions_from(self)


def plan_from(written: ScheduleSettings) -> Plan:
    """Raises ValueError."""
    every = read_every(written.every)
    times = written.times
    if times is None:
        times = [] if every else list(DEFAULT_TIMES)
    return Plan(
        times=read_times(times),
        days=tuple(sorted(read_days(written.days))),
        every=every,
        watch=written.watch,
        quiet=_within(written.quiet, _QUIET),
        longest=_within(written.longest, _LONGEST),
        reconcile=written.scan,
    )


def conditions_from(written: ScheduleSettings) -> Conditions:
    """Raises ValueError."""
    battery = read_battery(written.battery)
    return Conditions(
        on_battery=battery is not None,
        battery_from=battery or 0,
        metered=written.metered,
        hours=tuple(read_hours(each) for each in written.hours),
    )


def read_times(texts: list[str]) -> tuple[int, ...]:
    """Minutes since midnight, in order. Raises ValueError."""
    found = {read_clock(each) % 1440 for each in texts}
    if len(found) > MOST_TIMES:
        raise ValueError("times")
    return tuple(sorted(found))


def read_every(text: str) -> int:
    """Seconds of an interval; 0 for an empty text. Raises ValueError."""
    return _within(text, _EVERY) if text else 0


def read_quiet(text: str) -> int:
    """Seconds. Raises ValueError."""
    return _within(text, _QUIET)


def read_longest(text: str) -> int:
    """Seconds. Raises ValueError."""
    return _within(text, _LONGEST)


def read_battery(text: str) -> int | None:
    """From how many per cent runs begin on battery: 0 for "yes", None for "no". Raises ValueError."""
    written = text.strip().lower()
    if written in ("yes", "oui"):
        return 0
    if written in ("no", "non"):
        return None
    match = _PERCENT.fullmatch(written)
    if match is None or int(match[1]) > 100:
        raise ValueError(text)
    return int(match[1])


def read_hours(text: str) -> Hours:
    """`mon-fri 08:00-20:00`, or `08:00-20:00` for all days. Raises ValueError."""
    days, _, times = text.strip().rpartition(" ")
    start, dash, end = times.partition("-")
    if not dash:
        raise ValueError(text)
    return Hours(read_days(days or "mon-sun"), read_clock(start), read_clock(end), {})


def _within(text: str, limits: tuple[int, int]) -> int:
    seconds = read_duration(text)
    if not limits[0] <= seconds <= limits[1]:
        raise ValueError(text)
    return seconds
