"""A meeting with support, while the window goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from ...core.errors import Refused
from ...core.ports import CancelToken
from ..guidance.told import GuidedTold
from ..prompts import Nobody
from ..session import Session
from . import questions as q
from . import questions_guidance as g
from .asking import Question
from .clerk import Answer, Clerk


def _guide(clerk: Clerk, asked: g.GuidanceWanted, token: CancelToken) -> object:
    from ..guidance.customer import Guided
    from ..host_link import client_of

    profile = clerk.allowed(asked.id, token).profile
    # Not one of the clerk's sessions: whoever asks something else, and gives up, must not stop it.
    session = Session(profile, Nobody())

    def opens(stopped: CancelToken) -> Session:
        made = clerk.alone(asked.id, stopped)
        made.prompt = Nobody()
        return made

    def tell(told: GuidedTold) -> None:
        clerk.say(q.Part(asked.id, msgspec.Raw(q.encode(told))))

    with session.closing:
        guided = Guided(profile, client_of(session), opens, tell, asked.minutes * 60, token)
        clerk.guided = guided
        try:
            return guided.run()
        finally:
            clerk.guided = None


def _decide(clerk: Clerk, asked: g.GuidanceDecided, _token: CancelToken) -> object:
    if clerk.guided is None:
        raise Refused("guidance_over")
    clerk.guided.decide(asked.what, asked.number, asked.to)
    return None


ANSWERS_GUIDANCE: Final[Mapping[type[Question], Answer]] = {
    g.GuidanceWanted: _guide,
    g.GuidanceDecided: _decide,
}
