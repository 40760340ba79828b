"""Sources at their full paths: one tree for all of them, under directories that only lead to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from stat import S_ISDIR

from ..core.errors import Failed, IntegrityError, UsageError
from ..core.events import Incident
from ..core.format_v1.tree import Entry, root_entry
from ..files.names import THIS_SYSTEM, display, from_vault_path
from ..files.read import Native
from ..files.scan import Found
from ..files.selection import Selection
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.trees import NodeWriter, find_entry
from .walk import Earlier, Walker

_TICK = 2_000_000_000
"""Nanoseconds: the coarsest clock tick of a file system (FAT)."""


@dataclass(frozen=True)
class Source:
    """A folder or file to protect: the path this system takes and its path in the vault."""

    native: Native
    path: bytes
    selection: Selection


class Forest:
    """Sources at their full paths in one tree, under directories that only lead to them."""

    def __init__(
        self,
        sources: Sequence[Source],
        walker: Walker,
        nodes: NodeWriter,
        reader: Reader,
        mine: Sequence[Stored],
        incident: Callable[[Incident, bytes], None],
    ) -> None:
        self._sources = sources
        self._incident = incident
        self._walker = walker
        self._nodes = nodes
        self._reader = reader
        self._mine = mine

    def store(self) -> bytes:
        """The node id of the root. Failed("sources_missing") when no source could be entered."""
        below: list[tuple[list[bytes], Entry]] = []
        for source in _outermost(self._sources):
            entry = self._source(source)
            if entry is not None:
                below.append((source.path[1:].split(b"/") if source.path != b"/" else [], entry))
        if not below:
            raise Failed("sources_missing")
        root = self._directory(b"", below).content
        if not root:  # "/" itself, when it cannot be read
            raise Failed("sources_missing")
        return root

    def _source(self, source: Source) -> Entry | None:
        name = source.path.rpartition(b"/")[2]
        # A source that is itself a link means what it leads to; links are opened nowhere below.
        native = os.path.realpath(source.native) if os.path.islink(source.native) else source.native
        try:
            status = os.stat(native)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._incident(Incident("source_missing", display(source.path), reason), source.path)
            return None
        item = Found(name, native, status, S_ISDIR(status.st_mode))
        shown = source.path if source.path != b"/" else b""
        return self._walker.source(item, shown, self._earlier(source), source.selection)

    def _earlier(self, source: Source) -> Earlier:
        """The source as this device's newest snapshot that holds it tells it."""
        for stored in self._mine:
            try:
                entry: Entry | None = root_entry(stored.snapshot.root)
                for name in source.path[1:].split(b"/") if source.path != b"/" else []:
                    entry = find_entry(self._reader, entry.content, name) if entry else None
            except IntegrityError:
                continue
            if entry is not None:
                return Earlier(entry, stored.snapshot.started - _TICK)
        return Earlier()

    def _directory(self, path: bytes, below: list[tuple[list[bytes], Entry]]) -> Entry:
        """The directory at `path` that leads to the sources `below` it."""
        if len(below) == 1 and not below[0][0]:
            return below[0][1]
        names: dict[bytes, list[tuple[list[bytes], Entry]]] = {}
        for rest, entry in below:
            names.setdefault(rest[0], []).append((rest[1:], entry))
        entries = []
        for name in sorted(names):
            entry = self._directory(path + b"/" + name, names[name])
            entry.name = name
            entries.append(entry)
        made = root_entry(self._nodes.directory(entries))
        return _with_status(made, path)


def _with_status(entry: Entry, path: bytes) -> Entry:
    """Mode and owner of a directory that leads to a source; its times would change at every run."""
    try:
        status = os.stat(from_vault_path(path or b"/"))
    except (OSError, UsageError):
        return entry  # "/" of a Windows vault, which only holds drives
    entry.mode, entry.uid, entry.gid = status.st_mode & 0o7777, status.st_uid, status.st_gid
    return entry


def _outermost(sources: Iterable[Source]) -> list[Source]:
    """Sources that lie in no other source, in order of their paths."""
    kept: list[Source] = []
    # Name by name: between "a" and "a/c", plain bytes would put "a-b".
    above: bytes | None = None
    for path, source in sorted(
        ((_compared(s.path), s) for s in sources), key=lambda pair: pair[0].split(b"/")
    ):
        if above is not None and (above in (b"/", path) or path.startswith(above + b"/")):
            continue
        above = path
        kept.append(source)
    return kept


def _compared(path: bytes) -> bytes:
    """A path as this system compares it: on Windows `A` and `a` are one folder."""
    if THIS_SYSTEM != "windows":
        return path
    return path.decode("utf-8", "surrogatepass").casefold().encode("utf-8", "surrogatepass")
