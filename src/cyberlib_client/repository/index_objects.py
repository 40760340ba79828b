"""Index objects as they are stored, and beside them lookups, which spare others to fetch them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ..core.crypto import sha256
from ..core.errors import IntegrityError
from ..core.format_v1.header import INDEX, hedged_salt
from ..core.format_v1.index import PackInfo, open_index, seal_index
from ..core.format_v1.lookup import MOST_PACKS, START, seal_lookup
from ..core.ids import KIB, MIB, digest_of, object_name
from ..core.keys import VaultKeys
from ..core.ports import Random, Store, StoredObject
from .lookups import open_lookups
from .records import read_record

_INDEX_PACKS: Final = 64
_INDEX_CHUNKS: Final = 1_000_000

_WITHOUT: Final = 512 * KIB
"""Bytes of index objects that may stay without a lookup: the small ones of many runs get one together."""

_TOGETHER: Final = 24 * MIB
"""Bytes of index objects that get one lookup."""


def put_index(store: Store, keys: VaultKeys, packs: list[PackInfo], random: Random) -> int:
    """Stores what these packs hold, in as many index objects as that takes; bytes stored.

    Where the store is far away, index objects without a lookup get one when they are large together.
    """
    stored = 0
    made: dict[str, list[PackInfo]] = {}
    for some in _portions(packs):
        salt = hedged_salt(keys, random, *(pack.name for pack in some))
        data = seal_index(keys, salt, some)
        name = object_name("index", sha256(data))
        store.put(name, data)
        stored += len(data)
        made[name] = some
    return stored + put_lookups(store, keys, made, random)


def put_lookups(store: Store, keys: VaultKeys, made: Mapping[str, list[PackInfo]], random: Random) -> int:
    """Lookups for what has none, where the store is far away. `made`: what is known already of index objects.
    Bytes stored."""
    if not store.puts_at_once:
        return 0
    items = sorted(store.list("index"))
    if sum(item.size for item in items) <= _WITHOUT:
        return 0
    covered = {item.name for told in open_lookups(store, keys, items) for item in told.items}
    left = [item for item in items if item.name not in covered]
    if sum(item.size for item in left) <= _WITHOUT:
        return 0
    stored = 0
    for indexes, packs in _together(store, keys, left, made):
        data = seal_lookup(keys, hedged_salt(keys, random, *indexes), indexes, packs)
        name = object_name("lookups", sha256(data))
        store.put(name, data)
        store.keep(name, 0, data[:START])
        stored += len(data)
    return stored


def _together(
    store: Store, keys: VaultKeys, items: list[StoredObject], made: Mapping[str, list[PackInfo]]
) -> Iterator[tuple[list[bytes], list[PackInfo]]]:
    """(digests of index objects, the packs they tell of) for a lookup each; damaged ones are passed over."""
    indexes, packs, size = list[bytes](), list[PackInfo](), 0
    for item in items:
        told = made.get(item.name)
        if told is None:
            try:
                told = open_index(keys, read_record(store, keys, INDEX, item)[1])
            except IntegrityError:
                continue
        if indexes and (size + item.size > _TOGETHER or len(packs) + len(told) > MOST_PACKS):
            yield indexes, packs
            indexes, packs, size = [], [], 0
        indexes.append(digest_of(item.name))
        packs += told
        size += item.size
    if indexes:
        yield indexes, packs


def _portions(packs: list[PackInfo]) -> Iterator[list[PackInfo]]:
    """Packs for one index object each: far below what a reader accepts."""
    some: list[PackInfo] = []
    chunks = 0
    for pack in packs:
        some.append(pack)
        chunks += sum(len(segment.sizes) for segment in pack.segments)
        if len(some) >= _INDEX_PACKS or chunks >= _INDEX_CHUNKS:
            yield some
            some, chunks = [], 0
    if some:
        yield some
