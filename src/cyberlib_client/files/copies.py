"""A restored file beside the one on the disk that it was saved from: are they the same, byte for byte?"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Final

from ..core.format_v1.tree import Entry
from ..core.platform import Native
from .entries import is_placeholder

_BLOCK: Final = 1 << 20
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)


def copy_path(folder: str, path: bytes) -> Native:
    """Where a restore to `folder` puts what the vault has at `path`."""
    if sys.platform == "win32":
        below = path.decode("utf-8", "surrogatepass").replace("/", "\\")
        return f"\\\\?\\{os.path.abspath(folder)}{below}"
    return os.fsencode(folder) + path


class Copy:
    """A restored file, open for reading. Entering raises OSError, and so for what is no file."""

    def __init__(self, path: Native) -> None:
        self._path = path
        self._fd = -1
        self.size = 0

    def __enter__(self) -> Copy:
        self._fd = os.open(self._path, _FLAGS)
        status = os.fstat(self._fd)
        if not stat.S_ISREG(status.st_mode):
            os.close(self._fd)
            raise FileNotFoundError("no file")
        self.size = status.st_size
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def read(self, offset: int, size: int) -> bytes:
        """Bytes at `offset`: fewer at the end, none where they cannot be read."""
        try:
            os.lseek(self._fd, offset, os.SEEK_SET)
            found = bytearray()
            while len(found) < size and (some := os.read(self._fd, size - len(found))):
                found += some
            return bytes(found)
        except OSError:
            return b""


def same_as_disk(
    copy: Copy, path: Native, entry: Entry, check_cancel: Callable[[], None], *, strict: bool
) -> bool | None:
    """Whether a copy has the bytes of the file on the disk; None when that one is not what was saved: of
    another size or time, gone, not to be read, or changed meanwhile. `strict`: its times tell when it is
    changed; else one that differs is taken for another."""
    try:
        before = os.lstat(path)
        if not stat.S_ISREG(before.st_mode) or is_placeholder(before) or not _is_as_saved(before, entry):
            return None
        fd = os.open(path, _FLAGS)
    except OSError:
        return None
    try:
        same, at = True, 0
        while same and at < entry.size:
            check_cancel()
            size = min(_BLOCK, entry.size - at)
            found = os.read(fd, size)
            same = bool(found) and found == copy.read(at, len(found))
            at += len(found)
        after = os.fstat(fd)
    except OSError:
        return None
    finally:
        os.close(fd)
    if same:
        return True
    unchanged = _is_as_saved(after, entry) and after.st_ctime_ns - after.st_mtime_ns == entry.changed
    return False if strict and unchanged else None


def _is_as_saved(status: os.stat_result, entry: Entry) -> bool:
    return status.st_size == entry.size and status.st_mtime_ns == entry.mtime
