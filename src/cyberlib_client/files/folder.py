"""Directories held open: what is in them is reached through them, whatever becomes of the path.

Between listing and opening, any folder on the way may be exchanged for a link that leads elsewhere. A
backup that runs with more rights than the user who does that would then read what is not the user's. So on
POSIX each directory is opened in the one above it, without following a link, and its items in it
(openat(2)); that also reaches places whose path is longer than the system takes. Windows offers no such
call: items are reached by their paths there.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from typing import Final, NamedTuple

from ..core.platform import Native
from .entries import is_folder

Problem = Callable[[bytes, OSError], None]

_CLOSED: Final = -1
_HAS_PROC: Final = sys.platform == "linux" and os.path.isdir("/proc/self/fd")
# As os.fsencode does it, which costs three times as much; on Windows WTF-8 (PEP 529), as in the vault.
_NAMES: Final = sys.getfilesystemencoding()
_ANY: Final = sys.getfilesystemencodeerrors()
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_DIRECTORY: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_ATIME: Final = getattr(os, "O_NOATIME", 0)


class Folder:
    """An open directory. For one thread; `close` it, or leave its `with` block.

    `path` tells where it was when it was opened, `stat` what it was.
    """

    __slots__ = ("_fd", "path", "stat")

    def __init__(self, path: Native) -> None:
        """A directory by its path, which may lead through links. Raises OSError."""
        self.path = path
        self._fd = _CLOSED if sys.platform == "win32" else open_quietly(path, _DIRECTORY, None)
        self.stat = os.stat(path) if self._fd == _CLOSED else os.fstat(self._fd)

    def enter(self, name: bytes) -> Folder:
        """A directory in this one. Raises OSError; FileNotFoundError too when the name is a link by now."""
        below = Folder.__new__(Folder)
        below.path = self.path_of(name)
        below._fd = _CLOSED
        if sys.platform == "win32":
            below.stat = os.lstat(below.path)
            return below
        try:
            below._fd = open_quietly(name, _DIRECTORY | _NO_FOLLOW, self._fd)
            below.stat = os.fstat(below._fd)
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP):
                raise FileNotFoundError(name) from None
            raise
        return below

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of it; nothing happens the second time."""
        if self._fd != _CLOSED:
            os.close(self._fd)
            self._fd = _CLOSED

    @property
    def is_open(self) -> bool:
        """Whether its items can be asked for; on Windows always."""
        return sys.platform == "win32" or self._fd != _CLOSED

    def reopen(self, above: Folder, name: bytes) -> None:
        """Opens it again after `close`: a process may only hold so many open.

        Raises OSError; FileNotFoundError too when the name in `above` stands for something else by now.
        """
        again = above.enter(name)
        if (again.stat.st_dev, again.stat.st_ino) != (self.stat.st_dev, self.stat.st_ino):
            again.close()
            raise FileNotFoundError(name)
        self._fd = again._fd

    def items(self, problem: Problem) -> dict[bytes, bool]:
        """Of all it holds, in order of names, whether it is a folder to enter: no link, no junction.

        An item of which not even that can be told goes to `problem`. Raises OSError when the directory
        cannot be read.
        """
        found: dict[bytes, bool] = {}
        with os.scandir(os.fsdecode(self.path) if sys.platform == "win32" else self._fd) as entries:
            for entry in entries:
                name = entry.name.encode(_NAMES, _ANY)
                try:
                    found[name] = is_folder(entry)
                except OSError as error:
                    problem(name, error)
        # A file system of doubtful make may tell one name twice; a directory of a vault holds it once.
        return dict(sorted(found.items()))

    def status(self, name: bytes) -> os.stat_result:
        """What an item is, a link itself. Raises OSError."""
        if sys.platform == "win32":
            # Windows' listings tell neither device nor number of a file, and lag behind its times.
            return os.lstat(self.path_of(name))
        return os.stat(name, dir_fd=self._fd, follow_symlinks=False)

    def open(self, name: bytes, flags: int) -> int:
        """A descriptor of an item, see `open_quietly`; no link is followed. Raises OSError."""
        if sys.platform == "win32":
            return os.open(self.path_of(name), flags)
        return open_quietly(name, flags | _NO_FOLLOW, self._fd)

    def target_of(self, name: bytes) -> bytes:
        """Where a link leads, as it says it. Raises OSError."""
        if sys.platform == "win32":
            return os.fsencode(os.readlink(os.fsdecode(self.path_of(name))))
        return os.readlink(name, dir_fd=self._fd)

    def path_of(self, name: bytes) -> Native:
        """The path of an item, for calls that take nothing else."""
        return joined(self.path, name)

    def reach(self, name: bytes) -> Native:
        """A path that leads to an item by way of this directory, wherever that is by now; where the system
        has none such (Linux has), the item's path."""
        if self._fd == _CLOSED or not _HAS_PROC:
            return self.path_of(name)
        return b"/proc/self/fd/%d/%s" % (self._fd, name)

    @property
    def handle(self) -> Native | int:
        """What stands for it in calls that take either: its descriptor, on Windows its path."""
        return self.path if self._fd == _CLOSED else self._fd


class Found(NamedTuple):
    """An item of a directory: its name there, what it is, the directory. `stat` of a link is its own."""

    name: bytes
    stat: os.stat_result
    folder: Folder


def joined(folder: Native, name: bytes) -> Native:
    """The path of an item of a folder."""
    if isinstance(folder, bytes):
        return os.path.join(folder, name)
    return os.path.join(folder, name.decode("utf-8", "surrogatepass"))


def open_quietly(path: Native, flags: int, dir_fd: int | None) -> int:
    """A descriptor for reading; leaves the access time alone where the system allows it."""
    if _NO_ATIME:
        try:
            return os.open(path, flags | _NO_ATIME, dir_fd=dir_fd)
        except PermissionError:
            pass  # only the owner may; or it cannot be read at all, which the next line tells
    return os.open(path, flags, dir_fd=dir_fd)
