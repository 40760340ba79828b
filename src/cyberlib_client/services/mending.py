"""Objects of a second copy found again from its stripes: row by row, up to two blocks of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..core.crypto import sha256
from ..core.errors import IntegrityError
from ..core.format_v1.parity import ROW, P, Q, Table, block_hash, hash_at, rows_of
from ..core.parity import recover
from ..core.ports import CancelToken, Store
from .stripes import Stripe, parity_of

_AT_ONCE: Final = 2
"""Objects rebuilt in memory at once: 64 MiB each at most."""


class StripeReader:
    """A stripe of a copy, whatever is wrong with it. `table` is None when neither parity object tells it."""

    def __init__(self, store: Store, stripe: Stripe) -> None:
        self._store = store
        self.stripe = stripe
        self.table: Table | None = None
        self._at = 0
        for name in stripe.files.values():
            parity = parity_of(store, name, store.size(name) or 0)
            if parity is not None and parity.stripe == stripe.digest:
                self.table, self._at = parity.table, parity.at
                break

    def rebuilt(self, wanted: list[str], cancel: CancelToken) -> Iterator[tuple[str, bytes | None]]:
        """Members by name with their bytes, or None where too much is lost. What is put back of one helps the
        next."""
        if self.table is None:
            yield from ((name, None) for name in wanted)
            return
        for begin in range(0, len(wanted), _AT_ONCE):
            yield from self._rebuild(self.table, wanted[begin : begin + _AT_ONCE], cancel)

    def _rebuild(
        self, table: Table, wanted: list[str], cancel: CancelToken
    ) -> Iterator[tuple[str, bytes | None]]:
        places = {m.name: place for place, m in enumerate(table.members) if m.name in wanted}
        found: dict[str, bytearray] = {name: bytearray() for name in places}
        lost: set[str] = set()
        for row in range(rows_of(table.length)):
            cancel.check()
            size = min(ROW, table.length - row * ROW)
            blocks = [self._block(m.name, m.size, m.hashes, row, 0) for m in table.members]
            whole: list[bytes] | None = None
            if any(blocks[place] is None for place in places.values()):
                p = self._parity(P, table.p, row, size)
                q = self._parity(Q, table.q, row, size)
                whole = recover(blocks, p, q, size)
            for name, place in places.items():
                block = whole[place] if whole is not None else blocks[place]
                if block is None:
                    lost.add(name)
                else:
                    left = table.members[place].size - row * ROW
                    found[name] += block[: max(0, left)]
        digests = {member.name: member.digest for member in table.members}
        for name in wanted:
            data = bytes(found.pop(name, b""))
            sound = name not in lost and sha256(data) == digests.get(name)
            yield name, data if sound else None

    def _block(self, name: str, size: int, hashes: bytes, row: int, at: int) -> bytes | None:
        """What an object has in a row, empty beyond its end; None where it is not that any more."""
        length = min(ROW, size - row * ROW)
        if length <= 0:
            return b""
        try:
            data = self._store.get(name, at + row * ROW, length)
        except IntegrityError:
            return None
        return data if len(data) == length and block_hash(data) == hash_at(hashes, row) else None

    def _parity(self, role: int, hashes: bytes, row: int, size: int) -> bytes | None:
        name = self.stripe.files.get(role)
        if name is None:
            return None
        return self._block(name, row * ROW + size, hashes, row, self._at)
