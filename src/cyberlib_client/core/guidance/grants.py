"""What a customer allows, kept and enforced on the customer's machine alone: the host and support are not
asked."""

from __future__ import annotations

from typing import Final

from ..errors import Refused, UsageError
from .messages import STEPS, AskFind, AskIncidents, AskNames, AskSnapshots, AskState, Propose, Request, Step

_STEP_OF: Final[dict[type[Request], Step]] = {
    AskState: "state",
    AskIncidents: "state",
    AskSnapshots: "names",
    AskNames: "names",
    AskFind: "names",
    Propose: "proposal",
}


def step_of(request: Request) -> Step | None:
    """The step that a request needs, or None."""
    return _STEP_OF.get(type(request))


class Grants:
    """Of one meeting. Times are seconds of a steady clock, so that setting the clock lengthens
    nothing."""

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self._granted: list[Step] = []
        self._stopped = False

    @property
    def granted(self) -> list[Step]:
        """In their order."""
        return list(self._granted)

    def over(self, now: float) -> bool:
        """Whether it was stopped or has run out."""
        return self._stopped or now >= self.ends

    def grant(self, step: Step, now: float) -> None:
        """One step more; granted again, nothing changes. UsageError("guidance_step_order", state=…): another
        comes first; Refused("guidance_over")."""
        self._check_running(now)
        if step in self._granted:
            return
        following = STEPS[len(self._granted)]
        if step != following:
            raise UsageError("guidance_step_order", state=following)
        self._granted.append(step)

    def withdraw(self, step: Step) -> None:
        """Takes a step back, and those after it."""
        self._granted = [held for held in self._granted if STEPS.index(held) < STEPS.index(step)]

    def stop(self) -> None:
        """For good."""
        self._stopped = True
        self._granted = []

    def check(self, request: Request, now: float) -> None:
        """Refused("guidance_over"), ("guidance_not_granted"). Whoever helps may leave at any time."""
        self._check_running(now)
        step = step_of(request)
        if step is not None and step not in self._granted:
            raise Refused("guidance_not_granted")

    def _check_running(self, now: float) -> None:
        if self.over(now):
            raise Refused("guidance_over")
