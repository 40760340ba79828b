"""The thread of a serving host that does the jobs in turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from ..core.ports import Content
from ..services import audit, guidance, maintenance
from ..services.context import Context
from ..services.retirement import remove_condemned
from .copies import copy_some
from .leftovers import remove_leftovers

_HOUR: Final = 3600.0
_log = structlog.get_logger("cyberlib.host")


def purge_audit(context: Context) -> int:
    """As `audit.purge`, but by no clock that jumped: by one that is months ahead, young lines are old."""
    if not maintenance.is_steady(context):
        return 0
    return audit.purge(context)


class Keeper:
    """Copies as soon as there is something to copy; the rest each hour."""

    def __init__(self, context: Context, every: float = 2.0) -> None:
        self._context = context
        self._every = every
        self._stop = threading.Event()
        self._put_off: dict[Content, int] = {}
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the object it is at."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        next_hour = 0.0
        while not self._stop.is_set():
            busy = self._safely(self._copy)
            if time.monotonic() >= next_hour:
                next_hour = time.monotonic() + _HOUR
                self._safely(remove_leftovers)
                self._safely(remove_condemned)
                self._safely(purge_audit)
                self._safely(guidance.forget_old)
            if not busy:
                self._stop.wait(self._every)

    def _copy(self, context: Context) -> int:
        return copy_some(context, self._put_off, self._stop.is_set)

    def _safely(self, job: Callable[[Context], int]) -> int:
        try:
            return job(self._context)
        except Exception:  # noqa: BLE001 - a job that fails today is tried again, and must not end the others
            _log.exception("job_failed", job=job.__name__)
            return 0
