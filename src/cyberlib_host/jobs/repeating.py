"""A thread of a serving host that does one thing again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

_log = structlog.get_logger("cyberlib.host")


class Repeating:
    """Calls `job` at once and every so many seconds after it ended. What fails is in the log.

    `patience`: how long `stop` waits for one that is under way; what it does may be broken off anywhere.
    """

    def __init__(self, name: str, job: Callable[[], object], every: float, patience: float = 30.0) -> None:
        self._job, self._every, self._patience = job, every, patience
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(self._patience)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._job()
            except Exception:  # noqa: BLE001 - a job that fails today is tried again, and must not end the rest
                if not self._stop.is_set():
                    _log.exception("job_failed", job=self._thread.name)
            self._stop.wait(self._every)
