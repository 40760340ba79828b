"""From chunks to stored packs: segments are filled by one thread, and compressed, sealed and stored by
others, with a bounded queue between them.

    add() ── full segment ──► queue ──► compress, take a place, seal, compare
                                           │ pack complete
                                           ▼
                                        hash, put ──► `on_stored`

Where a store gains by several puts at once, other threads put.

Memory: plain segments, one for each worker, one that waits and one being filled; packs, two being filled and
one being stored by each worker but one, or by each thread that puts.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any

from ..core.compression import CODEC_RAW, compress, decompresses_to
from ..core.crypto import TAG_SIZE
from ..core.errors import IntegrityError
from ..core.format_v1.index import PackInfo
from ..core.format_v1.pack import SegmentInfo
from ..core.ids import (
    KIND_DATA,
    KIND_TREE,
    MAX_CHUNK,
    MIB,
    PACK_SIZE,
    SEGMENT_SIZE,
    TREE_SEGMENT_SIZE,
    object_name,
)
from ..core.keys import VaultKeys
from ..core.ports import Buffer, CancelToken, Random, Store
from .index import Index, PackRow
from .pack_builder import PackBuilder

_TREES_TOGETHER = 2
"""Tree segments that wait for the run's end, so that a small run writes one pack and not two."""

_PACKS_OPEN = 2
_GLANCE = 0.2  # seconds after which whoever waits for a thread looks whether it is to stop
_SHORT_PACKS = (MIB, 2 * MIB, 4 * MIB, 8 * MIB)
"""The first packs of a run, where a store is far away: the line has work early, and not at the end alone."""

_SIZES = {KIND_DATA: SEGMENT_SIZE, KIND_TREE: TREE_SEGMENT_SIZE}


class _Segment:
    """A segment being filled: the first `size` bytes of `room`, a buffer that is used again."""

    __slots__ = ("ids", "kind", "number", "room", "size", "sizes")

    def __init__(self, kind: int, number: int, room: memoryview) -> None:
        self.kind = kind
        self.number = number
        self.room = room
        self.size = 0
        self.ids = bytearray()
        self.sizes: list[int] = []

    @property
    def plain(self) -> memoryview:
        return self.room[: self.size]


class Packer:
    """Packs the chunks of one run. `add` and `finish` are for one thread.

    `on_stored` is called in a worker's thread after each pack is safely in the store. Whatever goes
    wrong in a thread is raised by the next `add` or by `finish`.
    """

    def __init__(
        self,
        store: Store,
        keys: VaultKeys,
        index: Index,
        *,
        epoch: int,
        random: Random,
        cancel: CancelToken,
        on_stored: Callable[[PackInfo], None],
        sealers: int = 2,
    ) -> None:
        self._store = store
        self._keys = keys
        self._index = index
        self._epoch = epoch
        self._random = random
        self._cancel = cancel
        self._on_stored = on_stored
        self._open: dict[int, _Segment] = {}
        self._trees_waiting: list[_Segment] = []
        self._trees_apart = False
        self._builders: dict[int, list[PackBuilder]] = {KIND_DATA: [], KIND_TREE: []}
        self._limits = dict(_SIZES)
        self._rooms: dict[int, list[memoryview]] = {KIND_DATA: [], KIND_TREE: []}
        self._short = list(reversed(_SHORT_PACKS)) if store.puts_at_once else []
        self._spare: list[bytearray] = []
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._waiting: queue.Queue[_Segment | None] = queue.Queue(maxsize=1)
        self._packs: queue.Queue[tuple[PackBuilder, bool] | None] = queue.Queue(maxsize=1)
        self._workers = [self._thread(f"seal-{i}", self._work) for i in range(sealers)]
        self._putters = [self._thread(f"put-{i}", self._put_packs) for i in range(store.puts_at_once)]
        self.stored_bytes = 0
        self.waiting_bytes = 0
        """Of packs that are on the way to the store, or wait for their turn."""
        self.on_wait: Callable[[], None] = lambda: None
        """Called now and then, in the caller's thread, while it waits for others. May raise."""

    def _thread(self, name: str, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        return thread

    # ---- filling: the caller's thread ---------------------------------------------------------

    def add(self, kind: int, chunk_id: bytes, content: Buffer) -> None:
        """Packs a chunk the index did not know; it is known from now on."""
        if len(content) > MAX_CHUNK:
            raise ValueError("chunk too large")  # no reader would take it, nor the index that names it
        size = len(content)
        segment = self._open.get(kind)
        if segment is None or segment.size + size > self._limits[kind]:
            segment = self._next(kind, size)
        end = segment.size + size
        segment.room[segment.size : end] = content
        segment.size = end
        segment.ids += chunk_id
        sizes = segment.sizes
        # One number for all pages of a database, of which an index holds hundreds of thousands.
        sizes.append(sizes[-1] if sizes and sizes[-1] == size else size)
        table = self._index.data if kind == KIND_DATA else self._index.trees
        table.add(chunk_id, segment.number)

    def _next(self, kind: int, size: int) -> _Segment:
        """A segment with room for `size` bytes, in the place of the one that has it no longer."""
        segment = self._open.get(kind)
        if segment is not None:
            self._hand_over(segment)
        rooms, usual = self._rooms[kind], _SIZES[kind]
        # A chunk larger than a segment gets one of its own.
        room = rooms.pop() if rooms and size <= usual else memoryview(bytearray(max(size, usual)))
        segment = self._open[kind] = _Segment(kind, self._index.reserve_segment(), room)
        return segment

    def _hand_over(self, segment: _Segment) -> None:
        del self._open[segment.kind]
        if segment.kind == KIND_DATA or self._trees_apart:
            self._queue(segment)
            return
        self._trees_waiting.append(segment)
        if len(self._trees_waiting) >= _TREES_TOGETHER:
            self._trees_apart = True
            self._queue_waiting_trees()

    def _queue_waiting_trees(self) -> None:
        for segment in self._trees_waiting:
            self._queue(segment)
        self._trees_waiting.clear()

    def _queue(self, segment: _Segment) -> None:
        while True:
            self._check()
            try:
                self._waiting.put(segment, timeout=_GLANCE)
                return
            except queue.Full:
                self.on_wait()

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._cancel.check()

    def finish(self) -> None:
        """Seals and stores all that was added; the packs are in the store when it returns."""
        for segment in list(self._open.values()):
            self._hand_over(segment)
        self._queue_waiting_trees()
        self._end_workers(self.on_wait)
        self._check()
        for builders in self._builders.values():
            while builders:
                self._store_pack(builders.pop(0), full=False)
        self._end_putters(self.on_wait)
        self._check()
        # What comes next, the index of a large run, needs as much memory as they take.
        self._spare.clear()
        for rooms in self._rooms.values():
            rooms.clear()

    def abort(self) -> None:
        """Ends every thread without storing what is not complete. Never raises."""
        if self._failure is None:
            self._failure = IntegrityError("aborted")
        self._end_workers()
        self._end_putters()

    def _end_workers(self, on_wait: Callable[[], None] | None = None) -> None:
        """Lets them finish what waits; nothing happens the second time."""
        workers, self._workers = self._workers, []
        self._end(workers, self._waiting, on_wait)

    def _end_putters(self, on_wait: Callable[[], None] | None = None) -> None:
        putters, self._putters = self._putters, []
        self._end(putters, self._packs, on_wait)

    def _end(
        self, threads: list[threading.Thread], work: queue.Queue[Any], on_wait: Callable[[], None] | None
    ) -> None:
        for _ in threads:
            while any(thread.is_alive() for thread in threads):  # one may have died: see `_serve`
                try:
                    work.put(None, timeout=_GLANCE)
                    break
                except queue.Full:
                    self._wait(on_wait)
        for thread in threads:
            while thread.is_alive():
                thread.join(_GLANCE)
                self._wait(on_wait)

    def _wait(self, on_wait: Callable[[], None] | None) -> None:
        """What is raised meanwhile is raised once all threads have ended."""
        if on_wait is None or self._failure is not None:
            return
        try:
            on_wait()
        except BaseException as error:  # noqa: BLE001 - raised by the check that follows
            self._failure = error

    # ---- the workers' threads -----------------------------------------------------------------

    def _work(self) -> None:
        self._serve(self._waiting, self._seal)

    def _serve(self, work: queue.Queue[Any], do: Callable[[Any], None]) -> None:
        """The life of a thread. After a failure it goes on taking, so that nobody waits for a place."""
        try:
            while (item := work.get()) is not None:
                try:
                    if self._failure is None:
                        do(item)
                except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                    self._failure = error
        except BaseException as error:  # noqa: BLE001 - even waiting takes memory; the others go on
            self._failure = error

    def _seal(self, segment: _Segment) -> None:
        plain = segment.plain
        codec, stored = compress(plain)
        if not decompresses_to(codec, stored, plain):
            raise IntegrityError("bad_memory")  # memory and libraries do fail
        if segment.kind == KIND_DATA:
            # Segments of 2 MiB that do not shrink leave 5 % of each pack unused, as no ninth fits; of halves
            # seventeen do.
            self._limits[KIND_DATA] = SEGMENT_SIZE // 2 if codec == CODEC_RAW else SEGMENT_SIZE
        builder, position, offset = self._take_place(segment, len(stored))
        builder.seal(position, offset, segment.kind, stored)
        info = SegmentInfo(
            segment.kind, offset, len(stored) + TAG_SIZE, len(plain), codec, bytes(segment.ids), segment.sizes
        )
        if len(segment.room) == _SIZES[segment.kind]:
            self._rooms[segment.kind].append(segment.room)
        with self._lock:
            builder.put(position, info)
            complete = builder.ready
        if complete:
            self._store_pack(builder, full=True)

    def _take_place(self, segment: _Segment, size: int) -> tuple[PackBuilder, int, int]:
        """(pack, position, offset). A pack closed for it is stored first, so that its buffer is free."""
        kind = KIND_TREE if segment.kind == KIND_TREE and self._trees_apart else KIND_DATA
        while True:
            with self._lock:
                builders = self._builders[kind]
                for builder in builders:
                    taken = builder.take(segment.number, size, len(segment.sizes))
                    if taken is not None:
                        return builder, taken[0], taken[1]
                closed = self._close_fullest(builders)
                if closed is None:
                    buffer = self._spare.pop() if self._spare else bytearray(PACK_SIZE)
                    limit, first = self._next_limit(kind), segment.plain
                    builders.append(PackBuilder(self._keys, self._epoch, self._random, first, buffer, limit))
            if closed is not None:
                self._store_pack(closed, full=True)

    def _next_limit(self, kind: int) -> int:
        """Bytes at which the next pack is full."""
        short = self._short.pop() if self._short and kind == KIND_DATA else PACK_SIZE
        return min(short, self._store.pack_size)

    def _close_fullest(self, builders: list[PackBuilder]) -> PackBuilder | None:
        """Makes room for another pack; the one closed if it can be stored at once.

        Two are open so that small segments fill what large ones leave: with one, a fortieth of every
        pack is padding. A short one waits for none.
        """
        if len(builders) < _PACKS_OPEN and not any(builder.is_short for builder in builders):
            return None
        fullest = max(builders, key=lambda b: b.size)
        builders.remove(fullest)
        fullest.closed = True
        return fullest if fullest.ready else None

    def _store_pack(self, builder: PackBuilder, *, full: bool) -> None:
        with self._lock:
            self.waiting_bytes += builder.size
        if not self._putters:
            self._put_pack(builder, full)
        while self._putters and self._failure is None:
            with contextlib.suppress(queue.Full):
                self._packs.put((builder, full), timeout=_GLANCE)
                break

    def _put_packs(self) -> None:
        self._serve(self._packs, lambda waiting: self._put_pack(*waiting))

    def _put_pack(self, builder: PackBuilder, full: bool) -> None:
        self._cancel.check()
        info, pack = builder.finish(full=full)
        name = object_name("packs", info.name)
        self._store.put(name, pack)
        for segment in info.segments:
            if segment.kind == KIND_TREE:  # the next run reads them to see what changed
                end = segment.offset + segment.sealed_size
                self._store.keep(name, segment.offset, pack[segment.offset : end])
        pack.release()
        with self._lock:
            self._spare.append(builder.buffer)
            row = self._index.add_row(PackRow(info.name, info.size, info.header))
            for position, (number, segment) in enumerate(zip(builder.numbers, info.segments, strict=True)):
                self._index.place_segment(number, row, position, segment)
            self.stored_bytes += info.size
            self.waiting_bytes -= builder.size
        self._on_stored(info)
