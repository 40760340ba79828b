"""The list of a file's chunks, as a shallow tree of content-addressed nodes.

A node is msgpack `[ids, sizes]`: 20-byte ids end to end, and how many bytes of the file each stands
for. At level 1 the ids are chunks (or `ZERO_ID`: that many zero bytes, stored nowhere), above they
are nodes one level lower. `sizes` is nil at level 1 of a file cut page by page: every chunk is one
page, the file's last one what remains. A node ends where the last byte of an id says so, so that a
changed page rewrites one node at each level and inserted chunks shift nothing.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ..errors import IntegrityError
from ..ids import ID_SIZE
from .malformed import MALFORMED

MAX_LEVELS: Final = 16
NODE_MASK: Final = 0x1F
"""A node ends after an id whose last byte has these bits clear: 32 ids on average."""
NODE_MAX: Final = 256

Node = tuple[bytes, list[int] | None]

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Node)


def encode_list(ids: bytes, sizes: list[int] | None) -> bytes:
    """Bytes of a node."""
    return _encoder.encode((ids, sizes))


def decode_list(data: bytes) -> Node:
    """(ids, sizes or None), sizes positive. IntegrityError("bad_content_list")."""
    try:
        ids, sizes = _decoder.decode(data)
    except MALFORMED:
        raise IntegrityError("bad_content_list") from None
    count, rest = divmod(len(ids), ID_SIZE)
    if rest or not 0 < count <= NODE_MAX:
        raise IntegrityError("bad_content_list")
    if sizes is not None and (len(sizes) != count or min(sizes) <= 0):
        raise IntegrityError("bad_content_list")
    return ids, sizes
