"""What a workstation keeps of a vault that is far away: its listing, and objects that are read often.

A cache: all of it is sealed or public as at the host, and it may be deleted at any time. It knows no more
than the host said; who checks that the host still has what it said does without.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, TypeVar

from ..core.errors import CyberlibError
from ..core.ports import Buffer, StoredObject

T = TypeVar("T")

FOR_ITSELF: Final = ""
"""A file that SQLite makes for one connection, and that is gone with it."""

LARGEST: Final = 1 << 30
"""Bytes above which the copies kept longest are given up."""

_PAGE: Final = 2000
_MARK: Final = "mark"
_SHAPE: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -8000;
PRAGMA wal_autocheckpoint = 8000;
CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, fact TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS listed (name TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest BLOB NOT NULL,
    data BLOB NOT NULL);
"""


class Near:
    """Copies in an SQLite file at `path`. Safe to use from several threads, and by several processes.

    Whatever happens to the file costs time and nothing else: where it cannot be used, another that is gone
    with this object takes its place. `make`: makes it, empty, when it is first needed.
    """

    def __init__(self, path: str = FOR_ITSELF, make: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._make = make
        self._lock = threading.RLock()
        self._database: sqlite3.Connection | None = None

    def close(self) -> None:
        """Gives the file back."""
        with self._lock:
            if self._database is not None:
                with contextlib.suppress(sqlite3.Error):
                    self._give_up_some(self._database)
                    self._database.close()
                self._database = None

    # ---- the listing ------------------------------------------------------------------------------

    def mark(self) -> str:
        """Where the listing ends; empty when there is none."""
        return self.fact(_MARK)

    def came(self, objects: Iterable[StoredObject], mark: str, *, whole: bool) -> None:
        """Adds to the listing what came up to `mark`; `whole`: what was listed so far is no more."""
        rows = list(objects)

        def note(database: sqlite3.Connection) -> None:
            with database:
                if whole:
                    database.execute("DELETE FROM listed")
                database.executemany("INSERT OR REPLACE INTO listed VALUES (?, ?)", rows)
                database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_MARK, mark))

        self._do(note)

    def doubt(self) -> None:
        """The listing is to be asked for again from its beginning."""
        self.note(_MARK, "")

    def listed(self, kind: str) -> Iterator[StoredObject]:
        """Objects of a kind, by name."""
        after, end = f"{kind}/", f"{kind}0"
        while True:
            given = (after, end, _PAGE)
            rows = self._do(partial(_page, given))
            for name, size in rows:
                yield StoredObject(name, size)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def size(self, name: str) -> int | None:
        """The size of a listed object."""
        found = self._do(lambda d: d.execute("SELECT size FROM listed WHERE name = ?", (name,)).fetchone())
        return int(found[0]) if found else None

    # ---- facts ------------------------------------------------------------------------------------

    def fact(self, key: str) -> str:
        """What was noted; empty when nothing was."""
        found = self._do(lambda d: d.execute("SELECT fact FROM facts WHERE key = ?", (key,)).fetchone())
        return str(found[0]) if found else ""

    def note(self, key: str, fact: str) -> None:
        """Notes something small for the next runs."""

        def noted(database: sqlite3.Connection) -> None:
            with database:
                database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, fact))

        self._do(noted)

    # ---- copies -----------------------------------------------------------------------------------

    def get(self, key: str) -> bytes | None:
        """A copy as it was kept, or None."""
        found = self._do(
            lambda d: d.execute("SELECT digest, data FROM kept WHERE key = ?", (key,)).fetchone()
        )
        if found is None or hashlib.sha256(found[1]).digest() != found[0]:
            return None
        return bytes(found[1])

    def has(self, key: str) -> bool:
        """Whether there is a copy."""
        return (
            self._do(lambda d: d.execute("SELECT 1 FROM kept WHERE key = ?", (key,)).fetchone()) is not None
        )

    def keep(self, key: str, data: Buffer) -> None:
        """Keeps a copy."""
        row = (key, hashlib.sha256(data).digest(), data)

        def note(database: sqlite3.Connection) -> None:
            with database:
                database.execute("INSERT OR REPLACE INTO kept (key, digest, data) VALUES (?, ?, ?)", row)

        self._do(note)

    def part(self, name: str, offset: int, length: int) -> bytes | None:
        """A copy of some bytes of an object, or None."""
        return self.get(f"{name}+{offset}+{length}")

    def keep_part(self, name: str, offset: int, data: Buffer) -> None:
        """Keeps some bytes of an object."""
        self.keep(f"{name}+{offset}+{len(data)}", data)

    def forget(self, key: str) -> None:
        """Gives a copy up."""

        def gone(database: sqlite3.Connection) -> None:
            with database:
                database.execute("DELETE FROM kept WHERE key = ?", (key,))

        self._do(gone)

    # ---- the file ---------------------------------------------------------------------------------

    def _do(self, what: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            try:
                return what(self._open())
            except sqlite3.Error:
                self._begin_again()
                return what(self._open())

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            try:
                self._make()
            except CyberlibError:
                self._path = FOR_ITSELF
            database = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
            database.executescript(_SHAPE)
            self._database = database
        return self._database

    def _begin_again(self) -> None:
        """Without the file: a full disk, damage and others who hold it for long look much alike."""
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
            self._database = None
        if self._path != FOR_ITSELF:
            for end in ("", "-wal", "-shm"):
                with contextlib.suppress(OSError):
                    os.unlink(self._path + end)
        self._path = FOR_ITSELF

    def _give_up_some(self, database: sqlite3.Connection) -> None:
        size, pages, free = (
            database.execute(f"PRAGMA {what}").fetchone()[0]
            for what in ("page_size", "page_count", "freelist_count")
        )
        if size * (pages - free) <= LARGEST:
            return
        with database:
            database.execute(
                "DELETE FROM kept WHERE number <= (SELECT number FROM kept ORDER BY number"
                " LIMIT 1 OFFSET (SELECT count(*) / 2 FROM kept))"
            )


def _page(given: tuple[str, str, int], database: sqlite3.Connection) -> list[tuple[str, int]]:
    query = "SELECT name, size FROM listed WHERE name > ? AND name < ? ORDER BY name LIMIT ?"
    return database.execute(query, given).fetchall()
