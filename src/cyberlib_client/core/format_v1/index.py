"""An index object: what a set of packs holds, so that nothing has to be fetched to know it.

A sealed record (magic "CLBI"): msgpack `[1, [pack, …]]`, each pack
`[name (32 bytes), size, header (88 bytes), [segment, …]]` with segments as in a pack's footer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ..errors import IntegrityError
from ..ids import KIB, MIB, NAME_SIZE
from ..keys import VaultKeys
from ..ports import Buffer
from . import header as head
from .malformed import MALFORMED
from .pack import MAX_PACK, SegmentInfo, check_segments
from .record import lists_of_ids
from .sealed import open_record, seal_record

_LIMIT: Final = 256 * MIB + 64 * KIB
"""What the largest index that is fetched (64 MiB) may unfold to."""

_VERSION: Final = 1


class PackInfo(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One pack as an index tells it."""

    name: bytes
    size: int
    header: bytes
    segments: list[SegmentInfo]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[int, list[PackInfo]])


def seal_index(keys: VaultKeys, salt: bytes, packs: Sequence[PackInfo]) -> bytes:
    """The bytes of an index object."""
    return seal_record(keys, head.INDEX, salt, _encoder.encode((_VERSION, packs)))


def open_index(keys: VaultKeys, data: Buffer) -> list[PackInfo]:
    """Its packs, every size and header checked. IntegrityError("bad_index")."""
    record = open_record(keys, head.INDEX, data, limit=lists_of_ids(len(data), _LIMIT))
    try:
        version, packs = _decoder.decode(record)
    except MALFORMED:
        raise IntegrityError("bad_index") from None
    if version != _VERSION:
        raise IntegrityError("bad_index")
    for pack in packs:
        sizes = len(pack.name), len(pack.header)
        if sizes != (NAME_SIZE, head.HEADER_SIZE) or not 0 < pack.size <= MAX_PACK:
            raise IntegrityError("bad_index")
        check_segments(pack.segments)
    return packs
