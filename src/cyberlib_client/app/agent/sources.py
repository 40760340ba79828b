"""The sources of an agent, watched for real: what changed, until it is in a snapshot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from ...files.watch import MOST_ITEMS, Changes, Watcher
from ..paths import shown
from ..session import Session
from ..watching import watcher
from .brain import Seen
from .status import WatchInfo

_MOST = 20_000
"""Folders with changes that are kept; beyond, looking at everything costs less."""


_BEGINNING = 10.0
"""Seconds for which the agent waits until the watches are there, which takes a second for 100,000 files."""

_LOOKING = 2.0
"""Seconds for which it waits for what changed."""


class WatchedFolders:
    """See world_ports.WatchedSources. `paths`: of the sources, in the vault. `awake`: as in
    core.platform.Clocks, by which quiet is measured. Raises as `watching.watcher`.

    A thread of its own looks at the disk, which may never answer; the agent does not wait for it then, says
    so, and what changed comes once it answers again.
    """

    def __init__(
        self,
        session: Session,
        paths: Sequence[bytes],
        wake: Callable[[], None],
        awake: Callable[[], float],
    ) -> None:
        self._paths = paths
        self._awake = awake
        self._wake = wake
        self._watcher: Watcher = watcher(session, wake)
        self._folders: set[bytes] = set()
        self._taken: set[bytes] = set()
        self._items: set[int] = set()
        self._last: float | None = None
        self._asked: SimpleQueue[bool] = SimpleQueue()
        self._found: SimpleQueue[Changes | Exception] = SimpleQueue()
        self._waits = True  # for what it asked
        self._silent = False
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        self._look(_BEGINNING)

    def _watch(self) -> None:
        try:
            self._watcher.start()
            self._found.put(Changes(frozenset(), frozenset()))
            while self._asked.get():
                self._found.put(self._watcher.take())
                if self._silent:
                    self._wake()
        except Exception as raised:  # noqa: BLE001 (raised again where it was asked)
            self._found.put(raised)
        finally:
            self._watcher.stop()

    def _look(self, seconds: float) -> Changes:
        """What it found, after so many seconds at most. What does not come is not waited for again, and not
        asked anew before it has come."""
        folders, lost, items = set[bytes](), set[str](), set[int]()
        late = True
        while late:
            if not self._waits:
                self._waits = True
                self._asked.put(True)
            late = self._silent
            try:
                found = self._found.get(not late, seconds)
            except Empty:
                self._silent = True
                break
            self._waits = self._silent = False
            if isinstance(found, Exception):
                raise found
            folders |= found.folders
            lost |= found.lost
            items |= found.items
        return Changes(frozenset(folders), frozenset(lost), frozenset(items))

    def seen(self) -> Seen:
        """See world_ports.WatchedSources."""
        changes = self._look(_LOOKING)
        self._folders |= changes.folders
        if len(self._items) < MOST_ITEMS:
            self._items |= changes.items
        if changes.folders:
            # Each change wakes the agent: this is when it came. The watcher's own clock, Python's, goes on
            # while Windows sleeps.
            self._last = self._awake()
        lost = changes.lost
        if len(self._folders) > _MOST:
            self._folders.clear()
            lost |= {"too_many"}
        return Seen(self._last if self._folders else None, lost, len(self._items), changes.folders)

    def take(self) -> list[bytes]:
        """See world_ports.WatchedSources."""
        self._taken, self._folders, self._items = self._folders, set(), set()
        return sorted(self._taken)

    def put_back(self) -> None:
        """See world_ports.WatchedSources."""
        self._folders |= self._taken
        self._taken = set()

    def saved(self) -> None:
        """See world_ports.WatchedSources."""
        self._taken = set()

    def describe(self) -> list[WatchInfo]:
        """See world_ports.WatchedSources."""
        not_watched = dict.fromkeys(self._paths, "silent") if self._silent else self._watcher.unwatched
        return [
            WatchInfo(shown(path), path not in not_watched, not_watched.get(path, "")) for path in self._paths
        ]

    @property
    def changed(self) -> int:
        """See world_ports.WatchedSources."""
        return len(self._folders)

    def stop(self) -> None:
        """See world_ports.WatchedSources. A thread that waits for a disk ends when that answers."""
        self._asked.put(False)
        self._thread.join(_LOOKING)


class UnwatchedFolders:
    """The same where nobody wants them watched."""

    def __init__(self, paths: Sequence[bytes]) -> None:
        self._paths = paths
        self.changed = 0

    def seen(self) -> Seen:
        """See world_ports.WatchedSources."""
        return Seen()

    def take(self) -> list[bytes]:
        """See world_ports.WatchedSources."""
        return []

    def put_back(self) -> None:
        """See world_ports.WatchedSources."""

    def saved(self) -> None:
        """See world_ports.WatchedSources."""

    def describe(self) -> list[WatchInfo]:
        """See world_ports.WatchedSources."""
        return [WatchInfo(shown(path), False, "off") for path in self._paths]

    def stop(self) -> None:
        """See world_ports.WatchedSources."""
