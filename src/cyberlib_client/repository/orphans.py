"""Packs that no index names: a run was cut short before it wrote one, or the index is lost."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.crypto import sha256
from ..core.errors import IntegrityError
from ..core.format_v1.index import PackInfo
from ..core.ids import digest_of, object_name
from ..core.keys import VaultKeys
from ..core.ports import Store
from .reader import read_pack_footer


def orphan_packs(
    store: Store, keys: VaultKeys, sizes: Mapping[str, int], indexed: set[bytes]
) -> tuple[list[PackInfo], list[str]]:
    """(packs as their own footers tell them, names of what is none), of the objects with these sizes.

    `indexed`: headers of the packs that an index names; gets those that were proven here. Of a pack under
    several names one counts, its own: copies would fill our memory, and one whose segments were exchanged
    must not stand for it because its name comes first.
    """
    found: dict[bytes, PackInfo] = {}
    damaged: list[str] = []
    for name in sorted(sizes):
        try:
            info = read_pack_footer(store, keys, digest_of(name), sizes[name])
        except IntegrityError:
            damaged.append(name)
            continue
        if info.header not in indexed:
            other = found.setdefault(info.header, info)
            if other is info:
                continue
            if is_whole(store, other):
                indexed.add(info.header)
            elif is_whole(store, info):
                indexed.add(info.header)
                found[info.header], info = info, other
        damaged.append(object_name("packs", info.name))
    return list(found.values()), damaged


def is_whole(store: Store, pack: PackInfo) -> bool:
    """Whether its bytes are those that it is named after."""
    try:
        return sha256(store.get(object_name("packs", pack.name), 0, pack.size)) == pack.name
    except IntegrityError:
        return False
