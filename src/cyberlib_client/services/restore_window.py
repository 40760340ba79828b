"""Files whose content is fetched together: their chunks sorted by segment, each segment opened once."""

from __future__ import annotations

import queue
import threading
from typing import Final, NamedTuple

from ..core.crypto import KeyedIds
from ..core.errors import IntegrityError
from ..core.format_v1.tree import Entry
from ..core.ids import KIND_DATA, MIB
from ..core.ports import Buffer, CancelToken
from ..files.write_back import DirHandle, FileHandle, Outcome, Target
from ..repository.content import content_spans
from ..repository.index import ABSENT
from ..repository.reader import Reader
from ..repository.segments import Spans
from .restore_plan import meta_of
from .restore_same import is_same
from .restore_tally import Tally

MOST_CHUNKS: Final = 100_000
"""Chunks in one window: what a restore keeps in memory, some 30 MB."""

_WORKERS: Final = 2


class _Small(NamedTuple):
    """A file that is one chunk."""

    above: DirHandle
    entry: Entry
    path: bytes


class _Large:
    """A file in several chunks. `left`: chunks not written yet, counted once all are known."""

    __slots__ = ("failed", "handle", "left", "path", "size")

    def __init__(self, handle: FileHandle, path: bytes, size: int) -> None:
        self.handle = handle
        self.path = path
        self.size = size
        self.left = 1  # one for the walk of its list
        self.failed = ""


class _Piece(NamedTuple):
    """A chunk of a large file: its place there."""

    file: _Large
    offset: int
    size: int
    chunk_id: bytes


class Window:
    """Collects files and writes them. `add` and `flush` are for one thread.

    `ids` names the chunks of what is there already. `dry`: nothing is fetched, and the target writes nothing.
    """

    def __init__(
        self,
        reader: Reader,
        target: Target,
        ids: KeyedIds,
        tally: Tally,
        cancel: CancelToken,
        *,
        dry: bool = False,
    ) -> None:
        self._reader = reader
        self._target = target
        self._ids = ids
        self._dry = dry
        self._tally = tally
        self._cancel = cancel
        self._small: dict[int, list[_Small]] = {}
        self._pieces: dict[int, list[_Piece]] = {}
        self._small_again: dict[int, list[_Small]] = {}
        self._pieces_again: dict[int, list[_Piece]] = {}
        self._count = 0
        self._lock = threading.Lock()

    def add(self, above: DirHandle, entry: Entry, path: bytes) -> None:
        """A file to restore."""
        if not self.stands(above, entry, path):
            self.fetch(above, entry, path)

    def fetch(self, above: DirHandle, entry: Entry, path: bytes) -> None:
        """A file to restore, which does not stand there."""
        if self._dry:
            self._foresee(above, entry, path)
        elif not entry.size:
            self._write_whole(above, entry, path, b"")
        elif entry.extra is not None and entry.extra.levels:
            self._add_large(above, entry, path)
        elif not entry.content or not self._put_small(above, entry, path):
            self._tally.lost(path, "missing")

    def stands(self, above: DirHandle, entry: Entry, path: bytes) -> bool:
        """Whether the file is in its place already; then it is counted, and its metadata set."""
        if above.created:
            return False
        link = entry.extra.link if entry.extra is not None else None
        linked = (*link, entry.content) if link is not None else None
        for file in self._target.standing(above, entry.name, entry.size, entry.uid):
            self._tally.tick(path)
            if is_same(self._reader, self._ids, entry, file, self._cancel):
                self._tally.ended_small(file.keep(meta_of(entry), linked=linked), path, entry.size)
                return True
        return False

    def _foresee(self, above: DirHandle, entry: Entry, path: bytes) -> None:
        file = self._target.begin_file(above, entry.name, entry.size, meta_of(entry), linked=_linked(entry))
        if isinstance(file, FileHandle):
            file.hole(0, entry.size)
            file = file.finish()
        self._tally.ended_small(file, path, entry.size)

    def _put_small(self, above: DirHandle, entry: Entry, path: bytes) -> bool:
        number = self._reader.index.data.find(entry.content)
        if number == ABSENT and not self._reader.seeks:
            return False
        self._small.setdefault(number, []).append(_Small(above, entry, path))
        self._more()
        return True

    def _add_large(self, above: DirHandle, entry: Entry, path: bytes) -> None:
        sparse = entry.extra is not None and entry.extra.sparse
        handle = self._target.begin_file(
            above, entry.name, entry.size, meta_of(entry), sparse=sparse, linked=_linked(entry)
        )
        if isinstance(handle, Outcome):
            self._tally.ended(handle, path)
            return
        file = _Large(handle, path, entry.size)
        find = self._reader.index.data.find
        try:
            for chunk_id, offset, size in content_spans(self._reader, entry):
                if not any(chunk_id):
                    self._cancel.check()  # a list may tell of zeros for ever
                    self._zeros(file, offset, size, sparse=sparse)
                    continue
                number = find(chunk_id)
                if number == ABSENT and not self._reader.seeks:
                    raise IntegrityError("chunk_missing")
                with self._lock:
                    file.left += 1
                self._pieces.setdefault(number, []).append(_Piece(file, offset, size, chunk_id))
                self._more()
        except IntegrityError as error:
            self._fail(file, error.code)
        self._release(file, 1)

    def _zeros(self, file: _Large, offset: int, size: int, *, sparse: bool) -> None:
        if sparse:
            file.handle.hole(offset, size)
        else:
            for start in range(0, size, MIB):
                self._cancel.check()  # a hostile file may claim more zeros than any disk holds
                if not file.handle.pwrite(offset + start, bytes(min(MIB, size - start))):
                    break
        self._tally.arrived(size)

    def _more(self) -> None:
        self._count += 1
        if self._count >= MOST_CHUNKS:
            self.flush()

    def flush(self) -> None:
        """Writes everything collected so far. Raises Failed when the target takes no more, Stopped."""
        self._seek()
        while self._small or self._pieces:
            self._round()
            self._small, self._pieces = self._small_again, self._pieces_again
            self._small_again, self._pieces_again = {}, {}
        self._count = 0

    def _seek(self) -> None:
        """Finds together where the chunks lie of which the index did not tell."""
        small, pieces = self._small.pop(ABSENT, []), self._pieces.pop(ABSENT, [])
        self._reader.seek([w.entry.content for w in small] + [p.chunk_id for p in pieces])
        find = self._reader.index.data.find
        for waiting in small:
            number = find(waiting.entry.content)
            if number != ABSENT:
                self._small.setdefault(number, []).append(waiting)
            else:
                self._tally.lost(waiting.path, "missing")
        for piece in pieces:
            number = find(piece.chunk_id)
            if number != ABSENT:
                self._pieces.setdefault(number, []).append(piece)
            else:
                self._fail(piece.file, "chunk_missing")
                self._release(piece.file, 1)

    def _round(self) -> None:
        """Opens every segment wanted; what one of them could not give is put off to where else it lies."""
        numbers = self._small.keys() | self._pieces.keys()
        index = self._reader.index
        work: queue.SimpleQueue[int] = queue.SimpleQueue()
        ordered = sorted(numbers, key=lambda n: (index.pack_of(n), index.place(n).offset))
        self._reader.announce(ordered)
        for number in ordered:
            work.put(number)
        failures: list[BaseException] = []
        workers = min(_WORKERS, len(numbers))
        threads = [
            threading.Thread(target=self._work, args=(work, failures), name=f"restore-{i}", daemon=True)
            for i in range(workers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        self._cancel.check()

    def _work(self, work: queue.SimpleQueue[int], failures: list[BaseException]) -> None:
        while not failures and not self._cancel.cancelled:
            try:
                number = work.get_nowait()
            except queue.Empty:
                return
            try:
                self._segment(number)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                failures.append(error)

    def _segment(self, number: int) -> None:
        small, pieces = self._small.get(number, ()), self._pieces.get(number, ())
        try:
            plain, spans = self._reader.open_segment(number)
        except IntegrityError as error:
            for waiting in small:
                self._elsewhere_small(number, waiting, error)
            for piece in pieces:
                self._elsewhere_piece(number, piece, error)
            return
        for waiting in small:
            self._write_small(number, waiting, plain, spans)
        self._write_pieces(number, list(pieces), plain, spans)

    def _next_place(self, number: int, chunk_id: bytes) -> int | None:
        """Where else a chunk lies that segment `number` could not give."""
        places = self._reader.index.places(KIND_DATA, chunk_id)
        after = places.index(number) + 1 if number in places else len(places)
        places = places[after:] or self._reader.other_places(KIND_DATA, chunk_id, places)
        return places[0] if places else None

    def _elsewhere_small(self, number: int, waiting: _Small, error: IntegrityError) -> None:
        place = self._next_place(number, waiting.entry.content)
        if place is None:
            self._tally.lost(waiting.path, error.code)
            return
        with self._lock:
            self._small_again.setdefault(place, []).append(waiting)

    def _elsewhere_piece(self, number: int, piece: _Piece, error: IntegrityError) -> None:
        place = self._next_place(number, piece.chunk_id)
        if place is None:
            self._fail(piece.file, error.code)
            self._release(piece.file, 1)
            return
        with self._lock:
            self._pieces_again.setdefault(place, []).append(piece)

    def _write_small(self, number: int, waiting: _Small, plain: bytes, spans: Spans) -> None:
        above, entry, path = waiting
        try:
            data = self._reader.piece(plain, spans, entry.content)
            if len(data) != entry.size:
                raise IntegrityError("bad_content_list")
        except IntegrityError as error:
            self._elsewhere_small(number, waiting, error)
            return
        self._write_whole(above, entry, path, data)
        self._tally.tick(path)

    def _write_whole(self, above: DirHandle, entry: Entry, path: bytes, data: Buffer) -> None:
        outcome = self._target.write_small(above, entry.name, data, meta_of(entry), linked=_linked(entry))
        self._tally.ended_small(outcome, path, entry.size)

    def _write_pieces(self, number: int, pieces: list[_Piece], plain: bytes, spans: Spans) -> None:
        """Chunks that lie side by side in the segment and in the file are written at once."""
        sound = [p for p in pieces if self._is_sound(number, p, plain, spans)]
        sound.sort(key=lambda p: (id(p.file), p.offset))
        view = memoryview(plain)
        at = 0
        while at < len(sound):
            file, offset, _, chunk_id = sound[at]
            start, end = spans[chunk_id]
            count = 1
            while at + count < len(sound):
                piece = sound[at + count]
                span = spans[piece.chunk_id]
                if piece.file is not file or span[0] != end or piece.offset != offset + end - start:
                    break
                end = span[1]
                count += 1
            if file.handle.pwrite(offset, view[start:end]):
                self._tally.arrived(end - start)
            self._release(file, count)
            self._tally.tick(file.path)
            at += count

    def _is_sound(self, number: int, piece: _Piece, plain: bytes, spans: Spans) -> bool:
        try:
            if len(self._reader.piece(plain, spans, piece.chunk_id)) != piece.size:
                raise IntegrityError("bad_content_list")
        except IntegrityError as error:
            self._elsewhere_piece(number, piece, error)
            return False
        return True

    def _fail(self, file: _Large, reason: str) -> None:
        with self._lock:
            if file.failed:
                return
            file.failed = reason
        file.handle.abort()
        self._tally.lost(file.path, reason)

    def _release(self, file: _Large, count: int) -> None:
        """Counts chunks done with; the last one finishes the file."""
        with self._lock:
            file.left -= count
            last = not file.left
        if last and not file.failed:
            try:
                outcome = file.handle.finish()
            except IntegrityError as error:
                self._fail(file, error.code)
                return
            self._tally.ended(outcome, file.path, file.size)


def _linked(entry: Entry) -> bool:
    """Whether the file has, or had, other names."""
    return entry.extra is not None and entry.extra.link is not None
