"""What an entry of a folder is, told without opening it: a folder to enter, a link, a cloud placeholder."""

from __future__ import annotations

import os
import stat
import sys
from typing import Final

# "Reparse Point Tags", Microsoft Learn: this bit of a tag says that the entry stands for another place
# (symbolic links, junctions, mount points), as opposed to a file kept in the cloud, deduplicated, ….
_NAME_SURROGATE: Final = 0x2000_0000

# "File Attribute Constants", Microsoft Learn. Reading such a file, or listing such a folder, fetches it.
_OFFLINE: Final = 0x0000_1000
_RECALL_ON_OPEN: Final = 0x0004_0000
_RECALL_ON_DATA_ACCESS: Final = 0x0040_0000

# <sys/stat.h> of macOS 10.15 and later: the content is in iCloud or with another file provider.
_SF_DATALESS: Final = 0x4000_0000


def is_folder(entry: os.DirEntry[str] | os.DirEntry[bytes]) -> bool:
    """Whether `entry` is a folder to be entered: no link to one, nor one of Windows' junctions ("Mes images"
    in a profile leads in circles). May raise OSError on Windows."""
    if not entry.is_dir(follow_symlinks=False):
        return False
    return sys.platform != "win32" or is_entered(entry.stat(follow_symlinks=False))


def is_entered(status: os.stat_result) -> bool:
    """The same from what the item itself is (lstat)."""
    return stat.S_ISDIR(status.st_mode) and not getattr(status, "st_reparse_tag", 0) & _NAME_SURROGATE


def is_placeholder(status: os.stat_result) -> bool:
    """Whether the content is not on this machine: reading the file, or listing the folder, would fetch it."""
    attributes: int = getattr(status, "st_file_attributes", 0)
    if attributes:
        if stat.S_ISDIR(status.st_mode):
            return bool(attributes & _RECALL_ON_OPEN)
        return bool(attributes & (_OFFLINE | _RECALL_ON_OPEN | _RECALL_ON_DATA_ACCESS))
    flags: int = getattr(status, "st_flags", 0)
    return bool(flags & _SF_DATALESS)
