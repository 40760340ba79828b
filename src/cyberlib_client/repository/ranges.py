"""Any part of a file's content, without a walk through what lies before it."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from itertools import accumulate
from typing import Final, NamedTuple

from ..core.errors import IntegrityError
from ..core.format_v1.content import MAX_LEVELS, decode_list
from ..core.format_v1.tree import FILE, Entry
from ..core.ids import ID_SIZE
from .reader import Reader

_KEPT_NODES: Final = 4096
_KEPT_CHUNKS: Final = 4


class Span(NamedTuple):
    """A chunk (or `ZERO_ID`: zero bytes) and where it lies in its file."""

    chunk: bytes
    offset: int
    size: int


class _List(NamedTuple):
    """A node of a content list. `ends`: where each child ends, counted from where it begins; None: pages."""

    ids: bytes
    ends: list[int] | None


class Ranges:
    """Reads parts of files through one reader. Safe to use from several threads."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lists: OrderedDict[bytes, _List] = OrderedDict()
        self._chunks: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, entry: Entry, offset: int, size: int) -> bytes:
        """Bytes `offset … offset+size` of a file, fewer at its end, compared with their ids.

        Raises IntegrityError as `Reader.chunk`, and ("bad_content_list").
        """
        end = min(offset + size, entry.size)
        parts: list[bytes | memoryview] = []
        for span in self.spans(entry, offset, end):
            first, last = max(offset - span.offset, 0), min(end - span.offset, span.size)
            if any(span.chunk):
                parts.append(memoryview(self._chunk(span))[first:last])
            else:
                parts.append(bytes(last - first))
        return b"".join(parts)

    def spans(self, entry: Entry, start: int, end: int) -> Iterator[Span]:
        """The chunks that hold these bytes, in order. IntegrityError("bad_content_list")."""
        if entry.kind != FILE or start >= end:
            return
        if not entry.content:
            raise IntegrityError("bad_content_list")
        extra = entry.extra
        if extra is None or not extra.levels:
            yield Span(entry.content, 0, entry.size)
            return
        yield from self._below(entry.content, extra.levels, extra.page, Span(b"", 0, entry.size), start, end)

    def _below(
        self, node_id: bytes, level: int, page: int, whole: Span, start: int, end: int
    ) -> Iterator[Span]:
        """What lies between `start` and `end` of what the node stands for, `whole`."""
        if level > MAX_LEVELS:
            raise IntegrityError("bad_content_list")
        ids, ends = self._list(node_id, level)
        if ends is None:
            if level > 1 or not page:
                raise IntegrityError("bad_content_list")
            ends = [*range(page, whole.size, page), whole.size]
        if len(ends) * ID_SIZE != len(ids) or ends[-1] != whole.size:
            raise IntegrityError("bad_content_list")
        number = bisect_right(ends, max(start - whole.offset, 0))
        while number < len(ends):
            begin = ends[number - 1] if number else 0
            child = Span(
                ids[number * ID_SIZE : (number + 1) * ID_SIZE], whole.offset + begin, ends[number] - begin
            )
            if child.offset >= end:
                return
            if level > 1:
                yield from self._below(child.chunk, level - 1, page, child, start, end)
            else:
                yield child
            number += 1

    def _list(self, node_id: bytes, level: int) -> _List:
        with self._lock:
            found = self._lists.get(node_id)
            if found is not None:
                self._lists.move_to_end(node_id)
                return found
        ids, sizes = decode_list(self._reader.node(node_id))
        if level == 1 and self._reader.seeks:  # what is read next to it is asked for together
            self._reader.seek([ids[at : at + ID_SIZE] for at in range(0, len(ids), ID_SIZE)])
        found = _List(ids, list(accumulate(sizes)) if sizes is not None else None)
        with self._lock:
            self._lists[node_id] = found
            while len(self._lists) > _KEPT_NODES:
                self._lists.popitem(last=False)
        return found

    def _chunk(self, span: Span) -> bytes:
        """A whole chunk; the last few stay, since what reads a file asks for parts of one again and again."""
        with self._lock:
            found = self._chunks.get(span.chunk)
        if found is None:
            found = self._reader.chunk(span.chunk)
            with self._lock:
                self._chunks[span.chunk] = found
                while len(self._chunks) > _KEPT_CHUNKS:
                    self._chunks.popitem(last=False)
        if len(found) != span.size:
            raise IntegrityError("bad_content_list")
        return found
