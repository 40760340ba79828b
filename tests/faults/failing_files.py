"""A file system that fails by order: run with a backing folder, a mount point and a file of orders.

One order a line: `call error part-of-path [from-offset]`, for example `read EIO packs/3f 65536` or
`open EACCES lettre-7`. Calls: `list`, `look` (status), `open`, `read`, `write`, `make`. Two orders change
what is told and fail nothing: `time LIE part-of-path` shows a modification time that never moves.
`slow` in the place of an error makes a call take a twentieth of a second. Each order carried out is
noted in `<orders>.log`.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterable
from typing import Any

import mfusepy

_FROZEN = 1_500_000_000  # what `time LIE` tells, in seconds since 1970


class FailingFiles(mfusepy.Operations):
    """Passes everything on to a folder, but for what the orders say."""

    use_ns = True

    def __init__(self, backing: str, orders: str) -> None:
        self._backing = backing
        self._orders = orders

    def _obey(self, call: str, path: str, end: int = 0) -> bool:
        """Carries out the orders for a call on a path that reaches up to offset `end`; True for a lie."""
        lied = False
        with open(self._orders, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
        for line in lines:
            wanted, what, part, *start = line.split(" ")
            if wanted != call or part not in path or (start and end <= int(start[0])):
                continue
            with open(self._orders + ".log", "a", encoding="utf-8") as log:
                log.write(f"{call} {what}\n")
            if what == "slow":
                time.sleep(0.05)
            elif what == "LIE":
                lied = True
            else:
                raise mfusepy.FuseOSError(getattr(errno, what))
        return lied

    def _real(self, path: str) -> str:
        return self._backing + path

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        self._obey("look", path)
        found = os.lstat(self._real(path))
        told: dict[str, Any] = {
            key: getattr(found, key)
            for key in ("st_mode", "st_nlink", "st_uid", "st_gid", "st_ino", "st_size", "st_blocks")
        }
        for key in ("st_atime", "st_mtime", "st_ctime"):
            told[key] = getattr(found, key + "_ns")
        if self._obey("time", path):
            told["st_mtime"] = told["st_ctime"] = _FROZEN * 10**9
        return told

    def readdir(self, path: str, fh: int) -> Iterable[str]:
        self._obey("list", path)
        return [".", "..", *os.listdir(self._real(path))]

    def readlink(self, path: str) -> str:
        return os.readlink(self._real(path))

    def open(self, path: str, flags: int) -> int:
        self._obey("open", path)
        return os.open(self._real(path), flags & ~(os.O_NOFOLLOW | getattr(os, "O_NOATIME", 0)))

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        self._obey("make", path)
        return os.open(self._real(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        self._obey("read", path, offset + size)
        return os.pread(fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        self._obey("write", path, offset + len(data))
        return os.pwrite(fh, data, offset)

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self._obey("sync", path)
        os.fsync(fh)
        return 0

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        self._obey("make", path)
        os.mkdir(self._real(path), mode)
        return 0

    def rename(self, old: str, new: str) -> int:
        self._obey("make", new)
        os.rename(self._real(old), self._real(new))
        return 0

    def unlink(self, path: str) -> int:
        os.unlink(self._real(path))
        return 0

    def rmdir(self, path: str) -> int:
        os.rmdir(self._real(path))
        return 0

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        os.truncate(self._real(path), length)
        return 0

    def chmod(self, path: str, mode: int) -> int:
        os.chmod(self._real(path), mode)
        return 0

    def utimens(self, path: str, times: Any = None) -> int:
        os.utime(self._real(path), ns=times)
        return 0


if __name__ == "__main__":
    # Nothing is remembered by the kernel, so that each read comes here and each order holds at once.
    options: dict[str, Any] = {
        "attr_timeout": 0,
        "entry_timeout": 0,
        "negative_timeout": 0,
        "direct_io": True,
    }
    mfusepy.FUSE(
        FailingFiles(sys.argv[1], sys.argv[3]), sys.argv[2], foreground=True, nothreads=True, **options
    )
