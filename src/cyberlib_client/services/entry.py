"""What a directory node tells of an item: from what the system tells of it, or an earlier snapshot."""

from __future__ import annotations

import os
import stat as st
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry, Extra

KINDS: Final = {
    st.S_IFREG: tree.FILE,
    st.S_IFDIR: tree.DIRECTORY,
    st.S_IFLNK: tree.SYMLINK,
    st.S_IFIFO: tree.FIFO,
    st.S_IFSOCK: tree.SOCKET,
    st.S_IFCHR: tree.CHARACTER_DEVICE,
    st.S_IFBLK: tree.BLOCK_DEVICE,
}

_TIMES: Final = 1 << 63

INODE_BITS: Final = (1 << 64) - 1
"""ReFS has 128; the lower ones tell its files apart as well."""


class Frozen(NamedTuple):
    """A source is read from a snapshot of its volume: the number of the snapshot's device, and the volume's
    own. `in_order`: whether a program set a file of it in order for that, by its path in the vault."""

    device: int
    original: int
    in_order: Callable[[bytes], bool] = lambda shown: False


@dataclass(frozen=True, slots=True)
class Earlier:
    """A source as an earlier snapshot tells it.

    `trust_before`: a file that changed later than this (ns) is read again even if its times agree, since
    a coarse clock may hide a second change.
    """

    entry: Entry | None = None
    trust_before: int = 0


def entry_of(name: bytes, s: os.stat_result, kind: int, content: bytes, extra: Extra | None) -> Entry:
    """The entry of an item whose content is in the vault."""
    mtime = s.st_mtime_ns
    changed = s.st_ctime_ns - mtime
    if not (-_TIMES <= mtime < _TIMES and -_TIMES <= changed < _TIMES):
        mtime, changed = _kept(mtime), _kept(changed)
    return Entry(
        name,
        kind,
        s.st_mode & 0o7777,
        s.st_uid,
        s.st_gid,
        mtime,
        changed,
        s.st_ino & INODE_BITS,
        s.st_size if kind == tree.FILE else 0,
        content,
        extra,
    )


def same_metadata(a: Entry, b: Entry) -> bool:
    """Whether two states of one item differ in content alone, if at all."""
    return _metadata(a) == _metadata(b)


def _metadata(e: Entry) -> tuple[object, ...]:
    attributes = (e.extra.metadata if e.extra else None) or {}
    # A directory's time changes with what it holds; that shows in its content.
    return e.mode, e.uid, e.gid, attributes, e.mtime if e.kind != tree.DIRECTORY else 0


def _kept(ns: int) -> int:
    """A time within the 64 bits that the format has: from 1677 to 2262. Some disks tell others."""
    return min(max(ns, -_TIMES), _TIMES - 1)


def link_of(status: os.stat_result) -> tuple[int, int]:
    """What all names of one file share."""
    return status.st_dev & INODE_BITS, status.st_ino & INODE_BITS
