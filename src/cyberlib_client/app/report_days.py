"""What is told of each day: how its backups ended, how long the machine slept or was paused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, Literal

import msgspec

from ..state.records import Moment, RunRecord

DayState = Literal["done", "incomplete", "stopped", "failed", "none"]

_SECOND: Final = 10**9
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ReportDay(msgspec.Struct, frozen=True):
    """A day of this machine's time zone. `state`: of its backups, the best. `stored`: bytes. `asleep`,
    `paused`: seconds."""

    day: str
    state: DayState
    completed: int
    stopped: int
    failed: int
    stored: int
    asleep: int
    paused: int


def local_day(nanoseconds: int, zone: tzinfo | None) -> date:
    """The local day; of times beyond the calendar, its last or first."""
    try:
        return (_EPOCH + timedelta(microseconds=nanoseconds // 1000)).astimezone(zone).date()
    except (OverflowError, OSError, ValueError):
        return date.max if nanoseconds > 0 else date.min


def start_of(day: date, zone: tzinfo | None) -> int:
    """ns at which a local day begins."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (made local in the next line)
    local = midnight.astimezone() if zone is None else midnight.replace(tzinfo=zone)
    return round((local - _EPOCH) / timedelta(microseconds=1)) * 1000


def calendar(
    first: date, days: int, runs: list[RunRecord], moments: list[Moment], now: int, zone: tzinfo | None
) -> Iterator[ReportDay]:
    """These days, oldest first. `zone`: of days, None for this machine's."""
    spans = {"asleep": list(_asleep(moments)), "paused": list(_paused(moments, now))}
    backups: dict[date, list[RunRecord]] = {}
    for run in runs:
        if run.command == "backup":
            backups.setdefault(local_day(run.started, zone), []).append(run)
    for number in range(days):
        day = first + timedelta(days=number)
        begin, end = start_of(day, zone), start_of(day + timedelta(days=1), zone)
        within = {kind: _until(found, end) - _until(found, begin) for kind, found in spans.items()}
        today = backups.get(day, [])
        outcomes = [run.outcome for run in today]
        yield ReportDay(
            day.isoformat(),
            _state(today),
            outcomes.count("completed"),
            outcomes.count("stopped"),
            outcomes.count("failed"),
            sum(run.stored for run in today),
            within["asleep"],
            within["paused"],
        )


def _until(spans: list[tuple[int, int]], moment: int) -> int:
    """Whole seconds of the spans up to a moment: so days add up to the whole, wherever midnight falls."""
    return sum(max(0, min(to, moment) - since) for since, to in spans) // _SECOND


def _state(runs: list[RunRecord]) -> DayState:
    done = [run for run in runs if run.outcome == "completed"]
    if done:
        return "done" if done[-1].exit == 0 else "incomplete"
    if not runs:
        return "none"
    return "failed" if any(run.outcome == "failed" for run in runs) else "stopped"


def _asleep(moments: Iterable[Moment]) -> Iterator[tuple[int, int]]:
    for moment in moments:
        seconds = moment.facts.get("seconds")
        if moment.kind == "slept" and isinstance(seconds, int | float):
            yield moment.at - round(seconds * _SECOND), moment.at


def _paused(moments: Iterable[Moment], now: int) -> Iterator[tuple[int, int]]:
    """A pause ends when it is resumed, or at the time it was to end."""
    begun: tuple[int, int] | None = None
    for moment in moments:
        if moment.kind in ("paused", "resumed") and begun is not None:
            yield begun[0], min(moment.at, begun[1])
            begun = None
        if moment.kind == "paused":
            until = moment.facts.get("until")
            begun = moment.at, until if isinstance(until, int) else now
    if begun is not None:
        yield begun[0], min(now, begun[1])
