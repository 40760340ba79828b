"""Where a file is cut: by content (FastCDC), or page by page for databases and virtual disks.

FastCDC: Xia et al., "The Design of Fast Content-Defined Chunking for Data Deduplication Based
Storage Systems", IEEE TPDS 2020, in pyfastcdc's implementation with normalisation level 1. Its
`avg_size` parameter is our `Chunking.average`; the mean length of chunks is that plus the minimum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .format_v1.vault import Chunking
from .ids import KIB, MAX_CHUNK

if TYPE_CHECKING:
    from pyfastcdc import FastCDC

MAX_IDS: Final = 250_000
"""Chunks of one file cut page by page: a larger file uses a multiple of its page."""

_LEAST_PAGE: Final = 4 * KIB


class ContentChunker:
    """Cuts buffers by content. Not safe to use from two threads at once."""

    def __init__(self, sizes: Chunking, seed: int) -> None:
        self.minimum = sizes.minimum
        self.maximum = sizes.maximum
        self._sizes = sizes
        self._seed = seed
        self._fastcdc: FastCDC | None = None

    def cut(self, buffer: bytes | bytearray | memoryview, *, last: bool) -> list[int]:
        """Ends of the chunks of `buffer`, in bytes from its start.

        Unless `last`, what follows the final end is not cut yet: it belongs in front of the bytes
        that come next. Cuts do not depend on how a file is dealt out over buffers.
        """
        ends = [chunk.offset + chunk.length for chunk in self._cutter().cut_buf(buffer)]
        # The end of the buffer looks like a cut; only the next bytes can tell.
        return ends if last else ends[:-1]

    def _cutter(self) -> FastCDC:
        if self._fastcdc is None:
            # Loaded at the first large file: most commands, and most runs, never need it.
            from pyfastcdc import FastCDC

            s = self._sizes
            self._fastcdc = FastCDC(s.average, min_size=s.minimum, max_size=s.maximum, seed=self._seed)
        return self._fastcdc


def page_for(page: int, file_size: int) -> int:
    """Bytes of each chunk of a database-like file whose own page is `page` bytes.

    A power-of-two multiple of the page, at least 4 KiB, such that the file has at most `MAX_IDS`
    chunks; at most `MAX_CHUNK`.
    """
    size = page
    while size < _LEAST_PAGE or (size * MAX_IDS < file_size and 2 * size <= MAX_CHUNK):
        size *= 2
    return size
