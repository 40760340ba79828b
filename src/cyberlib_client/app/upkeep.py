"""What the agent does by itself besides backups: its settings shown and changed, and when it did so last."""

from __future__ import annotations

import os
from typing import Final, TypeVar

import msgspec

from ..core.errors import UsageError
from ..core.format_v1.malformed import MALFORMED
from ..state.copy_settings import CopyingSettings, read_every
from ..state.drill_settings import DrillSettings, drill_seconds, read_size
from ..state.settings import Settings, write_settings
from ..state.verification_settings import VerificationSettings
from . import bootstrap
from .agent.keeping import read_kept
from .session import Session
from .times import iso_time

_Table = TypeVar("_Table", bound=msgspec.Struct)

_ABSENT: Final = ("none", "aucun", "aucune")


class ChoreShown(msgspec.Struct, frozen=True):
    """What comes round by itself: `name` such as "verify", "retention", "copy:…"; `last`: when the last run
    that ended well began (UTC), `tried`: any; null for never. `failures`: in a row, one under way counted."""

    name: str
    last: str | None
    tried: str | None
    failures: int


class CopyTimed(msgspec.Struct, frozen=True):
    """A copy of the settings; `every`: seconds between two, null for by hand alone."""

    name: str
    every: int | None


class UpkeepShown(msgspec.Struct, frozen=True):
    """`verify`: a portion a day is read, all of the vault within `verify_days`. `kit_days`: after which a kit
    that nobody checked is told of, 0 for never. `drill_every`: seconds from
    one drill to the next, null for none by themselves, of `drill_files` files and `drill_size` bytes at most,
    in a folder below `drill_to` (empty: the profile's). `organisation`: on certificates. `copies_remind`:
    seconds without a copy after which that is told; `copies_check`: within which each copy on a disk or share
    is read again in portions, null for by hand alone. `chores`: what this machine's agent did, empty before
    its first hour."""

    verify: bool
    verify_days: int
    drill_every: int | None
    drill_files: int
    drill_size: int
    drill_to: str
    organisation: str
    copies: list[CopyTimed]
    copies_remind: int
    copies_check: int | None
    chores: list[ChoreShown]
    kit_days: int = 365


class UpkeepChange(msgspec.Struct, frozen=True):
    """What a user types; None for what stays. `drill_every`, `copies_check`: "off" for never; `drill_to`,
    `organisation`: "none" for none. `reset`: what is not given here is as if nothing had been chosen."""

    verify: bool | None = None
    verify_days: int | None = None
    drill_every: str | None = None
    drill_files: int | None = None
    drill_size: str | None = None
    drill_to: str | None = None
    organisation: str | None = None
    copies_remind: str | None = None
    copies_check: str | None = None
    kit_days: int | None = None
    reset: bool = False


def show(session: Session) -> UpkeepShown:
    """What is in force. Failed("settings_damaged")."""
    settings = session.fresh_settings()
    drill = settings.drill
    kept = read_kept(session.profile).chores
    return UpkeepShown(
        settings.verification.rotate,
        settings.verification.days,
        drill_seconds(drill),
        drill.files,
        read_size(drill.size),
        drill.to,
        drill.organisation,
        [CopyTimed(each.name, read_every(each.every) or None) for each in settings.copies],
        read_every(settings.copying.remind),
        read_every(settings.copying.check) or None,
        [
            ChoreShown(name, _time(past.last), _time(past.tried), past.failures)
            for name, past in sorted(kept.items())
        ],
        settings.verification.kit_days,
    )


def _time(at: int) -> str | None:
    return iso_time(at) if at else None


def change(session: Session, wanted: UpkeepChange) -> UpkeepShown:
    """Changes the settings. Raises UsageError("bad_upkeep", text=…), ("drill_not_a_folder", at=…),
    Failed("settings_damaged"), Busy("profile_busy")."""
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        before = (
            msgspec.structs.replace(
                settings,
                verification=VerificationSettings(),
                drill=DrillSettings(),
                copying=CopyingSettings(),
            )
            if wanted.reset
            else settings
        )
        changed = _changed(before, wanted)
        if changed != settings:
            write_settings(session.profile, changed)
    return show(session)


def _changed(before: Settings, wanted: UpkeepChange) -> Settings:
    for typed in (wanted.copies_remind, wanted.copies_check):
        if typed is not None and not typed.strip():
            raise UsageError("bad_upkeep", text=typed)
    check = "" if (wanted.copies_check or "").strip().casefold() == "off" else wanted.copies_check
    verification = _with(
        before.verification, rotate=wanted.verify, days=wanted.verify_days, kit_days=wanted.kit_days
    )
    drill = _with(
        before.drill,
        every=wanted.drill_every,
        files=wanted.drill_files,
        size=wanted.drill_size,
        to=_folder(wanted.drill_to),
        organisation=_text(wanted.organisation),
    )
    copying = _with(before.copying, remind=wanted.copies_remind, check=check)
    return msgspec.structs.replace(before, verification=verification, drill=drill, copying=copying)


def _with(before: _Table, **given: object) -> _Table:
    """The settings with these values. UsageError("bad_upkeep", text=…) for the first that does not fit."""
    found = before
    for name, value in given.items():
        if value is None:
            continue
        try:
            found = msgspec.convert(msgspec.structs.asdict(found) | {name: value}, type(before))
        except MALFORMED:
            raise UsageError("bad_upkeep", text=str(value)) from None
    return found


def _text(written: str | None) -> str | None:
    return "" if written is not None and written.strip().casefold() in _ABSENT else written


def _folder(written: str | None) -> str | None:
    folder = _text(written)
    if not folder:
        return folder
    native = os.path.abspath(os.path.expanduser(folder))
    if not os.path.isdir(native):
        raise UsageError("drill_not_a_folder", at=native)
    return native
