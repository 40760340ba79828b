"""What a run counts while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..core.format_v1 import tree
from ..core.format_v1.snapshot import Statistics
from ..core.format_v1.tree import Entry

Entries = Mapping[bytes, Entry]


@dataclass(slots=True)
class Counts:
    """What the walk met so far; bytes are bytes of the user's files."""

    files: int = 0
    directories: int = 0
    others: int = 0
    bytes: int = 0
    new_files: int = 0
    changed_files: int = 0
    metadata_files: int = 0
    """Of which only times, mode, owner or attributes changed."""
    removed_files: int = 0
    """That the last snapshot held where this one holds none."""
    unread_files: int = 0
    """Counted in `files`, without content."""

    @property
    def same_files(self) -> int:
        """As they were in the last snapshot."""
        return self.files - self.new_files - self.changed_files - self.metadata_files - self.unread_files

    def statistics(self, new_bytes: int, stored: int) -> Statistics:
        """The record kept in the snapshot."""
        return Statistics(
            files=self.files,
            directories=self.directories,
            others=self.others,
            bytes=self.bytes,
            new_files=self.new_files,
            changed_files=self.changed_files,
            new_bytes=new_bytes,
            stored=stored,
        )


def files_gone(before: Entries, now: Sequence[Entry], below: Callable[[Entry], Entries]) -> int:
    """How many files a directory held, itself or further down, in what it holds no longer.

    `below`: what a directory held, nothing for anything else.
    """
    if not before:
        return 0
    kinds = {entry.name: entry.kind for entry in now}
    gone = [entry for name, entry in before.items() if kinds.get(name) != entry.kind]
    files = 0
    while gone:
        entry = gone.pop()
        files += entry.kind == tree.FILE
        gone += below(entry).values()
    return files
