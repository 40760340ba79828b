"""What the vault holds, from its index objects: all of them, or small ones and the rest when it is sought."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..core.errors import IntegrityError
from ..core.format_v1.header import INDEX
from ..core.format_v1.index import PackInfo, open_index
from ..core.format_v1.lookup import START, LookupPack
from ..core.ids import KIB, digest_of, object_name
from ..core.keys import VaultKeys
from ..core.ports import Store, StoredObject
from .fetching import at_once
from .index import Index
from .lookups import Lookups, Told, Whole, open_lookups
from .orphans import orphan_packs
from .reader import read_pack_footer
from .records import read_record
from .retirements import NONE, Retirements

WORTH: Final = 256 * KIB
"""Bytes of index objects up to which they are fetched whole: one journey is less than several."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What loading the index found: objects set aside, packs named but absent, packs of another size than
    named, packs not named."""

    damaged: list[str]
    missing: list[str]
    resized: list[str]
    orphans: list[str]
    found: list[PackInfo]
    """The orphans' own footers."""
    left_out: list[PackInfo]
    """Packs that an index names and that were not entered, for whatever reason."""


def indexed(
    store: Store, keys: VaultKeys, damaged: list[str], items: Sequence[StoredObject] | None = None
) -> Iterator[PackInfo]:
    """Packs as index objects tell them, all of them or `items`, one object in memory at a time."""
    if items is None:
        items = sorted(store.list("index"))
    store.prefetch(item.name for item in items)
    for item in items:
        try:
            _, data = read_record(store, keys, INDEX, item)
            infos = open_index(keys, data)
        except IntegrityError:
            damaged.append(item.name)
            continue
        yield from infos


class _Loading:
    """An index as it is loaded. `check_packs` and what follows: as `Vault.load_index` has it."""

    def __init__(
        self,
        store: Store,
        keys: VaultKeys,
        *,
        check_packs: bool,
        without: Container[bytes] = (),
        to_rely_on: bool = False,
        retirements: Retirements = NONE,
        bare: bool = False,
    ) -> None:
        self.index = Index(bare=bare)
        self.damaged: list[str] = []
        self._store = store
        self._keys = keys
        self._without = without
        self._to_rely_on = to_rely_on
        # What may go within weeks, or is going, is nothing to rely on; and that it went is no damage.
        self._replaced = retirements.retired("index") | retirements.doomed("index")
        self._going = retirements.doomed("packs")
        self._aside = retirements.retired("packs") | self._going if to_rely_on else frozenset[bytes]()
        self._present: Mapping[str, int] | None = None
        if check_packs:
            self._present = {item.name: item.size for item in store.list("packs")}
        self._named: set[str] = set()
        self._missing: set[str] = set()
        self._resized: dict[str, PackInfo] = {}
        self._left_out: dict[str, PackInfo] = {}

    def enter(self, infos: Iterable[PackInfo]) -> None:
        """Enters packs that index objects tell; those of another size wait for `end`."""
        for info in infos:
            if self._present is None:
                if info.name not in self._without:
                    self.index.add_pack(info)
                continue
            name = object_name("packs", info.name)
            self._named.add(name)
            if info.name in self._aside:
                continue
            if name not in self._present:
                if info.name in self._going:
                    continue
                self._missing.add(name)
                self._left_out[name] = info
            elif self._present[name] != info.size:
                self._resized[name] = info
            elif info.name in self._without:
                self._left_out[name] = info
            else:
                self.index.add_pack(info)

    def objects(self, items: Sequence[StoredObject] | None = None) -> None:
        """Enters what these index objects tell, or all of them but those that others have replaced."""
        if items is None and self._replaced:
            listed = sorted(self._store.list("index"))
            items = [item for item in listed if digest_of(item.name) not in self._replaced]
        self.enter(indexed(self._store, self._keys, self.damaged, items))

    def usable(self, pack: LookupPack) -> bool:
        """Whether a pack is there as it was stored."""
        return self._present is None or self._present.get(object_name("packs", pack.name)) == pack.size

    def end(self, told: Sequence[Told] = ()) -> IndexReport:
        """Enters the packs that no index object names, nor these lookups, and last those of another size."""
        if self._present is None:
            return IndexReport(self.damaged, [], [], [], [], [])
        packs = [pack for each in told for pack in each.lookup.packs]
        self._named.update(object_name("packs", pack.name) for pack in packs)
        self._named.update(object_name("packs", name) for name in self._aside)
        unnamed = {name: self._present[name] for name in self._present.keys() - self._named}
        headers = {row.header for row in self.index.packs} if unnamed else set[bytes]()
        headers.update(pack.header for pack in packs if unnamed)
        orphans, strange = orphan_packs(self._store, self._keys, unnamed, headers)
        self.damaged += strange
        for info in orphans:
            if info.name not in self._without:
                self.index.add_pack(info)
            else:
                self._left_out[object_name("packs", info.name)] = info
        self._late()
        names = [object_name("packs", info.name) for info in orphans]
        out = list(self._left_out.values())
        resized = sorted(self._resized)
        return IndexReport(self.damaged, sorted(self._missing), resized, names, orphans, out)

    def _late(self) -> None:
        for name, info in self._resized.items():
            if self._to_rely_on or info.name in self._without:
                self._left_out[name] = info
            else:
                self.index.add_pack(info)

    def rest(self, told: Sequence[Told]) -> None:
        """Enters what the index objects of these lookups tell; where one is damaged, what the packs do."""
        self.objects([item for each in told for item in each.items])
        packs = {pack.name: pack for each in told for pack in each.lookup.packs}
        lacking = [pack for pack in packs.values() if self._is_lacking(pack)]
        for info in at_once(self._footer, lacking):
            if info is not None:
                self.index.add_pack(info)
        self._late()

    def _is_lacking(self, pack: LookupPack) -> bool:
        """Whether a pack is there and no index object tells of it."""
        name = object_name("packs", pack.name)
        there = self._present is None or name in self._present
        return there and pack.name not in self.index and name not in self._resized

    def _footer(self, pack: LookupPack) -> PackInfo | None:
        size = (self._present or {}).get(object_name("packs", pack.name), pack.size)
        try:
            return read_pack_footer(self._store, self._keys, pack.name, size)
        except IntegrityError:
            return None


def load_whole(
    store: Store,
    keys: VaultKeys,
    *,
    check_packs: bool,
    without: Container[bytes],
    to_rely_on: bool,
    retirements: Retirements,
    bare: bool = False,
) -> tuple[Index, IndexReport]:
    """As `Vault.load_index`."""
    loading = _Loading(
        store,
        keys,
        check_packs=check_packs,
        without=without,
        to_rely_on=to_rely_on,
        retirements=retirements,
        bare=bare,
    )
    loading.objects()
    report = loading.end()
    return loading.index, report


def load_part(
    store: Store,
    keys: VaultKeys,
    whole: Callable[[], Index],
    *,
    check_packs: bool,
) -> tuple[Index, Lookups | None]:
    """An index of the index objects that have no lookup; what the others tell is sought by their lookups.

    What `whole` loads where that is no more to fetch than the lookups are.
    """
    items = sorted(store.list("index"))
    far = sum(item.size for item in items if not store.is_near(item.name))
    lookups = sum(min(item.size, START) for item in store.list("lookups"))
    if not lookups or far <= max(lookups, WORTH):
        return whole(), None
    told = open_lookups(store, keys, items)
    loading = _Loading(store, keys, check_packs=check_packs)
    apart = {item.name for each in told for item in each.items}
    loading.objects([item for item in items if item.name not in apart])
    loading.end(told)
    return loading.index, Lookups(store, keys, told, Whole(loading.objects, loading.rest), loading.usable)
