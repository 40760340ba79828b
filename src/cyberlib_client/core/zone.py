"""A local time zone that knows its distance from UTC at each instant, as every system tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_DAY: Final = 86_400
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Zone(tzinfo):
    """`east`: seconds east of UTC at an instant, in seconds since 1970. Follows PEP 495: of a time that the
    clocks show twice `fold` chooses, and one that they jump over is counted by what held before (after, with
    fold)."""

    def __init__(self, east: Callable[[int], int]) -> None:
        self._east = east

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """See tzinfo."""
        if dt is None:
            return timedelta(0)
        shown = round((dt.replace(tzinfo=UTC, fold=0) - _EPOCH).total_seconds())
        before, after = self._east(shown - _DAY), self._east(shown + _DAY)
        fits = [each for each in {before, after} if self._east(shown - each) == each]
        if not fits:  # jumped over, or two changes within two days
            return timedelta(seconds=after if dt.fold else before)
        return timedelta(seconds=min(fits) if dt.fold else max(fits))

    def fromutc(self, dt: datetime) -> datetime:
        """See tzinfo."""
        instant = round((dt.replace(tzinfo=UTC) - _EPOCH).total_seconds())
        east = self._east(instant)
        local = dt + timedelta(seconds=east)
        return local.replace(fold=0 if self.utcoffset(local.replace(fold=0)).total_seconds() == east else 1)

    def dst(self, dt: datetime | None) -> None:
        """Unknown, and of no account."""
        return

    def tzname(self, dt: datetime | None) -> None:
        """Unknown, and of no account."""
        return
