"""What a run counts while it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.format_v1.snapshot import Statistics


@dataclass(slots=True)
class Counts:
    """What the walk met so far; bytes are bytes of the user's files."""

    files: int = 0
    directories: int = 0
    others: int = 0
    bytes: int = 0
    new_files: int = 0
    changed_files: int = 0

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
