"""The window's end of its clerk."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable
from typing import IO, Any

from ...core.errors import CyberlibError, Failed
from ...state.profile import Profile
from ..agent.messages import MALFORMED, raised
from . import questions as q
from .asking import Question
from .questions_keys import LockWanted
from .starting import start_clerk

Hear = Callable[[int, q.FromClerk | CyberlibError], None]


class ClerkClient:
    """Starts a clerk for a profile when it is first asked, and again when it has died.

    `begun`: one that was started already. `hear` takes the number of a question and what is said of it, in
    the thread that reads; last comes `Answered`, `Refused`, or Failed("clerk_gone") when the process ended
    before."""

    def __init__(self, profile: Profile, begun: subprocess.Popen[bytes] | None = None) -> None:
        self._profile = profile
        self._lock = threading.Lock()
        self._process = begun
        self._count = 0
        self._hearing: dict[int, Hear] = {}
        self._locked = False
        self._unlocking: set[int] = set()
        if begun is not None:
            self._listen(begun)

    def ask(self, kind: type[Question], hear: Hear, **facts: Any) -> int:
        """Asks; the number of the question. Never raises: what fails is heard."""
        with self._lock:
            self._count += 1
            number = self._count
            try:
                process = self._running()
                self._hearing[number] = hear
                self._mark(kind, number)
                self._say(process, kind(id=number, **facts))
            except OSError as error:
                self._hearing.pop(number, None)
                gone = Failed("clerk_not_started", reason=error.strerror)
            else:
                return number
        hear(number, gone)
        return number

    def cancel(self, number: int) -> None:
        """Nobody waits for this one any more; it is still heard to its end."""
        with self._lock:
            if self._process is not None and number in self._hearing:
                with contextlib.suppress(OSError):
                    self._say(self._process, q.CancelAsked(number))

    def close(self) -> None:
        """Its clerk ends once it has stopped what it does."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()

    def _mark(self, kind: type[Question], number: int) -> None:
        if kind is LockWanted:
            self._locked = True
            self._unlocking.clear()
        elif kind is q.Unlock:
            self._unlocking.add(number)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = start_clerk(self._profile)
            self._listen(self._process)
            if self._locked:  # the one that ended knew it
                self._say(self._process, LockWanted(0))
        return self._process

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        threading.Thread(target=self._read, args=(process,), daemon=True).start()

    @staticmethod
    def _say(process: subprocess.Popen[bytes], asked: Question | q.CancelAsked) -> None:
        given = process.stdin
        assert given is not None
        given.write(q.encode(asked) + b"\n")
        given.flush()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        output: IO[bytes] | None = process.stdout
        assert output is not None
        while line := output.readline():
            try:
                said: q.FromClerk = q.from_clerk(line)
            except MALFORMED:
                continue  # what a library printed
            last = isinstance(said, q.Answered | q.Refused)
            with self._lock:
                hear = self._hearing.pop(said.id, None) if last else self._hearing.get(said.id)
                if isinstance(said, q.Answered) and said.id in self._unlocking:
                    self._locked = False
                if last:
                    self._unlocking.discard(said.id)
            if hear is not None:
                hear(said.id, said)
        output.close()
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        process.wait()
        with self._lock:
            if self._process is process:
                self._process = None
            left, self._hearing = self._hearing, {}
        for number, hear in left.items():
            hear(number, Failed("clerk_gone"))


def error_of(refused: q.Refused) -> CyberlibError:
    """The error that a refusal tells of."""
    return raised(refused.error)
