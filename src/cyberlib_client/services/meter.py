"""What a backup tells while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..core.events import Listener, Progress
from ..core.format_v1.snapshot import Statistics
from ..core.ports import CancelToken
from ..files.names import display
from ..repository.packer import Packer
from .counts import Counts
from .save_file import FileSaver


class Meter:
    """Turns the walk's counts into events, a few times a second at most."""

    def __init__(
        self,
        packer: Packer,
        before: Statistics | None,
        listener: Listener,
        cancel: CancelToken,
        checkpoint: Callable[[], None],
    ) -> None:
        self._packer = packer
        self._before = before
        self._listener = listener
        self._cancel = cancel
        self._checkpoint = checkpoint
        self._next = 0.0
        self._counts: Counts | None = None
        self._saver: FileSaver | None = None

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

    def tell(self, path: bytes) -> None:
        """Sends the figures now."""
        counts, saver = self._counts, self._saver
        if counts is None or saver is None:
            return
        # The last run's totals: counting beforehand would read every directory twice.
        before = self._before
        done = max(counts.bytes, saver.bytes_read)
        self._listener(
            Progress(
                "backup",
                files_done=counts.files,
                files_total=max(before.files, counts.files) if before else None,
                bytes_done=done,
                bytes_total=max(before.bytes, done) if before else None,
                bytes_known=max(0, done - saver.bytes_new),
                bytes_stored=self._packer.stored_bytes,
                current=display(path) if path else "",
            )
        )
