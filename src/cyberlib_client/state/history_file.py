"""The SQLite file of the history: its shape, and what is done when it is damaged, held or full."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import stat
from collections import deque
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .presence import Locks
from .private_file import read_file, remove_file
from .profile import Profile
from .records import Fact

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_VERSION: Final = 1
_PATIENT: Final = 5.0  # seconds
_IMPATIENT: Final = 0.1
_WAITING: Final = 500
_TRIES: Final = 4

# No write-ahead log: writes are few and small, and it does not work on a home folder that is on the network.
_SHAPE: Final = (
    "CREATE TABLE runs (seq INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL UNIQUE, holder TEXT,"
    " started INTEGER NOT NULL, command TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT '',"
    " exit INTEGER NOT NULL DEFAULT 0, scope TEXT NOT NULL DEFAULT '', record BLOB NOT NULL)",
    "CREATE INDEX runs_ended ON runs (command, outcome, seq)",
    "CREATE INDEX runs_open ON runs (id) WHERE holder IS NOT NULL",
    "CREATE TABLE incidents (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
    " subject TEXT NOT NULL, severity TEXT NOT NULL, facts BLOB NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, times INTEGER NOT NULL, cleared INTEGER)",
    "CREATE UNIQUE INDEX incidents_open ON incidents (kind, subject) WHERE cleared IS NULL",
    "CREATE TABLE moments (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,"
    " facts BLOB NOT NULL)",
    f"PRAGMA user_version = {_VERSION}",
)

_BESIDE: Final = ("-journal", "-wal", "-shm")
_OBJECTS: Final = frozenset(
    (*(each for each in _SHAPE if each.startswith("CREATE")), "CREATE TABLE sqlite_sequence(name,seq)")
)
"""What the file's schema says, and nothing else: a trigger or a view would have our statements run those of
whoever wrote the file, and such may never end."""

_LARGEST: Final = 1 << 20
"""Bytes of one value: ours have a tenth of that at most."""

# Primary result codes (sqlite.org/rescode.html) that say that the file is not what it was: ERROR (no such
# table), CORRUPT, TOOBIG, CONSTRAINT, MISMATCH, NOTADB. All others may pass: held, full, read-only…
_DAMAGED: Final = frozenset((1, 11, 18, 19, 20, 26))


class _Damaged(Exception):
    """The file cannot be used as it is."""


class OldRun(msgspec.Struct):
    """A line of `runs.jsonl`, which profiles had before."""

    command: str
    started: int
    ended: int
    exit: int
    error: str = ""
    snapshot: str = ""
    files: int = 0
    bytes: int = 0
    stored: int = 0


class HistoryFile:
    """The file, opened for each piece of work, so that nobody holds up the others or its removal."""

    def __init__(
        self,
        profile: Profile,
        locks: Locks,
        tell: Callable[[str, dict[str, Fact]], None],
        taken_over: Callable[[sqlite3.Connection, OldRun], None],
        begun_anew: Callable[[sqlite3.Connection, str], None],
    ) -> None:
        self._profile = profile
        self._locks = locks
        self._tell = tell
        self._taken_over = taken_over
        self._begun_anew = begun_anew
        self._told: set[str] = set()
        self._waiting: deque[Work[object]] = deque(maxlen=_WAITING)
        self._patience = _PATIENT
        self.usable = True
        """Whether the last call could use the file."""

    def write(self, work: Work[T], otherwise: T) -> T:
        """What `work` returns, within a transaction; `otherwise` when it has to wait for the next call."""
        done, result = self._do("BEGIN IMMEDIATE", work, otherwise)
        if not done:
            self._waiting.append(work)
        return result

    def read(self, work: Work[T], otherwise: T) -> T:
        """What `work`, which changes nothing, returns; `otherwise` when the file cannot be used."""
        return self._do("BEGIN IMMEDIATE" if self._waiting else "BEGIN", work, otherwise)[1]

    def _do(self, begin: str, work: Work[T], otherwise: T) -> tuple[bool, T]:
        reason = ""
        for attempt in range(_TRIES):
            try:
                with contextlib.closing(self._open(reason)) as database:
                    database.execute(begin)
                    for earlier in self._waiting:
                        earlier(database)
                    result = work(database)
                    database.execute("COMMIT")
            except _Damaged as error:
                reason = str(error)
            except sqlite3.Error as error:
                if (getattr(error, "sqlite_errorcode", None) or 11) & 0xFF not in _DAMAGED:
                    self._patience = _IMPATIENT
                    return self._not_written(str(error)), otherwise
                reason = str(error)
            except CyberlibError as error:
                return self._not_written(str(error.facts.get("reason") or error.code)), otherwise
            except OSError as error:  # the profile is somebody else's, or its disk does not give it back
                return self._not_written(error.strerror or type(error).__name__), otherwise
            else:
                self._waiting.clear()
                self._patience = _PATIENT
                self.usable = True
                return True, result
            if not self._set_aside(reason, certain=attempt == _TRIES - 2):
                return self._not_written(reason), otherwise
        return self._not_written(reason), otherwise

    def _not_written(self, reason: str) -> bool:
        self.usable = False
        self._tell_once("history_not_written", reason)
        return False

    def _tell_once(self, code: str, reason: str) -> None:
        if code not in self._told:
            self._told.add(code)
            self._tell(code, {"at": self._profile.history, "reason": reason})

    # ---- opening ----------------------------------------------------------------------------------

    def _open(self, reason: str) -> sqlite3.Connection:
        path = self._profile.history
        self._check_kind(path)
        self._profile.make_file(path)
        database = sqlite3.connect(path, timeout=self._patience, isolation_level=None)
        try:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST)
            if not self._has_shape(database):
                self._shape(database, reason)
        except BaseException:
            database.close()
            raise
        return database

    @staticmethod
    def _check_kind(path: str) -> None:
        """A pipe would be waited for, and what a link leads to is not ours."""
        for each in (path, *(path + beside for beside in _BESIDE)):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                if not stat.S_ISREG(os.lstat(each).st_mode):
                    raise _Damaged("not a regular file")

    @staticmethod
    def _has_shape(database: sqlite3.Connection) -> bool:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise _Damaged(f"version {version}")
        if version and _objects(database) != _OBJECTS:
            raise _Damaged("another shape")
        return bool(version)

    def _shape(self, database: sqlite3.Connection, reason: str) -> None:
        database.execute("BEGIN IMMEDIATE")
        if not self._has_shape(database):  # another process may have been faster
            if _objects(database):
                raise _Damaged("another shape")
            for statement in _SHAPE:
                database.execute(statement)
            old = self._old_runs()
            for run in old:
                self._taken_over(database, run)
            if reason:
                self._begun_anew(database, reason)
        database.execute("COMMIT")
        with contextlib.suppress(CyberlibError):
            remove_file(self._profile.runs)

    def _old_runs(self) -> list[OldRun]:
        """Of a profile that kept them in lines of JSON; what is damaged is left out."""
        found = []
        with contextlib.suppress(CyberlibError):
            for line in (read_file(self._profile.runs) or b"").split(b"\n"):
                with contextlib.suppress(*MALFORMED):
                    found.append(msgspec.json.decode(line, type=OldRun))
        return found

    # ---- damage -----------------------------------------------------------------------------------

    def _set_aside(self, reason: str, *, certain: bool) -> bool:
        """Gives the damaged file another name, unless another process did so meanwhile; or, when it was
        found unfit again and again, even if it looks sound."""
        path = self._profile.history
        try:
            with self._locks(path + ".lock"):
                if not certain and self._is_sound(path):
                    return True
                for each in _BESIDE:  # of the damaged one: never to be played back
                    with contextlib.suppress(OSError):
                        _make_way(path + each)
                try:
                    os.replace(path, path + ".damaged")
                except OSError:
                    os.replace(path, f"{path}.damaged-{secrets.token_hex(4)}")
        except FileNotFoundError:
            return True
        except (CyberlibError, OSError):  # another process is at it, or has the file open
            return False
        self._tell_once("history_set_aside", reason)
        return True

    def _is_sound(self, path: str) -> bool:
        try:
            self._check_kind(path)
            with contextlib.closing(sqlite3.connect(path, timeout=_IMPATIENT)) as database:
                self._has_shape(database)
                whole = database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        except sqlite3.OperationalError as error:
            return (error.sqlite_errorcode or 11) & 0xFF not in _DAMAGED
        except (sqlite3.Error, _Damaged):
            return False
        return whole


def _make_way(path: str) -> None:
    """Removes it, or gives it another name where it is a folder. Raises OSError."""
    try:
        os.unlink(path)
    except OSError:
        os.replace(path, f"{path}.damaged-{secrets.token_hex(4)}")


def _objects(database: sqlite3.Connection) -> frozenset[object]:
    """How all that the file has was made; of too much, some."""
    most = len(_OBJECTS) + 1
    rows = database.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL LIMIT ?", (most,))
    return frozenset(row[0] for row in rows)
