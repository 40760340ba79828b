"""The sources of an agent, watched for real: what changed, until it is in a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...files.watch import MOST_ITEMS, Watcher
from ..paths import shown
from ..session import Session
from ..watching import watcher
from .brain import Seen
from .status import WatchInfo

_MOST = 20_000
"""Folders with changes that are kept; beyond, looking at everything costs less."""


class WatchedFolders:
    """See world_ports.WatchedSources. `paths`: of the sources, in the vault. `awake`: as in
    core.platform.Clocks, by which quiet is measured. Raises as `watching.watcher`."""

    def __init__(
        self,
        session: Session,
        paths: Sequence[bytes],
        wake: Callable[[], None],
        awake: Callable[[], float],
    ) -> None:
        self._paths = paths
        self._awake = awake
        self._watcher: Watcher = watcher(session, wake)
        self._folders: set[bytes] = set()
        self._taken: set[bytes] = set()
        self._items: set[int] = set()
        self._last: float | None = None
        self._watcher.start()

    def seen(self) -> Seen:
        """See world_ports.WatchedSources."""
        changes = self._watcher.take()
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
        not_watched = self._watcher.unwatched
        return [
            WatchInfo(shown(path), path not in not_watched, not_watched.get(path, "")) for path in self._paths
        ]

    @property
    def changed(self) -> int:
        """See world_ports.WatchedSources."""
        return len(self._folders)

    def stop(self) -> None:
        """See world_ports.WatchedSources."""
        self._watcher.stop()


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
