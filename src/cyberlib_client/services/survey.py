"""What snapshots need of each pack: their trees are walked, then each pack's chunks are looked up.

Memory: some 25 bytes for each chunk and node that anything needs, and the nodes' own index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from ..core.errors import IntegrityError
from ..core.events import Listener, Progress
from ..core.format_v1.content import MAX_LEVELS, decode_list
from ..core.format_v1.header import INDEX, root_and_epoch
from ..core.format_v1.index import PackInfo, open_index
from ..core.format_v1.tree import DIRECTORY, FILE, decode_node
from ..core.ids import ID_SIZE, KIND_TREE, ZERO_ID, digest_of, object_name
from ..core.ports import CancelToken, StoredObject
from ..repository.index import Index, PackRow
from ..repository.orphans import orphan_packs
from ..repository.records import read_record
from ..repository.retirements import Retirements
from ..repository.snapshots import Stored
from ..repository.table import ABSENT, ChunkTable
from ..repository.trees import NodeReader
from ..repository.vault import Vault

_NEEDED: Final = 0xFFFFFFFF
"""An id that a snapshot needs which stays, before any pack was found to hold it."""

_LEAVING: Final = 0xFFFFFFFE
"""The same of snapshots that may go and may come back until their quarantine is over."""

_FOR_LEAVING: Final = 0x80000000
"""Added to the number of the pack that holds an id which only leaving snapshots need."""

_LOOK: Final = 4096  # nodes between two looks at whether to stop


@dataclass(slots=True)
class PackUse:
    """A pack and what is in it, in plain bytes: `needed` by snapshots that stay, `leaving` by those in
    quarantine, `known` by either but held by another pack as well, `total`. `indexes`: numbers of the index
    objects that name it, none for one that only its own footer tells of. `root`: number of
    the root secret that opens it."""

    name: bytes
    size: int
    epoch: int
    retired: bool
    needed: int = 0
    leaving: int = 0
    known: int = 0
    total: int = 0
    indexes: list[int] = field(default_factory=list)
    root: int = 0

    @property
    def unknown(self) -> int:
        """Plain bytes that no snapshot reaches which is there: of a run at work, or left by one."""
        return self.total - self.needed - self.leaving - self.known


class Needs(NamedTuple):
    """Ids that snapshots need, each with the number of the pack that is to keep it; see `owner`."""

    data: ChunkTable
    trees: ChunkTable

    def of(self, kind: int) -> ChunkTable:
        """The table of a kind of segments."""
        return self.trees if kind == KIND_TREE else self.data

    def owner(self, kind: int, chunk_id: bytes) -> int:
        """The pack that keeps an id for snapshots that stay; -1 when none needs it."""
        number = self.of(kind).find(chunk_id)
        return number if number != ABSENT and number < _FOR_LEAVING else -1


@dataclass(slots=True)
class Survey:
    """What was found. `indexes`: the index objects that count; `replaced`: others that are still there.
    `named`: packs that any of them names, there or not; `unnamed`: what their own footers tell of the others.
    `missing`: how many ids no pack holds that snapshots need which stay."""

    packs: list[PackUse]
    indexes: list[StoredObject]
    replaced: list[StoredObject]
    named: Set[bytes]
    unnamed: Sequence[PackInfo]
    needs: Needs
    missing: int


def survey(
    vault: Vault,
    retirements: Retirements,
    staying: Sequence[Stored],
    leaving: Sequence[Stored],
    *,
    listener: Listener,
    cancel: CancelToken,
) -> Survey:
    """Reads every node that these snapshots reach, and every index object.

    Raises IntegrityError for what cannot be read, Stopped, and what the store raises.
    """
    items, old = _index_objects(vault, retirements)
    present = {digest_of(item.name): item.size for item in vault.store.list("packs")}
    index, named = Index(), set[bytes]()
    for _, info in told(vault, [*items, *old]):
        named.add(info.name)
        if info.name in present:
            _enter_nodes(index, info)
    found = _unnamed(vault, present, named | retirements.doomed("packs"), index)
    needs = Needs(ChunkTable(), ChunkTable())
    reader = vault.reader_on(index)
    needed = 0
    for mark, snapshots in ((_NEEDED, staying), (_LEAVING, leaving)):
        for number, stored in enumerate(snapshots):
            listener(Progress("survey", files_done=number, files_total=len(snapshots)))
            _walk(reader, stored.snapshot.root, needs, mark, cancel)
        if mark == _NEEDED:
            needed = len(needs.data) + len(needs.trees)
    counting = _Counting(needs, retirements.retired("packs"), retirements.doomed("packs"), present)
    for by, info in told(vault, items):
        cancel.check()
        counting.enter(info, by)
    for info in found:
        counting.enter(info)
    for _, info in told(vault, old):
        counting.enter(info)
    packs = counting.end()
    return Survey(packs, items, old, named, found, needs, missing=needed - counting.found)


def _index_objects(vault: Vault, retirements: Retirements) -> tuple[list[StoredObject], list[StoredObject]]:
    """(those that count, those that others have replaced and that are still there)."""
    replaced = retirements.retired("index") | retirements.doomed("index")
    parts: tuple[list[StoredObject], list[StoredObject]] = ([], [])
    for item in sorted(vault.store.list("index")):
        parts[digest_of(item.name) in replaced].append(item)
    return parts


def _unnamed(vault: Vault, present: Mapping[bytes, int], named: Set[bytes], index: Index) -> list[PackInfo]:
    """Packs that only their own footers tell of: a run left them, or makes them now."""
    sizes = {object_name("packs", n): size for n, size in present.items() if n not in named}
    headers = {row.header for row in index.packs} if sizes else set[bytes]()
    found, damaged = orphan_packs(vault.store, vault.keys, sizes, headers)
    if damaged:
        raise IntegrityError("pack_damaged", name=damaged[0], reason="bad_footer")
    for info in found:
        _enter_nodes(index, info)
    return found


def _enter_nodes(index: Index, info: PackInfo) -> None:
    row = PackRow(info.name, info.size, info.header)
    for position, segment in enumerate(info.segments):
        if segment.kind == KIND_TREE:
            index.add_part(row, position, segment)


def told(vault: Vault, items: Sequence[StoredObject]) -> Iterator[tuple[int, PackInfo]]:
    """(number of the index object, a pack it tells of). IntegrityError for one that cannot be read."""
    vault.store.prefetch(item.name for item in items)
    for number, item in enumerate(items):
        _, data = read_record(vault.store, vault.keys, INDEX, item)
        for info in open_index(vault.keys, data):
            yield number, info


def _walk(reader: NodeReader, root: bytes, needs: Needs, mark: int, cancel: CancelToken) -> None:
    """Marks all that a tree reaches and that nothing marked before. `level`: of a content list; -1 for a
    node of a directory."""
    data, trees = needs.data, needs.trees
    stack = [(root, -1)]
    count = 0
    while stack:
        node_id, level = stack.pop()
        if trees.find(node_id) != ABSENT:
            continue
        trees.add(node_id, mark)
        count += 1
        if not count % _LOOK:
            cancel.check()
        try:
            named, chunks = below(reader.node(node_id), level)
        except IntegrityError:
            if mark == _NEEDED:
                raise
            continue  # of a snapshot that leaves: what cannot be read of it is not kept for its sake
        stack += reversed(named)
        for chunk_id in chunks:
            if data.find(chunk_id) == ABSENT and chunk_id != ZERO_ID:
                data.add(chunk_id, mark)
    cancel.check()


def below(node: bytes, level: int) -> tuple[list[tuple[bytes, int]], Iterable[bytes]]:
    """(nodes with their levels, chunks) that a node names. `level`: as in `_walk`."""
    if level > MAX_LEVELS:
        raise IntegrityError("bad_content_list")
    if level > 0:
        ids, _ = decode_list(node)
        named = [ids[at : at + ID_SIZE] for at in range(0, len(ids), ID_SIZE)]
        return ([(each, level - 1) for each in named], ()) if level > 1 else ([], named)
    entries, children = decode_node(node)
    found = [(child, -1) for _, child in children]
    chunks: list[bytes] = []
    for entry in entries:
        if not entry.content:
            continue
        if entry.kind == DIRECTORY:
            found.append((entry.content, -1))
        elif entry.kind == FILE and entry.extra is not None and entry.extra.levels:
            found.append((entry.content, entry.extra.levels))
        elif entry.kind == FILE:
            chunks.append(entry.content)
    return found, chunks


class _Counting:
    """Counts what is needed of each pack; what several hold is counted for one: for one that is not retired
    before any that is, and for one of these before any whose deletion was announced, so that what comes back
    does not wait for that. `present`: sizes of the packs that are there."""

    def __init__(
        self, needs: Needs, retired: Set[bytes], doomed: Set[bytes], present: Mapping[bytes, int]
    ) -> None:
        self._needs = needs
        self._aside = retired | doomed
        self._doomed = doomed
        self._present = present
        self._packs: dict[bytes, PackUse] = {}
        self._late: dict[bytes, PackInfo] = {}
        self.found = 0
        """Ids that snapshots need which stay, and that a pack holds."""

    def enter(self, info: PackInfo, by: int = -1) -> None:
        """A pack, and the number of the index object that names it."""
        if info.name not in self._present:
            return
        if self._present[info.name] != info.size:
            raise IntegrityError("pack_damaged", name=object_name("packs", info.name), reason="resized")
        if info.name in self._aside:
            self._late[info.name] = info
            return
        if info.name not in self._packs:
            self._add(info, retired=False)
        if by >= 0:
            self._packs[info.name].indexes.append(by)

    def end(self) -> list[PackUse]:
        """All packs, in the order of their numbers."""
        for info in sorted(self._late.values(), key=lambda info: info.name in self._doomed):
            self._add(info, retired=True)
        return list(self._packs.values())

    def _add(self, info: PackInfo, *, retired: bool) -> None:
        number = len(self._packs)
        root, epoch = root_and_epoch(info.header)
        use = self._packs[info.name] = PackUse(info.name, info.size, epoch, retired, root=root)
        for segment in info.segments:
            table = self._needs.of(segment.kind)
            ids = segment.ids
            for at, size in zip(range(0, len(ids), ID_SIZE), segment.sizes, strict=True):
                self.found += _count(use, number, table, ids[at : at + ID_SIZE], size)


def _count(use: PackUse, number: int, table: ChunkTable, chunk_id: bytes, size: int) -> bool:
    """Whether it is the first place of an id that is needed."""
    use.total += size
    owner = table.find(chunk_id)
    if owner == ABSENT:
        return False
    if owner == _NEEDED:
        table.change(chunk_id, number)
        use.needed += size
        return True
    if owner == _LEAVING:
        table.change(chunk_id, number | _FOR_LEAVING)
        use.leaving += size
    else:
        use.known += size
    return False


def names_of(packs: Iterable[PackUse]) -> list[str]:
    """The objects of these packs."""
    return [object_name("packs", pack.name) for pack in packs]


def holders(vault: Vault, seen: Survey, ids: Mapping[int, Set[bytes]]) -> set[bytes]:
    """Names of the packs that hold any of these ids, by kind of segment, but for those that something needs
    which stays."""
    found: set[bytes] = set()
    by_index = (info for _, info in told(vault, [*seen.indexes, *seen.replaced]))
    for info in chain(seen.unnamed, by_index):
        for segment in info.segments:
            wanted, every = ids.get(segment.kind, frozenset()), segment.ids
            for at in range(0, len(every) if wanted else 0, ID_SIZE):
                each = every[at : at + ID_SIZE]
                if each in wanted and seen.needs.owner(segment.kind, each) < 0:
                    found.add(info.name)
    return found
