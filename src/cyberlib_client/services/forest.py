"""Sources at their full paths: one tree for all of them, under directories that only lead to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ..core.errors import Failed, IntegrityError, UsageError
from ..core.events import Incident
from ..core.format_v1.tree import Entry, root_entry
from ..core.platform import Native
from ..files.names import compared, display, from_vault_path
from ..files.selection import Selection
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.trees import NodeWriter
from .browse import join_path, look, split_path
from .entry import Earlier, Frozen
from .overlap import left_out_at
from .partial import Partial, WholeScanNeeded
from .walk import Walker

_TICK = 2_000_000_000
"""Nanoseconds: the coarsest clock tick of a file system (FAT)."""


@dataclass(frozen=True)
class Source:
    """A folder or file to protect: the path this system takes and its path in the vault.

    `frozen`: `native` leads into a snapshot of its volume.
    """

    native: Native
    path: bytes
    selection: Selection
    frozen: Frozen | None = None


Below = list[tuple[list[bytes], Entry]]
"""Entries with the names that lead to them."""


@dataclass
class _Planned:
    """A source to walk. `outer`: the source it lies in, whose walk ends after `stop` names of its path;
    `inner`: what this one takes in, by the folder where its own walk would miss it."""

    source: Source
    outer: _Planned | None
    stop: int
    inner: dict[bytes, tuple[bytes, Below]] = field(default_factory=dict)


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
        partial: Partial | None = None,
    ) -> None:
        self.grafted = False
        """A source was put into another one, where that one's rules leave it out."""
        self._partial = partial
        self._sources = sources
        self._incident = incident
        self._walker = walker
        self._nodes = nodes
        self._reader = reader
        self._mine = mine

    def store(self) -> bytes:
        """The node id of the root. Failed("sources_missing") when no source could be entered."""
        below: Below = []
        # Inner ones first: an outer one takes them into its tree while it is walked.
        plan = _plan(self._sources)
        self.grafted = any(planned.outer is not None for planned in plan)
        if self.grafted and self._partial is not None:
            raise WholeScanNeeded
        for planned in reversed(plan):
            source = planned.source
            entry = self._source(planned) if self._partial is None else self._again(source, self._partial)
            if entry is None:
                continue
            if planned.outer is None:
                below.append((split_path(source.path), entry))
            else:
                names = split_path(source.path)
                at = names[: planned.stop - 1]
                path = join_path(at)
                _, inner = planned.outer.inner.setdefault(compared(path), (path, []))
                inner.append((names[len(at) :], entry))
        if not below:
            raise Failed("sources_missing")
        root = self._directory(b"", below).content
        if not root:  # "/" itself, when it cannot be read
            raise Failed("sources_missing")
        return root

    def _again(self, source: Source, partial: Partial) -> Entry | None:
        """A source in a partial run."""
        before, way = partial.source(source.path)
        if before is None:
            if os.path.lexists(source.native):
                raise WholeScanNeeded
        elif way is None:
            return before
        earlier = Earlier(before, partial.base.snapshot.started - _TICK)
        try:
            return self._walker.source(
                _native(source), _shown(source), earlier, source.selection, {}, source.frozen, way
            )
        except OSError as error:
            self._tell_missing(source, error)
            if before is not None:
                partial.gone(before, source.selection)
            return None

    def _source(self, planned: _Planned) -> Entry | None:
        source = planned.source
        # By folder of the source: entries of the inner sources its walk does not get to.
        grafts = {key: self._entries(path, below) for key, (path, below) in planned.inner.items()}
        try:
            entry = self._walker.source(
                _native(source),
                _shown(source),
                self._earlier(source),
                source.selection,
                grafts,
                source.frozen,
            )
        except OSError as error:
            self._tell_missing(source, error)
            return None
        for key, entries in grafts.items():  # a folder that vanished or turned unreadable meanwhile
            for lost in entries:
                where = planned.inner[key][0] + b"/" + lost.name
                self._incident(Incident("source_missing", display(where)), where)
        return entry

    def _tell_missing(self, source: Source, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        self._incident(Incident("source_missing", display(source.path), reason), source.path)

    def _earlier(self, source: Source) -> Earlier:
        """The source as this device's newest snapshot that holds it tells it."""
        for stored in self._mine:
            try:
                entry = look(self._reader, stored.snapshot.root, source.path)
            except IntegrityError:
                continue
            if entry is not None:
                return Earlier(entry, stored.snapshot.started - _TICK)
        return Earlier()

    def _directory(self, path: bytes, below: Below) -> Entry:
        """The directory at `path` that leads to the sources `below` it."""
        if len(below) == 1 and not below[0][0]:
            return below[0][1]
        made = root_entry(self._nodes.directory(self._entries(path, below)))
        return _with_status(made, path)

    def _entries(self, path: bytes, below: Below) -> list[Entry]:
        names: dict[bytes, Below] = {}
        for rest, entry in below:
            names.setdefault(rest[0], []).append((rest[1:], entry))
        entries = []
        for name in sorted(names):
            entry = self._directory(path + b"/" + name, names[name])
            entry.name = name
            entries.append(entry)
        return entries


def _native(source: Source) -> Native:
    """A source that is itself a link means what it leads to; links are opened nowhere below."""
    return os.path.realpath(source.native) if os.path.islink(source.native) else source.native


def _shown(source: Source) -> bytes:
    return source.path if source.path != b"/" else b""


def _with_status(entry: Entry, path: bytes) -> Entry:
    """Mode and owner of a directory that leads to a source; its times would change at every run."""
    try:
        status = os.stat(from_vault_path(path or b"/"))
    except (OSError, UsageError):
        return entry  # "/" of a Windows vault, which only holds drives
    entry.mode, entry.uid, entry.gid = status.st_mode & 0o7777, status.st_uid, status.st_gid
    return entry


def _plan(sources: Iterable[Source]) -> list[_Planned]:
    """Sources in order of their paths, without those that another one stores anyhow."""
    kept: list[_Planned] = []
    above: list[tuple[list[bytes], _Planned]] = []  # the way down to where we are
    # Name by name: between "a" and "a/c", plain bytes would put "a-b".
    ordered = sorted(((split_path(compared(s.path)), s) for s in sources), key=lambda pair: pair[0])
    for names, source in ordered:
        while above and names[: len(above[-1][0])] != above[-1][0]:
            above.pop()
        outer, stop = (above[-1][1] if above else None), 0
        if outer is not None:
            start = len(above[-1][0])
            if names == above[-1][0]:
                continue
            found = left_out_at(outer.source.native, outer.source.selection, split_path(source.path)[start:])
            if found is None:
                continue
            stop = start + found
        planned = _Planned(source, outer, stop)
        kept.append(planned)
        above.append((names, planned))
    return kept
