"""File systems of Linux."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from typing import Final

from ...core.platform import Native

_MOUNTS: Final = "/proc/self/mountinfo"
_ESCAPE: Final = re.compile(rb"\\([0-7]{3})")


def type_of(place: bytes, mounts: bytes) -> str:
    """File-system type of an absolute path in the text of /proc/PID/mountinfo (proc(5)); "" if none fits.

    The longest mount point wins, and the later of two: it was mounted over the earlier.
    """
    best, kind = -1, b""
    for line in mounts.splitlines():
        fields, _, source = line.partition(b" - ")
        point = _ESCAPE.sub(lambda m: bytes([int(m[1], 8)]), fields.split(b" ")[4])
        covers = place == point or place.startswith(point.rstrip(b"/") + b"/")
        if covers and len(point) >= best:
            best, kind = len(point), source.split(b" ")[0]
    return kind.decode("ascii", "replace").lower()


if sys.platform == "linux":
    from ..posix import PosixVolumes

    class LinuxVolumes(PosixVolumes):
        """See core.platform.Volumes."""

        def volume_of(self, path: Native) -> str:
            """From the mount that covers the path: device numbers do not tell, as btrfs has one for each
            subvolume."""
            place = os.path.realpath(os.fsencode(path), strict=True)
            with open(_MOUNTS, "rb") as file:
                return type_of(place, file.read())

        def _sync(self, number: int) -> None:
            """syncfs(2), which Python has not."""
            if ctypes.CDLL(None, use_errno=True).syncfs(number):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
