"""From chunks to stored packs: segments are filled by one thread, compressed and sealed by others,
stored by another, with bounded queues between them.

    add() ── full segment ──► sealing queue ──► compress, take a place, seal, compare
                                                   │ pack complete
                                                   ▼
                                             storing queue ──► hash, put ──► `on_stored`

Memory: at most `sealers + 2` plain segments, two packs being filled and two waiting for the store.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from ..core.compression import compress, decompress
from ..core.crypto import TAG_SIZE
from ..core.errors import IntegrityError
from ..core.format_v1.index import PackInfo
from ..core.format_v1.pack import SegmentInfo
from ..core.ids import KIND_DATA, KIND_TREE, MAX_CHUNK, SEGMENT_SIZE, object_name
from ..core.keys import VaultKeys
from ..core.ports import Buffer, CancelToken, Random, Store
from .index import Index, PackRow
from .pack_builder import PackBuilder

_TREES_TOGETHER = 4
"""Tree segments that wait for the run's end, so that a small run writes one pack and not two."""


class _Segment:
    """A segment being filled."""

    __slots__ = ("ids", "kind", "number", "plain", "sizes")

    def __init__(self, kind: int, number: int) -> None:
        self.kind = kind
        self.number = number
        self.plain = bytearray()
        self.ids = bytearray()
        self.sizes: list[int] = []


class Packer:
    """Packs the chunks of one run. `add` and `finish` are for one thread.

    `on_stored` is called in the storing thread after each pack is safely in the store. Whatever goes
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
        self._builders: dict[int, PackBuilder] = {}
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._to_seal: queue.Queue[_Segment | None] = queue.Queue(maxsize=sealers)
        self._to_store: queue.Queue[tuple[PackBuilder, bool] | None] = queue.Queue(maxsize=1)
        self._sealers = [self._thread(self._seal_loop, f"seal-{i}") for i in range(sealers)]
        self._storer = self._thread(self._store_loop, "store")
        self.stored_bytes = 0

    def _thread(self, target: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        return thread

    # ---- filling: the caller's thread ---------------------------------------------------------

    def add(self, kind: int, chunk_id: bytes, content: Buffer) -> None:
        """Packs a chunk the index did not know; it is known from now on."""
        if len(content) > MAX_CHUNK:
            raise ValueError("chunk too large")  # no reader would take it, nor the index that names it
        segment = self._open.get(kind)
        if segment is not None and len(segment.plain) + len(content) > SEGMENT_SIZE:
            self._hand_over(segment)
            segment = None
        if segment is None:
            segment = self._open[kind] = _Segment(kind, self._index.reserve_segment())
        segment.plain += content
        segment.ids += chunk_id
        segment.sizes.append(len(content))
        table = self._index.data if kind == KIND_DATA else self._index.trees
        table.add(chunk_id, segment.number)

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
                self._to_seal.put(segment, timeout=0.2)
                return
            except queue.Full:
                continue

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._cancel.check()

    def finish(self) -> None:
        """Seals and stores all that was added; the packs are in the store when it returns."""
        for segment in list(self._open.values()):
            self._hand_over(segment)
        self._queue_waiting_trees()
        self._stop_sealers()
        for builder in self._builders.values():
            builder.closed = True
            self._offer((builder, False))
        self._offer(None)
        self._storer.join()
        self._check()

    def abort(self) -> None:
        """Ends every thread without storing what is not complete. Never raises."""
        if self._failure is None:
            self._failure = IntegrityError("aborted")
        for waiting in (self._to_seal, self._to_store):
            while not waiting.empty():
                try:
                    waiting.get_nowait()
                except queue.Empty:
                    break
        for _ in self._sealers:
            self._to_seal.put(None)
        for thread in self._sealers:
            thread.join()
        self._to_store.put(None)
        self._storer.join()

    def _stop_sealers(self) -> None:
        for _ in self._sealers:
            self._to_seal.put(None)
        for thread in self._sealers:
            thread.join()
        self._check()

    # ---- sealing threads ----------------------------------------------------------------------

    def _seal_loop(self) -> None:
        while (segment := self._to_seal.get()) is not None:
            if self._failure is not None:
                continue  # keep taking, so that nobody waits for a place in the queue
            try:
                self._seal(segment)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                self._failure = error

    def _seal(self, segment: _Segment) -> None:
        plain = segment.plain
        codec, stored = _compressed(plain)
        builder, position, offset = self._take_place(segment, len(stored))
        sealed = builder.seal(position, segment.kind, stored)
        info = SegmentInfo(
            segment.kind,
            offset,
            len(stored) + TAG_SIZE,
            len(plain),
            codec,
            bytes(segment.ids),
            segment.sizes,
        )
        with self._lock:
            builder.put(position, sealed, info)
            ready = builder.ready
        if ready:
            self._offer((builder, True))

    def _take_place(self, segment: _Segment, size: int) -> tuple[PackBuilder, int, int]:
        kind = KIND_TREE if segment.kind == KIND_TREE and self._trees_apart else KIND_DATA
        full: PackBuilder | None = None
        with self._lock:
            builder = self._builders.get(kind)
            taken = builder.take(segment.number, size, len(segment.sizes)) if builder else None
            if builder is None or taken is None:
                if builder is not None:
                    builder.closed = True
                    full = builder if builder.ready else None
                builder = PackBuilder(self._keys, self._epoch, self._random, segment.plain)
                self._builders[kind] = builder
                taken = builder.take(segment.number, size, len(segment.sizes))
        assert taken is not None  # an empty pack has room for the largest segment
        if full is not None:
            self._offer((full, True))
        return builder, taken[0], taken[1]

    def _offer(self, work: tuple[PackBuilder, bool] | None) -> None:
        while True:
            if self._failure is not None and work is not None:
                return
            try:
                self._to_store.put(work, timeout=0.2)
                return
            except queue.Full:
                continue

    # ---- storing thread -----------------------------------------------------------------------

    def _store_loop(self) -> None:
        while (work := self._to_store.get()) is not None:
            if self._failure is not None:
                continue
            try:
                self._store_pack(*work)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                self._failure = error

    def _store_pack(self, builder: PackBuilder, full: bool) -> None:
        self._cancel.check()
        info, parts = builder.finish(full=full)
        self._store.put(object_name("packs", info.name), *parts)
        with self._lock:
            row = self._index.add_row(PackRow(info.name, info.size, info.header))
            for position, (number, segment) in enumerate(zip(builder.numbers, info.segments, strict=True)):
                self._index.place_segment(number, row, position, segment)
            self.stored_bytes += info.size
        self._on_stored(info)


def _compressed(plain: bytearray) -> tuple[int, Buffer]:
    """(codec, stored bytes), decompressed again and compared. IntegrityError("bad_memory")."""
    codec, stored = compress(plain)
    try:
        again: Buffer = decompress(codec, stored, len(plain)) if codec else stored
    except IntegrityError:
        again = b""
    if again != plain:
        raise IntegrityError("bad_memory")
    return codec, stored
