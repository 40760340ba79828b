"""Clocks and a zone for tests of schedules: everything is told, nothing is waited for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cyberlib_client.core.zone import Zone

SECOND = 10**9
MINUTE = 60.0
HOUR = 3600.0
DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _paris(instant: int) -> int:
    now = _EPOCH + timedelta(seconds=instant)
    return 7200 if _last_sunday(now.year, 3) <= now < _last_sunday(now.year, 10) else 3600


PARIS = Zone(_paris)
"""As clocks have been put forward and back in France since 1996."""


def at(*parts: int) -> int:
    """ns since 1970 of a local time in Paris."""
    year, month, day, *rest = parts
    local = datetime(year, month, day, *rest, tzinfo=PARIS)
    return round((local - _EPOCH).total_seconds()) * SECOND


class Machine:
    """Its three clocks: `wall` ns since 1970, `mono` stands still in sleep, `going` goes on."""

    def __init__(self, wall: int) -> None:
        self.wall = wall
        self.mono = 1000.0
        self.going = 5000.0

    def work(self, seconds: float) -> None:
        """Awake."""
        self.mono += seconds
        self.sleep(seconds)

    def sleep(self, seconds: float) -> None:
        """Asleep."""
        self.going += seconds
        self.wall += round(seconds * SECOND)

    def put(self, seconds: float) -> None:
        """The clock on the wall is put forward, or back."""
        self.wall += round(seconds * SECOND)

    def start(self) -> None:
        """Switched on anew: only the wall's clock remembers."""
        self.mono, self.going = 10.0, 10.0
