"""Programs that the user wants run before and after a backup: with a limit, and no way to outlive it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO, Final

from ..core.platform import Ended

KEPT: Final = 4096
"""Bytes of the end of what a program writes."""
_POLL: Final = 0.05
_GRACE: Final = 2.0
"""Seconds for what is left in a pipe once the program has ended: what it started may hold it open."""

_OURS: Final = "CYBERLIB_"
"""Variables of ours, which the program is not told. All others it is: a dump finds its server, its files and
its libraries by them."""


if sys.platform == "win32":
    _FLAGS: Final = subprocess.CREATE_NO_WINDOW
else:
    _FLAGS: Final = 0


class _Tail:
    """Reads a pipe to its end, and keeps the end of it."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.kept = b""
        self._pipe = pipe
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(self._pipe.fileno(), 65536):
                self.kept = (self.kept + data)[-KEPT:]

    def end(self, until: float) -> bytes:
        """What it kept. Waits until then at most."""
        self._thread.join(max(0.0, until - time.monotonic()))
        if not self._thread.is_alive():
            self._pipe.close()
        return self.kept


class UserPrograms:
    """See core.platform.Programs."""

    def run(
        self,
        command: Sequence[str],
        folder: str | None,
        seconds: float,
        check_cancel: Callable[[], None],
        *,
        alone: bool = False,
    ) -> Ended:
        """In a session of its own on POSIX, on Windows with the tree of its children, killed as a whole."""
        environment = {
            name: value for name, value in os.environ.items() if not name.upper().startswith(_OURS)
        }
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            creationflags=_FLAGS,
        )
        assert process.stdout is not None and process.stderr is not None
        said, told = _Tail(process.stdout), _Tail(process.stderr)
        until = time.monotonic() + seconds
        timed_out = False
        try:
            while process.poll() is None:
                check_cancel()
                if time.monotonic() > until:
                    timed_out = True
                    break
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_POLL)
        finally:
            _kill_all(process)
        left = not alone and not timed_out and _end_group(process.pid)
        grace = time.monotonic() + _GRACE
        last = told.end(grace).strip() or said.end(grace).strip()
        said.end(grace)
        return Ended(None if timed_out else process.returncode, timed_out, last, left)


def _end_group(leader: int) -> bool:
    """Kills what a program that ended left in its process group; whether there was anything. No process is
    given the number of a group that has members, nor so soon that of one that had."""
    if sys.platform == "win32":
        return False
    until = time.monotonic() + _GRACE
    while _lives(leader):
        if time.monotonic() > until:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(leader, signal.SIGKILL)
            return True
        time.sleep(_POLL)
    return False


def _lives(group: int) -> bool:
    """Whether a process of the group does anything: one that ended stays until somebody asks how."""
    if sys.platform == "win32":
        return False
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # of another user by now
    if not os.path.isdir("/proc/self"):
        return True
    return any(_is_of(group, name) for name in os.listdir("/proc") if name.isdigit())


def _is_of(group: int, process: str) -> bool:
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            state, _parent, its_group = file.read().rpartition(b")")[2].split()[:3]
    except (OSError, ValueError):
        return False
    return int(its_group) == group and state not in (b"Z", b"X")


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    """The program, if it still runs, and what it started and left behind."""
    if sys.platform == "win32":
        if process.poll() is None:
            system = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32")
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(
                    [os.path.join(system, "taskkill.exe"), "/T", "/F", "/PID", str(process.pid)],
                    capture_output=True,
                    timeout=10,
                    check=False,
                )
            process.kill()
    elif process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
