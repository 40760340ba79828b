"""Questions of a meeting with support, at the machine that is helped."""

from __future__ import annotations

from typing import Literal

from .asking import Question


class GuidanceWanted(Question, frozen=True, tag="guidance"):
    """A meeting, until it is over: each change is a part, a `guidance.told.GuidedTold`; the answer is the
    last of them."""

    minutes: int = 60


class GuidanceDecided(Question, frozen=True, tag="guidance_decided"):
    """What somebody decides in the one that goes on: answered at once, whatever else is at work. Nothing.

    `allow` the next step, `deny` the one that was asked for, take the last one `back`, `stop`; `yes` or `no`
    to the proposal of this `number`, `to` a folder or where things were."""

    what: Literal["allow", "deny", "back", "yes", "no", "stop"]
    number: int = -1
    to: str | None = None


AskedGuidance = GuidanceWanted | GuidanceDecided
