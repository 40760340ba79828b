"""Is everything there, and is it what was stored? Says which files of which snapshots are touched."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..core.crypto import sha256
from ..core.errors import CyberlibError, IntegrityError
from ..core.events import Listener, Progress
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry, root_entry
from ..core.ids import ID_SIZE, KIND_TREE, object_name
from ..core.ports import CancelToken, Random
from ..repository.content import content_spans
from ..repository.index import ABSENT, Index
from ..repository.reader import Reader, read_pack_footer
from ..repository.snapshots import Problem, SnapshotList, Stored
from ..repository.trees import read_directory
from ..repository.vault import Vault, header_is_intact

_WORKERS = 2
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
    """What a verification found. `damaged`: names of objects that are absent or not what they were."""

    packs_total: int = 0
    packs_read: int = 0
    bytes_read: int = 0
    damaged: list[tuple[str, str]] = field(default_factory=list)
    affected: list[Affected] = field(default_factory=list)
    affected_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    suspects: frozenset[bytes] = frozenset()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Nothing missing, nothing damaged, no chain broken."""
        return not (self.damaged or self.affected or self.problems)


def verify(
    vault: Vault,
    snapshots: SnapshotList,
    *,
    percent: int,
    random: Random,
    listener: Listener,
    cancel: CancelToken,
) -> VerifyResult:
    """Checks structure and presence, and reads `percent` % of the packs in full (0 to 100).

    Never changes the vault. Raises Stopped, and what the store raises when it cannot be reached.
    """
    begun = time.monotonic()
    result = VerifyResult(problems=list(snapshots.problems))
    index, report = vault.load_index(check_packs=True)
    result.damaged += [(name, "missing") for name in report.missing]
    result.damaged += [(name, "damaged") for name in report.damaged]
    if not header_is_intact(vault):
        result.damaged.append(("vault", "damaged"))
    result.damaged += _damaged_slot_tables(vault)
    result.packs_total = len(index.packs)
    bad = _read_packs(vault, index, percent, random, listener, cancel, result)
    bad_ids = _bad_ids(vault, index, bad)
    checker = _TreeCheck(Reader(vault.store, vault.keys, index), index, bad_ids, cancel)
    for stored in snapshots.items:
        for path, reason in checker.affected(stored):
            result.affected_count += 1
            if len(result.affected) < MAX_AFFECTED:
                result.affected.append(Affected(stored, path, reason))
    damaged_packs = {name for name, _ in result.damaged if name.startswith("packs/")}
    result.suspects = frozenset(bytes.fromhex(name[len("packs/") :]) for name in damaged_packs)
    result.seconds = time.monotonic() - begun
    return result


def _damaged_slot_tables(vault: Vault) -> list[tuple[str, str]]:
    names = [o.name for o in vault.store.list("slots")]
    return [
        (name, "damaged") for name in names if object_name("slots", sha256(vault.store.get(name))) != name
    ]


def _sample(count: int, percent: int, random: Random) -> list[int]:
    """Numbers of the packs to read: at least one unless `percent` is 0."""
    if percent >= 100:
        return list(range(count))
    wanted = -(-count * percent // 100)
    drawn = sorted(range(count), key=lambda _: random(8))
    return sorted(drawn[:wanted])


def _read_packs(
    vault: Vault,
    index: Index,
    percent: int,
    random: Random,
    listener: Listener,
    cancel: CancelToken,
    result: VerifyResult,
) -> set[int]:
    """Reads packs in several threads; the numbers of segments that cannot be read."""
    segments: dict[int, list[int]] = {}
    for number in index.segments():
        segments.setdefault(index.pack_of(number), []).append(number)
    work: queue.SimpleQueue[int] = queue.SimpleQueue()
    chosen = _sample(len(index.packs), percent, random)
    total = sum(index.packs[row].size for row in chosen)
    for row in chosen:
        work.put(row)
    bad: set[int] = set()
    failures: list[BaseException] = []
    lock = threading.Lock()

    def run() -> None:
        reader = Reader(vault.store, vault.keys, index)
        while not failures and not cancel.cancelled:
            try:
                row = work.get_nowait()
            except queue.Empty:
                return
            try:
                found = _read_pack(vault, reader, index, row, segments.get(row, []))
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                failures.append(error)
                return
            with lock:
                bad.update(found)
                _tell(result, index.packs[row].name, index.packs[row].size, found, total, listener)

    threads = [threading.Thread(target=run, name=f"verify-{i}", daemon=True) for i in range(_WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cancel.check()
    if failures:
        raise failures[0]
    return bad


def _tell(
    result: VerifyResult, name: bytes, size: int, bad: dict[int, str], total: int, listener: Listener
) -> None:
    result.packs_read += 1
    result.bytes_read += size
    if bad:
        result.damaged.append((object_name("packs", name), next(iter(bad.values()))))
    listener(Progress("verify", bytes_done=result.bytes_read, bytes_total=total))


def _read_pack(vault: Vault, reader: Reader, index: Index, row: int, numbers: list[int]) -> dict[int, str]:
    """Segments of a pack that do not hold what they should, with "missing" or "damaged"."""
    pack = index.packs[row]
    name = object_name("packs", pack.name)
    try:
        data = vault.store.get(name)
    except IntegrityError as error:
        reason = "missing" if error.code == "object_missing" else "damaged"
        return dict.fromkeys(numbers, reason)
    bad: dict[int, str] = {}
    for number in numbers:
        try:
            plain, spans = reader.open_segment(number, data)
            key = vault.keys.tree_ids if index.place(number).kind == KIND_TREE else None
            for chunk_id in spans:
                reader.piece(plain, spans, chunk_id, key)
        except IntegrityError:
            bad[number] = "damaged"
    if not bad and sha256(data) != pack.name:
        return dict.fromkeys(numbers[:1], "altered")  # header, padding, footer: content is whole
    return bad


def _bad_ids(vault: Vault, index: Index, bad: set[int]) -> set[bytes]:
    """Ids of the chunks in unreadable segments."""
    ids: set[bytes] = set()
    for number in bad:
        layout = index.layout(number)
        place = index.place(number)
        try:
            listed = (
                layout.ids
                if layout is not None
                else read_pack_footer(vault.store, vault.keys, place.pack.name, place.pack.size)
                .segments[place.position]
                .ids
            )
        except CyberlibError:
            listed = vault.ids_of_segment(place.pack.name, place.position)
        ids.update(listed[i : i + ID_SIZE] for i in range(0, len(listed), ID_SIZE))
    return ids


@dataclass(slots=True)
class _Open:
    """A directory being checked."""

    content: bytes
    path: bytes
    children: Iterator[Entry]
    whole: bool = True


class _TreeCheck:
    """Finds what snapshots cannot restore; directories already found whole are not walked again."""

    def __init__(self, reader: Reader, index: Index, bad_ids: set[bytes], cancel: CancelToken) -> None:
        self._reader = reader
        self._index = index
        self._bad = bad_ids
        self._cancel = cancel
        self._whole: set[bytes] = set()

    def affected(self, stored: Stored) -> Iterator[tuple[bytes, str]]:
        """(path, reason) for each file or directory of a snapshot that is not whole."""
        if stored.snapshot.root not in self._whole:
            yield from self._directory(root_entry(stored.snapshot.root))

    def _directory(self, root: Entry) -> Iterator[tuple[bytes, str]]:
        """Walks with its own stack: depth is the vault's word, and must not exhaust ours."""
        stack = [_Open(root.content, b"", self._children(root.content))]
        while stack:
            here = stack[-1]
            if len(stack) > tree.MAX_DEPTH:
                raise IntegrityError("bad_tree")
            try:
                child = next(here.children, None)
            except IntegrityError as error:
                here.whole, child = False, None
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
                    stack.append(_Open(child.content, path, self._children(child.content)))
                continue
            for problem in self._file(child, path):
                here.whole = False
                yield problem

    def _children(self, content: bytes) -> Iterator[Entry]:
        if content in self._bad:
            raise IntegrityError("bad_tree")
        yield from read_directory(self._reader, content)

    def _file(self, entry: Entry, path: bytes) -> Iterator[tuple[bytes, str]]:
        if entry.kind != tree.FILE:
            return
        try:
            reason = ""
            for chunk_id, _, _ in content_spans(self._reader, entry):
                if chunk_id in self._bad:
                    reason = "damaged"
                elif any(chunk_id) and self._index.data.find(chunk_id) == ABSENT:
                    reason = "missing"
                if reason:
                    yield path, reason
                    return
        except IntegrityError:
            yield path, "damaged"
