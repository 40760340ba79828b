"""A directory while it is walked, and how it compares with what the last snapshot tells of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry
from ..files.entries import is_entered
from ..files.folder import Folder
from ..files.selection import Selection
from .entry import INODE_BITS
from .partial import Partial, Way, is_same


@dataclass(slots=True)
class Frame:
    """A directory being walked."""

    name: bytes
    folder: Folder
    shown: bytes
    inside: bytes  # path below the source, "" or ending with "/"
    items: Iterator[tuple[bytes, bool]]
    node: bytes  # what it was in the last snapshot, b"" when that cannot be told
    before: dict[bytes, Entry]
    metadata: dict[str, bytes] | None
    entries: list[Entry] = field(default_factory=list)
    lost: bool = False  # exchanged for another before all of it was walked
    way: Way | None = None  # in a partial run, where to look below; None: everywhere
    leads: bool = False  # not listed: it leads to what is looked into
    settled: set[bytes] = field(default_factory=set)  # directories of `before` that are entered or taken over


def settle(frame: Frame, partial: Partial, selection: Selection) -> None:
    """What a directory of the base held is not counted any more, but for what is taken over."""
    before = frame.before
    for entry in before.values():
        if entry.kind != tree.DIRECTORY:
            if not frame.leads:
                partial.take_off(entry)
        elif entry.name not in frame.settled and (not frame.leads or _is_led_to(frame, entry.name)):
            partial.gone(entry, selection)
    if not frame.leads:
        partial.left(before.values(), frame.entries)
        return
    others = [e for e in before.values() if not _is_led_to(frame, e.name)]
    frame.entries = sorted([*others, *frame.entries], key=lambda e: e.name)


def is_doubtful(entry: Entry) -> bool:
    return entry.extra is not None and (entry.extra.database or entry.extra.inconsistent)


def _is_led_to(frame: Frame, name: bytes) -> bool:
    return frame.way is not None and name in frame.way.below


def is_as_before(entry: Entry | None, status: os.stat_result) -> TypeGuard[Entry]:
    """Whether a directory can be taken over as the last snapshot tells it."""
    return (
        entry is not None
        and entry.kind == tree.DIRECTORY
        and entry.inode == status.st_ino & INODE_BITS
        and is_same(entry, status)
    )


def all_there(way: Way, known: Mapping[bytes, Entry], folder: Folder) -> bool:
    """Whether all that a directory is to lead to is there, and was: else it is looked into itself."""
    try:
        return all(
            name in known
            and known[name].kind == tree.DIRECTORY
            and bool(known[name].content)
            and is_entered(folder.status(name))
            for name in way.below
        )
    except OSError:
        return False
