"""Which planned backups did not happen, and when that is said: nothing but reckoning.

A planned backup is met by any that comes until `GRACE` after it: a workstation that slept makes up for it.
One that was not met is alarmed then, within a day. Where the host could not be reached meanwhile, it is
judged with the next one that could be made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from .plans import Closed, Plan, Planned, planned
from .times import SECOND

_HOUR: Final = 3600 * SECOND
DAY: Final = 24 * _HOUR
GRACE: Final = 23 * _HOUR
"""Within a day even where the host looks only now and then."""

_BEFORE: Final = _HOUR
_LOOK_BACK: Final = 400 * DAY
_LOOK_ON: Final = 60 * DAY

Level = Literal["warning", "critical"]


class Version(NamedTuple):
    """A plan, and since when it is the device's."""

    since: int
    plan: Plan


class Window(NamedTuple):
    """When the host could not be reached: planned, or found out afterwards."""

    starts: int
    ends: int


class Watched(NamedTuple):
    """A device: its plans, oldest first; its `last` backup; `since` when it is watched; days its organisation
    is `closed`."""

    versions: Sequence[Version]
    last: int | None
    since: int
    closed: Sequence[Closed] = ()


class Missed(NamedTuple):
    """`first`: when the first backup was planned that did not happen. `days`: planned days without one."""

    first: int
    days: int


class Alarm(NamedTuple):
    """What was said so far: how loud, when last, and about how many days; `last`: the last backup there was
    when it was raised."""

    level: Level
    said: int
    days: int
    last: int | None


Step = Literal["open", "escalate", "remind", "recovered", "close"]


def missed(device: Watched, windows: Sequence[Window], now: int) -> Missed | None:
    """The planned backups that did not happen, or None."""
    begins = max(device.since, now - _LOOK_BACK)
    if device.last is not None:
        begins = max(begins, device.last)
    first, days = 0, set[object]()
    for number, version in enumerate(device.versions):
        newer = device.versions[number + 1].since if number + 1 < len(device.versions) else now
        start, end = max(begins, version.since), min(newer, now - GRACE)
        if start >= end:
            continue
        for each in planned(version.plan, start, end, device.closed):
            if device.last is not None and device.last >= each.counts_from:
                continue
            if _deadline(version.plan, each, windows, device.closed) <= now:
                first = first or each.at
                days.add(each.day)
    return Missed(first, len(days)) if days else None


def _deadline(plan: Plan, each: Planned, windows: Sequence[Window], closed: Sequence[Closed]) -> int:
    latest = each.at + GRACE
    ends = [w.ends for w in windows if w.starts < latest and w.ends > each.at - _BEFORE]
    if not ends:
        return latest
    # Whoever could not reach the host may be off until the next planned day.
    again = max(max(ends), each.at)
    following = next(planned(plan, again, again + _LOOK_ON, closed), None)
    return max(latest, (following.at if following is not None else again) + GRACE)


def next_step(
    alarm: Alarm | None, found: Missed | None, last: int | None, now: int, critical_after: int = 3
) -> Step | None:
    """What is to be said now: a warning once; that it is critical after so many planned days; then each week
    in which more were missed; and once that backups come again. "close": nothing is expected any more, which
    needs no mail."""
    if alarm is None:
        return "open" if found is not None else None
    if last is not None and last != alarm.last:
        return "recovered"  # what this backup does not make up for is found at the next look
    if found is None:
        return "close"
    if alarm.level == "warning":
        return "escalate" if found.days >= critical_after else None
    return "remind" if now - alarm.said >= 7 * DAY and found.days > alarm.days else None
