"""Pages of PDF documents, drawn by a process of its own for each.

A document comes from anywhere, and what draws it is large and written in C: so it is given nothing but the
document and what it may use, holds no key, and its end, however it comes, is that of one picture. It reads a
line (`PageAsked`) and the document, and writes a line (`PageDrawn`) and the dots: four bytes each, blue,
green, red and one without meaning, row by row. Source: ISO 32000; PDFium, through pypdfium2.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ..core.format_v1.malformed import MALFORMED
from .program import program

ARGUMENT: Final = "--draw-page"
SECONDS: Final = 15
"""After these, whoever waits for a picture is to end the process."""
MOST_BYTES: Final = 16 << 20
"""Of a document that is drawn."""
MOST_SIDE: Final = 2_000
"""Dots of a side of a picture."""

_LINE: Final = 1 << 10
_MEMORY: Final = 1 << 30
_PASSED: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")


class PageAsked(msgspec.Struct, frozen=True):
    """`page`: from 0; `width`, `height`: dots that there is room for."""

    page: int
    width: int
    height: int


class PageDrawn(msgspec.Struct, frozen=True):
    """`problem`: "", or "encrypted", "damaged", "not_here" (no program for it is installed). `pages`: of the
    document; `width`, `height`: of the picture."""

    problem: str = ""
    pages: int = 0
    width: int = 0
    height: int = 0


def command() -> list[str]:
    """The words that start the process."""
    return [*program(), ARGUMENT]


def environment(own: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What it may know of ours."""
    return {name: own[name] for name in _PASSED if name in own}


def most_of_an_answer(asked: PageAsked) -> int:
    """Bytes: who goes on beyond them says nothing that is waited for."""
    return asked.width * asked.height * 4 + _LINE


def read_answer(answer: bytes, asked: PageAsked) -> tuple[PageDrawn, bytes]:
    """What it wrote, as far as that is what was asked for: who drew it may have been taken over by what it
    drew. For anything else, and for nothing, `PageDrawn("damaged")`."""
    line, _, dots = answer.partition(b"\n")
    try:
        drawn = msgspec.json.decode(line, type=PageDrawn)
    except MALFORMED:
        return PageDrawn("damaged"), b""
    if drawn.problem:
        return PageDrawn(drawn.problem), b""
    fits = 0 < drawn.width <= asked.width and 0 < drawn.height <= asked.height
    if not fits or len(dots) != drawn.width * drawn.height * 4 or not asked.page < drawn.pages:
        return PageDrawn("damaged"), b""
    return drawn, dots


def serve() -> int:
    """The process: answers what stands in its input, once."""
    asked = msgspec.json.decode(sys.stdin.buffer.readline(), type=PageAsked)
    document = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        import pypdfium2
    except (ImportError, OSError):  # OSError: a part of it that the system lacks
        return _say(PageDrawn("not_here"))
    _hold_in()
    if len(document) > MOST_BYTES:
        return _say(PageDrawn("damaged"))
    try:
        return _say(*_draw(pypdfium2, document, asked))
    except pypdfium2.PdfiumError as error:
        return _say(PageDrawn("encrypted" if "assword" in str(error) else "damaged"))
    except (MemoryError, ValueError, IndexError):
        return _say(PageDrawn("damaged"))


def _draw(pdfium: Any, document: bytes, asked: PageAsked) -> tuple[PageDrawn, bytes]:
    opened = pdfium.PdfDocument(document)
    pages = len(opened)
    page = opened[asked.page]
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        return PageDrawn("damaged"), b""
    room = min(asked.width, MOST_SIDE), min(asked.height, MOST_SIDE)
    # PDFium rounds up: a dot less than there is room for.
    scale = min((room[0] - 1) / width, (room[1] - 1) / height)
    picture = page.render(scale=scale, force_bitmap_format=pdfium.raw.FPDFBitmap_BGRx)
    rows = memoryview(picture.buffer).cast("B")
    line = picture.width * 4
    dots = b"".join(rows[n * picture.stride : n * picture.stride + line] for n in range(picture.height))
    return PageDrawn("", pages, picture.width, picture.height), dots


def _say(drawn: PageDrawn, dots: bytes = b"") -> int:
    sys.stdout.buffer.write(msgspec.json.encode(drawn) + b"\n" + dots)
    sys.stdout.buffer.flush()
    return 0


def _hold_in() -> None:
    """Where the system knows limits: memory, processor, no file written, nothing of it left on a disk."""
    if sys.platform == "win32":
        return
    import resource

    limits = [
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ]
    if sys.platform == "linux":  # macOS counts what it shares with all others too
        limits.append((resource.RLIMIT_AS, _MEMORY))
    for limit, most in limits:
        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))
