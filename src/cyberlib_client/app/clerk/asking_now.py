"""Whose question is answered at each moment: one line to a far store serves them all."""

from __future__ import annotations

import threading
import time
from typing import Final

from ...core.ports import CancelToken
from . import questions as q
from .asking import Question
from .questions_keys import KeyChanged, KeyWrittenAnew
from .questions_settings import BringBackWanted, RetentionApplied

_SOMEBODY_WAITS: Final = 10.0
"""Seconds until a store that does not answer is given up while somebody looks at the screen."""

_AWAY: Final = 2.0
_AWAY_FOR: Final = 20.0
"""For so long a store that was given up is waited for less: a room has several questions."""

_PATIENT: Final = (q.RestoreAsked, RetentionApplied, BringBackWanted, KeyChanged, KeyWrittenAnew)
"""What is worth waiting for as a backup does: it is followed, can be stopped, and was begun on purpose."""


class AskingNow:
    """See workplace.Asking. A thread that answers nothing itself helps the first one that does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[int, tuple[Question, CancelToken]] = {}
        self._given_up = -_AWAY_FOR
        self.cancel: CancelToken = _OfWhoeverAsks(self)

    def begin(self, asked: Question, token: CancelToken) -> None:
        """This thread answers it from now on."""
        with self._lock:
            self._asked[threading.get_ident()] = asked, token

    def end(self) -> None:
        """It is answered."""
        with self._lock:
            del self._asked[threading.get_ident()]

    def given_up(self) -> None:
        """A store did not answer."""
        self._given_up = time.monotonic()

    def hurry(self) -> float | None:
        """See transports.http.Line."""
        now = self.now()
        if now is not None and isinstance(now[0], _PATIENT):
            return None
        return _AWAY if time.monotonic() - self._given_up < _AWAY_FOR else _SOMEBODY_WAITS

    def now(self) -> tuple[Question, CancelToken] | None:
        """What is answered by this thread, or for whom it works."""
        with self._lock:
            own = self._asked.get(threading.get_ident())
            return own or next(iter(self._asked.values()), None)


class _OfWhoeverAsks(CancelToken):
    """Never set itself: who asked a question that opened the vault may have given it up since."""

    def __init__(self, asking: AskingNow) -> None:
        super().__init__()
        self._asking = asking

    @property
    def reason(self) -> str | None:
        now = self._asking.now()
        return now[1].reason if now is not None else None

    @property
    def cancelled(self) -> bool:
        return self.reason is not None

    def check(self) -> None:
        now = self._asking.now()
        if now is not None:
            now[1].check()
