"""What happened in meetings of this machine, helped or helping."""

from __future__ import annotations

from ...state.guidance_log import LoggedLine as LoggedLine
from ...state.guidance_log import read_guidance_log
from ..session import Session


def logged(session: Session) -> list[LoggedLine]:
    """Oldest first."""
    return read_guidance_log(session.profile)
