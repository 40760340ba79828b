"""File systems of macOS."""

from __future__ import annotations

import errno
import os
import sys

from ...core.platform import Native
from . import api

if sys.platform == "darwin":
    from ..posix import PosixVolumes

    class MacVolumes(PosixVolumes):
        """See core.platform.Volumes."""

        def volume_of(self, path: Native) -> str:
            """As statfs(2) names it."""
            return api.type_of_volume(path)

        def sync_volume(self, target: Native | int) -> None:
            """fsync_volume_np of <unistd.h>, down to the platters; sync(2) for file systems without it."""
            number = target if isinstance(target, int) else os.open(target, os.O_RDONLY | os.O_CLOEXEC)
            try:
                api.sync_volume(number)
            except OSError as error:
                if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
                    raise
                os.sync()
            finally:
                if not isinstance(target, int):
                    os.close(number)
