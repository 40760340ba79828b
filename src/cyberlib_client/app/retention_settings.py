"""The policy of a profile: shown, and changed after a look at what that would do."""

from __future__ import annotations

from typing import Final

import msgspec

from ..core.errors import UsageError
from ..core.retention import is_shorter
from ..core.retention_presets import PRESETS, preset_named
from ..state.retention import read_retention
from ..state.retention_settings import NUMBERS, RetentionSettings, is_chosen, policy_of
from ..state.settings import write_settings
from . import bootstrap
from .alarms import is_frozen
from .retention import (
    OWN,
    Preview,
    decision,
    look,
    note_clock,
    preview,
    refuse_frozen,
)
from .session import Session
from .times import iso_time

_ALL: Final = ("all", "tout", "toutes", "tous")
_NONE: Final = ("none", "aucun", "aucune")


class RetentionShown(msgspec.Struct, frozen=True):
    """The policy in force. `chosen`: there is one; without one nothing is ever deleted. `preset`: where its
    numbers come from, empty for one's own. `last`: so many snapshots; `within`: all of so many days; then the
    newest each of so many hours, days, weeks, months, years; -1: without end. `labelled`: those with a label
    are kept. `quarantine`: days. `frozen`: an alarm stands on this machine. `applied`: UTC, null for never;
    `retired` snapshots, `freed` bytes then, `waiting` bytes in quarantine afterwards."""

    chosen: bool
    preset: str
    last: int
    within: int
    hourly: int
    daily: int
    weekly: int
    monthly: int
    yearly: int
    labelled: bool
    quarantine: int
    frozen: bool
    applied: str | None
    retired: int
    freed: int
    waiting: int


class RetentionChanged(msgspec.Struct, frozen=True):
    """`now`, `then`: what each policy does with this device's snapshots; null where nothing would go.
    `saved`: the settings are changed; nothing is deleted before the policy is applied."""

    before: RetentionShown
    after: RetentionShown
    now: Preview | None
    then: Preview | None
    saved: bool


class RetentionChange(msgspec.Struct, frozen=True):
    """What a user types; None for what stays. Numbers: "all" without end. `preset`: "none" for no policy."""

    preset: str | None = None
    last: str | None = None
    within: str | None = None
    hourly: str | None = None
    daily: str | None = None
    weekly: str | None = None
    monthly: str | None = None
    yearly: str | None = None
    labelled: bool | None = None
    quarantine: int | None = None


def show(session: Session) -> RetentionShown:
    """What is in force. Failed("settings_damaged")."""
    return _shown(session, session.fresh_settings().retention)


def change(session: Session, wanted: RetentionChange, *, dry: bool = False) -> RetentionChanged:
    """Changes the policy; one that keeps less takes a proof. Deletes nothing.

    Raises UsageError("bad_preset", text=…), ("bad_retention", text=…), Failed("retention_frozen", device=…),
    Busy("profile_busy"), and as `retention.apply` and `Session.prove`.
    """
    before = session.fresh_settings().retention
    after = changed(before, wanted)
    shorter = is_shorter(policy_of(after), policy_of(before)) or after.quarantine < before.quarantine
    now = then = None
    if shorter:
        refuse_frozen(session)
        session.unlock()
        now, then = (_look(session, each) for each in (before, after))
        if not dry:
            session.prove()
    if not dry and after != before:
        with bootstrap.lock(session.profile):
            settings = session.fresh_settings()
            write_settings(session.profile, msgspec.structs.replace(settings, retention=after))
        note_clock(session)
        session.fresh_settings()
    saved = not dry
    return RetentionChanged(_shown(session, before), _shown(session, after), now, then, saved)


def _look(session: Session, settings: RetentionSettings) -> Preview | None:
    if policy_of(settings).keeps_all:
        return None
    decided = decision(session, settings, OWN)
    return preview(session, decided, look(session, decided, settings))


def changed(before: RetentionSettings, wanted: RetentionChange) -> RetentionSettings:
    """The settings then. Raises UsageError("bad_preset", text=…), ("bad_retention", text=…)."""
    given: dict[str, int | bool | str] = {}
    if wanted.preset is not None:
        given |= _of_preset(wanted.preset)
    for name in NUMBERS:
        text = getattr(wanted, name)
        if text is not None:
            given[name] = _number(text)
    if wanted.labelled is not None:
        given["labelled"] = wanted.labelled
    if wanted.quarantine is not None:
        given["quarantine"] = wanted.quarantine
    plain = msgspec.structs.asdict(before) | given
    policy = {name: plain[name] for name in (*NUMBERS, "labelled")}
    preset = PRESETS.get(str(plain["preset"]))
    if preset is not None and msgspec.structs.asdict(preset) != policy:
        plain["preset"] = ""  # its numbers are others now
    try:
        return msgspec.convert(plain, RetentionSettings)
    except msgspec.ValidationError:
        raise UsageError("bad_retention", text=str(wanted.quarantine or "")) from None


def _of_preset(text: str) -> dict[str, int | bool | str]:
    if text.casefold() in _NONE:
        return {"preset": "", **dict.fromkeys(NUMBERS, 0), "labelled": True}
    try:
        name = preset_named(text)
    except ValueError:
        raise UsageError("bad_preset", text=text) from None
    return {"preset": name, **msgspec.structs.asdict(PRESETS[name])}


def _number(text: str) -> int:
    written = text.strip().casefold()
    if written in _ALL:
        return -1
    if written in _NONE:
        return 0
    if not written.isascii() or not written.isdigit() or int(written[:6]) > 10_000:
        raise UsageError("bad_retention", text=text)
    return int(written[:6])


def _shown(session: Session, written: RetentionSettings) -> RetentionShown:
    vault = session.settings.vault
    state = read_retention(session.profile, vault.id if vault is not None else "")
    return RetentionShown(
        chosen=is_chosen(written),
        **msgspec.structs.asdict(written),
        frozen=is_frozen(session.profile),
        applied=iso_time(state.applied) if state.applied is not None else None,
        retired=state.retired,
        freed=state.freed,
        waiting=state.waiting,
    )
