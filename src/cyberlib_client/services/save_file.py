"""One file's content into the vault: chunks it lacks are packed, the rest is only named."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from ..core.chunking import ContentChunker, page_for
from ..core.crypto import KeyedIds
from ..core.format_v1.tree import Extra
from ..core.ids import KIND_DATA, MIB, ZERO_ID
from ..core.platform import Native
from ..core.ports import Buffer, CancelToken
from ..files.folder import Found
from ..files.heads import Pieces, Sample
from ..files.kinds import HEAD, content_kind
from ..files.read import Stream, open_file, read_whole
from ..repository.content import ContentList
from ..repository.index import ABSENT, Index

ATTEMPTS: Final = 3
"""A file that changes while it is read is read this often before it is listed as inconsistent."""

_BLOCK: Final = 2 * MIB


class Packs(Protocol):
    """Where chunks go: `Packer.add`."""

    def __call__(self, kind: int, chunk_id: bytes, content: Buffer) -> None: ...


class ReadsMetadata(Protocol):
    """Extended attributes, access lists and the like of one item, by namespaced name.

    `target`: its path, or the descriptor of an open file or directory. May raise OSError.
    """

    def read(self, target: Native | int, *, is_symlink: bool) -> Mapping[str, bytes]: ...


@dataclass(slots=True)
class Saved:
    """What a file became. `stat` is the state the content belongs to. `told`: of a database in
    use, why there is no captured copy (`files.databases.NotCaptured`), or "unchecked"."""

    stat: os.stat_result
    size: int
    content: bytes
    extra: Extra
    consistent: bool
    metadata: Mapping[str, bytes]
    told: tuple[str, ...] = ()
    sample: bytes | Sample | None = None
    """All of a small file's content, a few bytes of a larger one: for `Gatherer`."""


class FileSaver:
    """Reads files and stores what the vault lacks. For one thread."""

    def __init__(
        self,
        index: Index,
        ids: KeyedIds,
        chunker: ContentChunker,
        add: Packs,
        put_node: Callable[[bytes], bytes],
        metadata: ReadsMetadata,
        cancel: CancelToken,
    ) -> None:
        self._find = index.data.find
        self._id_of = ids.of
        self._chunker = chunker
        self._add = add
        self._put_node = put_node
        self._metadata = metadata
        self._cancel = cancel
        self._buffer = bytearray()
        self._pieces = Pieces()
        self.bytes_read = 0
        self.bytes_new = 0

    def save(self, found: Found, attempts: int = ATTEMPTS) -> Saved:
        """Stores a regular file. Raises OSError; FileNotFoundError too when it is a file no more."""
        minimum = self._chunker.minimum
        if found.stat.st_size <= minimum:
            data, now, steady, metadata = read_whole(found, self._look)
            for _ in range(attempts - 1):
                if steady or now.st_size > minimum:  # by now it may not fit in memory
                    break
                data, now, steady, metadata = read_whole(found._replace(stat=now), self._look)
            if steady or now.st_size <= minimum:
                return self._small(data, Saved(now, len(data), b"", Extra(), steady, metadata), found.name)
        return self._large(found, attempts)

    @property
    def reads_whole(self) -> int:
        """Files of more bytes are read piece by piece."""
        return self._chunker.minimum

    def check_cancel(self) -> None:
        """Raises Stopped when the run is to stop."""
        self._cancel.check()

    def metadata_of(self, found: Found) -> Mapping[str, bytes]:
        """Extended metadata of a file that is not read here. Raises OSError."""
        fd = open_file(found.folder, found.name)
        try:
            return self._look(fd)
        finally:
            os.close(fd)

    def _look(self, target: int) -> Mapping[str, bytes]:
        return self._metadata.read(target, is_symlink=False)

    def _small(self, data: bytes, saved: Saved, name: bytes) -> Saved:
        saved.extra.database = bool(content_kind(data[:HEAD], name, len(data)).name)
        saved.sample = data
        if data:
            saved.content = self._chunk(data)
            self.bytes_read += len(data)
        return saved

    def _chunk(self, content: Buffer) -> bytes:
        chunk_id = self._id_of(content)
        if self._find(chunk_id) == ABSENT:
            self._add(KIND_DATA, chunk_id, content)
            self.bytes_new += len(content)
        return chunk_id

    def _large(self, found: Found, attempts: int) -> Saved:
        saved = self._large_once(found)
        for _ in range(attempts - 1):
            if saved.consistent:
                break
            saved = self._large_once(found)
        return saved

    def _large_once(self, found: Found) -> Saved:
        with Stream(found) as stream:
            if not stream.is_regular():
                raise FileNotFoundError(found.name)
            saved = self._stream(stream, found.name)
            saved.consistent = stream.unchanged() and saved.size == stream.size
        return saved

    def _stream(self, stream: Stream, name: bytes) -> Saved:
        head = bytearray(HEAD)
        self._pieces = Pieces()
        kind = content_kind(bytes(head[: stream.fill(memoryview(head))]), name, stream.size)
        page = page_for(kind.page, stream.size) if kind.page else 0
        chunks = ContentList(self._put_node, page)
        size = 0
        if page:
            size = self._pages(stream, chunks, page)
        else:
            for offset, length, hole in stream.extents():
                size += self._hole(chunks, length) if hole else self._extent(stream, chunks, offset, length)
        content, levels = chunks.finish() if size else (b"", 0)
        extra = Extra(
            levels=levels, page=page if levels else 0, sparse=stream.has_holes(), database=bool(kind.name)
        )
        sample = self._pieces.sample(bytes(head), size)
        return Saved(stream.stat, size, content, extra, True, stream.look(self._look), sample=sample)

    def _block(self, size: int) -> memoryview:
        if len(self._buffer) < size:
            self._buffer = bytearray(size)
        return memoryview(self._buffer)[:size]

    def _hole(self, chunks: ContentList, length: int) -> int:
        chunks.add(ZERO_ID, length)
        self.bytes_read += length
        return length

    def _pages(self, stream: Stream, chunks: ContentList, page: int) -> int:
        """Cuts at fixed boundaries; a page of zeros is named and not stored."""
        zeros = bytes(page)
        block = self._block(max(page, _BLOCK // page * page))
        id_of, find = self._id_of, self._find
        stream.seek(0)
        size = 0
        # No further than the end it had: a file may grow faster than it is read.
        while wanted := min(len(block), stream.size - size):
            self._cancel.check()
            filled = stream.fill(block[:wanted])
            self._pieces.see(block[:filled])
            for start in range(0, filled, page):
                content = block[start : min(start + page, filled)]
                if content == zeros:
                    chunks.add(ZERO_ID, page)
                    continue
                chunk_id = id_of(content)
                if find(chunk_id) == ABSENT:
                    self._add(KIND_DATA, chunk_id, content)
                    self.bytes_new += len(content)
                chunks.add(chunk_id, len(content))
            size += filled
            self.bytes_read += filled
            if filled < wanted:
                break  # it shrank; only the last page may be short
        return size

    def _extent(self, stream: Stream, chunks: ContentList, offset: int, length: int) -> int:
        """Cuts by content between two holes; the bytes read, fewer when the file shrank."""
        block = self._block(_BLOCK + self._chunker.maximum)
        stream.seek(offset)
        kept = done = 0
        while True:
            self._cancel.check()
            wanted = min(_BLOCK, length - done)
            filled = stream.fill(block[kept : kept + wanted]) if wanted else 0
            done += filled
            last = filled < _BLOCK
            end = kept + filled
            self._pieces.see(block[:end])
            start = 0
            for cut in self._chunker.cut(block[:end], last=last) if end else ():
                chunks.add(self._chunk(block[start:cut]), cut - start)
                start = cut
            self.bytes_read += filled
            kept = end - start
            if last:
                return done
            block[:kept] = block[start:end]
