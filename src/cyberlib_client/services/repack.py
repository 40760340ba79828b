"""Packs written anew without what nothing needs, and the index objects that tell of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Container, Iterator, Sequence
from typing import Final

from ..core.format_v1.index import PackInfo
from ..core.ids import ID_SIZE, KIND_TREE, object_name
from ..core.ports import CancelToken, Random
from ..repository.index import Index
from ..repository.lookups import open_lookups
from ..repository.packer import Packer
from ..repository.reader import read_pack_footer
from ..repository.vault import Vault
from .survey import PackUse, Survey, told

_CHUNKS: Final = 500_000
"""Chunks of which index entries are held in memory before an index object is written."""


def repack(
    vault: Vault,
    seen: Survey,
    packs: Sequence[PackUse],
    *,
    epoch: int,
    random: Random,
    cancel: CancelToken,
) -> list[PackInfo]:
    """Stores again what snapshots need of these packs; the packs that hold it now, in no index yet.

    Each chunk is compared with its id as it passes. Raises IntegrityError for one that is damaged; what was
    stored until then is found again by the next sweep.
    """
    if not packs:
        return []
    made: list[PackInfo] = []
    lock = threading.Lock()

    def stored(info: PackInfo) -> None:
        with lock:
            made.append(info)

    packer = Packer(
        vault.store,
        vault.keys,
        Index(),
        epoch=epoch,
        random=random,
        cancel=cancel,
        on_stored=stored,
        sealers=max(1, min(3, os.cpu_count() or 1)),
    )
    try:
        numbers = {pack.name: number for number, pack in enumerate(seen.packs)}
        for pack in packs:
            _copy(vault, seen, pack, numbers[pack.name], packer)
        packer.finish()
    except BaseException:
        packer.abort()
        raise
    return made


def _copy(vault: Vault, seen: Survey, pack: PackUse, number: int, packer: Packer) -> None:
    """Adds what this pack is the keeper of."""
    info = read_pack_footer(vault.store, vault.keys, pack.name, pack.size)
    index = Index()
    index.add_pack(info)
    reader = vault.reader_on(index)
    data: bytes | None = None
    for position, segment in enumerate(info.segments):
        ids = segment.ids
        wanted = {
            each
            for at in range(0, len(ids), ID_SIZE)
            if seen.needs.owner(segment.kind, each := ids[at : at + ID_SIZE]) == number
        }
        if not wanted:
            continue
        if data is None:
            data = vault.store.get(object_name("packs", pack.name), 0, pack.size)
        plain, spans = reader.open_segment(position, data)
        kept = vault.keys.tree_ids if segment.kind == KIND_TREE else vault.keys.chunk_ids
        for chunk_id in spans:
            if chunk_id in wanted:
                packer.add(segment.kind, chunk_id, reader.piece(plain, spans, chunk_id, kept))


def put_indexes(
    vault: Vault,
    seen: Survey,
    replaced: Collection[int],
    gone: Container[bytes],
    made: Sequence[PackInfo],
    random: Random,
    cancel: CancelToken,
) -> None:
    """Index objects for the packs made, and for those that the replaced ones name and that stay."""
    some: list[PackInfo] = []
    chunks = 0
    for info in _entries(vault, seen, replaced, gone, made):
        some.append(info)
        chunks += sum(len(segment.sizes) for segment in info.segments)
        if chunks >= _CHUNKS:
            cancel.check()
            vault.put_index(some, random)
            some, chunks = [], 0
    if some:
        vault.put_index(some, random)


def _entries(
    vault: Vault, seen: Survey, replaced: Collection[int], gone: Container[bytes], made: Sequence[PackInfo]
) -> Iterator[PackInfo]:
    yield from made
    kept = {
        pack.name
        for pack in seen.packs
        if pack.name not in gone and (pack.needed or not pack.retired) and set(pack.indexes) <= set(replaced)
    }
    for _, info in told(vault, [seen.indexes[number] for number in replaced]):
        if info.name in kept:
            kept.discard(info.name)
            yield info


def lookups_of(vault: Vault, indexes: Collection[str]) -> list[str]:
    """The lookups that tell of any of these index objects."""
    if not indexes or next(vault.store.list("lookups"), None) is None:
        return []
    items = sorted(vault.store.list("index"))
    found = open_lookups(vault.store, vault.keys, items)
    return [told.name for told in found if any(item.name in indexes for item in told.items)]
