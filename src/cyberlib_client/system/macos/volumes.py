"""File systems of macOS."""

from __future__ import annotations

import errno
import sys

from . import api

if sys.platform == "darwin":
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
