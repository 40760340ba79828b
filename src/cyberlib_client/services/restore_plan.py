"""What a restore is about: the items asked for, each once, what lies below them, and the ways there."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..core.errors import IntegrityError
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry
from ..core.ports import CancelToken
from ..files.names import display, windows_folded
from ..files.write_back import DirHandle, EntryMeta
from ..repository.reader import Reader
from .browse import Damaged, brackets_plain, entry_at, split_path, walk

Chosen = list[tuple[bytes, Entry]]
"""Vault paths with their entries; the root has the path b""."""


def chosen_entries(reader: Reader, root: bytes, paths: Sequence[bytes]) -> Chosen:
    """What was asked for (nothing: everything), none of it below another.

    Raises UsageError("path_not_in_snapshot", path=…).
    """
    wanted = {tuple(split_path(p)): entry_at(reader, root, p) for p in paths or (b"/",)}
    return [
        (b"".join(b"/" + name for name in names), wanted[names])
        for names in sorted(wanted)
        if not any(names[:depth] in wanted for depth in range(len(names)))
    ]


@dataclass(slots=True)
class Count:
    """What a restore is about: items other than directories, files of them and their bytes. `damaged`: there
    may be more, in directories that cannot be read."""

    items: int = 0
    files: int = 0
    bytes: int = 0
    damaged: bool = False


def count_chosen(
    reader: Reader, chosen: Chosen, included: Callable[[bytes], bool], cancel: CancelToken
) -> Count:
    """Counts what `included` lets through. Raises Stopped."""
    count = Count()

    def damaged(_path: bytes, _error: IntegrityError) -> None:
        count.damaged = True

    try:
        for path, entry in _below(reader, chosen, damaged):
            cancel.check()
            if entry.kind != tree.DIRECTORY and included(path):
                count.items += 1
                count.files += entry.kind == tree.FILE
                count.bytes += entry.size
    except IntegrityError:  # no end to it: whoever restores meets it too, and tells
        count.damaged = True
    return count


def meta_of(entry: Entry) -> EntryMeta:
    """What a restored item gets beside its content."""
    extras = entry.extra.metadata if entry.extra is not None else None
    return EntryMeta(entry.mode, entry.uid, entry.gid, entry.mtime, extras)


def _below(reader: Reader, chosen: Chosen, damaged: Damaged) -> Iterator[tuple[bytes, Entry]]:
    for path, entry in chosen:
        if path:
            yield path, entry
        yield from walk(reader, entry, path, damaged)


class Way:
    """A directory on the way to what is restored; `above` is the one that holds it, None for the target.

    `path`: in the vault. `asked`: the directory itself is wanted, not only what lies below. `handle`: once
    it is open; `shut`: it cannot be.
    """

    __slots__ = ("above", "asked", "entry", "handle", "path", "shut")

    def __init__(
        self,
        above: Way | None,
        entry: Entry | None,
        path: bytes,
        handle: DirHandle | None = None,
        *,
        asked: bool = False,
    ) -> None:
        self.above = above
        self.entry = entry
        self.path = path
        self.handle = handle
        self.asked = asked
        self.shut = False


def include_test(patterns: Sequence[str], system: str) -> Callable[[bytes], bool]:
    """Whether a path matches one of the patterns: on whole paths, or on last names without a "/".

    Patterns have `*` and `?`; all else stands for itself.
    `system`: the one the snapshot was made on; on Windows case does not count.
    """
    if not patterns:
        return lambda _path: True
    shaped = [brackets_plain(p if "/" in p else f"*/{p}") for p in patterns]
    if system == "windows":
        folded = [windows_folded(p.encode("utf-8", "surrogateescape")) for p in shaped]
        return lambda path: any(
            fnmatch.fnmatchcase(windows_folded(display(path).encode()), p) for p in folded
        )
    return lambda path: any(fnmatch.fnmatchcase(display(path), p) for p in shaped)
