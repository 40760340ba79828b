"""Whether a restored file opens: databases by their own check, other kinds by how they begin and end.

    "PRAGMA integrity_check", "Write-Ahead Logging": sqlite.org

The file is a copy of nobody else's. A database with a journal or log beside it takes in what they hold when
it is opened, so whoever compares bytes does that before.
"""

from __future__ import annotations

import contextlib
import lzma
import os
import sqlite3
import stat
import sys
import zipfile
import zlib
from collections.abc import Callable
from typing import Final, Literal
from urllib.parse import quote_from_bytes

from ..core.platform import Native
from .databases import COMPANIONS
from .heads import INNER, PIECE, TAIL, Sample, ending_of, is_even, judge
from .kinds import HEAD, content_kind

Opened = Literal["checked", "database", "document", "plain", "unopened"]
"""How: a database that passed its own check; one, or a document, that begins as its kind does; nothing is
known to look for; it does not open."""

OFFICE: Final = frozenset(b"docx xlsx pptx docm xlsm pptm dotx xltx ppsx odt ods odp odg".split())
DOCUMENTS: Final = OFFICE | frozenset(
    b"pdf doc xls ppt rtf jpg jpeg png gif bmp tif tiff webp heic heif dcm".split()
)
_UNPACKED: Final = 256 * 1024 * 1024
"""Bytes of an office document that are unpacked to be checked."""


def opens(path: Native, name: bytes, check_cancel: Callable[[], None]) -> Opened:
    """How the file at `path` opens; `name`: its last name in the vault. Raises OSError, and what
    `check_cancel` raises."""
    sample = _sample(path)
    if not sample.size:
        return "plain"
    kind = content_kind(sample.head, b"", sample.size).name
    if kind == "sqlite":
        return _checked(path, check_cancel)
    if kind:
        return "database"
    ending = ending_of(name)
    if ending in DOCUMENTS:
        if judge(ending, sample) == "broken":
            # Readable under another kind's name: somebody's habit. Even bytes are what nobody can read.
            return "unopened" if any(map(is_even, (sample.head, *sample.inner))) else "plain"
        packed = ending in OFFICE and sample.head.startswith(b"PK")
        return "unopened" if packed and not _unpacks(path, check_cancel) else "document"
    return "plain"  # of kinds known by name alone, and encrypted databases, nothing is to be seen


def _sample(path: Native) -> Sample:
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(max(PIECE, HEAD))
        file.seek(size // 2)
        inner = file.read(INNER)
        file.seek(max(0, size - TAIL))
        return Sample(head[:PIECE], (inner,), file.read(TAIL), size)


def _checked(path: Native, check_cancel: Callable[[], None]) -> Opened:
    # Alone, it is opened as what nobody changes; else its log or journal is taken in first.
    mode = "mode=rw" if _is_accompanied(os.fsencode(path)) else "mode=ro&immutable=1"

    def stop() -> bool:
        check_cancel()
        return False

    base = sqlite3.connect(f"file:{_quoted(path)}?{mode}", uri=True, isolation_level=None)
    with contextlib.closing(base):
        base.set_progress_handler(stop, 100_000)
        for check in ("integrity_check", "quick_check"):
            try:
                base.execute("pragma query_only=on")
                base.execute("pragma temp_store=memory")
                told = [str(row[0]) for row in base.execute(f"pragma {check}(100)")]
            except sqlite3.Error as error:
                check_cancel()
                if not getattr(error, "sqlite_errorname", "").startswith("SQLITE_ERROR"):
                    return "unopened"
                continue  # in an order of its program's own, which nobody else can check
            return "checked" if all(map(_is_no_damage, told)) else "unopened"
    return "database"


def _is_no_damage(line: str) -> bool:
    """Whether a line of a check tells of no damage: rows that break a rule made after them are whole."""
    return line == "ok" or line.startswith(("NULL value in ", "CHECK constraint failed in "))


def _quoted(path: Native) -> str:
    """Each byte by its number: no letter of a path means anything to whoever reads the address."""
    return quote_from_bytes(os.fsencode(path), safe="/" if sys.platform != "win32" else "")


def _is_accompanied(path: bytes) -> bool:
    """Whether there is a log or journal with content. Not beside what is no file under such a name: at a pipe
    SQLite would wait for ever."""
    found = []
    for suffix in COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            status = os.lstat(path + suffix)
            if not stat.S_ISREG(status.st_mode):
                return False
            found.append(status.st_size)
    return any(found)


def _unpacks(path: Native, check_cancel: Callable[[], None]) -> bool:
    left = _UNPACKED
    try:
        with zipfile.ZipFile(os.fsdecode(path)) as packed:
            for part in packed.infolist():
                check_cancel()
                left -= part.file_size
                if left < 0 or part.flag_bits & 1:
                    break  # large, or under a password: that its list is whole is enough
                with packed.open(part) as content:
                    while content.read(1 << 20):
                        pass
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError):
        return False
    except (NotImplementedError, RuntimeError):
        pass  # packed in a way that is not known here
    return True
