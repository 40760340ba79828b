"""A file system that behaves like a stick formatted for Windows: run with a backing folder and a mount point.

Names are any case, well-formed text, without Windows' forbidden characters; there are no modes, owners,
links or fifos. Linux itself has such file systems, but not every kernel that runs the tests does.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from typing import Any

import mfusepy

_FORBIDDEN = frozenset('"*:<>?\\|') | {chr(c) for c in range(32)}


class WindowsStick(mfusepy.Operations):
    """Passes on to a folder what such a stick could do."""

    use_ns = True

    def __init__(self, backing: str) -> None:
        self._backing = backing

    def _real(self, path: str) -> str:
        """The path in the backing folder, every name found in whatever case it was written."""
        real = self._backing
        for name in path.split("/"):
            if name:
                folded = name.casefold()
                found = os.listdir(real) if os.path.isdir(real) else []
                real = f"{real}/{next((other for other in found if other.casefold() == folded), name)}"
        return real

    def _new(self, path: str) -> str:
        name = path.rpartition("/")[2]
        if _FORBIDDEN & set(name) or name[-1] in ". " or any("\udc80" <= c <= "\udcff" for c in name):
            raise mfusepy.FuseOSError(errno.EINVAL)
        return self._real(path)

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        found = os.lstat(self._real(path))
        kind = 0o040777 if os.path.isdir(self._real(path)) else 0o100777
        times = {key: getattr(found, key + "_ns") for key in ("st_mtime", "st_atime", "st_ctime")}
        return times | {"st_mode": kind, "st_size": found.st_size, "st_nlink": 1, "st_uid": os.getuid()}

    def readdir(self, path: str, fh: int) -> Iterable[str]:
        return [".", "..", *os.listdir(self._real(path))]

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        return os.open(self._new(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)

    def open(self, path: str, flags: int) -> int:
        return os.open(self._real(path), flags & ~os.O_NOFOLLOW)

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        return os.pwrite(fh, data, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        os.truncate(self._real(path), length)
        return 0

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        os.mkdir(self._new(path), 0o700)
        return 0

    def rename(self, old: str, new: str) -> int:
        os.rename(self._real(old), self._new(new))
        return 0

    def unlink(self, path: str) -> int:
        os.unlink(self._real(path))
        return 0

    def rmdir(self, path: str) -> int:
        os.rmdir(self._real(path))
        return 0

    def utimens(self, path: str, times: Any = None) -> int:
        os.utime(self._real(path), ns=times)
        return 0

    def _unknown(self, *_: object) -> int:
        raise mfusepy.FuseOSError(errno.EPERM)

    chmod = chown = link = symlink = mknod = _unknown


if __name__ == "__main__":
    fresh = {"attr_timeout": 0, "entry_timeout": 0, "negative_timeout": 0}
    mfusepy.FUSE(WindowsStick(sys.argv[1]), sys.argv[2], foreground=True, nothreads=True, **fresh)
