"""What a backup tells while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..core.events import Listener, Progress
from ..core.ports import CancelToken
from ..files.names import display
from ..repository.packer import Packer
from .counts import Counts
from .save_file import FileSaver


class Meter:
    """Turns the walk's counts into events, a few times a second at most.

    `totals`: (files, bytes) to expect, None while nobody knows.
    """

    def __init__(
        self,
        packer: Packer,
        totals: Callable[[], tuple[int, int] | None],
        listener: Listener,
        cancel: CancelToken,
        checkpoint: Callable[[], None],
    ) -> None:
        self._packer = packer
        self._totals = totals
        self._listener = listener
        self._cancel = cancel
        self._checkpoint = checkpoint
        self._next = 0.0
        self._counts: Counts | None = None
        self._saver: FileSaver | None = None
        self._path = b""
        packer.on_wait = self.again

    def watch(self, counts: Counts, saver: FileSaver) -> None:
        """Whose figures are told."""
        self._counts, self._saver = counts, saver

    def tick(self, path: bytes) -> None:
        """Called often; `checkpoint` lets long runs store an index now and then."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + 0.1
        self._cancel.check()
        self.tell(path)
        self._checkpoint()

    def again(self) -> None:
        """While a run waits for the store: where it stands, and whether it is to stop."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 0.1
            self._cancel.check()
            self.tell(self._path)

    def tell(self, path: bytes) -> None:
        """Sends the figures now."""
        counts, saver, self._path = self._counts, self._saver, path
        if counts is None or saver is None:
            return
        done = max(counts.bytes, saver.bytes_read)
        files, size = self._totals() or (None, None)
        if files is not None and size is not None and (counts.files > files or done > size):
            files = size = None  # there is more than expected: nobody can tell how much is left
        self._listener(
            Progress(
                "backup",
                files_done=counts.files,
                files_total=files,
                bytes_done=done,
                bytes_total=size,
                bytes_known=max(0, done - saver.bytes_new),
                bytes_stored=self._packer.stored_bytes,
                bytes_waiting=self._packer.waiting_bytes,
                current=display(path) if path else "",
            )
        )
