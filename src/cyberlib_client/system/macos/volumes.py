"""File systems of macOS."""

from __future__ import annotations

import ctypes
import errno
import os
import sys

from . import api

if sys.platform == "darwin":
    from ...core.platform import Native
    from ..posix import PosixVolumes

    class MacVolumes(PosixVolumes):
        """See core.platform.Volumes."""

        def _sync(self, number: int) -> None:
            """fsync_volume_np of <unistd.h>, down to the platters; sync(2) for file systems without it."""
            try:
                api.sync_volume(number)
            except OSError as error:
                if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
                    raise
                super()._sync(number)

        def is_remote(self, path: Native) -> bool:
            """By the flag of the volume: statfs(2), of which Python only has a part."""
            libc = ctypes.CDLL(None)
            statfs = getattr(libc, "statfs$INODE64", None) or libc.statfs  # the first on Intel
            told = ctypes.create_string_buffer(4096)
            if statfs(os.fsencode(path), told):
                return False
            return not int.from_bytes(told.raw[_FLAGS : _FLAGS + 4], sys.byteorder) & _LOCAL

    # <sys/mount.h>: where f_flags is in struct statfs with 64-bit inodes; MNT_LOCAL.
    _FLAGS = 64
    _LOCAL = 0x1000
