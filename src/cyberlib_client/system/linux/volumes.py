"""File systems of Linux."""

from __future__ import annotations

import ctypes
import os
import sys

if sys.platform == "linux":
    from ..posix import PosixVolumes

    class LinuxVolumes(PosixVolumes):
        """See core.platform.Volumes."""

        def _sync(self, number: int) -> None:
            """syncfs(2), which Python has not."""
            if ctypes.CDLL(None, use_errno=True).syncfs(number):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
