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

_OURS: Final = ("CYBERLIB_PASSPHRASE",)
"""What the program is not told."""


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
        self, command: Sequence[str], folder: str | None, seconds: float, check_cancel: Callable[[], None]
    ) -> Ended:
        """In a session of its own on POSIX, on Windows with the tree of its children, killed as a whole."""
        environment = {name: value for name, value in os.environ.items() if name not in _OURS}
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
        grace = time.monotonic() + _GRACE
        last = told.end(grace).strip() or said.end(grace).strip()
        said.end(grace)
        return Ended(None if timed_out else process.returncode, timed_out, last)


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
