"""From ids back to bytes: each segment is fetched, authenticated and opened once, then kept a while."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from ..core.compression import CODEC_RAW, decompress
from ..core.crypto import TAG_SIZE, KeyedIds, Sealer, same
from ..core.errors import IntegrityError
from ..core.format_v1 import header as head
from ..core.format_v1.index import PackInfo
from ..core.format_v1.pack import (
    MAX_PACK,
    TRAILER_SIZE,
    SegmentInfo,
    open_footer,
    open_trailer,
    segment_aad,
)
from ..core.ids import ID_SIZE, KIND_DATA, KIND_TREE, object_name
from ..core.keys import VaultKeys
from ..core.ports import Buffer, Store
from ..core.scratch import scratch
from .fetching import fetched
from .index import ABSENT, Index, Layout, PackRow, SegmentPlace
from .pack_builder import sealer_of
from .segments import KEPT_BYTES, KeptSegments, Opened, Spans

_KEPT_FOOTERS = 16
_KEPT_SEALERS = 256
_TAIL = 64 * 1024


def read_pack_footer(
    store: Store, keys: VaultKeys, name: bytes, size: int, *, header: bytes = b"", tail: int = 0
) -> PackInfo:
    """What a pack says of itself, from its header and its end alone.

    `header` and `tail`, when they are known: its header, and the bytes at its end in which the footer lies,
    which spare journeys; they are kept near. Raises IntegrityError("pack_damaged", name=…) or what the store
    raises.
    """
    path = object_name("packs", name)
    try:
        if not head.HEADER_SIZE + TRAILER_SIZE < size <= MAX_PACK:
            raise IntegrityError("bad_footer")
        known = header or store.get(path, 0, head.HEADER_SIZE)
        sealer = sealer_of(keys, known)
        tail_size = max(TRAILER_SIZE, min(tail or _TAIL, size - head.HEADER_SIZE))

        def opened(end: bytes) -> PackInfo:
            trailer = open_trailer(sealer, known, end[-TRAILER_SIZE:], size)
            if trailer.footer_size + TRAILER_SIZE <= tail_size:
                footer = end[-TRAILER_SIZE - trailer.footer_size : -TRAILER_SIZE]
            else:
                footer = store.get(path, trailer.footer_offset, trailer.footer_size)
            return PackInfo(name, size, known, open_footer(sealer, known, footer))

        if tail:
            return fetched(store, path, size - tail_size, tail_size, opened)
        return opened(store.get(path, size - tail_size, tail_size))
    except IntegrityError as error:
        raise IntegrityError("pack_damaged", name=path, reason=error.code) from None


def open_sealed(keys: VaultKeys, pack: PackRow, position: int, segment: SegmentInfo, sealed: Buffer) -> bytes:
    """The plain bytes of a segment. IntegrityError."""
    aad = segment_aad(pack.header, segment.kind, position)
    stored = sealer_of(keys, pack.header).open(position, sealed, aad)
    return decompress(segment.codec, stored, segment.plain_size)


def ids_of(ids: KeyedIds, plain: bytes, sizes: Iterable[int]) -> bytes:
    """The ids, end to end, of chunks or nodes that lie end to end."""
    view, at, found = memoryview(plain), 0, bytearray()
    for size in sizes:
        found += ids.of(view[at : at + size])
        at += size
    return bytes(found)


class Lookups(Protocol):
    """Where a reader seeks what its index lacks: `lookups.Lookups`."""

    def seek_chunks(self, index: Index, ids: Iterable[bytes]) -> None: ...

    def seek_node(self, index: Index, node_id: bytes) -> bytes | None: ...

    def enter_all(self) -> None: ...

    def tail(self, pack: bytes) -> int: ...


class Reader:
    """Reads chunks and nodes. Safe to use from several threads.

    `recover` loads the index anew from the packs themselves; it is asked once, when an id is not found:
    an index object may be missing or damaged while its packs are whole. `described` tells a pack's
    segments as an index object has them, for a pack whose own footer is damaged. `on_damaged` is told the
    name of each pack that is there and does not give back what it should, and why (a code), in whatever
    thread met it. `lookups`: where what the index lacks is sought. `kept`: bytes of opened segments that stay
    in memory.
    """

    def __init__(
        self,
        store: Store,
        keys: VaultKeys,
        index: Index,
        *,
        recover: Callable[[], Index] | None = None,
        described: Callable[[bytes], list[SegmentInfo]] | None = None,
        on_damaged: Callable[[bytes, str], None] = lambda _name, _reason: None,
        lookups: Lookups | None = None,
        kept: int = KEPT_BYTES,
    ) -> None:
        self._store = store
        self._keys = keys
        self.index = index
        self._recover = recover
        self._described = described
        self._on_damaged = on_damaged
        self._lookups = lookups
        self._segments = KeptSegments(kept)
        self._footers: OrderedDict[bytes, list[SegmentInfo]] = OrderedDict()
        self._sealers: dict[bytes, Sealer] = {}
        self._lock = threading.Lock()

    def chunk(self, chunk_id: bytes) -> bytes:
        """A chunk of a file. IntegrityError("chunk_missing") or ("pack_damaged")."""
        return self._read(KIND_DATA, chunk_id, self._keys.chunk_ids)

    def node(self, node_id: bytes) -> bytes:
        """A node of a tree or content list. IntegrityError as `chunk`."""
        return self._read(KIND_TREE, node_id, self._keys.tree_ids)

    def _read(self, kind: int, chunk_id: bytes, ids: KeyedIds) -> bytes:
        places = self._places(kind, chunk_id)
        try:
            return self._find(places, chunk_id, ids)
        except IntegrityError:
            others = self.other_places(kind, chunk_id, places)
            if not others:
                raise
        return self._find(others, chunk_id, ids)

    def _places(self, kind: int, chunk_id: bytes) -> list[int]:
        index = self.index
        places = index.places(kind, chunk_id)
        if not places and self._lookups is not None:
            if kind == KIND_TREE:
                plain = self._lookups.seek_node(index, chunk_id)
                places = index.places(kind, chunk_id)
                if plain is not None and places:
                    self._segments.add(places[0], (plain, spans_of(self.layout(places[0]))))
            else:
                self._lookups.seek_chunks(index, (chunk_id,))
                places = index.places(kind, chunk_id)
            places = places or self.other_places(kind, chunk_id, [])
        if not places and self._recovered(index):
            places = self.index.places(kind, chunk_id)
        return places

    def other_places(self, kind: int, chunk_id: bytes, known: list[int]) -> list[int]:
        """Places of a chunk or node beside those known, if it was sought: now all that there is tells."""
        if self._lookups is None:
            return []
        self._lookups.enter_all()
        return [place for place in self.index.places(kind, chunk_id) if place not in known]

    def seek(self, chunk_ids: Collection[bytes]) -> None:
        """These chunks are about to be asked for: those that the index lacks are sought together."""
        if self._lookups is not None:
            index = self.index
            self._lookups.seek_chunks(index, chunk_ids)
            if any(any(each) and index.data.find(each) == ABSENT for each in chunk_ids):
                self._lookups.enter_all()

    @property
    def seeks(self) -> bool:
        """Whether what the index lacks may be there: `seek` finds it."""
        return self._lookups is not None

    def _recovered(self, lacking: Index) -> bool:
        """Whether there is another index than the one that lacks something; the first to ask loads it."""
        with self._lock:
            if self._recover is not None and self.index is lacking:
                recover, self._recover = self._recover, None
                self.index, self._lookups = recover(), None
                self._segments.clear()
            return self.index is not lacking

    def _find(self, places: list[int], chunk_id: bytes, ids: KeyedIds) -> bytes:
        failure = IntegrityError("chunk_missing")
        for number in places:
            try:
                plain, spans = self.segment(number)
            except IntegrityError as error:
                failure = error
                continue
            try:
                return bytes(self.piece(plain, spans, chunk_id, ids))
            except IntegrityError as error:
                failure = error
                self._on_damaged(self.index.place(number).pack.name, error.code)
        raise failure

    def announce(self, numbers: Iterable[int]) -> None:
        """These segments will be opened, in this order or nearly so."""
        packs = dict.fromkeys(self.index.place(number).pack.name for number in numbers)
        self._store.announce([object_name("packs", name) for name in packs])

    def piece(self, plain: Buffer, spans: Spans, chunk_id: bytes, ids: KeyedIds | None = None) -> memoryview:
        """One chunk of an opened segment, compared with its id (a data chunk by default)."""
        span = spans.get(chunk_id)
        if span is None:
            raise IntegrityError("chunk_missing")
        content = memoryview(plain)[span[0] : span[1]]
        if not same((ids or self._keys.chunk_ids).of(content), chunk_id):
            raise IntegrityError("pack_damaged", reason="wrong_content")
        return content

    def segment(self, number: int) -> Opened:
        """The plain bytes of a segment and where its chunks lie; kept for the next call."""
        return self._segments.get(number, self.open_segment)

    def open_segment(self, number: int, pack: bytes | None = None) -> Opened:
        """Fetches and opens a segment; `pack` holds its whole pack when the caller has it.

        Raises IntegrityError("pack_damaged", name=…), ("object_missing", name=…).
        """
        place = self.index.place(number)
        name = object_name("packs", place.pack.name)
        if pack is None and place.kind == KIND_TREE:
            near = self._store.near(name, place.offset, place.sealed_size)
            if near is not None:
                with contextlib.suppress(IntegrityError):  # of a copy: the pack itself is asked
                    return self._opened(place, near), spans_of(self.layout(number))
        try:
            if pack is None:
                sealed: bytes | memoryview = self._store.get(name, place.offset, place.sealed_size)
            else:
                sealed = memoryview(pack)[place.offset : place.offset + place.sealed_size]
            plain = self._opened(place, sealed)
            if place.kind == KIND_TREE and pack is None:
                self._store.keep(name, place.offset, sealed)
            return plain, spans_of(self.layout(number))
        except IntegrityError as error:
            if error.code == "object_missing":
                raise
            reason = error.code
        self._on_damaged(place.pack.name, reason)
        raise IntegrityError("pack_damaged", name=name, reason=reason)

    def prove(self, number: int, pack: bytes) -> None:
        """Opens a segment of a pack at hand and compares each of its chunks; nothing is kept.

        Raises IntegrityError as `open_segment` and `piece`."""
        place = self.index.place(number)
        ids = self._keys.tree_ids if place.kind == KIND_TREE else None
        sealed = memoryview(pack)[place.offset : place.offset + place.sealed_size]
        if place.codec != CODEC_RAW or place.plain_size != len(sealed) - TAG_SIZE:
            plain: Buffer
            plain, spans = self.open_segment(number, pack)
        else:  # what is not compressed is looked at where it is opened, which takes half the time
            plain = memoryview(scratch(place.plain_size))[: place.plain_size]
            aad = segment_aad(place.pack.header, place.kind, place.position)
            try:
                self._sealer(place.pack.header).open_into(place.position, sealed, aad, plain)
                spans = spans_of(self.layout(number))
            except IntegrityError as error:
                self._on_damaged(place.pack.name, error.code)
                raise
        for chunk_id in spans:
            self.piece(plain, spans, chunk_id, ids)

    def _opened(self, place: SegmentPlace, sealed: bytes | memoryview) -> bytes:
        aad = segment_aad(place.pack.header, place.kind, place.position)
        stored = self._sealer(place.pack.header).open(place.position, sealed, aad)
        return decompress(place.codec, stored, place.plain_size)

    def _sealer(self, header: bytes) -> Sealer:
        sealer = self._sealers.get(header)
        if sealer is None:
            if len(self._sealers) >= _KEPT_SEALERS:
                self._sealers.clear()
            sealer = self._sealers[header] = sealer_of(self._keys, header)
        return sealer

    def layout(self, number: int) -> Layout:
        """The chunks of a segment. IntegrityError when neither its pack nor an index tells."""
        layout = self.index.layout(number)
        if layout is None:
            place = self.index.place(number)
            footer = self._footer(place.pack)
            if place.position >= len(footer):
                raise IntegrityError("bad_footer")
            info = footer[place.position]
            layout = Layout(info.ids, info.sizes)
        return layout

    def _footer(self, pack: PackRow) -> list[SegmentInfo]:
        with self._lock:
            footer = self._footers.get(pack.name)
        if footer is None:
            try:
                tail = self._lookups.tail(pack.name) if self._lookups is not None else 0
                footer = read_pack_footer(
                    self._store, self._keys, pack.name, pack.size, header=pack.header, tail=tail
                ).segments
            except IntegrityError:
                footer = self._described(pack.name) if self._described else []
                if not footer:
                    raise
            with self._lock:
                self._footers[pack.name] = footer
                while len(self._footers) > _KEPT_FOOTERS:
                    self._footers.popitem(last=False)
        return footer


def spans_of(layout: Layout) -> Spans:
    """Where each chunk of a segment lies."""
    spans: Spans = {}
    start = at = 0
    for size in layout.sizes:
        spans[layout.ids[at : at + ID_SIZE]] = (start, start + size)
        start += size
        at += ID_SIZE
    return spans
