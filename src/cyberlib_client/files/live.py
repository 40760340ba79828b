"""Databases that a program has open now: what tells so, from outside and without touching them.

    PostgreSQL      a data directory has `PG_VERSION`; `postmaster.pid`, whose first line is the number of
                    the process, is there while the server runs
                                                        PostgreSQL manual, "Database File Layout"
    MariaDB, MySQL  a data directory has `ibdata1`, which the server locks, and a file with the number of
                    its process, `*.pid`        MariaDB manual, "innodb_data_file_path", "pid_file"
    Access          `X.laccdb` (`X.ldb`) lies beside `X.accdb` (`X.mdb`) from the first who opens it to the
                    last who closes it          Microsoft, "Introduction to lock files in Access"
    Outlook         fAMapValid in the header of a .pst is 0 from the first change to the end of it
                                                        [MS-PST], 2.2.2.5 ROOT and 2.6.1.3
    Firebird, SQL Server, HFSQL and all others: a lock on the file, where the system lists them
                    (`/proc/locks`, proc_locks(5)); Windows refuses to open what others have for themselves

Files of one database are one state only if none changed from the first to the last of them: that is looked at
as well (`services.live_sets`), and tells of what no lock or sign does.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Final

from .folder import Folder, Found
from .kinds import name_kind
from .read import open_file

LIVE_KINDS: Final = frozenset(
    ("access", "firebird", "hfsql", "sqlserver", "4d", "filemaker", "innodb", "myisam", "dbase", "paradox",
     "btrieve", "outlook", "ese")
)  # fmt: skip
"""Kinds of which no copy is made by their own interface. SQLite's is in `databases`; a disk image is judged
by whether it stands still."""

_PIDS: Final = 64
"""Bytes of a file with a process number that are looked at."""


def live_folder(folder: Folder, names: Mapping[bytes, bool]) -> str:
    """Which server has a directory for its data and runs now: "PostgreSQL", "MariaDB", or "" for none."""
    if b"postmaster.pid" in names and b"PG_VERSION" in names and _runs(folder, [b"postmaster.pid"]):
        return "PostgreSQL"
    if b"ibdata1" in names and (
        _is_locked(folder.status(b"ibdata1"))
        or _runs(folder, [name for name in names if name.endswith(b".pid")])
    ):
        return "MariaDB"
    return ""


def is_live(found: Found) -> bool:
    """Whether a database file, of a kind in `LIVE_KINDS` by its name, shows that somebody has it open."""
    kind = name_kind(found.name)
    if kind == "access" and _has_lock_file(found):
        return True
    if kind == "outlook" and _is_being_written(found):
        return True
    return kind in LIVE_KINDS and _is_locked(found.stat)


def _runs(folder: Folder, names: Iterable[bytes]) -> bool:
    """Whether the process lives whose number is in one of the files. One in doubt does: a server in a
    container has a number of its own there."""
    for name in names:
        with contextlib.suppress(OSError, ValueError):
            fd = open_file(folder, name)
            try:
                number = int(os.read(fd, _PIDS).split(b"\n", 1)[0])
            finally:
                os.close(fd)
            if sys.platform == "win32" or _is_alive(number):
                return True
    return False


def _is_alive(number: int) -> bool:
    if number <= 0:
        return False
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def _is_locked(status: os.stat_result) -> bool:
    """Whether a lock on the file is listed: of any process but those of another container."""
    if sys.platform != "linux":
        return False
    wanted = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    try:
        with open("/proc/locks", encoding="ascii", errors="replace") as listed:
            return any(wanted in line.split() for line in listed if "->" not in line)
    except OSError:
        return False


def _has_lock_file(found: Found) -> bool:
    stem, dot, ending = found.name.rpartition(b".")
    lock = {b"accdb": b"laccdb", b"mdb": b"ldb", b"accde": b"laccdb", b"mde": b"ldb"}.get(ending.lower())
    if not dot or lock is None:
        return False
    for name in (lock, lock.upper()):
        with contextlib.suppress(OSError):
            found.folder.status(stem + b"." + name)
            return True
    return False


def _is_being_written(found: Found) -> bool:
    """Whether a .pst says that its maps are not valid: written now, or never closed well."""
    try:
        fd = open_file(found.folder, found.name)
    except OSError:
        return False
    try:
        head = os.read(fd, 252)
    finally:
        os.close(fd)
    if not head.startswith(b"!BDN") or len(head) < 252:
        return False
    version = int.from_bytes(head[10:12], "little")
    return head[248 if version >= 23 else 200] == 0
