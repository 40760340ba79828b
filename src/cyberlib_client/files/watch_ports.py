"""What watches of one system are asked for, and whom they tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..core.platform import Native


class NotWatched(Exception):
    """Of a source: `reason` "limit" (the system's limit of watches), "instances", "network", "missing",
    "failed"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Place:
    """A source to watch. `native`: through no link; `path`: in the vault; `single`: the one file in it that
    counts; `leaves_out`: see `Selection.judge_bytes`, None for nothing."""

    native: Native
    path: bytes
    single: bytes | None = None
    leaves_out: Callable[[bytes, bytes, bool], object] | None = None


class Told(Protocol):
    """Whom a system's watches tell; from any thread."""

    def changed(self, folder: bytes, name: bytes = b"") -> None:
        """A directory, by its vault path, of which an item came, went or changed; its name, if known."""

    def lost(self, reason: str) -> None:
        """Events may be missing: the watches are to be made anew."""

    def ignores(self, path: bytes) -> bool:
        """Whether nothing at or below a vault path counts."""

    def is_remote(self, native: Native) -> bool:
        """Whether another machine has what is mounted there, or a program: nothing tells of its changes, and
        asking for it may never end."""


class Watches(Protocol):
    """The watches of one system; thrown away and made anew when events were lost."""

    def add(self, place: Place) -> None:
        """Raises NotWatched."""

    def alive(self) -> bool:
        """Whether it still works."""

    def close(self) -> None:
        """Ends its threads."""


def inside_of(place: Place, folder: bytes, name: bytes) -> bytes:
    """The path of an item below its source, as rules have it."""
    return (folder[len(place.path) :] + b"/" + name).lstrip(b"/")
