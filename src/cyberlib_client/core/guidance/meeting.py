"""The customer's side of one meeting: who joins, what is answered, and that nothing is after Stop."""

from __future__ import annotations

import threading
from typing import Literal

from ..errors import Refused
from ..escrow.sealing import SEED_SIZE
from ..ports import Random
from .cards import Code, accept, make_offer
from .channel import Channel
from .grants import Grants
from .messages import Answer, No, Over, Proposal, Request, Step, Steps, read_request, written


class Meeting:
    """Safe to use from several threads: whoever presses Stop does not wait for what is being looked up.

    `now` is everywhere the time of one steady clock, in seconds.
    """

    def __init__(self, code: Code, seconds: int, now: float, random: Random) -> None:
        self._code, self._seed = code, random(SEED_SIZE)
        self._card = make_offer(code, seconds, self._seed)
        self._grants = Grants(now + seconds)
        self._channel: Channel | None = None
        self._lock = threading.Lock()

    @property
    def offer(self) -> bytes:
        """For the host."""
        return self._card.data

    @property
    def granted(self) -> list[Step]:
        """In their order."""
        return self._grants.granted

    def over(self, now: float) -> bool:
        """Whether it was stopped or has run out."""
        return self._grants.over(now)

    def join(self, joining: bytes, now: float) -> tuple[str, bytes]:
        """The name of who joined, and the first message for them. One that is not in order leaves the meeting
        as it was: a host cannot use it up.

        Raises what `cards.accept` raises, and Refused("guidance_taken"), ("guidance_over").
        """
        with self._lock:
            self._check_running(now)
            if self._channel is not None:
                raise Refused("guidance_taken")
            name, self._channel = accept(joining, self._card, self._code, self._seed)
            self._seed = b""
            return name, self._steps(now)

    def grant(self, step: Step, now: float) -> bytes:
        """One step more, and what tells it. Raises what `Grants.grant` raises, and Refused("guidance_alone"):
        nobody has joined."""
        with self._lock:
            self._check_running(now)
            self._joined()
            self._grants.grant(step, now)
            return self._steps(now)

    def withdraw(self, step: Step, now: float) -> bytes:
        """A step and those after it taken back, and what tells it."""
        with self._lock:
            self._check_running(now)
            self._joined()
            self._grants.withdraw(step)
            return self._steps(now)

    def take(self, sealed: bytes, now: float) -> Request:
        """The next request, granted or not. Raises IntegrityError("guidance_not_next"),
        ("guidance_malformed"), Refused("guidance_over"), ("guidance_alone")."""
        with self._lock:
            self._check_running(now)
            return read_request(self._joined().open(sealed))

    def check(self, request: Request, now: float) -> None:
        """Before anything is looked up for it. Raises what `Grants.check` raises."""
        with self._lock:
            self._grants.check(request, now)

    def answer(self, request: Request, answer: Answer, now: float) -> bytes:
        """What was looked up, if it is granted still. Raises what `Grants.check` raises."""
        with self._lock:
            self._grants.check(request, now)
            return self._joined().seal(written(answer))

    def tell(self, answer: No | Proposal, now: float) -> bytes:
        """A refusal, or what becomes of a proposal. Refused("guidance_over")."""
        with self._lock:
            self._check_running(now)
            return self._joined().seal(written(answer))

    def end(self, reason: Literal["stopped", "expired", "left"]) -> bytes | None:
        """For good; the last message, once, if anybody joined. Its keys are forgotten."""
        with self._lock:
            self._grants.stop()
            channel, self._channel, self._seed = self._channel, None, b""
            return None if channel is None else channel.seal(written(Over(reason)))

    def _steps(self, now: float) -> bytes:
        left = max(0, int(self._grants.ends - now))
        return self._joined().seal(written(Steps(self._grants.granted, left)))

    def _joined(self) -> Channel:
        if self._channel is None:
            raise Refused("guidance_alone")
        return self._channel

    def _check_running(self, now: float) -> None:
        if self._grants.over(now):
            raise Refused("guidance_over")
