"""Where the disks and shares of second copies are now. Light to load: an agent asks every minute."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..core.platform import Disk
from ..core.windows_paths import extended
from ..state.copy_settings import CopySettings
from . import bootstrap


def folder_of(copy: CopySettings, present: Sequence[Disk] | None = None) -> str | None:
    """The folder of a copy as it is now; None while its disk, or its share, is not there.

    A disk is known by its id, wherever it is mounted. A share, which has none, by what lies in its folder: an
    empty one is where it would be mounted.
    """
    if not copy.disk:
        return copy.at if os.path.isdir(extended(copy.at)) and _holds_vault(copy.at) else None
    for disk in bootstrap.disks().present() if present is None else present:
        if disk.id == copy.disk:
            folder = os.path.join(disk.at, copy.folder) if copy.folder else disk.at
            if os.path.isdir(extended(folder)):
                return folder
    # A mount of the same disk that is not listed first, or in a folder.
    here = bootstrap.disks().of(copy.at) if os.path.isdir(extended(copy.at)) else None
    return copy.at if here is not None and here.id == copy.disk and _holds_vault(copy.at) else None


def _holds_vault(folder: str) -> bool:
    return os.path.isdir(extended(os.path.join(folder, "slots")))
