"""One pack being filled: hands out positions, collects sealed segments, closes to a fixed size."""

from __future__ import annotations

from ..core.crypto import TAG_SIZE, Sealer, sha256
from ..core.errors import IntegrityError
from ..core.format_v1 import header as head
from ..core.format_v1.index import PackInfo
from ..core.format_v1.pack import (
    FOOTER_BASE,
    FOOTER_PER_CHUNK,
    FOOTER_PER_SEGMENT,
    TAIL_FLOOR,
    TRAILER_SIZE,
    SegmentInfo,
    seal_footer,
    seal_trailer,
    segment_aad,
)
from ..core.format_v1.record import padme
from ..core.ids import PACK_SIZE
from ..core.keys import VaultKeys
from ..core.ports import Buffer, Random


class PackBuilder:
    """Not thread-safe but for `seal`, which may run in several threads once a place was taken.

    `buffer` holds the pack: `PACK_SIZE` bytes, used again for another one later. Packs in buffers of
    their own keep memory within bounds, where a million pieces of all sizes do not. `limit`: bytes at which
    it is full.
    """

    def __init__(
        self,
        keys: VaultKeys,
        epoch: int,
        random: Random,
        first: Buffer,
        buffer: bytearray,
        limit: int = PACK_SIZE,
    ) -> None:
        salt = head.hedged_salt(keys, random, first)
        self._random = random
        self._limit = limit
        self.header, self._sealer = head.new_header(keys, head.PACK, epoch, salt)
        self.buffer = buffer
        self.buffer[: head.HEADER_SIZE] = self.header
        self._end = head.HEADER_SIZE
        self._footer_bound = FOOTER_BASE
        self._infos: list[SegmentInfo | None] = []
        self.numbers: list[int] = []
        self.waiting = 0
        self.closed = False

    def take(self, number: int, stored_size: int, chunks: int) -> tuple[int, int] | None:
        """(position, offset) for a segment of `stored_size` bytes, or None when the pack is full.

        `number` is the segment's number in the index, given back by `numbers` in order of position.
        """
        sealed = stored_size + TAG_SIZE
        footer = self._footer_bound + FOOTER_PER_SEGMENT + FOOTER_PER_CHUNK * chunks
        if self._infos and self._end + sealed + footer + TRAILER_SIZE > self._limit:
            return None
        position, offset = len(self._infos), self._end
        self._end += sealed
        self._footer_bound = footer
        self._infos.append(None)
        self.numbers.append(number)
        self.waiting += 1
        return position, offset

    @property
    def is_short(self) -> bool:
        """Full before it has the usual size."""
        return self._limit < PACK_SIZE

    @property
    def size(self) -> int:
        """Bytes taken so far, header included."""
        return self._end

    def seal(self, position: int, offset: int, kind: int, stored: Buffer) -> None:
        """Seals a segment into its place, then opens it again and compares.

        Memory and libraries do fail; what is sent must be what was read. IntegrityError("bad_memory").
        """
        aad = segment_aad(self.header, kind, position)
        place = memoryview(self.buffer)[offset : offset + len(stored) + TAG_SIZE]
        self._sealer.seal_into(position, stored, aad, place)
        if not self._sealer.opens_to(position, place, aad, stored):
            raise IntegrityError("bad_memory")

    def put(self, position: int, info: SegmentInfo) -> None:
        """Counts a segment that was sealed."""
        self._infos[position] = info
        self.waiting -= 1

    @property
    def ready(self) -> bool:
        """Closed, and every segment in place."""
        return self.closed and not self.waiting

    def finish(self, *, full: bool) -> tuple[PackInfo, memoryview]:
        """The pack's description and its bytes, which lie in `buffer`.

        A full pack has exactly `PACK_SIZE` bytes; the last one of a run, and a short one, is padded by Padmé.
        """
        infos = [i for i in self._infos if i is not None]
        footer = seal_footer(self._sealer, self.header, infos)
        least = self._end + len(footer) + TRAILER_SIZE
        size = PACK_SIZE if full and not self.is_short else min(padme(least, TAIL_FLOOR), PACK_SIZE)
        offset = size - TRAILER_SIZE - len(footer)
        view = memoryview(self.buffer)[:size]
        view[self._end : offset] = self._random(offset - self._end)
        view[offset:] = footer + seal_trailer(self._sealer, self.header, offset, len(footer))
        return PackInfo(sha256(view), size, self.header, infos), view


def sealer_of(keys: VaultKeys, header: bytes) -> Sealer:
    """What opens the segments of a pack with this header."""
    return head.open_header(keys, head.parse_header(header, head.PACK))
