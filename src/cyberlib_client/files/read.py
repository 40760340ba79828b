"""Reading files that somebody may be changing: nothing is believed until it was the same twice."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TypeVar

from .folder import Folder, Found

T = TypeVar("T")

_O_BINARY = getattr(os, "O_BINARY", 0)
# A name may turn into a fifo between listing and opening: wait for nothing.
_FLAGS = os.O_RDONLY | _O_BINARY | getattr(os, "O_NONBLOCK", 0)

Look = Callable[[int], T]
"""What else is to be told of an open file, from its descriptor."""


def open_file(folder: Folder, name: bytes) -> int:
    """A descriptor for reading a file of a directory. Raises OSError."""
    return folder.open(name, _FLAGS)


def same_file(a: os.stat_result, b: os.stat_result) -> bool:
    """Whether nothing happened to a file between two looks at it."""
    return (
        a.st_mtime_ns == b.st_mtime_ns
        and a.st_size == b.st_size
        and a.st_ctime_ns == b.st_ctime_ns
        and a.st_ino == b.st_ino
        and a.st_mode == b.st_mode
    )


def read_whole(found: Found, look: Look[T]) -> tuple[bytes, os.stat_result, bool, T]:
    """(content, what the file is now, whether that equals `found`, what `look` told), for files that fit in
    memory.

    Raises OSError; FileNotFoundError too when the name now stands for something that is no file.
    """
    folder, name, seen = found.folder, found.name, found.stat
    fd = open_file(folder, name)
    try:
        if sys.platform == "win32":
            seen = os.fstat(fd)  # what is told by a path there may be stale
        data = os.read(fd, seen.st_size + 1)
        after = os.fstat(fd)
        if not stat.S_ISREG(after.st_mode):
            raise FileNotFoundError(name)
        told = look(fd)
    finally:
        os.close(fd)
    if same_file(seen, after) and len(data) == after.st_size:
        return data, seen, True, told
    return data, after, False, told


class Stream:
    """An open file read block by block. `stat` is what it was when opened."""

    def __init__(self, found: Found) -> None:
        self._fd = open_file(found.folder, found.name)
        self.stat = os.fstat(self._fd)
        self.size = self.stat.st_size

    def look(self, look: Look[T]) -> T:
        """What `look` tells of it."""
        return look(self._fd)

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
