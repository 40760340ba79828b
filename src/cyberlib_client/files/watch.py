"""Folders that are watched: which of them to look into, as far as the system tells.

Watching is a hint. Whatever may have cost events is told as a reason to look at everything: a queue that was
full, a source that went away or came back, more changes than are kept. What cannot be watched at all is told
too. `take` is to be asked before a run begins: what changes during the run is for the next one.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import threading
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Final, NamedTuple

from ..core.platform import Native
from .selection import Selection
from .watch_ports import NotWatched, Place, Told, Watches

MOST_FOLDERS: Final = 4_096
"""With changes in more of them than this, a look at everything is hardly dearer."""


MOST_ITEMS: Final = 256
"""That are told apart: beyond, there are many."""


class Changes(NamedTuple):
    """`folders`: vault paths of directories to look into. `lost`: why all is to be looked at, if anything.
    `items`: one number for each file or folder that changed, of `MOST_ITEMS` at most.

    "overflow" the system dropped events, "too_many" folders changed, "source_gone", "source_back" (there
    again, or another one), "unmounted", "failed" the watching itself.
    """

    folders: frozenset[bytes]
    lost: frozenset[str]
    items: frozenset[int] = frozenset()


class Watcher:
    """Watches sources. Its methods may be called from any thread.

    `sources`: (path on this system, vault path). `wake` is called, from any thread, when something came.
    `selections`: by vault path, the rules of a source: what they leave out is not watched. `ignored`: vault
    paths at and below which nothing counts: what a run itself writes. `is_remote`: whether another machine
    may change what is at a path, which no system tells of.
    """

    def __init__(
        self,
        sources: Sequence[tuple[Native, bytes]],
        wake: Callable[[], None],
        *,
        selections: Mapping[bytes, Selection] | None = None,
        ignored: Container[bytes] = frozenset(),
        is_remote: Callable[[Native], bool] = lambda _: False,
    ) -> None:
        self._sources = list(sources)
        self._wake = wake
        self._selections = selections or {}
        self._ignored = ignored
        self._is_remote = is_remote
        self._lock = threading.Lock()
        self._turning = threading.RLock()
        self._folders: set[bytes] = set()
        self._items: set[int] = set()
        self._lost: set[str] = set()
        self._stale = False
        self._watches: Watches | None = None
        self._known: dict[bytes, tuple[int, int] | None] = {}
        self.unwatched: dict[bytes, str] = {}
        """Sources that are only scanned, and why: see `NotWatched`."""

    def start(self) -> None:
        """Begins to watch. What changed before is not known: the first run looks at everything."""
        with self._turning:
            self._begin()

    def stop(self) -> None:
        """Ends it; no thread is left."""
        with self._turning:
            if self._watches is not None:
                self._watches.close()
                self._watches = None

    def look(self) -> None:
        """Whether sources went away or came back, which nothing tells. To be called now and then."""
        with self._turning:
            if self._watches is None:
                return
            for native, path in self._sources:
                if self.unwatched.get(path) == "network":
                    continue
                before, now = self._known.get(path), _identity(native)
                if now != before:
                    self.lost("source_gone" if now is None else "source_back")
                    self._known[path] = now
            if not self._watches.alive():
                self.lost("failed")

    def take(self) -> Changes:
        """What came since the last `take`. Watches that may have missed something are made anew first."""
        with self._turning:
            self.look()
            if self._stale and self._watches is not None:
                self._watches.close()
                self._begin()
            with self._lock:
                changes = Changes(frozenset(self._folders), frozenset(self._lost), frozenset(self._items))
                self._folders, self._items, self._lost = set(), set(), set()
        return changes

    # ---- told by the watches ------------------------------------------------------------------

    def changed(self, folder: bytes, name: bytes = b"") -> None:
        """See `Told`."""
        with self._lock:
            self._folders.add(folder)
            if name and len(self._items) < MOST_ITEMS:
                self._items.add(hash((folder, name)))
            self._bound()
        self._wake()

    def lost(self, reason: str) -> None:
        """See `Told`."""
        with self._lock:
            self._lost.add(reason)
            self._stale = True
        self._wake()

    def ignores(self, path: bytes) -> bool:
        """See `Told`."""
        return path in self._ignored

    def is_remote(self, native: Native) -> bool:
        """See `Told`."""
        return self._is_remote(native)

    def _bound(self) -> None:
        if len(self._folders) > MOST_FOLDERS:
            self._folders.clear()
            self._lost.add("too_many")

    # ---- beginning ----------------------------------------------------------------------------

    def _begin(self) -> None:
        self._stale = False
        self.unwatched.clear()
        watches: Watches | None = None
        try:
            watches = self._watches = _of_this_system(self)
        except NotWatched as none:
            self.unwatched |= {path: none.reason for _, path in self._sources}
            self._watches = None
            return
        for native, path in self._sources:
            try:
                if self.is_remote(native):
                    raise NotWatched("network")
                self._known[path] = _identity(native)
                watches.add(_place(native, path, self._selections.get(path)))
            except NotWatched as none:
                self.unwatched[path] = none.reason
            except OSError:
                self.unwatched[path] = "missing"


def _of_this_system(told: Told) -> Watches:
    if sys.platform == "linux":
        from .watch_linux import InotifyWatches as Adapter
    elif sys.platform == "win32":
        from .watch_windows import DirectoryWatches as Adapter
    else:
        from .watch_macos import ObserverWatches as Adapter
    return Adapter(told)


def _place(native: Native, path: bytes, selection: Selection | None) -> Place:
    """Raises OSError when there is nothing."""
    real = os.path.realpath(native) if os.path.islink(native) else native
    leaves_out = selection.judge_bytes if selection is not None else None
    if stat.S_ISDIR(os.stat(real).st_mode):
        return Place(real, path if path != b"/" else b"", None, leaves_out)
    # A file is told of by the folder it is in.
    above = path.rpartition(b"/")[0]
    return Place(os.path.dirname(real), above, os.fsencode(os.path.basename(real)))


def _identity(native: Native) -> tuple[int, int] | None:
    """What a source is, a link followed; None when it is not there. A file that is exchanged stays itself."""
    with contextlib.suppress(OSError):
        status = os.stat(native)
        return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else (0, 0)
    return None
