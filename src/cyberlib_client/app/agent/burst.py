"""Many files that change at once: perhaps work, perhaps somebody who encrypts them all.

The alarm sees that in what backups see (docs/benchmarks-alarm.md: a run every 20 seconds finds attacks that
a run a minute finds too late), so runs do not wait for quiet then.
"""

from __future__ import annotations

from typing import Final

FILES: Final = 30
"""Files with changes since the last run that make a burst. Saving a document touches four or five names
(locks, temporary files), closing a folder of them some twenty; whoever encrypts in place touches thirty in
seconds."""
EVERY: Final = 20.0
"""Seconds between the beginnings of two runs, at least."""
_SHARE: Final = 5.0
"""Runs take a fifth of the time at most, however long they are."""
_SLOWER: Final = 20.0
"""A burst that goes on is worth less: after an hour there is a run every three minutes."""
_OVER: Final = 600.0
"""Seconds without one after which the next is another burst."""


class Burst:
    """All times by the clock that stands still in sleep. For one thread."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._seen = 0.0
        self._began: float | None = None
        self._took = 0.0

    def look(self, now: float, items: int) -> float | None:
        """Seconds until a run is to begin, 0 for now; None without a burst. `items`: files with changes."""
        if items < FILES:
            return None
        if self._since is None or now - self._seen > _OVER:
            self._since = now
        self._seen = now
        if self._began is None or self._began < self._since:
            return 0.0  # the first run of this burst
        every = max(EVERY, _SHARE * self._took, (now - self._since) / _SLOWER)
        return max(0.0, self._began + every - now)

    def began(self, now: float) -> None:
        """A run of all sources begins."""
        self._began = now

    def ended(self, now: float) -> None:
        """It ended, somehow."""
        self._took = now - self._began if self._began is not None else 0.0
