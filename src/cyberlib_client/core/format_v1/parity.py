"""A parity object of a second copy: docs/format/parity.md, byte by byte.

    head · table · P or Q of the stripe, as long as its longest member · table · head

A **stripe** is up to sixteen objects and two parity objects, which name them and tell the hash of each 64 KiB
of all eighteen. Nothing here is secret: it is what whoever holds the copy could compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from ..crypto import sha256
from ..errors import IntegrityError, UsageError
from ..ids import KIB, MIB, NAME_SIZE, digest_of
from ..ports import Buffer, check_object_name
from .malformed import MALFORMED

ROW: Final = 64 * KIB
"""Bytes of each member that belong together: two of them may be lost in every row."""

MOST_MEMBERS: Final = 16
HASH_SIZE: Final = 16
"""Bytes of SHA-256 that are kept of each block: against chance. The names of objects vouch for the rest."""

LARGEST_MEMBER: Final = 64 * MIB
LARGEST_OBJECT: Final = LARGEST_MEMBER + 4 * MIB
"""Of any kind: no parity object is larger either."""
HEAD_SIZE: Final = 44
_MAGIC: Final = b"CLPA"
_VERSION: Final = 1
_LARGEST_TABLE: Final = 1 * MIB

Role = Literal[0, 1]
P: Final[Role] = 0
Q: Final[Role] = 1


class Member(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An object of a stripe. `digest`: SHA-256 of its bytes; `hashes`: of its rows, end to end."""

    name: str
    size: int
    digest: bytes
    hashes: bytes


class Table(msgspec.Struct, array_like=True, frozen=True):
    """What both parity objects of a stripe say of it. `p`, `q`: hashes of their rows, end to end."""

    version: int
    row: int
    members: list[Member]
    p: bytes
    q: bytes

    @property
    def length(self) -> int:
        """Bytes of P, and of Q."""
        return max(member.size for member in self.members)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Table)


def rows_of(size: int) -> int:
    """Into how many rows that many bytes fall."""
    return -(-size // ROW)


def block_hash(block: Buffer) -> bytes:
    """The hash of what an object has in a row, of as many bytes as it has there."""
    return sha256(block)[:HASH_SIZE]


def hash_at(hashes: bytes, row: int) -> bytes:
    """That of one row."""
    return hashes[row * HASH_SIZE : (row + 1) * HASH_SIZE]


def write_parity(
    members: Sequence[Member], p: Sequence[bytes], q: Sequence[bytes]
) -> tuple[list[Buffer], list[Buffer]]:
    """The two objects of a stripe, in parts, from the rows of P and Q."""
    hashes = [b"".join(block_hash(row) for row in rows) for rows in (p, q)]
    table = _encoder.encode(Table(_VERSION, ROW, list(members), hashes[0], hashes[1]))
    digest = sha256(table)

    def written(role: Role, rows: Sequence[bytes]) -> list[Buffer]:
        head = _MAGIC + bytes([_VERSION, role, 0, 0]) + len(table).to_bytes(4, "big") + digest
        return [head, table, *rows, table, head]

    return written(P, p), written(Q, q)


class Parity:
    """A parity object as it was read, as far as it is sound. `at`: where its P or Q begins."""

    def __init__(self, role: Role, table: Table, stripe: bytes, at: int) -> None:
        self.role = role
        self.table = table
        self.stripe = stripe
        self.at = at

    @property
    def size(self) -> int:
        """Bytes of the whole object."""
        return 2 * self.at + self.table.length


def read_parity(begin: bytes, end: bytes) -> Parity:
    """What an object's first and last bytes tell, either of which may be damaged.

    Both may be as much as `HEADS`; less is enough where the table is smaller. IntegrityError("bad_parity").
    """
    found = _front(begin) or _back(end)
    if found is None:
        raise IntegrityError("bad_parity")
    role, data, digest = found
    if role not in (P, Q):
        raise IntegrityError("bad_parity")
    try:
        table = _decoder.decode(data)
    except MALFORMED:
        raise IntegrityError("bad_parity") from None
    _check(table)
    return Parity(P if role == P else Q, table, digest, HEAD_SIZE + len(data))


HEADS: Final = _LARGEST_TABLE + HEAD_SIZE
"""Bytes that hold a head and a table, at either end."""


def _front(begin: bytes) -> tuple[int, bytes, bytes] | None:
    head = begin[:HEAD_SIZE]
    return _checked(head, begin[HEAD_SIZE : HEAD_SIZE + _length(head)])


def _back(end: bytes) -> tuple[int, bytes, bytes] | None:
    head = end[-HEAD_SIZE:]
    stop = len(end) - HEAD_SIZE
    return _checked(head, end[max(0, stop - _length(head)) : max(0, stop)])


def _length(head: bytes) -> int:
    return int.from_bytes(head[8:12], "big")


def _checked(head: bytes, table: bytes) -> tuple[int, bytes, bytes] | None:
    # One of a later version is no help here, nor in the way.
    if len(head) != HEAD_SIZE or head[:5] != _MAGIC + bytes([_VERSION]) or len(table) > _LARGEST_TABLE:
        return None
    if len(table) != _length(head) or sha256(table) != head[12:]:
        return None
    return head[5], table, head[12:]


def _check(table: Table) -> None:
    if table.version != _VERSION or table.row != ROW or not 1 <= len(table.members) <= MOST_MEMBERS:
        raise IntegrityError("bad_parity")
    for member in table.members:
        try:
            check_object_name(member.name)
            named = digest_of(member.name) if member.name != "vault" else member.digest
        except (UsageError, ValueError):
            raise IntegrityError("bad_parity") from None
        sizes = rows_of(member.size) * HASH_SIZE == len(member.hashes) and len(member.digest) == NAME_SIZE
        if not 0 < member.size <= LARGEST_MEMBER or not sizes or named != member.digest:
            raise IntegrityError("bad_parity")
    if len({member.name for member in table.members}) != len(table.members):
        raise IntegrityError("bad_parity")
    if not len(table.p) == len(table.q) == rows_of(table.length) * HASH_SIZE:
        raise IntegrityError("bad_parity")
