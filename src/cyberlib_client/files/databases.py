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

That is done by a process of its own (`capturing`). SQLite opens paths, and waits for ever at one that was
exchanged for a pipe, or whose disk does not answer: such a process is ended. And a program loses its POSIX
locks on a file as soon as it closes that file anywhere: there nobody else opens the database.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import IO, Final

import msgspec

from .capturing import Asked, NotCaptured
from .folder import Folder, Found
from .read import open_file

LOG: Final = b"-wal"
JOURNAL: Final = b"-journal"
LOG_INDEX: Final = b"-shm"
COMPANIONS: Final = (JOURNAL, LOG_INDEX, LOG)
"""What SQLite keeps beside a database."""

COPY: Final = "capture.db"
"""The copy's name in the folder for it."""

WAIT_SECONDS: Final = 15.0
"""How long a database that somebody locks is waited for."""
SILENT_SECONDS: Final = 60.0
"""Without a sign of life a capture hangs: a step of a copy takes far less."""
ROOM_LEFT: Final = 256 << 20
"""What a copy leaves free on its disk."""
PROCESS: Final = "--capture"
"""What `__main__` is told for the process of a capture."""
_STEP: Final = 1 << 20
_POLL: Final = 0.05
_GRACE: Final = 5.0
"""Seconds for a process that was ended to be gone: one that is stuck in the system is not waited for."""
_MAGIC: Final = b"SQLite format 3\0"

if sys.platform == "win32":
    _FLAGS: Final = subprocess.CREATE_NO_WINDOW
else:
    _FLAGS: Final = 0


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


def capture(
    found: Found, room: str, program: Sequence[str], check_cancel: Callable[[], None]
) -> tuple[str, bool]:
    """Copies a database to `COPY` in the folder `room`: (the copy's path, whether it was checked).

    `program`: how this program is begun. `check_cancel` may raise, and does so in the midst of the copy.
    Raises NotCaptured, OSError; then there is no copy.
    """
    copy = os.path.join(room, COPY)
    discard(room)
    try:
        size = found.stat.st_size + _size(found.folder, found.name + LOG)
        _check_items(found)
        if shutil.disk_usage(room).free < size + ROOM_LEFT:
            raise NotCaptured("no_room")
        path = os.fsencode(found.folder.reach(found.name))
        asked = Asked(path, found.stat.st_dev, found.stat.st_ino, size, copy, WAIT_SECONDS, _STEP)
        told = _in_a_process(program, asked, found.folder.handle, check_cancel)
        if told == "gone":
            raise FileNotFoundError(found.name)
        if told not in ("checked", "unchecked"):
            raise NotCaptured(told)
    except BaseException:
        discard(room)
        raise
    return copy, told == "checked"


def discard(room: str) -> None:
    """Removes a copy, or what a run that was killed left of one."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(room, COPY + suffix))


def _check_items(found: Found) -> None:
    """SQLite opens what lies there under the database's name and its companions', whatever it is. It makes
    neither pipe nor link. Raises NotCaptured("alone"), OSError."""
    for suffix in (b"", *COMPANIONS):
        try:
            status = found.folder.status(found.name + suffix)
        except FileNotFoundError:
            if not suffix:
                raise
            continue
        if not stat.S_ISREG(status.st_mode):
            raise NotCaptured("alone")


class _Heard:
    """What a process says, read by a thread: nothing that is held up there holds up anybody here."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.bytes = 0
        self.over = threading.Event()
        self._last = b""
        self._pipe = pipe
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._pipe:
            while data := os.read(self._pipe.fileno(), 4096):
                self.bytes += len(data)
                self._last = (self._last + data)[-64:]
        self.over.set()

    def word(self) -> str:
        """The line at the end; "stuck" when there is none."""
        lines = self._last.split(b"\n")
        return lines[-2].strip().decode("ascii", "replace") if len(lines) >= 3 else "stuck"


def _in_a_process(
    program: Sequence[str], asked: Asked, folder: object, check_cancel: Callable[[], None]
) -> str:
    """What the process of a capture told at its end; "stuck" when it gave no sign of life, could not be
    begun, or died. Raises what `check_cancel` does."""
    try:
        process = subprocess.Popen(
            [*program, PROCESS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[folder] if isinstance(folder, int) else [],
            creationflags=_FLAGS,
        )
    except OSError:
        return "stuck"
    assert process.stdin is not None and process.stdout is not None
    heard = _Heard(process.stdout)
    try:
        with contextlib.suppress(OSError):  # it is gone already, and said nothing
            process.stdin.write(msgspec.json.encode(asked) + b"\n")
            process.stdin.flush()
        silent, seen = 0.0, 0
        while not heard.over.wait(_POLL):
            check_cancel()
            silent = silent + _POLL if heard.bytes == seen else 0.0
            seen = heard.bytes
            if silent > SILENT_SECONDS:
                return "stuck"
        return heard.word()
    finally:
        process.kill()
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)


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
