"""A SQLite database in use, captured by its own backup interface: one file, one committed state.

    "SQLite Backup API", "Write-Ahead Logging", "URI Filenames": sqlite.org

Nothing is written to the database, and nothing is made beside it. It is opened `mode=ro`; the index of a
write-ahead log (`X-shm`) is opened `readonly_shm`, so that SQLite neither makes nor changes it. What can
only be read by changing something (a journal that a crashed program left, a log without its index) is
refused, with the reason: such files stand still, and are saved as they lie.

A log lets writers go on while a reader sees one state: the copy is made within one read transaction. With
a journal, readers and writers take turns: the copy is made in steps, with a pause after each, and SQLite
begins it anew when somebody wrote meanwhile. After a few times it is made in one step, which a writer waits
for; that of a large database would be too long a wait.

Programs that lock their files as POSIX has it lose a lock when their process closes the file anywhere:
nobody in this process may open the database by other means while it is captured.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import sys
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import quote_from_bytes

from ..core.platform import Native
from .folder import Folder, Found
from .read import open_file

LOG: Final = b"-wal"
JOURNAL: Final = b"-journal"
LOG_INDEX: Final = b"-shm"
COMPANIONS: Final = (JOURNAL, LOG_INDEX, LOG)
"""What SQLite keeps beside a database."""

COPY: Final = "capture.db"
"""The copy's name in the folder for it."""

MIB: Final = 1 << 20
CHECKED: Final = 2048 * MIB
"""A larger copy is not checked: that takes about a second for each 200 MiB."""
CHECK_SECONDS: Final = 60.0
WAIT_SECONDS: Final = 15.0
"""How long a database that somebody locks is waited for."""
RESTARTS: Final = 3
ONE_STEP: Final = 256 * MIB
"""A writer waits for the copy of that much: about a second."""
ROOM_LEFT: Final = 256 * MIB
"""What a copy leaves free on its disk."""
_STEP: Final = MIB
_PAUSE: Final = 0.002
_MAGIC: Final = b"SQLite format 3\0"


class NotCaptured(Exception):
    """Why there is no captured copy: "busy" (locked, or written without a pause), "no_room" (for the copy),
    "damaged" (it fails its own check), "alone" (nothing but the files as they lie tells its state), or
    "not_openable" (encrypted, or no database)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_sqlite(found: Found) -> bool:
    """Whether a file begins as a SQLite database does. Raises OSError."""
    fd = open_file(found.folder, found.name)
    try:
        return os.read(fd, len(_MAGIC)) == _MAGIC
    finally:
        os.close(fd)


def is_in_use(found: Found) -> bool:
    """Whether a log or journal with content lies beside a database. Raises OSError."""
    return _size(found.folder, found.name + LOG) > 0 or _has_begun(found.folder, found.name + JOURNAL)


def capture(found: Found, room: str, check_cancel: Callable[[], None]) -> tuple[str, bool]:
    """Copies a database to `COPY` in the folder `room`: (the copy's path, whether it was checked).

    `check_cancel` may raise, and does so in the midst of the copy. Raises NotCaptured, OSError; then there is
    no copy.
    """
    until = time.monotonic() + WAIT_SECONDS
    copy = os.path.join(room, COPY)
    discard(room)
    size = found.stat.st_size + _size(found.folder, found.name + LOG)
    try:
        if shutil.disk_usage(room).free < size + ROOM_LEFT:
            raise NotCaptured("no_room")
        with (
            contextlib.closing(_waited_for(found, check_cancel, until)) as base,
            contextlib.closing(_made(copy)) as made,
        ):
            _copy(base, made, size, check_cancel, until)
        return copy, _is_checked(copy, size, check_cancel)
    except sqlite3.Error as error:
        discard(room)
        raise NotCaptured(_reason(error)) from None
    except BaseException:
        discard(room)
        raise


def discard(room: str) -> None:
    """Removes a copy, or what a run that was killed left of one."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(room, COPY + suffix))


def _waited_for(found: Found, check_cancel: Callable[[], None], until: float) -> sqlite3.Connection:
    """The database, once nobody locks it any more. Raises as `_opened`."""
    while True:
        check_cancel()
        try:
            return _opened(found)
        except sqlite3.OperationalError as error:
            if _reason(error) != "busy" or time.monotonic() > until:
                raise


def _opened(found: Found) -> sqlite3.Connection:
    """The database, read-only. Raises sqlite3.Error, NotCaptured("alone"); FileNotFoundError when it was
    exchanged meanwhile."""
    _check_companions(found)
    address = f"file:{_quoted(found.folder.reach(found.name))}?mode=ro&readonly_shm=1"
    base = sqlite3.connect(address, uri=True, timeout=0.1, isolation_level=None)
    try:
        base.execute("pragma query_only=on")
        base.execute("pragma schema_version").fetchone()
        if not _has_open(found.stat):
            raise FileNotFoundError(found.name)
    except BaseException:
        base.close()
        raise
    return base


def _check_companions(found: Found) -> None:
    """SQLite opens what lies beside a database under its companions' names, whatever it is: at a pipe it
    would wait for ever, and a link may lead anywhere. It makes neither. Raises NotCaptured("alone")."""
    for suffix in COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(found.folder.status(found.name + suffix).st_mode):
                raise NotCaptured("alone")


def _quoted(path: Native) -> str:
    """Each byte by its number: no letter of a path means anything to whoever reads the address."""
    return quote_from_bytes(os.fsencode(path), safe="/" if sys.platform != "win32" else "")


def _has_open(status: os.stat_result) -> bool:
    """Whether this process holds that very file open: SQLite opens paths, and a folder on the way may have
    been exchanged for a link. Not told on Windows, where all is reached by paths."""
    if sys.platform == "win32":
        return True
    for name in os.listdir("/dev/fd"):
        with contextlib.suppress(OSError, ValueError):
            seen = os.fstat(int(name))
            if (seen.st_dev, seen.st_ino) == (status.st_dev, status.st_ino):
                return True
    return False


def _made(copy: str) -> sqlite3.Connection:
    made = sqlite3.connect(copy, isolation_level=None)
    try:
        if sys.platform != "win32":
            os.chmod(copy, 0o600)
        for pragma in ("journal_mode=off", "synchronous=off", "temp_store=memory"):
            made.execute(f"pragma {pragma}").fetchall()
    except BaseException:
        made.close()
        raise
    return made


def _copy(
    base: sqlite3.Connection,
    made: sqlite3.Connection,
    size: int,
    check_cancel: Callable[[], None],
    until: float,
) -> None:
    page = max(512, int(base.execute("pragma page_size").fetchone()[0]))
    step = max(1, _STEP // page)
    if base.execute("pragma journal_mode").fetchone()[0] == "wal":
        base.execute("begin")
        base.execute("select count(*) from sqlite_master").fetchone()  # from here on, one state
        base.backup(made, pages=step, progress=_Watch(check_cancel, until), sleep=0.02)
        return
    try:
        base.backup(made, pages=step, progress=_Watch(check_cancel, until, RESTARTS, _PAUSE), sleep=0.02)
    except _TooOftenError:
        if size > ONE_STEP:
            raise NotCaptured("busy") from None
        base.backup(made, pages=-1, progress=_Watch(check_cancel, until), sleep=0.02)


class _TooOftenError(Exception):
    """Somebody wrote during each attempt."""


class _Watch:
    """Asked after each step of a copy. SQLite itself would wait, and begin anew, for ever."""

    def __init__(
        self, check_cancel: Callable[[], None], until: float, restarts: int | None = None, pause: float = 0.0
    ) -> None:
        self._check_cancel = check_cancel
        self._until = until
        self._restarts = restarts
        self._pause = pause
        self._least: int | None = None

    def __call__(self, status: int, remaining: int, _total: int) -> None:
        self._check_cancel()
        if status not in (sqlite3.SQLITE_OK, sqlite3.SQLITE_DONE):
            if time.monotonic() > self._until:
                raise NotCaptured("busy")
            return
        if self._restarts is not None and self._least is not None and remaining >= self._least > 0:
            self._restarts -= 1
            if self._restarts < 0:
                raise _TooOftenError
        self._least = remaining
        if self._pause and remaining:
            time.sleep(self._pause)  # no lock is held now: whoever waits to write has a turn


def _is_checked(copy: str, size: int, check_cancel: Callable[[], None]) -> bool:
    """Whether the copy passed its own check; False when that would take too long. NotCaptured("damaged")."""
    if size > CHECKED:
        return False
    until = time.monotonic() + CHECK_SECONDS

    def late() -> bool:
        check_cancel()
        return time.monotonic() > until

    address = f"file:{_quoted(copy)}?mode=ro&immutable=1"  # nobody else has it: no log, no lock is wanted
    made = sqlite3.connect(address, uri=True, isolation_level=None)
    with contextlib.closing(made):
        made.execute("pragma temp_store=memory")
        made.set_progress_handler(late, 100_000)
        try:
            told = made.execute("pragma quick_check(1)").fetchone()
        except sqlite3.OperationalError as error:
            check_cancel()
            if error.sqlite_errorname == "SQLITE_INTERRUPT":
                return False
            raise NotCaptured("damaged") from None
        except sqlite3.DatabaseError:
            raise NotCaptured("damaged") from None
    if told != ("ok",):
        raise NotCaptured("damaged")
    return True


def _reason(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "busy"
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")):
        return "no_room"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return "alone"
    return "damaged" if name.startswith("SQLITE_CORRUPT") else "not_openable"


def _size(folder: Folder, name: bytes) -> int:
    """Of a file; 0 of one that is not there, and of what is no file."""
    try:
        status = folder.status(name)
    except FileNotFoundError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _has_begun(folder: Folder, name: bytes) -> bool:
    """Whether a journal holds something: one that is kept after its use begins with zeros."""
    try:
        status = folder.status(name)
        if not stat.S_ISREG(status.st_mode) or not status.st_size:
            return False
        fd = open_file(folder, name)
    except FileNotFoundError:
        return False
    try:
        return any(os.read(fd, 8))
    finally:
        os.close(fd)
