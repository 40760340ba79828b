"""What packs held that are damaged where nobody may replace them, stored in other packs, from a copy."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator

from ..core.crypto import sha256
from ..core.errors import IntegrityError
from ..core.format_v1.index import PackInfo
from ..core.ids import KIND_DATA, KIND_TREE, digest_of
from ..core.ports import CancelToken, Random, Store
from ..repository.index import ABSENT, Index
from ..repository.packer import Packer
from ..repository.reader import read_pack_footer
from ..repository.vault import Vault


def save_anew(
    vault: Vault,
    other: Store,
    names: Collection[str],
    *,
    apply: bool,
    epoch: int,
    random: Random,
    cancel: CancelToken,
) -> list[str]:
    """Those of these packs of which something was stored again, or would be: what no sound pack holds.

    Each chunk is compared with its id as it passes. Packs that are retired, or going, stay as they are.
    Raises what the stores raise, and Stopped; what was put until then is found by the next repair.
    """
    retirements = vault.retirements()
    gone = retirements.retired("packs") | retirements.doomed("packs")
    wanted = [name for name in names if digest_of(name) not in gone]
    if not wanted:
        return []
    index, _ = vault.load_index(
        check_packs=True, without={digest_of(name) for name in names}, to_rely_on=True
    )
    made: list[PackInfo] = []
    lock = threading.Lock()

    def stored(info: PackInfo) -> None:
        with lock:
            made.append(info)

    packer = Packer(
        vault.store, vault.keys, index, epoch=epoch, random=random, cancel=cancel, on_stored=stored
    )
    done = []
    try:
        for name in wanted:
            cancel.check()
            lacking = 0
            for kind, chunk_id, content in _lacking(vault, other, name, index):
                lacking += 1
                if not apply:
                    break
                packer.add(kind, chunk_id, content)
            if lacking:
                done.append(name)
        packer.finish()
    except BaseException:
        packer.abort()
        raise
    if made:
        vault.put_index(made, random)
    return done


def _lacking(vault: Vault, other: Store, name: str, index: Index) -> Iterator[tuple[int, bytes, memoryview]]:
    """(kind of segment, chunk id, content) of what a pack of the copy holds and the index does not know."""
    try:
        data = other.get(name)
        if sha256(data) != digest_of(name):
            return
        info = read_pack_footer(other, vault.keys, digest_of(name), len(data))
    except IntegrityError:
        return  # not there, or the disk does not give it back
    alone = Index()
    alone.add_pack(info)
    reader = vault.reader_on(alone)
    known = {KIND_DATA: index.data.find, KIND_TREE: index.trees.find}
    for position, segment in enumerate(info.segments):
        plain, spans = reader.open_segment(position, data)
        ids = vault.keys.tree_ids if segment.kind == KIND_TREE else vault.keys.chunk_ids
        for chunk_id in spans:
            if known[segment.kind](chunk_id) == ABSENT:
                yield segment.kind, chunk_id, reader.piece(plain, spans, chunk_id, ids)
