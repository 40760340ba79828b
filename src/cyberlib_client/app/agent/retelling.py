"""When a host that could not be told something is told again, so that a plan need not wait for a run."""

from __future__ import annotations

from typing import Final

_WAITS: Final = (120.0, 600.0, 1800.0, 3600.0)
"""Seconds after the first, second… attempt in a row that failed: each is a process, and a few requests."""


class Retelling:
    """For one thread; times by the clock that stands still in sleep."""

    def __init__(self) -> None:
        self._failures = 0
        self._next: float | None = None

    def ended(self, now: float, *, told: bool) -> None:
        """An attempt ended."""
        self._failures = 0 if told else self._failures + 1
        self._next = None if told else now + _WAITS[min(self._failures, len(_WAITS)) - 1]

    def is_due(self, now: float) -> bool:
        """Whether to try now, once until it `ended`."""
        if self._next is None or now < self._next:
            return False
        self._next = None
        return True
