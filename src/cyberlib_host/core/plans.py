"""When a device plans its backups, and the moments that follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from .holidays import Region, holidays
from .problems import Problem
from .shapes import Struct
from .times import SECOND, at_zone

TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)", description="local, HH:MM")]
Day = Annotated[str, Meta(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$(?!\n)", description="YYYY-MM-DD")]
Weekday = Annotated[int, Meta(ge=1, le=7, description="1 Monday … 7 Sunday")]
ZoneName = Annotated[
    str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{1,63}$(?!\n)", description="of the IANA database")
]

_HOUR: Final = 3600 * SECOND
EARLY: Final = 2 * _HOUR
"""A backup made by hand so long before a planned time stands for it."""

_LONGEST_ABSENCE: Final = 92
_MOST_ABSENT: Final = 184
"""Days: a plan that is always absent would be none."""


class Absence(Struct, frozen=True):
    """Days on which nobody works, the first and the last among them."""

    first: Day
    last: Day


class Plan(Struct, frozen=True):
    """`days`: on which backups are planned. `times`: one at each; else `every_hours` within the working
    hours; else once a day. `weekends_off`: nothing is expected on Saturdays and Sundays, whatever the days
    say. `holidays`: the region whose public holidays are off. `language`: of the mails."""

    days: Annotated[list[Weekday], Meta(min_length=1, max_length=7)]
    times: Annotated[list[TimeOfDay], Meta(max_length=24)] = msgspec.field(default_factory=list)
    every_hours: Annotated[int, Meta(ge=1, le=24)] | None = None
    opens: TimeOfDay = "08:00"
    closes: TimeOfDay = "19:00"
    zone: ZoneName = "Europe/Paris"
    weekends_off: bool = True
    holidays: Region = "france"
    language: Literal["fr", "en"] = "fr"
    absences: Annotated[list[Absence], Meta(max_length=20)] = msgspec.field(default_factory=list)


def default_plan(zone: str, region: Region, language: Literal["fr", "en"]) -> Plan:
    """Of a device that declared none: one backup each working day."""
    return Plan(days=[1, 2, 3, 4, 5], zone=zone, holidays=region, language=language)


class Planned(NamedTuple):
    """One planned backup: `at`; `counts_from`: a backup since then stands for it; its `day`."""

    at: int
    counts_from: int
    day: date


class Closed(NamedTuple):
    """Days without work, both ends included."""

    first: date
    last: date


def check_plan(plan: Plan) -> None:
    """Raises Problem("bad_plan", where=…) for one that means nothing, or never expects a backup."""
    at_zone(plan.zone)
    if plan.weekends_off and set(plan.days) <= {6, 7}:
        raise Problem("bad_plan", where="days")
    if plan.opens >= plan.closes:
        raise Problem("bad_plan", where="closes")
    total = 0
    for closed in closed_days(plan.absences):
        days = (closed.last - closed.first).days + 1
        total += days
        if not 1 <= days <= _LONGEST_ABSENCE or total > _MOST_ABSENT:
            raise Problem("bad_plan", where="absences")


def closed_days(absences: Sequence[Absence]) -> list[Closed]:
    """The same as dates. Raises Problem("bad_plan", where="absences") for a day that is none."""
    try:
        return [Closed(date.fromisoformat(each.first), date.fromisoformat(each.last)) for each in absences]
    except ValueError:
        raise Problem("bad_plan", where="absences") from None


def planned(plan: Plan, start: int, end: int, closed: Sequence[Closed] = ()) -> Iterator[Planned]:
    """The backups planned after `start` and up to `end`, in their order. `closed`: besides the plan's own
    absences. A local time that daylight saving skips is as much later; of one that comes twice the first."""
    zone = at_zone(plan.zone)
    off = (*closed, *closed_days(plan.absences))
    times = _times(plan)
    day = _local_day(start, zone) - timedelta(1)
    last = _local_day(end, zone)
    while day <= last:
        if _is_working(plan, day) and not any(each.first <= day <= each.last for each in off):
            midnight = _micros(day, "00:00", zone)
            for written in times:
                at = _micros(day, written, zone)
                if start < at <= end:
                    yield Planned(at, at - EARLY if plan.times else midnight, day)
        day += timedelta(1)


def _times(plan: Plan) -> list[str]:
    if plan.times:
        return sorted(set(plan.times))
    if plan.every_hours is None:
        return [plan.closes]
    # The first of the day: whoever goes home an hour before closing has missed nothing.
    hour, minute = int(plan.opens[:2]) + plan.every_hours, plan.opens[3:]
    return [min(f"{hour:02}:{minute}", plan.closes)]


def _is_working(plan: Plan, day: date) -> bool:
    weekday = day.isoweekday()
    if weekday not in plan.days or (plan.weekends_off and weekday > 5):
        return False
    return day not in holidays(day.year, plan.holidays)


def _local_day(moment: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(moment // SECOND, UTC).astimezone(zone).date()


def _micros(day: date, written: str, zone: ZoneInfo) -> int:
    moment = datetime.combine(day, time.fromisoformat(written), zone)
    return int(moment.timestamp()) * SECOND
