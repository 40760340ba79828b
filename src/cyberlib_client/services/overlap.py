"""A source inside another: where the outer one's walk does not get to it."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from typing import Final

from ..core.format_v1.tree import Entry
from ..core.platform import Native
from ..files.cache_tags import TAG_NAME, TAG_NAME_BYTES
from ..files.selection import Selection

_TAGS: Final[frozenset[str | bytes]] = frozenset((TAG_NAME, TAG_NAME_BYTES))


def left_out_at(outer: Native, selection: Selection, names: Sequence[bytes]) -> int | None:
    """How many of `names`, the way from `outer` to an inner source, lead to where its walk stops.

    A rule leaves a folder out, it is a link, a cache, on another disk, or absent. None: it gets there,
    and stores the inner source with everything else.
    """
    path = outer
    try:
        root_device = os.stat(outer).st_dev
    except OSError:
        return None  # the outer source is told to be missing, and this one with it
    for depth, name in enumerate(names, 1):
        path = _inside(path, name)
        try:
            status = os.lstat(path)
        except OSError:
            return depth
        folder = stat.S_ISDIR(status.st_mode)
        if (
            selection.judge_bytes(b"/".join(names[:depth]), name, folder) is not None
            or (depth < len(names) and not folder)
            or stat.S_ISLNK(status.st_mode)
        ):
            return depth
        if folder and (
            selection.judge_entering(status.st_dev, root_device) is not None
            or selection.judge_listed(path, _TAGS) is not None
        ):
            return depth
    return None


def _inside(folder: Native, name: bytes) -> Native:
    if isinstance(folder, bytes):
        return os.path.join(folder, name)
    return os.path.join(folder, name.decode("utf-8", "surrogatepass"))


def graft(entries: list[Entry], grafts: Sequence[Entry]) -> None:
    """Puts entries into a folder's, in the place of what has their name: a link, an empty mount point."""
    names = {each.name for each in grafts}
    entries[:] = sorted([e for e in entries if e.name not in names] + [*grafts], key=lambda e: e.name)
