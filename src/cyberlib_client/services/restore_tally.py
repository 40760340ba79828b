"""What a restore counts and tells, whichever of its threads it happens in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields

from ..core.events import Incident, Listener, Progress
from ..files.names import display
from ..files.write_back import Outcome


@dataclass(slots=True)
class RestoreResult:
    """How a restore ended, or would end. Bytes are bytes of files.

    `files`, `directories`, `others` and `bytes`: written in this run, `kept_both` and `replaced` of them
    where something else stood. `identical`: there already, left. `skipped`: something else is there,
    left. `to_ask` (dry run): there already, the user would be asked. `failed`: items not restored whole.
    `private`: directories that only lead to a source were made, for their owner alone.
    """

    files: int = 0
    directories: int = 0
    others: int = 0
    bytes: int = 0
    identical: int = 0
    skipped: int = 0
    kept_both: int = 0
    replaced: int = 0
    to_ask: int = 0
    failed: int = 0
    private: bool = False
    incidents: list[Incident] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: RestoreResult) -> None:
        """What another part of the same restore came to."""
        for each in fields(self):
            mine, its = getattr(self, each.name), getattr(other, each.name)
            setattr(self, each.name, mine or its if isinstance(mine, bool) else mine + its)


Each = Callable[[bytes, str], None]
"""Told of each item but folders: its path in the vault, and an `Outcome`'s value, or "failed". From any
thread."""


class Tally:
    """Counts into `result` and tells `listener`, and `each` what became of each item. `totals`: (files,
    bytes) to expect, None while unknown."""

    def __init__(self, result: RestoreResult, listener: Listener, each: Each | None = None) -> None:
        self._each = each
        self.result = result
        self.totals: tuple[int, int] | None = None
        self._listener = listener
        self._lock = threading.Lock()
        self._next_tick = 0.0
        self._files_done = 0
        self.bytes_done = 0
        """Of files written so far, and of those that were there."""

    def tell(self, event: Incident | Progress) -> None:
        """Passes it on; incidents are kept."""
        if isinstance(event, Incident):
            with self._lock:
                self.result.incidents.append(event)
        self._listener(event)

    def arrived(self, size: int) -> None:
        """Counts bytes of a file that comes piece by piece."""
        with self._lock:
            self.bytes_done += size

    def ended_small(self, outcome: Outcome, path: bytes, size: int) -> None:
        """Counts a file that came in one piece, or was there. Most files do: one lock for all of it."""
        if outcome is Outcome.WRITTEN and self._each is not None:
            self._each(path, outcome.value)
        with self._lock:
            if outcome is Outcome.WRITTEN:
                self.result.files += 1
                self.result.bytes += size
                self.bytes_done += size
                self._files_done += 1
                return
            if outcome.there:
                self.bytes_done += size
        self.ended(outcome, path, size)

    def ended(self, outcome: Outcome, path: bytes, size: int = 0) -> None:
        """Counts what became of a file."""
        with self._lock:
            self._files_done += outcome.there or outcome is Outcome.SKIPPED
        self.ended_other(outcome, path, size)

    def ended_other(self, outcome: Outcome, path: bytes, size: int | None = None) -> None:
        """Counts what became of anything else, or (`size`) of a file."""
        if self._each is not None:
            self._each(path, outcome.value)
        result = self.result
        with self._lock:
            if outcome is Outcome.IDENTICAL:
                result.identical += 1
            elif outcome.there:
                result.others += size is None
                result.files += size is not None
                result.bytes += size or 0
                result.kept_both += outcome is Outcome.KEPT_BOTH
                result.replaced += outcome is Outcome.REPLACED
            elif outcome is Outcome.SKIPPED:
                result.skipped += 1
            else:
                result.failed += 1

    def lost(self, path: bytes, reason: str) -> None:
        """An item that is not restored whole: the vault is damaged there."""
        self._fail("content_damaged", path, reason)

    def absent(self, path: bytes, reason: str) -> None:
        """An item that is not restored whole: the vault never had its content."""
        self._fail("no_content", path, reason)

    def _fail(self, code: str, path: bytes, detail: str) -> None:
        with self._lock:
            self.result.failed += 1
        if self._each is not None:
            self._each(path, "failed")
        self.tell(Incident(code, display(path), detail))

    def tick(self, path: bytes) -> None:
        """Called often: tells how far it is, ten times a second at most."""
        now = time.monotonic()
        if now < self._next_tick:
            return
        with self._lock:
            if now < self._next_tick:
                return
            self._next_tick = now + 0.1
            files_done, bytes_done = self._files_done, self.bytes_done
        files, size = self.totals or (None, None)
        self._listener(
            Progress(
                "restore",
                files_done=files_done,
                files_total=files,
                bytes_done=bytes_done,
                bytes_total=size,
                current=display(path) if path else "",
            )
        )
