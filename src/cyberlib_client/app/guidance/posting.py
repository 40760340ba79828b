"""What one side says, on its way to the other: sealed once, sent in its order until it has arrived."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from ...core.errors import CyberlibError, Unreachable

_AGAIN: Final = 1.0


class Posts(Protocol):
    """One side's end at the host."""

    def say(self, number: int, sealed: bytes) -> object:
        """Raises Unreachable while the host is away."""


class Outbox:
    """`away`: told the code of why nothing arrives, and "" when something does; `failed`: what ended it."""

    def __init__(
        self, end: Posts, away: Callable[[str], None], failed: Callable[[CyberlibError], None]
    ) -> None:
        self._end, self._away, self._failed = end, away, failed
        self._waiting: deque[bytes] = deque()
        self._sent = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="guidance-posts", daemon=True)
        self._thread.start()

    def put(self, seal: Callable[[], bytes | None]) -> None:
        """Seals and sends: under one lock, since messages travel in the order in which they are sealed.
        Raises what `seal` raises."""
        with self._changed:
            sealed = seal()
            if sealed is not None:
                self._waiting.append(sealed)
                self._changed.notify_all()

    def last(self, seal: Callable[[], bytes | None]) -> None:
        """Nothing is sent any more but this; and not this either where something waited, which is dropped:
        without it the other side could not open what comes after."""
        with self._changed:
            sealed = seal()
            if self._waiting:
                self._waiting.clear()
                self._closed = True
            elif sealed is not None:
                self._waiting.append(sealed)
            self._changed.notify_all()

    def close(self, patience: float) -> None:
        """Ends; what waits has so many seconds to arrive."""
        until = time.monotonic() + patience
        with self._changed:
            while self._waiting and self._thread.is_alive() and time.monotonic() < until:
                self._changed.wait(0.1)
            self._closed = True
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                sealed = self._waiting[0]
            try:
                self._end.say(self._sent, sealed)
            except Unreachable as error:
                self._away(error.code)
                with self._changed:
                    self._changed.wait_for(lambda: self._closed, _AGAIN)
                continue
            except CyberlibError as error:
                with self._changed:
                    self._waiting.clear()
                    self._closed = True
                    self._changed.notify_all()
                self._failed(error)
                return
            self._away("")
            with self._changed:
                self._sent += 1
                if self._waiting and self._waiting[0] is sealed:
                    self._waiting.popleft()
                self._changed.notify_all()
