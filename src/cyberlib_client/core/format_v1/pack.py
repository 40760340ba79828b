"""A pack: segments sealed one by one, a sealed footer that lists them, a sealed trailer.

    0          88   header
    88         …    segments, each AES-256-GCM, nonce = its number from 0
    …          …    random padding up to the size wanted
    size-28-f  f    footer: record of `SegmentInfo`s, nonce 2^96-2
    size-28    28   trailer: offset (8 bytes) and size f (4 bytes) of the footer, nonce 2^96-1

Associated data is the header, then one byte of part (1 data segment, 2 tree segment, 3 footer,
4 trailer), then the position in four bytes. Nothing after the header is in clear: neither the
number of segments nor any length can be read from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from ..compression import CODEC_RAW, CODEC_ZSTD
from ..crypto import TAG_SIZE, Sealer
from ..errors import IntegrityError
from ..ids import ID_SIZE, KIND_DATA, KIND_TREE, MAX_CHUNK, PACK_SIZE
from ..ports import Buffer
from .header import HEADER_SIZE
from .malformed import MALFORMED
from .record import lists_of_ids, unwrap, wrap

TRAILER_SIZE: Final = 12 + TAG_SIZE
TAIL_FLOOR: Final = 64 * 1024
"""The last pack of a run is padded by Padmé, to at least this."""

MAX_PACK: Final = PACK_SIZE
"""A reader refuses more."""

FOOTER_PER_CHUNK: Final = ID_SIZE + 5
FOOTER_PER_SEGMENT: Final = 64
FOOTER_BASE: Final = 64 + TAG_SIZE
"""Upper bounds, in bytes, of what a footer takes; with them a full pack can keep to its size."""

_FOOTER_POSITION: Final = 2**96 - 2
_TRAILER_POSITION: Final = 2**96 - 1
_PART_FOOTER: Final = 3
_PART_TRAILER: Final = 4
_FOOTER_LIMIT: Final = MAX_PACK


class SegmentInfo(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One line of a footer or index. Offsets and sizes in bytes.

    `ids` holds the 20-byte ids of the chunks end to end, `sizes` the chunks' plain sizes.
    """

    kind: int
    offset: int
    sealed_size: int
    plain_size: int
    codec: int
    ids: bytes
    sizes: list[int]


class Trailer(NamedTuple):
    """Where the footer lies."""

    footer_offset: int
    footer_size: int


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[SegmentInfo])


def segment_aad(header: bytes, kind: int, position: int) -> bytes:
    """Associated data of a segment."""
    return header + bytes([kind]) + position.to_bytes(4, "big")


def _tail_aad(header: bytes, part: int) -> bytes:
    return header + bytes([part]) + bytes(4)


def check_segments(segments: Sequence[SegmentInfo]) -> None:
    """Bounds of every declared size, so that a reader never allocates more than it should.

    Raises IntegrityError("bad_footer").
    """
    for s in segments:
        plain = sum(s.sizes) if all(0 < n <= MAX_CHUNK for n in s.sizes) else -1
        if (
            s.kind not in (KIND_DATA, KIND_TREE)
            or s.codec not in (CODEC_RAW, CODEC_ZSTD)
            or plain != s.plain_size
            or plain > MAX_CHUNK
            or len(s.ids) != ID_SIZE * len(s.sizes)
            or not TAG_SIZE < s.sealed_size <= MAX_CHUNK + TAG_SIZE
            or not HEADER_SIZE <= s.offset <= MAX_PACK
        ):
            raise IntegrityError("bad_footer")


def seal_footer(sealer: Sealer, header: bytes, segments: Sequence[SegmentInfo]) -> bytes:
    """The sealed footer."""
    record = wrap(_encoder.encode(segments))
    return bytes(sealer.seal(_FOOTER_POSITION, record, _tail_aad(header, _PART_FOOTER)))


def tail_size(segments: Sequence[SegmentInfo]) -> int:
    """Bytes at the end of a pack that hold footer and trailer, when this program writes them."""
    return len(wrap(_encoder.encode(segments))) + TAG_SIZE + TRAILER_SIZE


def seal_trailer(sealer: Sealer, header: bytes, offset: int, size: int) -> bytes:
    """The 28 bytes that end a pack."""
    plain = offset.to_bytes(8, "big") + size.to_bytes(4, "big")
    return bytes(sealer.seal(_TRAILER_POSITION, plain, _tail_aad(header, _PART_TRAILER)))


def open_trailer(sealer: Sealer, header: bytes, sealed: Buffer, pack_size: int) -> Trailer:
    """Where the footer is, checked against the pack's size."""
    plain = sealer.open(_TRAILER_POSITION, sealed, _tail_aad(header, _PART_TRAILER))
    offset, size = int.from_bytes(plain[:8], "big"), int.from_bytes(plain[8:], "big")
    if offset < HEADER_SIZE or size <= TAG_SIZE or offset + size + TRAILER_SIZE != pack_size:
        raise IntegrityError("bad_footer")
    return Trailer(offset, size)


def open_footer(sealer: Sealer, header: bytes, sealed: Buffer) -> list[SegmentInfo]:
    """The segments of a pack, with every size checked. IntegrityError("bad_footer")."""
    plain = sealer.open(_FOOTER_POSITION, sealed, _tail_aad(header, _PART_FOOTER))
    try:
        segments = _decoder.decode(unwrap(plain, limit=lists_of_ids(len(plain), _FOOTER_LIMIT)))
    except MALFORMED:
        raise IntegrityError("bad_footer") from None
    check_segments(segments)
    return segments
