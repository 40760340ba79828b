"""What a tree of files offers that is mounted, and what mounts it; the room `system` has the adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol


class Status(NamedTuple):
    """One item of a mounted tree, as stat(2) has it. `mode` with the kind of item; times in ns since 1970."""

    mode: int
    inode: int
    links: int
    user: int
    group: int
    size: int
    modified: int
    changed: int
    device: int = 0


class MountedTree(Protocol):
    """What can be mounted: files that nobody changes. Paths are bytes, `/` is the top.

    May be called from several threads. Each raises OSError: ENOENT, ENOTDIR, ENODATA, and EIO for what
    cannot be read.
    """

    def look(self, path: bytes) -> Status:
        """An item; never what a link leads to."""

    def entries(self, path: bytes) -> Iterable[tuple[bytes, Status]]:
        """What a directory holds, without `.` and `..`; of each `Status` the mode and inode hold."""

    def target(self, path: bytes) -> bytes:
        """Of a symbolic link."""

    def open(self, path: bytes) -> int:
        """A number for reading a file, until `close`."""

    def read(self, number: int, offset: int, size: int) -> bytes:
        """Bytes `offset … offset+size`, fewer at the end of the file."""

    def close(self, number: int) -> None:
        """Gives the number back."""

    def attributes(self, path: bytes) -> Mapping[bytes, bytes]:
        """Extended attributes by their names."""

    def figures(self) -> tuple[int, int]:
        """(bytes, items) in all, about."""


class Mounts(Protocol):
    """Shows a tree as a file system of this machine."""

    def check(self, at: str) -> None:
        """Whether something can be mounted there now.

        Raises Failed("mount_unavailable", reason=…), UsageError("mount_stale", at=…) where one was left
        behind, ("mount_not_a_folder", at=…), ("mount_not_empty", at=…).
        """

    def owner(self) -> tuple[int, int]:
        """The numbers of the user and group who mount."""

    def serve(
        self, at: str, tree: MountedTree, *, ready: Callable[[], None], stopped: Callable[[], bool]
    ) -> None:
        """Mounts a tree for this user alone, to be read and not run, until `stopped` or somebody unmounts it.

        `ready` is called once it can be read. Raises as `check`, and Failed("mount_failed", at=…, reason=…).
        """
