"""What is known of the agent of a profile by whoever asks, also when it is not there."""

from __future__ import annotations

from typing import Final

from ...core.errors import CyberlibError
from ..health import AgentFacts
from ..scheduling import plan_of
from ..session import Session
from .client import agent_of
from .keeping import Kept, read_kept
from .status import StatusInfo

_SOMEBODY_WAITS: Final = 4.0
"""Seconds."""


def agent_facts(session: Session) -> AgentFacts | None:
    """None where there never was an agent: backups run by hand. Raises Failed("settings_damaged")."""
    kept = read_kept(session.profile)
    try:
        client = agent_of(session.profile, patience=_SOMEBODY_WAITS)
        if client is None:
            return facts_from(session, kept, None, running=False)
        with client:
            return facts_from(session, kept, client.status(), running=True)
    except CyberlibError as error:
        # One of another version is there all the same.
        return facts_from(session, kept, None, running=error.code not in ("agent_gone", "agent_stuck"))


def facts_from(
    session: Session, kept: Kept, status: StatusInfo | None, *, running: bool
) -> AgentFacts | None:
    """The same from what is known already. `status`: what it said, None when it did not."""
    if not running and not kept.alive:
        return None
    planned = kept.due.next if kept.due is not None else None
    paused = kept.paused_until
    if status is not None:
        planned, paused = status.next_run, status.paused_until
    return AgentFacts(running, True, planned, plan_of(session.settings).period(), paused)
