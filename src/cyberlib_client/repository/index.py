"""What the vault holds, in memory: packs, their segments, and where each chunk lies."""

from __future__ import annotations

import threading
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..core.errors import IntegrityError
from ..core.format_v1.index import PackInfo
from ..core.format_v1.pack import SegmentInfo
from ..core.ids import ID_SIZE, KIND_TREE
from .table import ABSENT, ChunkTable


class PackRow(NamedTuple):
    """A pack without its segments. `name` 32 bytes, `size` in bytes, `header` 88 bytes."""

    name: bytes
    size: int
    header: bytes


class SegmentPlace(NamedTuple):
    """Where a segment lies and how it opens. `position` is its number within the pack."""

    pack: PackRow
    position: int
    kind: int
    codec: int
    offset: int
    sealed_size: int
    plain_size: int


class Layout(NamedTuple):
    """The chunks of a segment: ids end to end and plain sizes."""

    ids: bytes
    sizes: Iterable[int]


class Index:
    """Grows as index objects are loaded and packs are written; one thread changes it at a time.

    Data chunks are entered into their table at the first question about one: a run that finds
    nothing changed, or a listing, asks about trees alone. A bare one knows packs and segments, and of no
    chunk or node where it is: for who reads packs as they come.
    """

    def __init__(self, *, bare: bool = False) -> None:
        self._bare = bare
        self.packs: list[PackRow] = []
        self._known: set[bytes] = set()
        self._parts: dict[bytes, tuple[int, dict[int, SegmentInfo]]] = {}  # row, segments by position
        # The first table tells where an id was first met, the second where it lies as well, and so on.
        self._data = [ChunkTable()]
        self._trees = [ChunkTable()]
        self._pending: deque[tuple[bytes, int]] = deque()
        self._entering = threading.Lock()
        self._layouts: dict[int, Layout] = {}
        self._pack = array("I")
        self._position = array("I")
        self._offset = array("I")
        self._sealed = array("I")
        self._plain = array("I")
        self._kind_codec = array("B")

    def __contains__(self, pack_name: bytes) -> bool:
        """Whether a pack was entered whole."""
        return pack_name in self._known and pack_name not in self._parts

    def add_pack(self, info: PackInfo) -> None:
        """Enters a stored pack; one already entered is left as it is."""
        if info.name in self:
            return
        row, there = self._parts.pop(info.name, (-1, {}))
        if row < 0:
            row = self.add_row(PackRow(info.name, info.size, info.header))
        for position, segment in enumerate(info.segments):
            if there.get(position) != segment:
                self._add_segment(row, position, segment)

    def add_part(self, pack: PackRow, position: int, segment: SegmentInfo) -> None:
        """Enters one segment of a pack that may be entered whole later."""
        if pack.name in self:
            return
        if pack.name not in self._parts:
            self._parts[pack.name] = (self.add_row(pack), {})
        row, there = self._parts[pack.name]
        if position not in there:
            self._add_segment(row, position, segment)
            there[position] = segment

    def _add_segment(self, row: int, position: int, segment: SegmentInfo) -> None:
        number = self.reserve_segment()
        self.place_segment(number, row, position, segment)
        if self._bare:
            return
        if segment.kind == KIND_TREE:
            self._enter(self._trees, segment.ids, number)
        else:
            self._pending.append((segment.ids, number))

    def _enter(self, tables: list[ChunkTable], ids: bytes, number: int) -> None:
        for table in tables:
            ids = b"".join(table.add_all(ids, number))
            if not ids:
                return
        tables.append(ChunkTable())
        tables[-1].add_all(ids, number)

    def places(self, kind: int, chunk_id: bytes) -> list[int]:
        """Every segment that holds a chunk or a node; `kind` is KIND_DATA or KIND_TREE.

        More than one where two machines stored the same at once, or where damage was healed.
        """
        tables = self._trees if kind == KIND_TREE else self._entered()
        found: list[int] = []
        for each in tables:
            number = each.find(chunk_id)
            if number == ABSENT:
                break
            if number not in found:  # a segment may list a chunk twice
                found.append(number)
        return found

    def lacking(self, info: PackInfo) -> int:
        """How many of a pack's chunks and nodes no pack that was entered holds."""
        number = 0
        for segment in info.segments:
            find = (self.trees if segment.kind == KIND_TREE else self.data).find
            ids = segment.ids
            number += sum(find(ids[at : at + ID_SIZE]) == ABSENT for at in range(0, len(ids), ID_SIZE))
        return number

    def _entered(self) -> list[ChunkTable]:
        """The tables of data, with all that was to be entered."""
        if self._pending:
            with self._entering:
                while self._pending:
                    # Freed one by one, since all ids of a large vault twice are a lot; removed once
                    # entered, so that no other thread takes the table for complete before it is.
                    self._enter(self._data, *self._pending[0])
                    self._pending.popleft()
        return self._data

    def add_row(self, row: PackRow) -> int:
        """Enters a pack alone; its number."""
        self._known.add(row.name)
        self.packs.append(row)
        return len(self.packs) - 1

    def reserve_segment(self) -> int:
        """A number for a segment that is being filled; `place_segment` says later where it is."""
        for column in (self._pack, self._position, self._offset, self._sealed, self._plain):
            column.append(0)
        self._kind_codec.append(0)
        return len(self._pack) - 1

    def place_segment(self, number: int, row: int, position: int, segment: SegmentInfo) -> None:
        """Says where a reserved segment was stored."""
        self._pack[number] = row
        self._position[number] = position
        self._offset[number] = segment.offset
        self._sealed[number] = segment.sealed_size
        self._plain[number] = segment.plain_size
        self._kind_codec[number] = segment.kind << 4 | segment.codec
        if segment.kind == KIND_TREE and not self._bare:
            self._layouts[number] = Layout(segment.ids, array("I", segment.sizes))

    def place(self, number: int) -> SegmentPlace:
        """Where segment `number` lies. IntegrityError("chunk_missing") while it is being filled."""
        kind_codec = self._kind_codec[number]
        if not kind_codec:
            # Asked for by a run that stores anew what was lost, before it has stored it.
            raise IntegrityError("chunk_missing")
        return SegmentPlace(
            self.packs[self._pack[number]],
            self._position[number],
            kind_codec >> 4,
            kind_codec & 15,
            self._offset[number],
            self._sealed[number],
            self._plain[number],
        )

    def layout(self, number: int) -> Layout | None:
        """The chunks of a tree segment; None for data segments, whose pack's footer tells."""
        return self._layouts.get(number)

    def pack_of(self, number: int) -> int:
        """Number of the pack that holds a segment; sorts segments for reading."""
        return self._pack[number]

    @property
    def data(self) -> ChunkTable:
        """Chunks of files."""
        return self._entered()[0]

    @property
    def trees(self) -> ChunkTable:
        """Nodes of trees and content lists."""
        return self._trees[0]

    def segments(self) -> Iterator[int]:
        """All segment numbers."""
        return iter(range(len(self._pack)))


__all__ = ["ABSENT", "Index", "Layout", "PackRow", "SegmentPlace"]
