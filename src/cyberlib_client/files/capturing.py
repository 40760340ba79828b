"""What the process of a capture does: it opens one SQLite database, copies it, and checks the copy.

It is a process of its own, since SQLite opens paths: a path that was exchanged for a pipe, or whose disk does
not answer, is waited for, and nothing but the end of its process ends that. It writes a byte for each step,
at the end a line with how it went, and lives no longer than whoever began it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import threading
import time
from typing import Final
from urllib.parse import quote_from_bytes

import msgspec

CHECKED: Final = 2048 << 20
"""A larger copy is not checked: that takes about a second for each 200 MiB."""
CHECK_SECONDS: Final = 60.0
RESTARTS: Final = 3
ONE_STEP: Final = 256 << 20
"""A writer waits for the copy of that much: about a second."""
_PAUSE: Final = 0.002


class Asked(msgspec.Struct, frozen=True):
    """What to copy. `device`, `inode`: the file that `path` is to lead to; `size`: its bytes, with its log;
    `wait`: seconds that a database which somebody locks is waited for; `step`: bytes copied in one go."""

    path: bytes
    device: int
    inode: int
    size: int
    copy: str
    wait: float
    step: int


class NotCaptured(Exception):
    """Why there is no captured copy: "busy" (locked, or written without a pause), "no_room" (for the copy),
    "damaged" (it fails its own check), "alone" (nothing but the files as they lie tells its state),
    "not_openable" (encrypted, or no database), or "stuck" (its process did not come to an end)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def serve() -> int:
    """The process. Does as the first line of its input says."""
    asked = msgspec.json.decode(sys.stdin.buffer.readline(), type=Asked)
    threading.Thread(target=_end_with_input, daemon=True).start()
    _say(b"\n" + _done(asked).encode() + b"\n")
    return 0


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _say(data: bytes) -> None:
    os.write(1, data)


def _beat() -> None:
    _say(b".")


def _done(asked: Asked) -> str:
    """ "checked", "unchecked", "gone" (another file is there now), or why there is no copy."""
    try:
        until = time.monotonic() + asked.wait
        with (
            contextlib.closing(_waited_for(asked, until)) as base,
            contextlib.closing(_made(asked.copy)) as made,
        ):
            _copy(base, made, asked, until)
        return "checked" if _is_checked(asked.copy, asked.size) else "unchecked"
    except NotCaptured as why:
        return why.reason
    except sqlite3.Error as error:
        return _reason(error)
    except OSError:
        return "gone"


def _waited_for(asked: Asked, until: float) -> sqlite3.Connection:
    """The database, once nobody locks it any more. Raises as `_opened`."""
    while True:
        _beat()
        try:
            return _opened(asked)
        except sqlite3.OperationalError as error:
            if _reason(error) != "busy" or time.monotonic() > until:
                raise


def _opened(asked: Asked) -> sqlite3.Connection:
    """The database, read-only. Raises sqlite3.Error; FileNotFoundError when it was exchanged meanwhile."""
    address = f"file:{_quoted(asked.path)}?mode=ro&readonly_shm=1"
    base = sqlite3.connect(address, uri=True, timeout=0.1, isolation_level=None)
    try:
        base.execute("pragma query_only=on")
        base.execute("pragma schema_version").fetchone()
        if not _has_open(asked):
            raise FileNotFoundError(asked.path)
    except BaseException:
        base.close()
        raise
    return base


def _quoted(path: bytes) -> str:
    """Each byte by its number: no letter of a path means anything to whoever reads the address."""
    return quote_from_bytes(path, safe="/" if sys.platform != "win32" else "")


def _has_open(asked: Asked) -> bool:
    """Whether this process holds that very file open: a folder on the way may have been exchanged for a link.
    Not told on Windows, where all is reached by paths."""
    if sys.platform == "win32":
        return True
    for name in os.listdir("/dev/fd"):
        with contextlib.suppress(OSError, ValueError):
            seen = os.fstat(int(name))
            if (seen.st_dev, seen.st_ino) == (asked.device, asked.inode):
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


def _copy(base: sqlite3.Connection, made: sqlite3.Connection, asked: Asked, until: float) -> None:
    page = max(512, int(base.execute("pragma page_size").fetchone()[0]))
    step = max(1, asked.step // page)
    if base.execute("pragma journal_mode").fetchone()[0] == "wal":
        base.execute("begin")
        base.execute("select count(*) from sqlite_master").fetchone()  # from here on, one state
        base.backup(made, pages=step, progress=_Watch(until), sleep=0.02)
        return
    try:
        base.backup(made, pages=step, progress=_Watch(until, RESTARTS, _PAUSE), sleep=0.02)
    except _TooOftenError:
        if asked.size > ONE_STEP:
            raise NotCaptured("busy") from None
        base.backup(made, pages=-1, progress=_Watch(until), sleep=0.02)


class _TooOftenError(Exception):
    """Somebody wrote during each attempt."""


class _Watch:
    """Asked after each step of a copy. SQLite itself would wait, and begin anew, for ever."""

    def __init__(self, until: float, restarts: int | None = None, pause: float = 0.0) -> None:
        self._until = until
        self._restarts = restarts
        self._pause = pause
        self._least: int | None = None

    def __call__(self, status: int, remaining: int, _total: int) -> None:
        _beat()
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


def _is_checked(copy: str, size: int) -> bool:
    """Whether the copy passed its own check; False when that would take too long. NotCaptured("damaged")."""
    if size > CHECKED:
        return False
    until = time.monotonic() + CHECK_SECONDS

    def late() -> bool:
        _beat()
        return time.monotonic() > until

    # Nobody else has it: no log, no lock is wanted.
    address = f"file:{_quoted(os.fsencode(copy))}?mode=ro&immutable=1"
    made = sqlite3.connect(address, uri=True, isolation_level=None)
    with contextlib.closing(made):
        made.execute("pragma temp_store=memory")
        made.set_progress_handler(late, 100_000)
        try:
            told = made.execute("pragma quick_check(1)").fetchone()
        except sqlite3.OperationalError as error:
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
