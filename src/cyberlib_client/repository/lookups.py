"""Finding chunks and nodes of a store that is far away without its index objects, by their lookups."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple

from ..core.errors import IntegrityError
from ..core.format_v1.header import LOOKUP
from ..core.format_v1.index import PackInfo
from ..core.format_v1.lookup import LARGEST, START, Lookup, LookupPack, NodeSegment, open_lookup
from ..core.ids import object_name
from ..core.keys import VaultKeys
from ..core.ports import Store, StoredObject
from .fetching import at_once, fetched
from .index import ABSENT, Index, PackRow
from .reader import ids_of, open_sealed, read_pack_footer
from .records import read_record

_SPARE: Final = 16


class Told(NamedTuple):
    """A lookup that opens, and the index objects that it is for and that are listed."""

    name: str
    lookup: Lookup
    items: Sequence[StoredObject]


class Whole(NamedTuple):
    """How index objects, or all that is left, are entered whole after all; for one thread at a time."""

    some: Callable[[Sequence[StoredObject]], None]
    rest: Callable[[Sequence[Told]], None]


def open_lookups(store: Store, keys: VaultKeys, items: Sequence[StoredObject]) -> list[Told]:
    """The lookups of these index objects, as far as there are any that open."""
    # Anybody who writes to the store could list more: they cost a journey each.
    listed = sorted(store.list("lookups"))[: 2 * len(items) + _SPARE]
    store.announce([each.name for each in listed])
    by_name = {item.name: item for item in items}
    left = set(by_name)
    found: list[Told] = []
    # The first alone: where links lead to objects, it asks for those of all.
    opened = [_open(store, keys, each) for each in listed[:1]]
    opened += at_once(partial(_open, store, keys), listed[1:])
    for each, lookup in zip(listed, opened, strict=True):
        if lookup is None:
            continue
        names = dict.fromkeys(object_name("index", index) for index in lookup.indexes)
        if not left.isdisjoint(names):  # else two machines made one for the same, or it is an old one
            found.append(Told(each.name, lookup, [by_name[name] for name in names if name in by_name]))
            left.difference_update(names)
    return found


def _open(store: Store, keys: VaultKeys, item: StoredObject) -> Lookup | None:
    if item.size > LARGEST:
        return None

    def more(offset: int, size: int) -> bytes:
        return fetched(store, item.name, offset, size, lambda data: data)

    def opened(start: bytes) -> Lookup:
        return open_lookup(keys, item.size, start, more)

    try:
        return fetched(store, item.name, 0, min(START, item.size), opened)
    except IntegrityError:
        return None


def damaged_lookups(store: Store, keys: VaultKeys) -> list[str]:
    """The names of the lookups that are not what they were; each is read whole."""
    return [item.name for item in sorted(store.list("lookups")) if not _is_whole(store, keys, item)]


def _is_whole(store: Store, keys: VaultKeys, item: StoredObject) -> bool:
    try:
        _, data = read_record(store, keys, LOOKUP, item)
        lookup = open_lookup(keys, item.size, data, lambda _offset, _size: b"")
        for page in range(lookup.pages):
            offset, size = lookup.where(page)
            lookup.open_page(page, memoryview(data)[offset : offset + size])
    except IntegrityError:
        return False
    return True


class Lookups:
    """What is not in an index yet is sought here. Safe to use from several threads.

    `usable`: whether a pack is there as a lookup tells it. What the lookups say wrongly costs time: chunks
    come from the footers of packs, the ids of nodes from their content.
    """

    def __init__(
        self,
        store: Store,
        keys: VaultKeys,
        told: Sequence[Told],
        whole: Whole,
        usable: Callable[[LookupPack], bool],
    ) -> None:
        self._store = store
        self._keys = keys
        self._told = list(told)
        self._all = list(told)
        self._whole = whole
        self._usable = usable
        self._asked: set[tuple[bytes, int]] = set()
        self._tails: dict[bytes, int] = {}
        self._knew: Told | None = None
        self._lock = threading.Lock()

    def tail(self, pack: bytes) -> int:
        """Bytes at the end of a pack that were read for its footer, 0 when they were not."""
        return self._tails.get(pack, 0)

    def enter_all(self) -> None:
        """Enters what the store's index objects and packs tell, once."""
        with self._lock:
            if self._all:
                self._whole.rest(self._all)
                self._told, self._all = [], []

    def _instead(self, told: Told) -> None:
        """Index objects that prove to be needed: their lookup is damaged, or a pack that it leads to."""
        if told in self._told:
            self._told.remove(told)
            self._whole.some(told.items)

    # ---- chunks -------------------------------------------------------------------------------------

    def seek_chunks(self, index: Index, ids: Iterable[bytes]) -> None:
        """Enters the packs that hold these chunks, as far as lookups tell; runs of zeros are passed over.

        What is asked for together mostly lies together, and where the nodes lie that tell of it: a few are
        sought first, and in the lookup that knew last.
        """
        known = index.data.find
        with self._lock:
            wanted = [each for each in dict.fromkeys(ids) if any(each) and known(each) == ABSENT]
            count = 1
            while wanted and self._told:
                some, later = wanted[:count], wanted[count:]
                last = [told for told in self._told if told is self._knew]
                if last:
                    self._seek(index, last, some)
                    some = [each for each in some if known(each) == ABSENT]
                if some:
                    self._seek(index, [told for told in self._told if told not in last], some)
                wanted = [each for each in later if known(each) == ABSENT]
                count *= 2

    def _seek(self, index: Index, among: Sequence[Told], ids: Sequence[bytes]) -> None:
        pages: defaultdict[tuple[int, int], list[bytes]] = defaultdict(list)
        for chunk_id in ids:
            for number, told in enumerate(among):
                pages[number, told.lookup.page_of(chunk_id)].append(chunk_id)
        asked = [(among[number], page, of) for (number, page), of in pages.items()]
        packs: dict[bytes, tuple[Told, LookupPack]] = {}
        for (told, _, _), found in zip(asked, at_once(self._candidates, asked), strict=True):
            if found is None:
                self._instead(told)
            for pack in found or ():
                if pack.name not in index and self._usable(pack):
                    packs.setdefault(pack.name, (told, pack))
        footers = at_once(self._footer, [pack for _, pack in packs.values()])
        for (told, pack), info in zip(packs.values(), footers, strict=True):
            if info is None:
                self._instead(told)
                continue
            index.add_pack(info)
            self._tails[info.name] = pack.tail
            if any(index.data.find(each) != ABSENT for each in ids):
                self._knew = told

    def _candidates(self, asked: tuple[Told, int, list[bytes]]) -> list[LookupPack] | None:
        told, page, ids = asked
        offset, size = told.lookup.where(page)
        try:
            entries = fetched(self._store, told.name, offset, size, partial(told.lookup.open_page, page))
        except IntegrityError:
            return None
        found = {pack.name: pack for each in ids for pack in told.lookup.candidates(entries, each)}
        return list(found.values())

    def _footer(self, pack: LookupPack) -> PackInfo | None:
        try:
            return read_pack_footer(
                self._store, self._keys, pack.name, pack.size, header=pack.header, tail=pack.tail
            )
        except IntegrityError:
            return None

    # ---- nodes --------------------------------------------------------------------------------------

    def seek_node(self, index: Index, node_id: bytes) -> bytes | None:
        """Enters the segments of nodes that may hold a node, with the ids of all that is in them.

        The plain bytes of the one that holds it, when it was found.
        """
        with self._lock:
            found: list[tuple[Told, LookupPack, NodeSegment]] = []
            for told in self._told:
                for pack in told.lookup.packs:
                    for segment in pack.nodes:
                        if segment.holds(node_id) and (pack.name, segment.position) not in self._asked:
                            found.append((told, pack, segment))
            for told, pack, segment in found:
                self._asked.add((pack.name, segment.position))
                if not self._usable(pack):
                    continue
                row = PackRow(pack.name, pack.size, pack.header)
                plain = self._plain(row, segment)
                if plain is None:
                    self._instead(told)
                    continue
                ids = ids_of(self._keys.tree_ids, plain, segment.sizes)
                index.add_part(row, segment.position, segment.info(ids))
                if index.trees.find(node_id) != ABSENT:
                    self._knew = told
                    return plain
        return None

    def _plain(self, row: PackRow, segment: NodeSegment) -> bytes | None:
        def opened(sealed: bytes) -> bytes:
            info = segment.info(b"")
            return open_sealed(self._keys, row, segment.position, info, sealed)

        name = object_name("packs", row.name)
        try:
            return fetched(self._store, name, segment.offset, segment.sealed_size, opened)
        except IntegrityError:
            return None
