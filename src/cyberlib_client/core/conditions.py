"""Under which conditions a run may begin by itself, and what ends one that is under way.

The answer is always the list of all that is unmet: whoever plugs the mains in shall not learn only then
that the network is metered too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal

import msgspec

from .bandwidth import Hours, read_time
from .errors import UsageError
from .plan import read_duration

_SECOND: Final = 10**9
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_PAUSE: Final = 7 * 86_400 * _SECOND
"""A pause that nobody ends ends here: a practice must never find out that it was paused for a year."""

Kind = Literal[
    "battery", "battery_low", "metered", "hours", "maintenance", "paused",
    "settling", "after_failure", "after_stop",
]  # fmt: skip
_HOUR: Final = re.compile(r"(\d{1,2}) ?h(?:eures)? ?([0-5]\d)?")
_OF_DAY: Final = range(6, 25)
"""Hours at which a practice may be open."""
_TOMORROW: Final = ("tomorrow", "demain")


class Conditions(msgspec.Struct, frozen=True):
    """What is asked for. `on_battery`: whether runs begin on battery at all, and then only at `battery_from`
    per cent or more; at `battery_stop` per cent or less nothing runs. `metered`: whether networks that are
    paid by volume may be used. `hours`: those in which runs by the clock begin; none for all."""

    on_battery: bool = True
    battery_from: int = 20
    battery_stop: int = 3
    metered: bool = False
    hours: tuple[Hours, ...] = ()


class Window(msgspec.Struct, frozen=True):
    """A time at which the host is being worked on; ns since 1970."""

    start: int
    end: int


class Around(msgspec.Struct, frozen=True):
    """What is the case. `wall`: ns since 1970; `zone`: the local one. `on_battery`, `percent` (0 to 100),
    `metered`: None when unknown, or of no account. `paused_until`: ns, None for no pause."""

    wall: int
    zone: tzinfo
    on_battery: bool | None = None
    percent: int | None = None
    metered: bool | None = None
    maintenance: tuple[Window, ...] = ()
    paused_until: int | None = None


class Unmet(msgspec.Struct, frozen=True):
    """One condition that is unmet. Facts: `until` (ns) where it is known when it ends by itself; `percent`
    and `wanted` of a battery.

        battery      on battery, with too little in it or not wanted at all
        battery_low  nothing runs any more, not even what a user asks for
        metered      the network is paid by volume
        hours        not among the hours that were chosen
        maintenance  the host is being worked on
        paused       somebody paused it

    And what an agent gives time to by itself, always with `until`:

        settling       the machine or the agent was just started, or woke up
        after_failure  the last run failed
        after_stop     somebody stopped the last run
    """

    kind: Kind
    facts: dict[str, str | int | float | None]


def unmet(wanted: Conditions, around: Around, *, manual: bool = False) -> list[Unmet]:
    """All that keeps a run from beginning now; empty when it may. `manual`: a user asks for it, and only what
    makes it impossible counts."""
    found = _low(wanted, around)
    if manual:
        return found
    if not found and around.on_battery:
        little = around.percent is not None and around.percent < wanted.battery_from
        if not wanted.on_battery or little:
            asked = wanted.battery_from if wanted.on_battery else None
            found.append(Unmet("battery", {"percent": around.percent, "wanted": asked}))
    found += _metered(wanted, around)
    opening = _opening(wanted.hours, around)
    if opening is not None:
        found.append(Unmet("hours", {"until": opening}))
    window = _window(around.maintenance, around.wall)
    if window is not None:
        found.append(Unmet("maintenance", {"until": window}))
    until = around.paused_until
    # A pause further away than any can be was made before the clock was set back.
    if until is not None and around.wall < until <= around.wall + LONGEST_PAUSE:
        found.append(Unmet("paused", {"until": until}))
    return found


def ended_by(wanted: Conditions, around: Around, *, manual: bool = False) -> list[Unmet]:
    """What ends a run that is under way; empty when it may go on. Hours, maintenance and pauses end none."""
    low = _low(wanted, around)
    return low if manual else [*low, *_metered(wanted, around)]


def read_pause(text: str, wall: int, zone: tzinfo) -> int:
    """When a pause ends, in ns since 1970: `30 min`, `1 h`, `2 d` (`2 j`), `18:30` (`18h30`), `tomorrow`
    (`demain`: at midnight). Raises ValueError, also for one longer than `LONGEST_PAUSE`, and
    UsageError("unclear_pause", text=…, at=…, minutes=…) for `18h` (who means six o'clock would have eighteen
    hours without a backup) and for `1h30`, an hour and a half rather than a time of the night."""
    written = " ".join(text.lower().split())
    if found := _HOUR.fullmatch(written):
        hour, minutes = int(found[1]), int(found[2] or 0)
        # Of few hours nobody means the time of day, but with minutes it is written alike.
        if hour in _OF_DAY if found[2] is None else hour < _OF_DAY.start:
            at = f"{hour:02}:{minutes:02}"
            raise UsageError("unclear_pause", text=text, at=at, minutes=hour * 60 + minutes)
    local = (_EPOCH + timedelta(microseconds=wall // 1000)).astimezone(zone)
    if written in _TOMORROW:
        until = _instant(local, 1, 0)
    elif (minute := _time_of(written)) is not None:
        until = _instant(local, 0, minute)
        if until <= wall:
            until = _instant(local, 1, minute)
    else:
        until = wall + read_duration(written) * _SECOND
    if not wall < until <= wall + LONGEST_PAUSE:
        raise ValueError(text)
    return until


def _time_of(text: str) -> int | None:
    try:
        return read_time(text)
    except ValueError:
        return None


def _low(wanted: Conditions, around: Around) -> list[Unmet]:
    percent = around.percent
    if around.on_battery and percent is not None and percent <= wanted.battery_stop:
        return [Unmet("battery_low", {"percent": percent, "wanted": wanted.battery_stop})]
    return []


def _metered(wanted: Conditions, around: Around) -> list[Unmet]:
    return [Unmet("metered", {})] if around.metered and not wanted.metered else []


def _opening(hours: Sequence[Hours], around: Around) -> int | None:
    """None when one of them holds now; else when the first begins."""
    local = (_EPOCH + timedelta(microseconds=around.wall // 1000)).astimezone(around.zone)
    minute = local.hour * 60 + local.minute
    if not hours or any(each.hold(local.weekday(), minute) for each in hours):
        return None
    begins = (
        _instant(local, ahead, each.start)
        for ahead in range(9)
        for each in hours
        if (local.weekday() + ahead) % 7 in each.days
    )
    return min(begin for begin in begins if begin > around.wall)


def _window(windows: Sequence[Window], wall: int) -> int | None:
    """The end of all that follow one another without a gap, from now on; None when none is now."""
    until: int | None = None
    for each in sorted(windows, key=lambda window: window.start):
        if each.start <= (wall if until is None else until) < each.end:
            until = each.end
    return until


def _instant(local: datetime, days: int, minute: int) -> int:
    day = local.date() + timedelta(days=days + minute // 1440)
    minute %= 1440
    found = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=local.tzinfo)
    return int((found - _EPOCH).total_seconds()) * _SECOND
