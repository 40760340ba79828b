"""The thread of a serving host that sees when an operator changed a file, and what is to be said each day."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

_DAY: Final = 86_400.0
_log = structlog.get_logger("cyberlib.host")


class Watcher:
    """Calls what belongs to a file when the file changed. What fails changes nothing, and is in the log.

    `files`: paths that belong together, and what to call. `daily`: called at the beginning and each day.
    """

    def __init__(
        self,
        files: Sequence[tuple[Sequence[Path], Callable[[], None]]],
        daily: Callable[[], None],
        every: float = 2.0,
    ) -> None:
        self._files = files
        self._daily = daily
        self._every = every
        self._seen = [_state(paths) for paths, _ in files]
        self._wake, self._stop, self._asked = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="watcher", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def reread(self) -> None:
        """Everything is read again at once, changed or not. May be called by a signal's handler."""
        self._asked.set()
        self._wake.set()

    def stop(self) -> None:
        """Ends."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        next_day = 0.0
        while not self._stop.is_set():
            if time.monotonic() >= next_day:
                next_day = time.monotonic() + _DAY
                self._safely(self._daily)
            asked = self._asked.is_set()
            self._asked.clear()
            for at, (paths, act) in enumerate(self._files):
                now = _state(paths)
                if asked or now != self._seen[at]:
                    self._seen[at] = now
                    self._safely(act)
            self._wake.wait(self._every)
            self._wake.clear()

    @staticmethod
    def _safely(act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:  # noqa: BLE001 - what cannot be read today must not end what is read tomorrow
            _log.exception("job_failed", job=act.__name__)


def _state(paths: Sequence[Path]) -> list[tuple[int, int, int] | None]:
    found: list[tuple[int, int, int] | None] = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            found.append(None)
        else:
            found.append((status.st_mtime_ns, status.st_size, status.st_ino))
    return found
