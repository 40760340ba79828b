"""The policy of a profile: shown, and changed after a look at what that would do."""

from __future__ import annotations

from typing import Final

import msgspec

from ..core.errors import CyberlibError, UsageError
from ..core.retention import is_shorter
from ..core.retention_presets import PRESETS, preset_named
from ..state.retention import read_retention
from ..state.retention_settings import NUMBERS, RetentionSettings, is_chosen, policy_of
from ..state.settings import write_settings
from . import bootstrap
from .alarms import is_frozen
from .paths import shown_text
from .policies import InForce, SharedPolicy, abouts, in_force, put_policy, shared_policies, standing
from .retention import (
    OWN,
    Preview,
    Which,
    decision,
    look,
    note_clock,
    preview,
    refuse_frozen,
)
from .retention_change import RetentionChange as RetentionChange
from .retention_told import RetentionChanged as RetentionChanged
from .retention_told import RetentionShown as RetentionShown
from .retention_told import change_to as change_to
from .session import Session
from .stepping_up import require_person
from .times import iso_time
from .workplace import Notice

_ALL: Final = ("all", "tout", "toutes", "tous")
_NONE: Final = ("none", "aucun", "aucune")


def show(session: Session) -> RetentionShown:
    """What is in force. Failed("settings_damaged"). A vault that does not open is a notice."""
    return _shown(session, session.fresh_settings().retention, _stands(session))


def _stands(session: Session) -> list[SharedPolicy] | None:
    if session.settings.vault is None:
        return []
    try:
        return shared_policies(session)
    except CyberlibError as error:
        session.notify(Notice("policies_not_seen", {"code": error.code}))
        return None


def change(
    session: Session, wanted: RetentionChange, which: Which = OWN, *, dry: bool = False
) -> RetentionChanged:
    """Changes the policy; one that keeps less, or that stands in the vault, takes a proof. Deletes nothing.

    `which`: this machine's own, in its settings; or, in the vault, that of the devices of a name, or of all.
    Raises UsageError("bad_preset", text=…), ("bad_retention", text=…), ("device_unknown", …),
    Failed("retention_frozen", device=…), Busy("profile_busy"), and as `retention.apply` and `Session.prove`.
    """
    if which.others:
        return _change_shared(session, wanted, which, dry=dry)
    before = session.fresh_settings().retention
    after = changed(before, wanted)
    shorter = is_shorter(policy_of(after), policy_of(before)) or after.quarantine < before.quarantine
    # Without a policy of its own, a machine has those of the vault alone.
    dropped = session.settings.vault is not None and is_chosen(before) and not is_chosen(after)
    now = then = None
    if shorter or dropped:
        refuse_frozen(session)
        session.unlock()
        held = [in_force(session, each) for each in (before, after)]
        now, then = (_look(session, each, OWN) for each in held)
        if not dry and _keeps_less(*held):
            session.prove()
            require_person(session, "retention_shorten")
    if not dry and after != before:
        with bootstrap.lock(session.profile):
            settings = session.fresh_settings()
            write_settings(session.profile, msgspec.structs.replace(settings, retention=after))
        note_clock(session)
        session.fresh_settings()
    saved = not dry
    told = _shown(session, after, _stands(session))
    return RetentionChanged(_shown(session, before), told, now, then, saved)


def _keeps_less(before: InForce, after: InForce) -> bool:
    """Whether something of this machine may go that stayed before."""
    if after.quarantine < before.quarantine:
        return True
    then = after.of(after.own)
    return any(all(is_shorter(new, old) for new in then) for old in before.of(before.own))


def _change_shared(session: Session, wanted: RetentionChange, which: Which, *, dry: bool) -> RetentionChanged:
    refuse_frozen(session)
    session.unlock()
    about = abouts(session, which.device, every=which.every)
    before = standing(session, about)
    after = changed(before, wanted)
    held = in_force(session)
    now = _look(session, held, which)
    then = _look(session, held.with_shared(about, after), which)
    if not dry:
        session.prove()
        require_person(session, "retention_shorten")
        put_policy(session, about, after)
        note_clock(session)
    told = _shown(session, after, shared_policies(session))
    return RetentionChanged(
        _shown(session, before), told, now, then, not dry, shown_text(which.device), which.every
    )


def _look(session: Session, held: InForce, which: Which) -> Preview | None:
    decided = decision(session, held, which)
    if decided.kept and all(rules == ("all",) for rules in decided.kept.values()) and not decided.going:
        return None
    return preview(session, decided, look(session, decided, held.quarantine))


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


def _shown(
    session: Session, written: RetentionSettings, shared: list[SharedPolicy] | None = None
) -> RetentionShown:
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
        shared=shared,
    )
