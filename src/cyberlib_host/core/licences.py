"""What an organisation's subscription allows at a moment. Times are microseconds since 1970 UTC."""

from __future__ import annotations

from typing import Final, NamedTuple

from .problems import Problem
from .shapes import OrganisationState

DAY: Final = 86_400 * 1_000_000


class Rules(NamedTuple):
    """Days of the contract that operators choose. `restore_when_suspended`: stored data stays readable."""

    grace_days: int = 7
    restore_days: int = 90
    restore_when_suspended: bool = True


class Licence(NamedTuple):
    """An organisation's subscription as decided by the operator: "active", "suspended" or "terminated", since
    `decided_at`."""

    decided: str
    decided_at: int


def state_at(licence: Licence, now: int, rules: Rules) -> OrganisationState:
    """What the decision amounts to: a suspension begins with days of grace."""
    if licence.decided == "terminated":
        return "terminated"
    if licence.decided == "suspended":
        return "grace" if now < licence.decided_at + rules.grace_days * DAY else "suspended"
    return "active"


def suspended_from(licence: Licence, rules: Rules) -> int | None:
    """When storing ends, or ended; None unless a suspension was decided."""
    return licence.decided_at + rules.grace_days * DAY if licence.decided == "suspended" else None


def restore_until(licence: Licence, rules: Rules) -> int | None:
    """When reading ends; None while no end is set."""
    return licence.decided_at + rules.restore_days * DAY if licence.decided == "terminated" else None


def refuse_storing(licence: Licence, now: int, rules: Rules) -> str | None:
    """The problem that stands against storing anything new, or None."""
    state = state_at(licence, now, rules)
    return {"suspended": "organisation_suspended", "terminated": "organisation_terminated"}.get(state)


def refuse_reading(licence: Licence, now: int, rules: Rules) -> str | None:
    """The problem that stands against reading what is stored, or None."""
    state = state_at(licence, now, rules)
    if state == "suspended" and not rules.restore_when_suspended:
        return "organisation_suspended"
    until = restore_until(licence, rules)
    return "restore_window_over" if until is not None and now >= until else None


def decide(licence: Licence, wanted: str, now: int) -> Licence:
    """The licence after an operator's decision: "active", "suspended" or "terminated".

    Raises Problem("state_not_allowed", state=…): what was terminated stays so, and a decision is not taken
    twice, which would begin its days again.
    """
    if licence.decided == "terminated" or licence.decided == wanted:
        raise Problem("state_not_allowed", state=licence.decided)
    return Licence(wanted, now)
