"""When backups run by themselves: settings shown and changed, and what is the case around this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from ..core.bandwidth import read_days
from ..core.conditions import Around, Conditions, Window
from ..core.errors import UsageError
from ..core.plan import Plan
from ..core.timetable import Timetable
from ..core.zone import Zone
from ..state.schedule_settings import (
    ScheduleSettings,
    conditions_from,
    plan_from,
    read_battery,
    read_every,
    read_hours,
    read_longest,
    read_quiet,
    read_times,
)
from ..state.settings import Settings, write_settings
from . import bootstrap
from .times import iso_time

if TYPE_CHECKING:
    from .session import Session

T = TypeVar("T")

_NONE: Final = ("none", "aucune", "aucun")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIRST: Final = 2 * 86_400  # calendars of Windows know these seconds, and none before and after
_LAST: Final = 32_000_000_000


class HoursOfRuns(msgspec.Struct, frozen=True):
    """Hours in which runs by the clock begin. `days`: 0 for Monday to 6; times as `08:00`, local."""

    days: list[int]
    start: str
    end: str


class ScheduleShown(msgspec.Struct, frozen=True):
    """What is in force. `times`: local, on `days` (0 for Monday to 6). `every`: seconds, null for none.
    `quiet`, `longest`: seconds. `scan`: a whole one a day at least. `battery_from`: per cent from which runs
    begin on battery, null for never; `battery_stop`: at which all runs end. `hours`: empty for all.
    """

    times: list[str]
    days: list[int]
    every: int | None
    watch: bool
    quiet: int
    longest: int
    scan: bool
    hours: list[HoursOfRuns]
    battery_from: int | None
    battery_stop: int
    metered: bool


class ScheduleChange(msgspec.Struct, frozen=True):
    """What a user types; None for what stays. `times`, `every`, `hours`: "none" for none. `reset`: what is
    not given here is as if nothing had been chosen."""

    times: str | None = None
    days: str | None = None
    every: str | None = None
    watch: bool | None = None
    quiet: str | None = None
    longest: str | None = None
    scan: bool | None = None
    hours: tuple[str, ...] = ()
    battery: str | None = None
    metered: bool | None = None
    reset: bool = False


def plan_of(settings: Settings) -> Plan:
    """When runs are to begin."""
    return plan_from(settings.schedule)


def conditions_of(settings: Settings) -> Conditions:
    """Under which conditions."""
    return conditions_from(settings.schedule)


def local_zone() -> tzinfo:
    """The one of this machine, daylight saving included, as it is set when it is asked."""
    return Zone(_east)


def look_around(
    settings: Settings, *, paused_until: int | None = None, maintenance: Sequence[Window] = ()
) -> Around:
    """What is the case now: current, and the network that leads to the vault, where one does. May take
    seconds when names cannot be looked up: not for a thread that somebody waits for."""
    energy = bootstrap.power().energy()
    way = _way(settings)
    return Around(
        bootstrap.clock(),
        local_zone(),
        energy.on_battery,
        energy.percent,
        None if way is None else bootstrap.connection().metered(_address(way)),
        tuple(maintenance),
        paused_until,
    )


def show(session: Session) -> ScheduleShown:
    """What is in force. Failed("settings_damaged")."""
    return _shown(session.fresh_settings().schedule)


def change(session: Session, wanted: ScheduleChange, *, dry: bool = False) -> ScheduleShown:
    """Changes the settings; `dry`: only tells what they would be then.

    Raises UsageError("bad_times" | "bad_days" | "bad_every" | "bad_quiet" | "bad_run_hours" | "bad_battery",
    text=…), Failed("settings_damaged"), Busy("profile_busy").
    """
    given = _checked(wanted)
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        before = ScheduleSettings() if wanted.reset else settings.schedule
        changed = msgspec.structs.replace(settings, schedule=msgspec.structs.replace(before, **given))
        if dry:
            return _shown(changed.schedule)
        if changed != settings:
            write_settings(session.profile, changed)
    return show(session)


def change_to(shown: ScheduleShown) -> ScheduleChange:
    """The change that leads to these settings, whatever they were before."""
    battery = (
        "no" if shown.battery_from is None else f"{shown.battery_from}%" if shown.battery_from else "yes"
    )
    hours = [f"{_days(each.days)} {each.start}-{each.end}" for each in shown.hours]
    return ScheduleChange(
        times=",".join(shown.times) or _NONE[0],
        days=_days(shown.days),
        every=_NONE[0] if shown.every is None else _span(shown.every),
        watch=shown.watch,
        quiet=_span(shown.quiet),
        longest=_span(shown.longest),
        scan=shown.scan,
        hours=tuple(hours) or (_NONE[0],),
        battery=battery,
        metered=shown.metered,
        reset=True,
    )


def next_time(shown: ScheduleShown, now: int) -> str | None:
    """When the next run by the clock would begin, the day's scan apart; None for never. `now`: ns."""
    minutes = tuple(read_times(shown.times))
    plan = Plan(times=minutes, days=tuple(shown.days), every=shown.every or 0, reconcile=False)
    planned = Timetable(plan, local_zone(), lambda: 0.0, None).look(now, 0.0).planned
    return None if planned is None else iso_time(planned // 10**9 * 10**9)


def _days(days: Sequence[int]) -> str:
    return ",".join(_DAYS[day] for day in days)


def _span(seconds: int) -> str:
    """As it is typed, in the largest unit that fits: numbers of more than five digits are not read."""
    length, unit = next(
        (n, unit) for n, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")) if seconds % n == 0
    )
    return f"{seconds // length} {unit}"


def _checked(wanted: ScheduleChange) -> dict[str, object]:
    found: dict[str, object] = {}
    if wanted.times is not None:
        texts = [] if wanted.times.lower() in _NONE else wanted.times.replace(",", " ").split()
        found["times"] = [_clock(each) for each in _read("bad_times", wanted.times, read_times, texts)]
    if wanted.days is not None:
        _read("bad_days", wanted.days, read_days, wanted.days)
        found["days"] = wanted.days.lower().replace(" ", "")
    if wanted.every is not None:
        text = "" if wanted.every.lower() in _NONE else wanted.every
        _read("bad_every", wanted.every, read_every, text)
        found["every"] = text
    for name, read in (("quiet", read_quiet), ("longest", read_longest)):
        text = getattr(wanted, name)
        if text is not None:
            _read("bad_quiet", text, read, text)
            found[name] = text
    if wanted.hours:
        hours = [] if wanted.hours[0].lower() in _NONE else [*wanted.hours]
        for each in hours:
            _read("bad_run_hours", each, read_hours, each)
        found["hours"] = hours
    if wanted.battery is not None:
        _read("bad_battery", wanted.battery, read_battery, wanted.battery)
        found["battery"] = wanted.battery
    found |= {k: getattr(wanted, k) for k in ("watch", "scan", "metered") if getattr(wanted, k) is not None}
    return found


def _read(code: str, told: str, read: Callable[[T], object], text: T) -> tuple[int, ...]:
    try:
        found = read(text)
    except ValueError:
        raise UsageError(code, text=told) from None
    return found if isinstance(found, tuple) else ()


def _shown(written: ScheduleSettings) -> ScheduleShown:
    plan, conditions = plan_from(written), conditions_from(written)
    return ScheduleShown(
        [_clock(each) for each in plan.times],
        list(plan.days),
        plan.every or None,
        plan.watch,
        round(plan.quiet),
        round(plan.longest),
        plan.reconcile,
        [HoursOfRuns(sorted(each.days), _clock(each.start), _clock(each.end)) for each in conditions.hours],
        conditions.battery_from if conditions.on_battery else None,
        conditions.battery_stop,
        conditions.metered,
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _east(instant: int) -> int:
    if hasattr(time, "tzset"):
        time.tzset()  # somebody may have travelled since
    return time.localtime(min(_LAST, max(_FIRST, instant))).tm_gmtoff


def _way(settings: Settings) -> str | None:
    """The host that the traffic to the vault goes to first; None when it takes no network that we know of."""
    vault = settings.vault
    if vault is None or not vault.at.startswith(("http://", "https://", "s3://")):
        return None
    proxy = settings.network.proxy
    if proxy not in (None, "", "none"):
        return urlsplit(proxy).hostname or ""
    at = vault.endpoint if vault.at.startswith("s3://") else vault.at
    return urlsplit(at).hostname or ""


def _address(host: str) -> str:
    """Numeric; empty, for the way to the internet, when it cannot be found out."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0] if host else ""
    except (OSError, UnicodeError):
        return ""
    return str(found).partition("%")[0]
