"""An object that is one sealed record: index and snapshot.

0      88   header
88     …    AES-256-GCM(record, nonce = 0, associated data = header)
"""

from __future__ import annotations

from ..keys import VaultKeys
from ..ports import Buffer
from .header import HEADER_SIZE, new_header, open_header, parse_header
from .record import unwrap, wrap

FLOOR = 1024
"""The smallest index or snapshot, in bytes of plain record."""


def seal_record(keys: VaultKeys, magic: bytes, salt: bytes, record: bytes) -> bytes:
    """The bytes of a whole object."""
    header, sealer = new_header(keys, magic, 0, salt)
    return header + bytes(sealer.seal(0, wrap(record, floor=FLOOR), header))


def open_record(keys: VaultKeys, magic: bytes, data: Buffer, *, limit: int) -> bytes:
    """The record of a whole object. IntegrityError."""
    header = parse_header(data, magic)
    plain = open_header(keys, header).open(0, memoryview(data)[HEADER_SIZE:], header.raw)
    return unwrap(plain, limit=limit)
