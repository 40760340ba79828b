"""Reading files that somebody may be changing: nothing is believed until it was the same twice."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from types import TracebackType

Native = str | bytes
"""A path as this system's calls take it: bytes on POSIX, text on Windows."""

_O_BINARY = getattr(os, "O_BINARY", 0)
# A name may turn into a link or a fifo between listing and opening: follow nothing, wait for nothing.
_FLAGS = os.O_RDONLY | _O_BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_ATIME = getattr(os, "O_NOATIME", 0)


def open_file(path: Native) -> int:
    """A descriptor for reading; leaves the access time alone where the system allows it."""
    if _NO_ATIME:
        try:
            return os.open(path, _FLAGS | _NO_ATIME)
        except PermissionError:
            pass  # only the owner may; or the file cannot be read at all, which the next line tells
    return os.open(path, _FLAGS)


def same_file(a: os.stat_result, b: os.stat_result) -> bool:
    """Whether nothing happened to a file between two looks at it."""
    return (
        a.st_mtime_ns == b.st_mtime_ns
        and a.st_size == b.st_size
        and a.st_ctime_ns == b.st_ctime_ns
        and a.st_ino == b.st_ino
        and a.st_mode == b.st_mode
    )


def read_whole(path: Native, seen: os.stat_result) -> tuple[bytes, os.stat_result, bool]:
    """(content, what the file is now, whether that equals `seen`), for files that fit in memory.

    Raises OSError; FileNotFoundError too when the name now stands for something that is no file.
    """
    fd = open_file(path)
    try:
        if sys.platform == "win32":
            seen = os.fstat(fd)  # what a directory listing tells there may be stale
        data = os.read(fd, seen.st_size + 1)
        after = os.fstat(fd)
    finally:
        os.close(fd)
    if not stat.S_ISREG(after.st_mode):
        raise FileNotFoundError(path)
    if same_file(seen, after) and len(data) == after.st_size:
        return data, seen, True
    return data, after, False


class Stream:
    """An open file read block by block. `stat` is what it was when opened."""

    def __init__(self, path: Native) -> None:
        self._fd = open_file(path)
        self.stat = os.fstat(self._fd)
        self.size = self.stat.st_size

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def is_regular(self) -> bool:
        """False when the name now stands for something else."""
        return stat.S_ISREG(self.stat.st_mode)

    def fill(self, buffer: memoryview) -> int:
        """Reads until `buffer` is full or the file ends; the number of bytes."""
        done = 0
        if sys.platform == "win32":
            while done < len(buffer) and (data := os.read(self._fd, len(buffer) - done)):
                buffer[done : done + len(data)] = data
                done += len(data)
            return done
        while done < len(buffer) and (n := os.readv(self._fd, [buffer[done:]])):
            done += n
        return done

    def seek(self, offset: int) -> None:
        """The next `fill` starts here."""
        os.lseek(self._fd, offset, os.SEEK_SET)

    def has_holes(self) -> bool:
        """Whether the file takes less room than its size."""
        return _may_have_holes(self.stat)

    def extents(self) -> Iterator[tuple[int, int, bool]]:
        """(offset, length, hole?) covering the file in order.

        One extent of data where the system does not tell holes.
        """
        size = self.size
        if not _may_have_holes(self.stat):
            if size:
                yield 0, size, False
            return
        if sys.platform == "win32":
            return  # never has holes: see _may_have_holes
        at = 0
        while at < size:
            start = self._next_data(at, size)
            if start > at:
                yield at, start - at, True
            if start >= size:
                return
            end = min(os.lseek(self._fd, start, os.SEEK_HOLE), size)
            yield start, end - start, False
            at = end

    def _next_data(self, at: int, size: int) -> int:
        if sys.platform == "win32":
            return at
        try:
            return min(os.lseek(self._fd, at, os.SEEK_DATA), size)
        except OSError:
            return size  # ENXIO: nothing but a hole up to the end

    def unchanged(self) -> bool:
        """Whether the file is still what it was when opened."""
        return same_file(self.stat, os.fstat(self._fd))


def _may_have_holes(st: os.stat_result) -> bool:
    if sys.platform == "win32":
        return False  # sparse files are read through; zero pages cost nothing in the vault
    return hasattr(os, "SEEK_DATA") and st.st_blocks * 512 < st.st_size
