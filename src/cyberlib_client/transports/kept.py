"""A far store of which a workstation keeps what it reads again and again: indexes, snapshots, folders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

from ..core.errors import IntegrityError
from ..core.ports import Buffer, Store, StoredObject
from .around import Around
from .near import Near

_READS: Final = 4
_LARGEST: Final = 64 << 20
"""Bytes of an object that is kept whole: what a reader of indexes accepts (docs/format)."""


class KeptStore(Around):
    """`store`, with copies of what is read whole in `near`. What is listed is always asked of it.

    A copy counts while it is what its name says; the vault's header is checked by who has its keys.
    """

    def __init__(self, store: Store, near: Near) -> None:
        super().__init__(store)
        self._near = near

    def put(self, name: str, *parts: Buffer) -> None:
        self._store.put(name, *parts)
        if _is_whole(name) and name != "vault":  # of which there is one, perhaps another's
            self._keep_whole(name, b"".join(parts))

    def replace(self, name: str, *parts: Buffer) -> None:
        self._near.forget(name)
        self._store.replace(name, *parts)

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        if not _is_whole(name):
            return self._store.get(name, offset, length)
        data = self._near.get(name)
        if data is not None:
            return data[offset:] if length is None else data[offset : offset + length]
        data = self._store.get(name, offset, length)
        if not offset:
            self._keep_whole(name, data)
        return data

    def _keep_whole(self, name: str, data: bytes) -> None:
        if len(data) <= _LARGEST and name.rpartition("/")[2] == hashlib.sha256(data).hexdigest():
            self._near.keep(name, data)

    def prefetch(self, names: Iterable[str]) -> None:
        wanted = [name for name in names if _is_whole(name) and not self._near.has(name)]
        if len(wanted) < 2:
            return

        def fetch(name: str) -> None:
            with suppress(IntegrityError):  # told when it is read
                self.get(name)

        with ThreadPoolExecutor(min(_READS, len(wanted)), "prefetch") as pool:
            for _ in pool.map(fetch, wanted):
                pass

    def announce(self, names: Sequence[str]) -> None:
        self._store.announce(names)

    def is_near(self, name: str) -> bool:
        return self._near.has(name)

    def near(self, name: str, offset: int, length: int) -> bytes | None:
        return self._near.part(name, offset, length)

    def keep(self, name: str, offset: int, data: Buffer) -> None:
        self._near.keep_part(name, offset, data)

    def size(self, name: str) -> int | None:
        return self._store.size(name)

    def arrived(self, name: str) -> int | None:
        return self._store.arrived(name)

    def list(self, kind: str) -> Iterator[StoredObject]:
        return self._store.list(kind)

    def delete(self, name: str) -> None:
        self._store.delete(name)
        self._near.forget(name)

    def retire(self, names: Sequence[str]) -> None:
        self._store.retire(names)

    def revive(self, names: Sequence[str]) -> None:
        self._store.revive(names)

    def purge(self, names: Sequence[str]) -> Sequence[str]:
        gone = self._store.purge(names)
        for name in gone:
            self._near.forget(name)
        return gone


def _is_whole(name: str) -> bool:
    """Whether objects of this kind are read whole."""
    return name.partition("/")[0] in ("slots", "index", "snapshots", "retired")
