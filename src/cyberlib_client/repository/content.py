"""The content of files as lists of chunks: built while a file is read, walked when it is restored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ..core.errors import IntegrityError
from ..core.format_v1.content import MAX_LEVELS, NODE_MASK, NODE_MAX, decode_list, encode_list
from ..core.format_v1.tree import FILE, Entry
from ..core.ids import ID_SIZE
from .trees import NodeReader

MAX_CHUNKS: Final = 1 << 27
"""Chunks of one file that a reader follows: nodes that share what they hold could tell of 2^60."""

_LEAST: Final = 2


class ContentList:
    """Collects a file's chunks in order; nodes are stored as soon as they are complete.

    `put` stores a node and returns its id. With `page` every chunk but the last has that size and
    sizes are not written down.
    """

    def __init__(self, put: Callable[[bytes], bytes], page: int = 0) -> None:
        self._put = put
        self._page = page
        self._ids: list[bytearray] = [bytearray()]
        self._sizes: list[list[int]] = [[]]

    def add(self, chunk_id: bytes, size: int) -> None:
        """The next chunk, of `size` bytes; `ZERO_ID` for a run of zero bytes."""
        self._append(0, chunk_id, size)

    def _append(self, level: int, node_id: bytes, size: int) -> None:
        if level == len(self._ids):
            self._ids.append(bytearray())
            self._sizes.append([])
        sizes = self._sizes[level]
        self._ids[level] += node_id
        sizes.append(size)
        # At least two ids together, so that each level has fewer nodes than the one below.
        if len(sizes) >= NODE_MAX or (len(sizes) >= _LEAST and not node_id[-1] & NODE_MASK):
            self._close(level)

    def _close(self, level: int) -> None:
        sizes = self._sizes[level]
        paged = self._page and level == 0
        node = encode_list(bytes(self._ids[level]), None if paged else sizes)
        total = sum(sizes)
        self._ids[level] = bytearray()
        self._sizes[level] = []
        self._append(level + 1, self._put(node), total)

    def finish(self) -> tuple[bytes, int]:
        """(id, levels): a single chunk's own id with 0 levels, else the root node's.

        A single run of zero bytes gets a node, so that its size is written down.
        """
        level = 0
        while True:
            top = level == len(self._ids) - 1
            if top and len(self._sizes[level]) == 1:
                node_id = bytes(self._ids[level])
                if level or any(node_id):
                    return node_id, level
            if self._sizes[level]:
                self._close(level)
            level += 1


def content_spans(reader: NodeReader, entry: Entry) -> Iterator[tuple[bytes, int, int]]:
    """(chunk id or ZERO_ID, offset in the file, size) of a file's content in order.

    Raises IntegrityError("bad_content_list") when the list does not add up to the file's size.
    """
    if entry.kind != FILE or not entry.content:
        if entry.kind == FILE and entry.size and not (entry.extra and entry.extra.missing):
            raise IntegrityError("bad_content_list")
        return
    extra = entry.extra
    if extra is None or not extra.levels:
        yield entry.content, 0, entry.size
        return
    offset = 0
    spans = _walk(reader, entry.content, extra.levels, extra.page, entry.size)
    for count, (chunk_id, size) in enumerate(spans, 1):
        size = size or min(extra.page, entry.size - offset)
        if count > MAX_CHUNKS:
            raise IntegrityError("bad_content_list")
        if size <= 0 or offset + size > entry.size:
            raise IntegrityError("bad_content_list")
        yield chunk_id, offset, size
        offset += size
    if offset != entry.size:
        raise IntegrityError("bad_content_list")


def _walk(
    reader: NodeReader, node_id: bytes, level: int, page: int, total: int
) -> Iterator[tuple[bytes, int]]:
    """(chunk id, size or 0 for a page) below a node of the given level, which stands for `total` bytes."""
    if level > MAX_LEVELS:
        raise IntegrityError("bad_content_list")
    ids, sizes = decode_list(reader.node(node_id))
    if sizes is None and (level > 1 or not page):
        raise IntegrityError("bad_content_list")
    if sizes is not None and sum(sizes) != total:
        raise IntegrityError("bad_content_list")
    for number, at in enumerate(range(0, len(ids), ID_SIZE)):
        child = ids[at : at + ID_SIZE]
        if level > 1 and sizes is not None:
            yield from _walk(reader, child, level - 1, page, sizes[number])
        else:
            yield child, sizes[number] if sizes is not None else 0
