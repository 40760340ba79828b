"""One run at a time: a lock file that the system releases whatever happens to its holder."""

from __future__ import annotations

import errno
import os
import sys
from types import TracebackType
from typing import Final

from ..core.errors import Busy, Failed

_PID_ROOM: Final = 32  # bytes at the head of the file that tell who holds it

if sys.platform == "win32":
    import msvcrt

    # Locked bytes cannot be read by others, hence far behind the pid.
    _LOCKED_BYTE: Final = 1 << 20

    def _try_lock(number: int) -> bool:
        os.lseek(number, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:  # EACCES; without a number under Wine
            return False
        return True
else:
    import fcntl

    _HELD: Final = frozenset((errno.EWOULDBLOCK, errno.EACCES))

    def _try_lock(number: int) -> bool:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                return False
            raise
        return True


_FLAGS: Final = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NOINHERIT", 0)
    | getattr(os, "O_BINARY", 0)
)


_KILLED: Final = 1 << 8
"""Signal 9 among those that wait to be handed over (proc_pid_status(5))."""


class ProcessLock:
    """`with ProcessLock(path): …` while no other process is within the same.

    Raises Busy("profile_busy", pid=…), pid being None while the holder is just starting, ("profile_stuck",
    pid=…) when the holder was ended and the system does not let go of it (a drive that does not answer), and
    Failed("lock_not_made", path=…, detail=…). The file stays: removing it would let two in.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._number: int | None = None

    def __enter__(self) -> ProcessLock:
        try:
            number = os.open(self._path, _FLAGS, 0o600)
        except OSError as error:
            raise Failed("lock_not_made", path=self._path, detail=error.strerror) from None
        try:
            if not _try_lock(number):
                pid = _holder(number)
                raise Busy("profile_stuck" if _is_stuck(pid) else "profile_busy", pid=pid)
            os.lseek(number, 0, os.SEEK_SET)
            os.write(number, str(os.getpid()).encode().ljust(_PID_ROOM))
        except OSError as error:
            os.close(number)
            raise Failed("lock_not_made", path=self._path, detail=error.strerror) from None
        except Busy:
            os.close(number)
            raise
        self._number = number
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        number, self._number = self._number, None
        if number is not None:
            os.close(number)  # and with it the lock


def _holder(number: int) -> int | None:
    os.lseek(number, 0, os.SEEK_SET)
    told = os.read(number, _PID_ROOM).strip()
    return int(told) if told.isdigit() else None


def _is_stuck(pid: int | None) -> bool:
    """Whether a process was killed and is there all the same: it waits within the system. Linux tells."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as told:
            pending = [line.split()[1] for line in told if line.startswith(("SigPnd:", "ShdPnd:"))]
    except OSError:
        return False
    return any(int(signals, 16) & _KILLED for signals in pending)


def only_listener(folder: str) -> ProcessLock:
    """The lock of the one process that listens for a folder's clients, held. Raises OSError: EADDRINUSE when
    there is one already, else what the system says."""
    held = ProcessLock(os.path.join(folder, "agent.lock"))
    try:
        held.__enter__()
    except Busy as error:
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), folder) from error
    except Failed as error:
        below = error.__context__
        number = below.errno if isinstance(below, OSError) and below.errno else errno.EACCES
        raise OSError(number, str(error.facts["detail"]), folder) from error
    return held
