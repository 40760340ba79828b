"""Opened segments that are kept a while: those used last, bounded in bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

Spans = dict[bytes, tuple[int, int]]
"""Chunk id → (start, end) in a segment's plain bytes."""

Opened = tuple[bytes, Spans]

KEPT_BYTES: Final = 16 << 20
"""Plain bytes that a reader keeps, unless it is told otherwise."""

_SPAN_BYTES: Final = 200  # what it takes to know where one chunk lies
_GATES: Final = 32


class KeptSegments:
    """Safe to use from several threads. `most`: bytes; the segment that came last stays in any case."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._most = most
        self._now = 0
        self._segments: OrderedDict[int, Opened] = OrderedDict()
        self._lock = threading.Lock()
        self._gates = [threading.Lock() for _ in range(_GATES)]

    @property
    def size(self) -> int:
        """Bytes that they take now."""
        return self._now

    def get(self, number: int, opened: Callable[[int], Opened]) -> Opened:
        """A segment by its number; of several threads that want one, one opens it."""
        found = self._find(number)
        if found is not None:
            return found
        with self._gates[number % _GATES]:
            found = self._find(number)
            if found is None:
                found = opened(number)
                self.add(number, found)
        return found

    def _find(self, number: int) -> Opened | None:
        with self._lock:
            found = self._segments.get(number)
            if found is not None:
                self._segments.move_to_end(number)
            return found

    def add(self, number: int, opened: Opened) -> None:
        """Keeps it for those who come next."""
        with self._lock:
            if number not in self._segments:
                self._now += _weight(opened)
                self._segments[number] = opened
            while self._now > self._most and len(self._segments) > 1:
                self._now -= _weight(self._segments.popitem(last=False)[1])

    def clear(self) -> None:
        """Forgets them: numbers mean others from now on."""
        with self._lock:
            self._segments.clear()
            self._now = 0


def _weight(opened: Opened) -> int:
    return len(opened[0]) + _SPAN_BYTES * len(opened[1])
