"""How a record is compressed and padded before it is sealed: index, snapshot, pack footer.

offset size field
0      1    codec: 0 as is, 1 zstd
1      4    size of the plain record, big endian
5      4    size of the stored record, big endian
9      n    stored record
9+n    …    zero bytes
"""

from __future__ import annotations

from typing import Final

from ..compression import compress, decompress
from ..errors import IntegrityError
from ..ports import Buffer

PREFIX: Final = 9


_RATIO: Final = 4
_SLACK: Final = 64 * 1024


def lists_of_ids(stored: int, limit: int) -> int:
    """The `limit` of a record that lies in `stored` bytes and is mostly ids and keys, which do not compress.

    A few kilobytes that would inflate to hundreds of megabytes are refused before they do.
    """
    return min(limit, _RATIO * stored + _SLACK)


def padme(size: int, floor: int) -> int:
    """The size `size` is padded to: leaks at most O(log log size) bits, costs at most 12 %.

    Padmé, in Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication
    with PURBs", PoPETs 2019.
    """
    if size <= floor:
        return floor
    exponent = size.bit_length() - 1
    last_bits = exponent - exponent.bit_length()
    mask = (1 << last_bits) - 1
    return (size + mask) & ~mask


def wrap(record: bytes, *, floor: int = 0) -> bytes:
    """The bytes to seal; padded by Padmé to at least `floor` when `floor` is given."""
    codec, stored = compress(record)
    head = bytes([codec]) + len(record).to_bytes(4, "big") + len(stored).to_bytes(4, "big")
    size = PREFIX + len(stored)
    padding = padme(size, floor) - size if floor else 0
    return head + bytes(stored) + bytes(padding)


def unwrap(plain: Buffer, *, limit: int) -> bytes:
    """The record again; `limit` bounds its declared size. IntegrityError("bad_record")."""
    if len(plain) < PREFIX:
        raise IntegrityError("bad_record")
    size = int.from_bytes(plain[1:5], "big")
    stored = int.from_bytes(plain[5:9], "big")
    if size > limit or stored > len(plain) - PREFIX or any(plain[PREFIX + stored :]):
        raise IntegrityError("bad_record")
    return decompress(plain[0], plain[PREFIX : PREFIX + stored], size)
