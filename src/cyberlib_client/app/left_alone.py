"""How long a window that nobody touches shows names."""

from __future__ import annotations

import msgspec

from ..state.settings import WindowSettings, write_settings
from . import bootstrap
from .session import Session


def show(session: Session) -> int:
    """Minutes; 0 for ever. Failed("settings_damaged")."""
    return session.fresh_settings().window.left_alone


def change(session: Session, minutes: int) -> int:
    """The same, once it is noted. Raises Failed("settings_damaged"), Busy("profile_busy")."""
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        changed = msgspec.structs.replace(settings, window=WindowSettings(minutes))
        if changed != settings:
            write_settings(session.profile, changed)
    return show(session)
