"""What a restore is about: the items asked for, each once, and what lies below them."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Sequence

from ..core.format_v1.tree import Entry
from ..files.names import display
from ..repository.reader import Reader
from .browse import Damaged, entry_at, split_path, walk

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


def chosen_and_below(reader: Reader, chosen: Chosen, damaged: Damaged) -> Iterator[tuple[bytes, Entry]]:
    """Every item of the choice. `damaged` hears of directories that cannot be read."""
    for path, entry in chosen:
        if path:
            yield path, entry
        yield from walk(reader, entry, path, damaged)


def include_test(patterns: Sequence[str]) -> Callable[[bytes], bool]:
    """Whether a path matches one of the patterns: on whole paths, or on last names without a "/"."""
    if not patterns:
        return lambda _path: True
    shaped = [p if "/" in p else f"*/{p}" for p in patterns]
    return lambda path: any(fnmatch.fnmatchcase(display(path), p) for p in shaped)
