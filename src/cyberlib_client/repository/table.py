"""A set of chunk ids with a number for each, compact enough for ten million chunks."""

from __future__ import annotations

from typing import Final

from ..core.ids import ID_SIZE

_KEPT: Final = ID_SIZE - 2  # two bytes are the bucket's number
_RECORD: Final = _KEPT + 4
_BUCKETS: Final = 1 << 16

ABSENT: Final = -1


class ChunkTable:
    """Id (20 bytes) → segment number (below 2^32). About 25 bytes an id where a dict takes 170.

    Ids are keyed hashes, so buckets fill evenly; a look-up is one search in a short run of bytes.
    """

    __slots__ = ("_buckets", "_count")

    def __init__(self) -> None:
        self._buckets: list[bytearray | None] = [None] * _BUCKETS
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, chunk_id: bytes, segment: int) -> None:
        """Records an id that `find` did not know."""
        number = chunk_id[0] << 8 | chunk_id[1]
        record = chunk_id[2:] + segment.to_bytes(4, "little")
        bucket = self._buckets[number]
        if bucket is None:
            self._buckets[number] = bytearray(record)
        else:
            bucket += record
        self._count += 1

    def add_all(self, ids: bytes, segment: int) -> list[bytes]:
        """Records many ids laid end to end; the first place of an id stays. Returns those already known."""
        buckets = self._buckets
        known: list[bytes] = []
        tail = segment.to_bytes(4, "little")
        for at in range(0, len(ids), ID_SIZE):
            number = ids[at] << 8 | ids[at + 1]
            rest = ids[at + 2 : at + ID_SIZE]
            bucket = buckets[number]
            if bucket is None:
                buckets[number] = bytearray(rest + tail)
            elif _position(bucket, rest) < 0:
                bucket += rest + tail
            else:
                known.append(ids[at : at + ID_SIZE])
                continue
            self._count += 1
        return known

    def change(self, chunk_id: bytes, segment: int) -> None:
        """Another number for an id that is there; KeyError when it is not."""
        bucket = self._buckets[chunk_id[0] << 8 | chunk_id[1]]
        at = _position(bucket, chunk_id[2:]) if bucket is not None else -1
        if bucket is None or at < 0:
            raise KeyError(chunk_id)
        bucket[at + _KEPT : at + _RECORD] = segment.to_bytes(4, "little")

    def find(self, chunk_id: bytes) -> int:
        """The segment that holds a chunk, or ABSENT."""
        bucket = self._buckets[chunk_id[0] << 8 | chunk_id[1]]
        if bucket is None:
            return ABSENT
        at = bucket.find(chunk_id[2:])
        if at % _RECORD:  # not there, or astride two records
            at = _position(bucket, chunk_id[2:])
            if at < 0:
                return ABSENT
        return int.from_bytes(bucket[at + _KEPT : at + _RECORD], "little")


def _position(bucket: bytearray, rest: bytes) -> int:
    at = bucket.find(rest)
    # A match that straddles two records is no match; search on behind it.
    while at >= 0 and at % _RECORD:
        at = bucket.find(rest, at + 1)
    return at
