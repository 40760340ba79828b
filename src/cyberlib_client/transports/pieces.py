"""A buffer on its way to a far store, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..core.bandwidth import Bucket
from ..core.ports import Buffer, CancelToken

_PIECE: Final = 256 << 10


class Pieces:
    """A buffer sent piece by piece, again from its beginning each time."""

    def __init__(self, data: Buffer) -> None:
        self.data = memoryview(data).cast("B")

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[bytes]:
        for at in range(0, len(self.data), _PIECE):
            yield bytes(self.data[at : at + _PIECE])


class Limited:
    """The same, each piece as large as may go, and when it may."""

    def __init__(self, pieces: Pieces, bucket: Bucket, cancel: CancelToken) -> None:
        self._data = pieces.data
        self._bucket = bucket
        self._cancel = cancel

    def __iter__(self) -> Iterator[bytes]:
        at = 0
        while at < len(self._data):
            size = self._bucket.take(min(_PIECE, len(self._data) - at), self._cancel)
            yield bytes(self._data[at : at + size])
            at += size
