"""A file of any size, written piece by piece, in any order, by several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..core.errors import CyberlibError, Failed, IntegrityError
from ..core.ports import Buffer
from .restore_handles import DirHandle, OpenHandles
from .restore_model import EntryMeta, Held, Outcome, Place

Refuse = Callable[[DirHandle, bytes, OSError], Outcome]
"""Tells the user what the system refused; raises Failed when nothing more can be written at all."""

Settle = Callable[["FileHandle", list[str]], Outcome]
"""Gives a finished file its name."""


class FileHandle:
    """A file being written under a name of its own. `finish` gives it its name, `abort` removes it.

    `pwrite` and `hole` may be called from several threads; every byte of the file is given once, by
    one or the other. What is given to `hole` takes no room where the file system allows it.
    """

    def __init__(
        self,
        place: Place,
        handles: OpenHandles,
        parent: DirHandle,
        name: bytes,
        size: int,
        meta: EntryMeta,
        sparse: bool,
        refuse: Refuse,
        settle: Settle,
    ) -> None:
        self.parent = parent
        self.name = name
        self.size = size
        self.meta = meta
        self.used = True
        self.held: Held | None
        self._place = place
        self._handles = handles
        self._refuse = refuse
        self._settle = settle
        self._lock = threading.Lock()
        self._given = 0
        self._outcome: Outcome | None = None
        self.part = place.part_name()
        self.held, self.identity = place.create_part(handles.directory(parent), self.part, size, sparse)
        if place.reopens_files:
            handles.add(self)

    def pwrite(self, offset: int, data: Buffer) -> bool:
        """Writes `data` at `offset`; False when the file was given up because the system refused it.

        Raises Failed("target_full", path=…) and its like when nothing more can be written anywhere;
        this file is removed then.
        """
        if self._outcome is not None:
            return False
        if not 0 <= offset <= self.size - len(data):
            self.abort()
            raise IntegrityError("file_incomplete", path=self.parent.path(self.name))
        try:
            self._place.pwrite(self._open(), data, offset)
        except OSError as error:
            self._give_up(error)
            return False
        except CyberlibError:
            self.abort()
            raise
        with self._lock:
            self._given += len(data)
        return True

    def hole(self, offset: int, length: int) -> None:
        """`length` bytes at `offset` are zero."""
        if not 0 <= offset <= self.size - length:
            self.abort()
            raise IntegrityError("file_incomplete", path=self.parent.path(self.name))
        with self._lock:
            self._given += length

    def finish(self) -> Outcome:
        """Sets metadata and gives the file its name.

        Raises IntegrityError("file_incomplete", path=…) when not every byte was given; nothing is left then.
        """
        if self._outcome is not None:
            return self._outcome
        if self._given != self.size:
            self.abort()
            raise IntegrityError("file_incomplete", path=self.parent.path(self.name))
        try:
            self._outcome = self._settle(self, self._completed())
        except OSError as error:
            self._give_up(error)
        except BaseException:
            self.abort()
            raise
        assert self._outcome is not None
        return self._outcome

    def abort(self) -> bool:
        """Removes what was written. Once more, or after `finish`, it does nothing and returns False."""
        with self._lock:
            if self._outcome is not None:
                return False
            self._outcome = Outcome.REFUSED
        if (held := self.held) is not None:
            self._place.discard(held)  # another thread, or a traceback, may keep it open for a while
        try:
            self._place.remove(self._handles.directory(self.parent), self.part, self.identity)
        except (OSError, Failed):
            pass  # its directory is gone or exchanged: there is nothing of ours to remove
        self.held = None
        return True

    def _completed(self) -> list[str]:
        held = self._open()
        lost = self._place.finish_part(held, self.size, self.meta)
        self.identity = self._place.identity(held)  # it may have another owner now
        self.held = None
        return lost

    def _open(self) -> Held:
        self.used = True
        held = self.held
        if held is None:
            directory = self._handles.directory(self.parent)
            self.held = held = self._place.open_part(directory, self.part, self.identity)
            self._handles.add(self)
        return held

    def _give_up(self, error: OSError) -> None:
        if self.abort():  # several threads may meet the same full disk: one tells
            self._refuse(self.parent, self.name, error)
