"""Folders that say of themselves that they are caches: CACHEDIR.TAG.

Source: Bryan Ford, "Cache Directory Tagging Specification", https://bford.info/cachedir/. The tag must be
an ordinary file of that very name which begins with the signature; what follows does not matter.
"""

from __future__ import annotations

import os
import stat
from typing import Final

from ..core.platform import Native
from .folder import joined

TAG_NAME: Final = "CACHEDIR.TAG"
TAG_NAME_BYTES: Final = b"CACHEDIR.TAG"

# "Signature: " and the MD5 of ".IsCacheDirectory".
SIGNATURE: Final = b"Signature: 8a477f597d28d172789f06886806bc55"

# A link does not count, and opening a fifo of that name must not wait for its writer.
_FLAGS: Final = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


def is_cache_directory(folder: Native | int) -> bool:
    """Whether `folder`, a path or an open directory, carries the tag. A tag that cannot be read is no tag:
    the folder is kept."""
    inside = folder if isinstance(folder, int) else None
    tag: Native = TAG_NAME if isinstance(folder, int) else joined(folder, TAG_NAME_BYTES)
    try:
        # Windows has no O_NOFOLLOW; asking first is enough, as nothing is at stake in a race.
        if not stat.S_ISREG(os.stat(tag, dir_fd=inside, follow_symlinks=False).st_mode):
            return False
        descriptor = os.open(tag, _FLAGS, dir_fd=inside)
    except (OSError, ValueError):
        return False
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and os.read(descriptor, len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False
    finally:
        os.close(descriptor)
