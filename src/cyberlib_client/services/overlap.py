"""A source inside another: where the outer one's walk does not get to it."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from typing import Final

from ..core.format_v1.tree import Entry
from ..core.platform import Native
from ..files.cache_tags import TAG_NAME, TAG_NAME_BYTES
from ..files.entries import is_entered, is_placeholder
from ..files.folder import joined
from ..files.names import compared
from ..files.selection import Selection

_TAGS: Final[frozenset[str | bytes]] = frozenset((TAG_NAME, TAG_NAME_BYTES))


def left_out_at(outer: Native, selection: Selection, names: Sequence[bytes]) -> int | None:
    """How many of `names`, the way from `outer` to an inner source, lead to where its walk stops.

    A rule leaves a folder out, it is a link or junction, a cache, in the cloud only, on another disk, or
    absent. None: it gets there, and stores the inner source with everything else.
    """
    path = outer
    try:
        root_device = os.stat(outer).st_dev
    except OSError:
        return None  # the outer source is told to be missing, and this one with it
    for depth, name in enumerate(names, 1):
        path = joined(path, name)
        try:
            status = os.lstat(path)
        except OSError:
            return depth
        folder = is_entered(status)
        if (
            selection.judge_bytes(b"/".join(names[:depth]), name, folder) is not None
            or (not folder and (depth < len(names) or not stat.S_ISREG(status.st_mode)))
            or is_placeholder(status)
        ):
            return depth
        if folder and (
            selection.judge_entering(status.st_dev, root_device) is not None
            or selection.judge_listed(path, _TAGS) is not None
        ):
            return depth
    return None


def graft(entries: list[Entry], grafts: Sequence[Entry]) -> None:
    """Puts entries into a folder's, in the place of what has their name: a link, an empty mount point."""
    names = {compared(each.name) for each in grafts}
    kept = [e for e in entries if compared(e.name) not in names]
    entries[:] = sorted([*kept, *grafts], key=lambda e: e.name)
