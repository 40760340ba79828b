"""How much there is to do, counted beside a first backup: without it nobody could tell the time left."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from ..core.errors import CyberlibError
from ..core.ports import CancelToken
from ..files.preview import preview
from .forest import Source

Totals = tuple[int, int]
"""(files, bytes)."""


class Census:
    """Counts what sources hold in a thread of its own, with the same choice of what is left out.

    `skip`: (device, inode) of directories that are never entered.
    """

    def __init__(self, sources: Sequence[Source], skip: Iterable[tuple[int, int]] = ()) -> None:
        self._sources = [(source.native, source.selection) for source in sources]
        self._never = dict.fromkeys(skip, "never")
        self._cancel = CancelToken()
        self._totals: Totals | None = None
        self._thread = threading.Thread(target=self._count, name="census", daemon=True)
        self._thread.start()

    def totals(self) -> Totals | None:
        """None until everything was counted."""
        return self._totals

    def stop(self) -> None:
        """Gives up counting; the run is over."""
        self._cancel.cancel()
        self._thread.join()

    def _count(self) -> None:
        try:
            found = preview(self._sources, cancel=self._cancel, measured_entries=0, never=self._never)
            self._totals = found.files, found.bytes
        except (CyberlibError, OSError):
            pass  # the backup itself meets the same and tells it; it only goes on without a total
