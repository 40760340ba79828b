"""Bringing restored files to the disk while others are still being written.

A restore is done once all of it is on the disk. Left to the end, that is a long wait after the last file;
begun early, the disk works while the processor does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from ..core.ids import MIB

_STEP: Final = 64 * MIB
_PAUSE: Final = 0.1
"""Seconds between two looks at how much was written."""


class Flusher:
    """Calls `sync` in a thread of its own after every 64 MiB of `written()`, until its block is left.

    What `sync` raises comes out of `end`, which does what is left: a disk tells a failure once.
    """

    def __init__(self, sync: Callable[[], None], written: Callable[[], int]) -> None:
        self._sync = sync
        self._written = written
        self._over = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="flush", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def end(self) -> None:
        """All that was written is on the disk when this returns. Raises what `sync` does."""
        self._stop()
        if self._failure is not None:
            raise self._failure
        self._sync()

    def _stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        done = 0
        while not self._over.wait(_PAUSE):
            if self._written() - done < _STEP:
                continue
            done = self._written()
            try:
                self._sync()
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                self._failure = error
                return
