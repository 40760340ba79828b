"""Which files a drill tries: what matters first, the rest by chance.

The tree is walked once, and of each sort a few are kept: databases of every kind, the newest files, the
largest, documents, any. From these the sample is drawn: one database of each kind that fits, then in turn.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeVar

from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry
from ..core.ports import Random
from ..files.databases import COMPANIONS
from ..files.heads import ending_of
from ..files.kinds import name_kind
from ..files.opening import DOCUMENTS

_T = TypeVar("_T")

Why = Literal["databases", "recent", "large", "documents", "random", "again"]

_TURNS: Final[tuple[Why, ...]] = (
    "databases", "recent", "documents", "recent", "large",
    "random", "documents", "random", "recent", "databases",
)  # fmt: skip
"""Whose turn it is, ten files long."""
_KEPT: Final = 200
_KEPT_OF_KIND: Final = 20
_KINDS: Final = 64
LONGEST: Final = 2000
"""Bytes of a path: a longer one may not be had below a scratch folder."""


class Pick(NamedTuple):
    """A file that is tried, and why."""

    path: bytes
    entry: Entry
    why: Why


@dataclass(slots=True)
class Sample:
    """What was drawn. `untried`: what failed before and does not fit. `too_large`: databases that no place
    was left for. `files`, `bytes`: of all files."""

    picks: list[Pick] = field(default_factory=list)
    too_large: int = 0
    untried: list[bytes] = field(default_factory=list)
    files: int = 0
    bytes: int = 0

    @property
    def size(self) -> int:
        """Bytes of what was drawn."""
        return sum(pick.entry.size for pick in self.picks)


def is_tried(path: bytes, entry: Entry) -> bool:
    """Whether there is content to restore."""
    held = entry.extra is None or not entry.extra.missing
    return entry.kind == tree.FILE and held and len(path) <= LONGEST


def sort_of(entry: Entry) -> Why:
    """Of a file by itself: a database, a document, or any."""
    if _kind_of(entry):
        return "databases"
    return "documents" if ending_of(entry.name) in DOCUMENTS else "random"


def _kind_of(entry: Entry) -> str:
    """The kind of a database as far as it is known unread, "" for other files."""
    if entry.name.endswith(COMPANIONS) or not entry.size:
        return ""
    known = name_kind(entry.name)
    if known == "disk":  # the disk of a virtual machine: large, and no database
        return ""
    return known or ("other" if entry.extra is not None and entry.extra.database else "")


Kept = list[tuple[float, int, bytes, Entry]]


class Sampler:
    """Sees every file once, then draws. `most` files and `room` bytes at most. For one thread."""

    def __init__(self, random: Random, most: int, room: int, again: frozenset[bytes] = frozenset()) -> None:
        self._random = random
        self._most = most
        self._room = room
        self._again_wanted = again
        self._again: list[tuple[bytes, Entry]] = []
        self._databases: dict[str, Kept] = {}
        self._smallest: dict[str, tuple[int, bytes, Entry]] = {}
        self._sorts: dict[Why, Kept] = {"recent": [], "large": [], "documents": [], "random": []}
        self._kept = max(_KEPT, most)
        self._sample = Sample()

    def see(self, path: bytes, entry: Entry) -> None:
        """The next file of the snapshot."""
        sample = self._sample
        sample.files += 1
        sample.bytes += entry.size
        if path in self._again_wanted:
            self._again.append((path, entry))
        kind = _kind_of(entry)
        if kind and entry.size > self._room:
            sample.too_large += 1
        if entry.size > self._room:
            return
        number, chance = sample.files, self._chance()
        if kind:
            self._see_database(kind if len(self._databases) < _KINDS else "other", path, entry, chance)
        elif ending_of(entry.name) in DOCUMENTS and entry.size:
            _keep(self._sorts["documents"], self._kept, (chance, number, path, entry))
        _keep(self._sorts["random"], self._kept, (chance, number, path, entry))
        _keep(self._sorts["recent"], self._kept, (float(entry.mtime), number, path, entry))
        _keep(self._sorts["large"], self._kept // 4, (float(entry.size), number, path, entry))

    def _see_database(self, kind: str, path: bytes, entry: Entry, chance: float) -> None:
        kept = self._databases.setdefault(kind, [])
        _keep(kept, _KEPT_OF_KIND, (chance, self._sample.files, path, entry))
        smallest = self._smallest.get(kind)
        if smallest is None or entry.size < smallest[0]:
            self._smallest[kind] = entry.size, path, entry

    @property
    def counted(self) -> Sample:
        """How much there is; nothing drawn."""
        return self._sample

    def draw(self) -> Sample:
        """The sample, in the order in which it is to be restored."""
        drawn = _Drawn(self._sample, self._most, self._room)
        for path, entry in self._again:
            if not drawn.take(path, entry, "again"):
                self._sample.untried.append(path)
        for kind, kept in self._shuffled(list(self._databases.items())):
            others = [(path, entry) for _, _, path, entry in self._shuffled(kept)]
            others.append(self._smallest[kind][1:])
            if not any(drawn.take(path, entry, "databases") for path, entry in others):
                self._sample.too_large += 1
        databases = [each for kept in self._databases.values() for each in kept]
        waiting = {sort: iter(self._shuffled(kept)) for sort, kept in self._sorts.items()}
        waiting["databases"] = iter(self._shuffled(databases))
        while waiting and not drawn.full:
            for sort in _TURNS:
                if sort in waiting and not drawn.take_next(waiting[sort], sort):
                    del waiting[sort]
        return self._sample

    def _chance(self) -> float:
        return int.from_bytes(self._random(8), "big") / 2**64

    def _shuffled(self, items: list[_T]) -> list[_T]:
        return [item for _, _, item in sorted((self._chance(), n, item) for n, item in enumerate(items))]


def _keep(kept: Kept, most: int, item: tuple[float, int, bytes, Entry]) -> None:
    """Keeps the items with the highest first value."""
    if len(kept) < most:
        heapq.heappush(kept, item)
    elif item[:2] > kept[0][:2]:
        heapq.heapreplace(kept, item)


class _Drawn:
    """What was drawn so far."""

    def __init__(self, sample: Sample, most: int, room: int) -> None:
        self._sample = sample
        self._most = most
        self._left = room
        self._taken: set[bytes] = set()

    @property
    def full(self) -> bool:
        return len(self._sample.picks) >= self._most

    def take(self, path: bytes, entry: Entry, why: Why) -> bool:
        """Whether it is in the sample now."""
        if path in self._taken:
            return True
        if self.full or entry.size > self._left:
            return False
        self._taken.add(path)
        self._left -= entry.size
        self._sample.picks.append(Pick(path, entry, why))
        return True

    def take_next(self, waiting: Iterator[tuple[float, int, bytes, Entry]], why: Why) -> bool:
        """Takes the next that is new and fits; whether there was one."""
        for _, _, path, entry in waiting:
            if why == "large" and entry.size > self._left // 2:
                continue  # room for others
            if path not in self._taken and self.take(path, entry, why):
                return True
            if self.full:
                return True
        return False
