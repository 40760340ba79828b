"""The index as packs themselves tell it: for those that no readable index object names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final

from ..core.errors import IntegrityError
from ..core.format_v1.index import PackInfo
from ..core.ids import digest_of
from ..core.ports import CancelToken, StoredObject
from .fetching import at_once
from .loading import indexed
from .orphans import is_whole
from .reader import read_pack_footer
from .vault import Vault

PACKS: Final = 64
"""Packs whose footers are in memory at once: as many as one index object tells of."""


def unnamed_packs(vault: Vault, damaged: list[str]) -> list[StoredObject]:
    """The packs that no readable index object names, in order of their names; `damaged` gets the names of
    index objects that cannot be read. What is retired, or going, is passed over."""
    retirements = vault.retirements()
    replaced = retirements.retired("index") | retirements.doomed("index")
    going = retirements.retired("packs") | retirements.doomed("packs")
    listed = sorted(vault.store.list("index"))
    items = [item for item in listed if digest_of(item.name) not in replaced]
    named = {info.name for info in indexed(vault.store, vault.keys, damaged, items)} | set(going)
    return sorted(item for item in vault.store.list("packs") if digest_of(item.name) not in named)


def footers(
    vault: Vault, items: Sequence[StoredObject], cancel: CancelToken, strange: Callable[[str], None]
) -> Iterator[list[PackInfo]]:
    """What these packs tell of themselves, some at a time; `strange` is told the names of those that are no
    packs of this vault, or stand there a second time."""
    known: dict[bytes, PackInfo] = {}
    rest = iter(items)

    def footer(item: StoredObject) -> PackInfo | None:
        try:
            return read_pack_footer(vault.store, vault.keys, digest_of(item.name), item.size)
        except IntegrityError:
            return None

    while some := list(islice(rest, PACKS)):
        cancel.check()
        found = []
        for item, info in zip(some, at_once(footer, some), strict=True):
            other = known.get(info.header) if info is not None else None
            if info is None or (other is not None and not _stands_for(vault, info, other)):
                strange(item.name)
                continue
            known[info.header] = PackInfo(info.name, info.size, info.header, [])
            found.append(info)
        if found:
            yield found


def _stands_for(vault: Vault, info: PackInfo, other: PackInfo) -> bool:
    """Of a pack under two names, whether this one is whole and the one met first is not."""
    return not is_whole(vault.store, other) and is_whole(vault.store, info)
