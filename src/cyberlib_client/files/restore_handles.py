"""Directories held open while a restore writes in them, in a bounded number.

A directory is known by its handle, not by its path: whatever somebody does to the path, what is
written through the handle lands in the directory that was checked. When too many are open the
least used is closed; it is opened again by walking from an open ancestor, one name at a time, never
through a link, and must be the very same directory (device and inode), or the restore stops there.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Protocol

from ..core.errors import Failed
from .names import display
from .restore_model import Exchanged, Held, Identity, Place, Traits


class Holder(Protocol):
    """Whatever may be closed and opened again."""

    held: Held | None
    used: bool


class DirHandle:
    """A directory of the target. `disk`: its name there. `created`: by this restore.

    `gives`: as of `Held`, until it is finished. `renamed`: items that got another name than in the vault.
    `kept`: names of second versions that were there before, by the name they were kept beside. `keys`: where
    the file system takes different names for the same, which item (a hash of its name) has each so far
    (NameRules.key).
    """

    __slots__ = (
        "created",
        "disk",
        "gives",
        "held",
        "identity",
        "kept",
        "keys",
        "name",
        "parent",
        "renamed",
        "traits",
        "used",
    )

    def __init__(
        self,
        parent: DirHandle | None,
        name: bytes,
        disk: bytes,
        opened: tuple[Held, Identity],
        traits: Traits,
        created: bool,
    ) -> None:
        self.parent = parent
        self.name = name
        self.disk = disk
        self.held: Held | None
        self.held, self.identity = opened
        self.gives = opened[0].gives
        self.used = True
        self.traits = traits
        self.created = created
        self.renamed: dict[bytes, bytes] | None = None
        self.kept: dict[bytes, list[bytes]] | None = None
        self.keys: dict[int, int] | None = None

    def path(self, name: bytes | None = None) -> str:
        """The path in the vault, `/` before each name, of this directory or an item in it, as text."""
        parts = [] if name is None else [name]
        here: DirHandle | None = self
        while here is not None:
            if here.name:  # the root's own, if it is the place of a path of the vault
                parts.append(here.name)
            here = here.parent
        return "/" + display(b"/".join(reversed(parts)))


class OpenHandles:
    """Closes what was not used lately once more than `limit` are open. Safe for threads: whoever still
    uses a handle keeps it open (`Held`)."""

    def __init__(self, place: Place, limit: int) -> None:
        self._place = place
        self._limit = limit
        self._queue: deque[Holder] = deque()
        self._lock = threading.Lock()

    def add(self, holder: Holder) -> None:
        """Counts a handle just opened and closes others if need be."""
        with self._lock:
            self._queue.append(holder)
            # Second chance: what was used since it was last looked at goes to the end once more.
            for _ in range(2 * len(self._queue)):
                if len(self._queue) <= self._limit:
                    return
                oldest = self._queue.popleft()
                if oldest.held is None:
                    continue  # finished
                if oldest.used:
                    oldest.used = False
                    self._queue.append(oldest)
                else:
                    oldest.held = None

    def close(self) -> None:
        """Lets go of all of them: on Windows a folder that is held open cannot be removed or renamed."""
        with self._lock:
            for holder in self._queue:
                holder.held = None
            self._queue.clear()

    def directory(self, handle: DirHandle) -> Held:
        """The open directory, opened again if it was closed. Raises Failed("target_changed", path=…)."""
        handle.used = True
        return handle.held or self._reopened(handle)

    def _reopened(self, handle: DirHandle) -> Held:
        closed = [handle]
        while (above := closed[-1].parent) is not None and above.held is None:
            closed.append(above)
        held = above.held if above is not None else None
        for directory in reversed(closed):
            if held is None:  # another thread closed it a moment ago
                assert directory.parent is not None, "the root stays open"
                held = self.directory(directory.parent)
            held = self._opened(directory, held)
        assert held is not None
        return held

    def _opened(self, directory: DirHandle, parent: Held) -> Held:
        try:
            held, identity = self._place.open_directory(parent, directory.disk, False)
        except (FileNotFoundError, NotADirectoryError, Exchanged):
            raise Failed("target_changed", path=directory.path()) from None
        if identity != directory.identity:
            raise Failed("target_changed", path=directory.path())
        held.gives = directory.gives
        directory.held = held
        directory.used = True
        self.add(directory)
        return held
