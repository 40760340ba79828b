"""What a machine is set to, as its snapshots carry it for the one that takes its place: exclusions, schedule.

Commands before and after a backup are not among it: none is run here because another machine ran it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ..core.format_v1.snapshot import Setup, SourceRules
from ..files.names import to_vault_path
from ..state.schedule_settings import ScheduleSettings
from ..state.settings import Settings, write_settings
from . import bootstrap
from .adopting_told import ScheduleState
from .paths import native_of
from .session import Session

_MOST: Final = 1 << 20
"""Bytes of patterns and schedule: a snapshot is listed with all of them."""


def setup_of(settings: Settings) -> Setup | None:
    """That of this machine; None for one that is larger than anybody writes."""
    made = Setup(
        [
            SourceRules(
                to_vault_path(native_of(each)), each.exclude, each.one_file_system, each.default_exclusions
            )
            for each in settings.sources
        ],
        msgspec.to_builtins(settings.schedule),
    )
    try:
        return made if len(msgspec.msgpack.encode(made)) <= _MOST else None
    except UnicodeEncodeError:  # a pattern that is no text
        return None


def rules_of(setup: Setup | None, source: bytes) -> SourceRules:
    """What was left out of a source there; nothing but the usual where that is not known."""
    found = setup.sources if setup is not None else []
    return next((each for each in found if each.path == source), SourceRules(source))


def schedule_state(session: Session, setup: Setup | None) -> ScheduleState:
    """What becomes of the other machine's schedule here."""
    wanted = schedule_of(setup)
    if wanted is None:
        return "unknown"
    if wanted == ScheduleSettings():
        return "usual"
    own = session.settings.schedule
    return "taken" if own == wanted else "offered" if own == ScheduleSettings() else "kept"


def schedule_of(setup: Setup | None) -> ScheduleSettings | None:
    """None where it is not known, or this program does not understand it."""
    if setup is None:
        return None
    try:
        return msgspec.convert(setup.schedule, ScheduleSettings)
    except (msgspec.ValidationError, ValueError):
        return None


def take_schedule(session: Session, setup: Setup | None) -> ScheduleState:
    """The other machine's schedule is this one's from now on, unless somebody chose one here. Raises
    Failed("settings_damaged"), Busy("profile_busy")."""
    wanted = schedule_of(setup)
    if wanted is not None and schedule_state(session, setup) == "offered":
        with bootstrap.lock(session.profile):
            settings = session.fresh_settings()
            if settings.schedule == ScheduleSettings():
                write_settings(session.profile, msgspec.structs.replace(settings, schedule=wanted))
        session.fresh_settings()
    return schedule_state(session, setup)
