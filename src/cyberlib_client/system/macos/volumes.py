"""File systems of macOS."""

from __future__ import annotations

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
