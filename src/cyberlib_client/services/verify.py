"""Is everything there, and is it what was stored? Says which files of which snapshots are touched."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field

from ..core.errors import IntegrityError
from ..core.events import Listener, Progress
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry, root_entry
from ..core.format_v1.vault import OBJECT_NAME
from ..core.ids import object_name
from ..core.ports import CancelToken
from ..repository.content import content_spans
from ..repository.index import ABSENT, Index, PackRow
from ..repository.loading import IndexReport
from ..repository.lookups import damaged_lookups
from ..repository.reader import Reader
from ..repository.slot_tables import damaged_tables
from ..repository.snapshots import Problem, SnapshotList, Stored
from ..repository.trees import read_directory
from ..repository.vault import Vault, header_is_intact
from .memory import memory_told
from .reading import bad_ids, read_packs
from .rotation import Choose
from .spare import spare_objects
from .suspects import UNKNOWN_PACK

MAX_AFFECTED = 10_000
"""Paths listed at most; `affected_count` tells how many there are."""


@dataclass(frozen=True, slots=True)
class Affected:
    """A file of a snapshot that cannot be restored whole. `reason`: "missing" or "damaged"."""

    snapshot: Stored
    path: bytes
    reason: str


@dataclass(slots=True)
class VerifyResult:
    """What a verification found. `damaged`: names of objects that are absent or not what they were.
    `structure`: trees were walked. `spare`: of what is damaged, what nothing needs any more, and what a
    backup puts back once the file is gone."""

    packs_total: int = 0
    packs_read: int = 0
    structure: bool = True
    bytes_read: int = 0
    damaged: list[tuple[str, str]] = field(default_factory=list)
    spare: set[str] = field(default_factory=set)
    affected: list[Affected] = field(default_factory=list)
    affected_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    suspects: frozenset[bytes] = frozenset()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Every snapshot can be restored whole, no chain is broken, and nothing is other than it was stored.

        A pack that is missing or damaged and costs no file was healed: what it held is stored elsewhere. So
        are an index, a pack of another size and one that was altered, once nothing needs them any more, and
        a lookup.
        """
        return not (self.affected or self.problems) and all(self.is_healed(*each) for each in self.damaged)

    def is_healed(self, name: str, reason: str) -> bool:
        """Whether it costs nothing that an object is damaged, as long as no file is affected."""
        if name.startswith("packs/") and reason in ("missing", "damaged"):
            return True
        return name in self.spare and name.startswith(("packs/", "index/", "lookups/"))

    def add(self, name: str, reason: str) -> None:
        """Something wrong with an object: the first word on it stands."""
        if all(name != known for known, _ in self.damaged):
            self.damaged.append((name, reason))


@memory_told
def verify(
    vault: Vault,
    snapshots: SnapshotList,
    *,
    choose: Choose,
    again: Container[bytes] = (),
    structure: bool = True,
    proven: Callable[[bytes], bool] = lambda _pack: False,
    on_read: Callable[[bytes, str], None] = lambda _pack, _reason: None,
    on_listed: Callable[[Sequence[PackRow]], None] = lambda _packs: None,
    walked: set[bytes] | None = None,
    listener: Listener,
    cancel: CancelToken,
) -> VerifyResult:
    """Checks structure and presence, and reads the packs in full that `choose` chooses.

    `again`: packs found damaged before, which are read in any case. Without `structure`, trees are walked
    only when something is wrong. `proven`: see `read_packs`. `on_listed` is told of the packs there are
    before they are read, `on_read` of each that was, with what is wrong with it. `walked`: ids of folders
    found whole by a walk that was cut short, which are not walked again as long as nothing is wrong; those
    that are found whole now are added.

    Structure: the header, slot tables, indexes, lookups, and every node of every snapshot's tree and
    content lists are read and authenticated. Presence: every pack is listed with its right size, and every
    chunk of every file is in one of them, as the index or the pack's footer tells. Packs of another size are
    read in any case. Whether the bytes of packs that are not read are still those that were stored is not
    known.

    Never changes the vault. Raises Stopped, and what the store raises when it cannot be reached.
    """
    begun = time.monotonic()
    result = VerifyResult(problems=list(snapshots.problems))
    # Whoever only reads packs has no need of where each chunk is, which takes most of the memory.
    index, report = vault.load_index(check_packs=True, bare=not structure)
    result.damaged += [(name, "missing") for name in report.missing]
    result.damaged += [(name, "resized") for name in report.resized]
    result.damaged += [(name, "damaged") for name in report.damaged]
    if not header_is_intact(vault):
        absent = vault.store.size(OBJECT_NAME) is None
        result.damaged.append((OBJECT_NAME, "missing" if absent else "damaged"))
    result.damaged += [(name, "damaged") for name in damaged_lookups(vault.store, vault.keys)]
    result.damaged += damaged_tables(vault.store, vault.keys)
    result.packs_total = len(index.packs)
    on_listed(index.packs)
    bad = _read(
        vault, index, _chosen(index, choose, again, result), result, proven, on_read, listener, cancel
    )
    if result.damaged and not structure:
        index, report, bad = _whole(vault, index, bad)
    lost = bad_ids(vault, index, bad)
    result.structure = structure or bool(result.damaged)
    if result.structure:
        before = set() if walked is None or result.damaged else walked
        inherited = bool(before)
        _walk(vault, index, lost, snapshots, result, before, cancel)
        if inherited and (result.affected or result.damaged):
            # What is missing now may have been there when a folder was found whole.
            before.clear()
            result.affected.clear()
            result.affected_count = 0
            _walk(vault, index, lost, snapshots, result, before, cancel)
    result.spare = spare_objects(vault, index, report, bad, result.damaged)
    damaged_packs = {name for name, _ in result.damaged if name.startswith("packs/")}
    result.suspects = frozenset(bytes.fromhex(name[len("packs/") :]) for name in damaged_packs)
    if any(a.reason == "missing" for a in result.affected):
        result.suspects |= {UNKNOWN_PACK}
    result.seconds = time.monotonic() - begun
    return result


def _walk(
    vault: Vault,
    index: Index,
    lost: set[bytes],
    snapshots: SnapshotList,
    result: VerifyResult,
    whole: set[bytes],
    cancel: CancelToken,
) -> None:
    """All trees, but for folders known to be `whole`."""
    met: set[bytes] = set()
    reader = vault.reader_on(index, on_damaged=lambda pack, _: met.add(pack))
    checker = _TreeCheck(reader, index, lost, whole, cancel)
    for stored in snapshots.items:
        for path, reason in checker.affected(stored):
            result.affected_count += 1
            if len(result.affected) < MAX_AFFECTED:
                result.affected.append(Affected(stored, path, reason))
    for pack in sorted(met):
        result.add(object_name("packs", pack), "damaged")


def _whole(vault: Vault, bare: Index, bad: set[int]) -> tuple[Index, IndexReport, set[int]]:
    """The index with all there is in it, and the numbers that bad segments have there: packs may have come
    meanwhile."""
    places = {(place.pack.name, place.position) for place in map(bare.place, bad)}
    index, report = vault.load_index(check_packs=True)
    found = set[int]()
    for number in index.segments() if places else ():
        place = index.place(number)
        if (place.pack.name, place.position) in places:
            found.add(number)
    return index, report, found


def _chosen(index: Index, choose: Choose, again: Container[bytes], result: VerifyResult) -> list[int]:
    """Numbers of the packs to read, in order: what lies in one of another size is known only when it is
    read."""
    resized = {name for name, reason in result.damaged if reason == "resized"}
    odd = [
        number
        for number, pack in enumerate(index.packs)
        if pack.name in again or (resized and object_name("packs", pack.name) in resized)
    ]
    return list(dict.fromkeys([*odd, *choose(index.packs)]))


def _read(
    vault: Vault,
    index: Index,
    rows: list[int],
    result: VerifyResult,
    proven: Callable[[bytes], bool],
    on_read: Callable[[bytes, str], None],
    listener: Listener,
    cancel: CancelToken,
) -> set[int]:
    total = sum(index.packs[row].size for row in rows)

    def told(row: int, reason: str) -> None:
        pack = index.packs[row]
        result.packs_read += 1
        result.bytes_read += pack.size
        if reason:
            result.add(object_name("packs", pack.name), reason)
        on_read(pack.name, reason)
        listener(Progress("verify", bytes_done=result.bytes_read, bytes_total=total))

    return read_packs(vault, index, rows, cancel, told, proven)


@dataclass(slots=True)
class _Open:
    """A directory being checked."""

    content: bytes
    path: bytes
    lost: list[IntegrityError]
    children: Iterator[Entry]
    whole: bool = True


class _TreeCheck:
    """Finds what snapshots cannot restore; directories already found whole are not walked again."""

    def __init__(
        self, reader: Reader, index: Index, bad_ids: set[bytes], whole: set[bytes], cancel: CancelToken
    ) -> None:
        self._reader = reader
        self._index = index
        self._bad = bad_ids
        self._cancel = cancel
        self._whole = whole

    def affected(self, stored: Stored) -> Iterator[tuple[bytes, str]]:
        """(path, reason) for each file or directory of a snapshot that is not whole."""
        if stored.snapshot.root not in self._whole:
            yield from self._directory(root_entry(stored.snapshot.root))

    def _directory(self, root: Entry) -> Iterator[tuple[bytes, str]]:
        """Walks with its own stack: depth is the vault's word, and must not exhaust ours."""
        stack = [self._open(root.content, b"")]
        count = 0
        while stack:
            here = stack[-1]
            count += 1
            endless = len(stack) > tree.MAX_DEPTH or count > tree.MAX_ITEMS
            child = None if endless else next(here.children, None)
            if endless:
                here.lost.append(IntegrityError("bad_tree"))
            if here.lost:
                error, here.whole = here.lost.pop(), False
                yield here.path or b"/", "missing" if error.code == "chunk_missing" else "damaged"
            if child is None:
                stack.pop()
                if here.whole:
                    self._whole.add(here.content)
                elif stack:
                    stack[-1].whole = False
                continue
            path = here.path + b"/" + child.name
            if child.kind == tree.DIRECTORY:
                if child.content and child.content not in self._whole:
                    self._cancel.check()
                    stack.append(self._open(child.content, path))
                continue
            for problem in self._file(child, path):
                here.whole = False
                yield problem

    def _open(self, content: bytes, path: bytes) -> _Open:
        if content in self._bad:
            return _Open(content, path, [IntegrityError("bad_tree")], iter(()))
        lost: list[IntegrityError] = []
        return _Open(content, path, lost, read_directory(self._reader, content, lost.append))

    def _file(self, entry: Entry, path: bytes) -> Iterator[tuple[bytes, str]]:
        if entry.kind != tree.FILE:
            return
        try:
            reason = ""
            for number, (chunk_id, _, _) in enumerate(content_spans(self._reader, entry)):
                if not number % 4096:
                    self._cancel.check()
                if chunk_id in self._bad:
                    reason = "damaged"
                elif any(chunk_id) and self._index.data.find(chunk_id) == ABSENT:
                    reason = "missing"
                if reason:
                    yield path, reason
                    return
        except IntegrityError as error:
            yield path, "missing" if error.code == "chunk_missing" else "damaged"
