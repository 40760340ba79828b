"""File systems of Linux."""

from __future__ import annotations

import ctypes
import os
import re
import sys

if sys.platform == "linux":
    from ...core.platform import Native
    from ..posix import PosixVolumes

    # By their names in /proc/self/mountinfo. `fuseblk` is a disk; what else FUSE shows may be anywhere.
    _REMOTE = {
        b"9p", b"afs", b"ceph", b"cifs", b"coda", b"davfs", b"fuse", b"gfs2", b"glusterfs", b"lustre",
        b"ncpfs", b"nfs", b"nfs4", b"ocfs2", b"prl_fs", b"smb3", b"smbfs", b"vboxsf", b"virtiofs", b"vmhgfs",
    }  # fmt: skip

    class LinuxVolumes(PosixVolumes):
        """See core.platform.Volumes."""

        def _sync(self, number: int) -> None:
            """syncfs(2), which Python has not."""
            if ctypes.CDLL(None, use_errno=True).syncfs(number):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

        def is_remote(self, path: Native) -> bool:
            """By the table of mounts: asking a server that is gone would wait for it."""
            at = os.path.join(os.fsencode(os.path.abspath(path)), b"")
            best, kind = b"", b""
            try:
                with open("/proc/self/mountinfo", "rb") as file:
                    for line in file:
                        fields, _, rest = line.partition(b" - ")
                        where = os.path.join(_plain(fields.split()[4]), b"")
                        if at.startswith(where) and len(where) >= len(best):
                            best, kind = where, rest.split()[0]
            except (OSError, IndexError):
                return False
            return kind in _REMOTE or kind.startswith(b"fuse.")

    def _plain(field: bytes) -> bytes:
        """Blanks and backslashes stand as three octal digits."""
        return re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), field)
