"""A lookup: which packs may hold a chunk, so that index objects need not be fetched to find one.

    0     88   header (magic "CLBL")
    88    20   front: size of the sealed record (4 bytes), nonce 0
    108   …    record: padded, nonce 1
    …     …    pages of equal size, nonces 2, 3, …

Associated data is the header, then one byte of part (1 front, 2 record, 3 page), then the position in
four bytes. The record is msgpack `[1, [digest of an index object, …], pages, size of a page, [pack, …]]`, a
pack `[name, size, header, tail, [segment, …]]` with its segments of nodes alone, which tell four bytes of
each node's id. A chunk's entry is in the page that the first bits of its id number: bytes 2 to 4 of the id,
and two bytes with the number of its pack.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ..crypto import TAG_SIZE, Sealer
from ..errors import IntegrityError
from ..ids import ID_SIZE, KIB, KIND_TREE, MIB, NAME_SIZE
from ..keys import VaultKeys
from ..ports import Buffer
from . import header as head
from .index import PackInfo
from .malformed import MALFORMED
from .pack import MAX_PACK, SegmentInfo, check_segments, tail_size
from .record import lists_of_ids, padme, unwrap, wrap
from .sealed import FLOOR

START: Final = 64 * KIB
"""What is read of a lookup at once: nearly always all before its pages."""

NODE_MARK: Final = 4
"""Bytes of a node's id that a lookup tells."""

MOST_PACKS: Final = 0xFFFF
LARGEST: Final = 64 * MIB

_VERSION: Final = 1
_FRONT: Final = 4 + TAG_SIZE
_RECORD_AT: Final = head.HEADER_SIZE + _FRONT
_PART_FRONT: Final = 1
_PART_RECORD: Final = 2
_PART_PAGE: Final = 3

_BITS: Final = 16
_ENTRY: Final = 5
_MARK: Final = slice(2, 5)
_USUAL_ENTRIES: Final = 4096
_LEAST_ENTRIES: Final = 64
_LARGEST_PAGE: Final = 1 * MIB
_NO_PACK: Final = b"\xff" * _ENTRY


class NodeSegment(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A segment of nodes; as `SegmentInfo`, but with the first 4 bytes of each id alone. `position`: in the
    pack."""

    position: int
    offset: int
    sealed_size: int
    plain_size: int
    codec: int
    marks: bytes
    sizes: list[int]

    def holds(self, node_id: bytes) -> bool:
        """Whether a node may be among these."""
        mark = node_id[:NODE_MARK]
        at = self.marks.find(mark)
        while at >= 0 and at % NODE_MARK:
            at = self.marks.find(mark, at + 1)
        return at >= 0

    def info(self, ids: bytes) -> SegmentInfo:
        """The segment with its ids, once they are known."""
        return SegmentInfo(
            KIND_TREE, self.offset, self.sealed_size, self.plain_size, self.codec, ids, self.sizes
        )


class LookupPack(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A pack as a lookup tells it. `tail`: bytes at its end in which its footer lies, as far as the writer
    knew. `nodes`: its segments of nodes."""

    name: bytes
    size: int
    header: bytes
    tail: int
    nodes: list[NodeSegment]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[int, list[bytes], int, int, list[LookupPack]])


def seal_lookup(keys: VaultKeys, salt: bytes, indexes: Sequence[bytes], packs: Sequence[PackInfo]) -> bytes:
    """The bytes of a lookup for the index objects of these digests, which tell of these packs."""
    if len(packs) > MOST_PACKS:
        raise ValueError("too many packs for a lookup")
    pages = _pages(packs)
    page_size = padme(max(max(map(len, pages)), _LEAST_ENTRIES * _ENTRY), 1)
    page_size += -page_size % _ENTRY
    rows = [
        LookupPack(pack.name, pack.size, pack.header, tail_size(pack.segments), _nodes(pack))
        for pack in packs
    ]
    record = wrap(_encoder.encode((_VERSION, indexes, len(pages), page_size, rows)), floor=FLOOR)
    header, sealer = head.new_header(keys, head.LOOKUP, 0, salt)
    parts: list[Buffer] = [
        header,
        sealer.seal(0, (len(record) + TAG_SIZE).to_bytes(4, "big"), _aad(header, _PART_FRONT, 0)),
        sealer.seal(1, record, _aad(header, _PART_RECORD, 1)),
    ]
    for position, page in enumerate(pages, 2):
        padded = page + _NO_PACK * ((page_size - len(page)) // _ENTRY)
        parts.append(sealer.seal(position, padded, _aad(header, _PART_PAGE, position)))
    return b"".join(parts)


def _pages(packs: Sequence[PackInfo]) -> list[bytes]:
    """The entries of all chunks, sorted: their order in the packs is nobody's business."""
    count = sum(len(s.sizes) for pack in packs for s in pack.segments if s.kind != KIND_TREE)
    bits = min(_BITS, max(0, (-(-count // _USUAL_ENTRIES) - 1).bit_length()))
    shift = _BITS - bits
    pages = [bytearray() for _ in range(1 << bits)]  # of a million chunks some megabytes
    for number, pack in enumerate(packs):
        end = number.to_bytes(2, "big")
        for segment in pack.segments:
            if segment.kind == KIND_TREE:
                continue
            ids = segment.ids
            for at in range(0, len(ids), ID_SIZE):
                pages[(ids[at] << 8 | ids[at + 1]) >> shift] += ids[at + 2 : at + 5] + end
    return [
        b"".join(sorted({bytes(page[at : at + _ENTRY]) for at in range(0, len(page), _ENTRY)}))
        for page in pages
    ]


def _nodes(pack: PackInfo) -> list[NodeSegment]:
    return [
        NodeSegment(
            position,
            s.offset,
            s.sealed_size,
            s.plain_size,
            s.codec,
            b"".join(s.ids[at : at + NODE_MARK] for at in range(0, len(s.ids), ID_SIZE)),
            s.sizes,
        )
        for position, s in enumerate(pack.segments)
        if s.kind == KIND_TREE
    ]


def _aad(header: bytes, part: int, position: int) -> bytes:
    return header + bytes([part]) + position.to_bytes(4, "big")


class Lookup:
    """An opened lookup: its record, and how its pages are found and opened."""

    def __init__(
        self,
        header: bytes,
        sealer: Sealer,
        pages_at: int,
        told: tuple[int, list[bytes], int, int, list[LookupPack]],
    ) -> None:
        self._header = header
        self._sealer = sealer
        self._pages_at = pages_at
        _, self.indexes, self.pages, self._page_size, self.packs = told

    def page_of(self, chunk_id: bytes) -> int:
        """The number of the page that tells of a chunk."""
        return (chunk_id[0] << 8 | chunk_id[1]) * self.pages >> _BITS

    def where(self, page: int) -> tuple[int, int]:
        """(offset, size) of a page as it is stored."""
        sealed = self._page_size + TAG_SIZE
        return self._pages_at + page * sealed, sealed

    def open_page(self, page: int, sealed: Buffer) -> bytes:
        """A page's entries. IntegrityError("not_authentic")."""
        position = page + 2
        return self._sealer.open(position, sealed, _aad(self._header, _PART_PAGE, position))

    def candidates(self, page: bytes, chunk_id: bytes) -> list[LookupPack]:
        """The packs that may hold a chunk, as its page tells."""
        mark, found = chunk_id[_MARK], list[LookupPack]()
        at = page.find(mark)
        while at >= 0:
            number = int.from_bytes(page[at + 3 : at + _ENTRY], "big")
            if not at % _ENTRY and number < len(self.packs):
                found.append(self.packs[number])
            at = page.find(mark, at + 1)
        return found


def open_lookup(keys: VaultKeys, size: int, start: Buffer, more: Callable[[int, int], bytes]) -> Lookup:
    """A lookup of `size` bytes of which `start` are the first; `more(offset, size)` reads what they lack.

    Every size and header is checked. IntegrityError, such as "bad_index" for what is malformed.
    """
    header = head.parse_header(start, head.LOOKUP)
    sealer = head.open_header(keys, header)
    raw, view = header.raw, memoryview(start)
    front = sealer.open(0, view[head.HEADER_SIZE : _RECORD_AT], _aad(raw, _PART_FRONT, 0))
    length = int.from_bytes(front, "big")
    pages_at = _RECORD_AT + length
    if len(front) != _FRONT - TAG_SIZE or not TAG_SIZE < length <= size - _RECORD_AT or size > LARGEST:
        raise IntegrityError("bad_index")
    sealed: Buffer = view[_RECORD_AT:pages_at]
    if pages_at > len(view):
        sealed = bytes(sealed) + more(len(view), pages_at - len(view))
    record = unwrap(
        sealer.open(1, sealed, _aad(raw, _PART_RECORD, 1)), limit=lists_of_ids(length, 4 * LARGEST)
    )
    try:
        told = _decoder.decode(record)
    except MALFORMED:
        raise IntegrityError("bad_index") from None
    version, indexes, pages, page_size, packs = told
    if (
        version != _VERSION
        or any(len(index) != NAME_SIZE for index in indexes)
        or pages not in _COUNTS
        or page_size % _ENTRY
        or not 0 < page_size <= _LARGEST_PAGE
        or pages_at + pages * (page_size + TAG_SIZE) != size
        or len(packs) > MOST_PACKS
    ):
        raise IntegrityError("bad_index")
    for pack in packs:
        _check(pack)
    return Lookup(raw, sealer, pages_at, told)


_COUNTS: Final = frozenset(1 << bits for bits in range(_BITS + 1))


def _check(pack: LookupPack) -> None:
    sizes = len(pack.name), len(pack.header)
    if sizes != (NAME_SIZE, head.HEADER_SIZE) or not 0 < pack.size <= MAX_PACK:
        raise IntegrityError("bad_index")
    for each in pack.nodes:
        if len(each.marks) != NODE_MARK * len(each.sizes) or not 0 <= each.position <= MAX_PACK:
            raise IntegrityError("bad_index")
    check_segments([each.info(bytes(ID_SIZE * len(each.sizes))) for each in pack.nodes])
