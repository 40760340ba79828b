"""What an agent needs of the world around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Protocol

from ...core.conditions import Around
from .brain import Now, Seen
from .jobs import StartWorker
from .status import WatchInfo
from .wanted import Wanted


class World(Protocol):
    """What surrounds an agent; in tests a month goes by in it in seconds."""

    def now(self) -> Now:
        """The clocks."""

    def zone(self) -> tzinfo:
        """The local one."""

    def around(self, wanted: Wanted, paused_until: int | None) -> Around:
        """Battery, network, host."""

    def watch(self, wanted: Wanted, wake: Callable[[], None]) -> WatchedSources:
        """Begins to watch sources."""

    def worker(self) -> StartWorker:
        """What starts workers."""


class WatchedSources(Protocol):
    """Sources that are watched, as far as they can be."""

    def seen(self) -> Seen:
        """What there is to be saved."""

    def take(self) -> Sequence[bytes]:
        """The folders with changes: they are somebody else's business from now on."""

    def put_back(self) -> None:
        """What was taken last was not saved."""

    def saved(self) -> None:
        """What was taken last is in a snapshot."""

    def describe(self) -> list[WatchInfo]:
        """Each source, and whether it is watched."""

    @property
    def changed(self) -> int:
        """Folders with changes that nobody took."""

    def stop(self) -> None:
        """No more."""
