"""A run that looks only where something changed; everything else is what the last snapshot says it is.

What is left out of such a run is taken over without being opened or even looked at. So the figures of the
snapshot begin with those of the last one: what the directories looked into held then is taken off, what they
hold now is added.

Hard links are the one thing by which a change in a directory that is looked into shows in another one. When
such a file changed, and not all of its names were met, the run gives up and all is looked at.
"""

from __future__ import annotations

import os
import stat as st
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..core.errors import IntegrityError
from ..core.format_v1 import tree
from ..core.format_v1.snapshot import Snapshot
from ..core.format_v1.tree import Entry
from ..files.selection import Selection
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.trees import read_directory
from .browse import look, split_path
from .counts import Counts
from .entry import INODE_BITS

Link = tuple[int, int]


class Changed(NamedTuple):
    """What changed since a snapshot of this device: `base`, its digest, and the vault paths of the
    directories to look into. Of one that is new or gone, the one above it is enough."""

    base: bytes
    folders: frozenset[bytes]


class WholeScanNeeded(Exception):
    """What changed cannot be told from the base and the directories that were looked into."""


@dataclass(slots=True)
class Way:
    """A directory that is looked into (`listed`), or leads to such; by name, those below it."""

    listed: bool = False
    below: dict[bytes, Way] = field(default_factory=dict)


class Partial:
    """What a run takes over from its base. For one thread.

    `counts`: the run's own, which begin with those of the base.
    """

    def __init__(self, base: Stored, folders: Iterable[bytes], reader: Reader, counts: Counts) -> None:
        self.base = base
        self._reader = reader
        self._counts = counts
        self._root = Way()
        for path in folders:
            self._add(path)
        for _, path, _ in base.snapshot.incidents:  # to be tried again, itself and the folder it is in
            if path.startswith(b"/"):  # else it is the name of a command of the user's
                self._add(path)
                self._add(path.rpartition(b"/")[0])
        told = base.snapshot.statistics
        counts.files, counts.bytes = told.files, told.bytes
        counts.directories, counts.others = told.directories, told.others
        self._linked: dict[Link, tuple[int, int]] = {}
        self._touched: set[Link] = set()

    def _add(self, path: bytes) -> None:
        way = self._root
        for name in split_path(path):
            way = way.below.setdefault(name, Way())
        way.listed = True

    # ---- what to look at ----------------------------------------------------------------------

    def source(self, path: bytes) -> tuple[Entry | None, Way | None]:
        """A source as the base tells it, and where to look in it: None when it is taken over as it is."""
        try:
            entry = look(self._reader, self.base.snapshot.root, path)
        except IntegrityError:
            raise WholeScanNeeded from None
        way: Way | None = self._root
        above: Way | None = None
        for name in split_path(path):
            above, way = way, way.below.get(name) if way is not None else None
        if way is None and above is not None and above.listed:
            way = Way()  # what a file is, or that a source is gone, is told of the folder it is in
        return entry, way

    @staticmethod
    def way(way: Way | None, entry: Entry | None, status: os.stat_result) -> Way | None:
        """How to go on into a directory that `entry` tells of, `way` leading there: None means all of it."""
        if (
            entry is None
            or entry.kind != tree.DIRECTORY
            or not entry.content
            or entry.inode != status.st_ino & INODE_BITS
        ):
            return None
        return way if way is not None and (way.listed or is_same(entry, status)) else _listed(way)

    def entries(self, entry: Entry) -> Mapping[bytes, Entry]:
        """What a directory held, nothing for anything else. Raises WholeScanNeeded when that is lost."""
        if entry.kind != tree.DIRECTORY or not entry.content:
            return {}
        try:
            return {e.name: e for e in read_directory(self._reader, entry.content)}
        except IntegrityError:
            raise WholeScanNeeded from None

    # ---- what there was -----------------------------------------------------------------------

    def entered(self, entry: Entry, status: os.stat_result, selection: Selection) -> None:
        """A directory of the base is entered: it counts anew."""
        if (
            selection.one_file_system
            and entry.inode != status.st_ino & INODE_BITS
            and not self.entries(entry)
        ):
            raise WholeScanNeeded  # a mount point that was not entered, or an empty folder?
        self._counts.directories -= 1

    def gone(self, entry: Entry, selection: Selection) -> None:
        """Takes off what the base counted at and below `entry`, which is not entered any more."""
        left = [entry]
        while left:
            each = left.pop()
            if each.kind != tree.DIRECTORY:
                self.take_off(each)
                self._touch(each)
            elif each.content:
                below = self.entries(each)
                if not below and selection.one_file_system:
                    raise WholeScanNeeded  # a mount point that was not entered, or an empty folder?
                self._counts.directories -= 1
                left += below.values()

    def take_off(self, entry: Entry) -> None:
        """Of what the base counted, an item that is no directory."""
        missing = entry.extra.missing if entry.extra is not None else None
        if entry.kind != tree.FILE:
            self._counts.others -= 1
        elif missing is None:
            self._counts.files -= 1
            self._counts.bytes -= entry.size
        elif missing != "placeholder":
            self._counts.files -= 1

    # ---- hard links ---------------------------------------------------------------------------

    def met(self, status: os.stat_result, link: Link, *, changed: bool) -> None:
        """One of several names of a file is there. `link`: what they share."""
        if status.st_nlink > 1 and not st.S_ISREG(status.st_mode):
            raise WholeScanNeeded  # entries do not tell of such that they are one
        self._linked[link] = status.st_nlink, self._linked.get(link, (0, 0))[1] + 1
        if changed:
            self._touched.add(link)

    def left(self, before: Iterable[Entry], now: Iterable[Entry]) -> None:
        """A directory was looked into: names of files that are gone, or stand for others now."""
        still = {entry.name: entry for entry in now}
        for entry in before:
            if still.get(entry.name) is not entry:
                self._touch(entry)

    def _touch(self, entry: Entry) -> None:
        if entry.extra is not None and entry.extra.link is not None:
            self._touched.add(entry.extra.link)

    def check_links(self) -> None:
        """At the end. Raises WholeScanNeeded when a name that was not met may tell an older state."""
        for link in self._touched:
            there, met = self._linked.get(link, (0, 0))
            if not there or met < there:
                raise WholeScanNeeded


def _listed(way: Way | None) -> Way:
    return Way(listed=True, below=way.below if way is not None else {})


def is_same(entry: Entry, status: os.stat_result) -> bool:
    """Whether a directory is as it was by all that tells of it from outside."""
    extra = entry.extra
    return (
        (extra is None or not (extra.missing or extra.inconsistent))
        and (entry.mode, entry.uid, entry.gid) == (status.st_mode & 0o7777, status.st_uid, status.st_gid)
        and (entry.mtime, entry.mtime + entry.changed) == (status.st_mtime_ns, status.st_ctime_ns)
    )


def can_be_taken_over(snapshot: Snapshot, sources: Iterable[bytes]) -> bool:
    """Whether a snapshot tells enough to be the base of a run of these sources."""
    return (
        snapshot.sources == list(sources)
        and snapshot.incident_count == len(snapshot.incidents)
        # Told once for all of them: of a link or a device with several names.
        and all(code != "names_not_joined" for code, _, _ in snapshot.incidents)
    )
