"""Times of the host: microseconds since 1970-01-01 UTC, and RFC 3339 on the wire."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .problems import Problem

Clock = Callable[[], int]
"""Microseconds since 1970-01-01 UTC."""

SECOND: Final = 1_000_000
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339(time: int) -> str:
    """`2026-11-22T09:30:00.000000Z`, always of one length, so that times sort as text."""
    return (_BEGINNING + timedelta(microseconds=time)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def readable(time: int) -> str:
    """`2026-11-22 10:30:00+01:00`: to the second, by this machine's clocks, for people."""
    moment = _BEGINNING + timedelta(microseconds=time)
    with suppress(OverflowError, OSError, ValueError):  # the last day of the calendar has no other zones
        moment = moment.astimezone()
    return moment.isoformat(" ", "seconds")


def micros(written: str) -> int:
    """The reverse of `rfc3339`; also takes a bare date. Raises ValueError."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _BEGINNING) // timedelta(microseconds=1)


def months_before(time: int, months: int) -> int:
    """The same day and hour so many calendar months earlier, or the last day of a month that is shorter."""
    moment = _BEGINNING + timedelta(microseconds=time)
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    for day in range(moment.day, moment.day - 4, -1):
        try:
            earlier = moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
        return (earlier - _BEGINNING) // timedelta(microseconds=1)
    raise ValueError("no such day")  # every month has 28


@lru_cache(maxsize=1024)
def at_zone(name: str) -> ZoneInfo:
    """The time zone of that name in the IANA database. Raises Problem("bad_plan", where="zone")."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of the database is none either
        raise Problem("bad_plan", where="zone") from None
