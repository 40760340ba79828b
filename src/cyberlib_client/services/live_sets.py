"""Databases of several files that no interface copies: one state only if none changed while all were read."""

from __future__ import annotations

import os
import time
from typing import Final, NamedTuple

from ..files.folder import Folder, Found
from ..files.kinds import name_kind
from ..files.read import same_file

_KINDS: Final = frozenset(("hfsql", "sqlserver", "4d", "myisam", "dbase", "paradox"))
_ENDS: Final = (b"_log",)
"""What SQL Server puts after the name of a database for its log."""
_TICK: Final = 20_000_000
"""Nanoseconds by which the clock that files are dated by may lag."""


class _Member(NamedTuple):
    name: bytes
    stat: os.stat_result
    read: int  # ns, when it began to be read


class LiveSets:
    """Watches the files of such databases, folder by folder. For one thread."""

    def __init__(self) -> None:
        self._read: dict[Folder, dict[tuple[str, bytes], list[_Member]]] = {}

    def note(self, found: Found, stat: os.stat_result, began: int) -> None:
        """A file was read as `stat` tells, from `began` on, ns by the clock that files are dated by."""
        kind = name_kind(found.name)
        if kind in _KINDS:
            stem = found.name[: found.name.rfind(b".")].lower()
            for end in _ENDS:
                stem = stem.removesuffix(end)
            member = _Member(found.name, stat, began)
            self._read.setdefault(found.folder, {}).setdefault((kind, stem), []).append(member)

    def torn(self, folder: Folder) -> list[list[bytes]]:
        """The names of each database of a folder whose files do not show one moment. Forgets the folder."""
        groups = self._read.pop(folder, {})
        return [
            [member.name for member in members]
            for members in groups.values()
            if len(members) > 1 and not _is_one_moment(folder, members)
        ]


def _is_one_moment(folder: Folder, members: list[_Member]) -> bool:
    began = min(member.read for member in members) - _TICK
    for member in members:
        if began <= max(member.stat.st_mtime_ns, member.stat.st_ctime_ns) <= time.time_ns():
            return False  # it was written after the first of them had been read
        try:
            if not same_file(member.stat, folder.status(member.name)):
                return False
        except OSError:
            return False
    return True
