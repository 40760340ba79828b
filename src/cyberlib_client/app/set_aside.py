"""What is in quarantine, until when, and what keeps all from being deleted, without opening the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from ..state.retention import read_retention, write_retention
from ..state.retention_settings import is_chosen
from . import bootstrap
from .times import iso_time

if TYPE_CHECKING:
    from .session import Session

MUCH: Final = "much_let_go"
_DAY: Final = 86_400 * 10**9
_FEW: Final = 3
"""Snapshots that may go at once without a word."""


class SetAside(msgspec.Struct, frozen=True):
    """`chosen`: there is a policy. `frozen`: the device whose alarm keeps anything from being deleted, as far
    as is known here; else empty. `applied`: when space was freed last, null for never. `snapshots` that went
    and may be called back, `waiting` bytes with them; from `first` the first of them may be deleted, from
    `last` all (null when there are none)."""

    chosen: bool
    frozen: str
    applied: str | None
    snapshots: int
    waiting: int
    first: str | None
    last: str | None


def set_aside(session: Session) -> SetAside | None:
    """What this machine knows; None when there is nothing to tell. Raises as `Session.settings`."""
    settings = session.settings
    if settings.vault is None:
        return None
    state = read_retention(session.profile, session.place.id)
    told = SetAside(
        is_chosen(settings.retention),
        _frozen(session),
        _time(state.applied),
        state.aside,
        state.waiting,
        _time(state.first),
        _time(state.last),
    )
    return told if told.chosen or told.frozen or told.applied is not None else None


def _time(at: int | None) -> str | None:
    return iso_time(at) if at is not None else None


def _frozen(session: Session) -> str:
    from .alarms import is_frozen

    if is_frozen(session.profile):
        return session.settings.device or bootstrap.machine().machine_name()
    met = [each for each in session.history.incidents(open_only=True) if each.kind == "retention_frozen"]
    return str(met[-1].facts.get("device", "")) if met else ""


def note_aside(session: Session) -> None:
    """Remembers what is in quarantine now; nothing comes of it when that cannot be read."""
    from ..repository.retirements import ERASURE
    from ..services.quarantine import Quarantine
    from .policies import in_force

    vault, days = session.vault, in_force(session).quarantine
    retirements = vault.retirements()
    quarantine = Quarantine(vault.store, retirements, session.counting.clock())
    ends = sorted(
        quarantine.until("snapshots", each.digest, days * _DAY)
        for each in session.snapshots.retired
        if each.digest in retirements.retired("snapshots")
        and ERASURE not in retirements.reasons("snapshots", each.digest)
    )
    state = read_retention(session.profile, session.place.id)
    first, last = (ends[0], ends[-1]) if ends else (None, None)
    write_retention(session.profile, msgspec.structs.replace(state, aside=len(ends), first=first, last=last))


def tell_much(session: Session, gone: int, total: int) -> None:
    """An incident, and so a mail of the host, when more than half of all snapshots went at once: it may be
    what nobody wanted, and can be undone yet."""
    if gone < _FEW or 2 * gone <= total:
        return
    from .policies import in_force

    now = bootstrap.clock()
    until = session.counting.clock() + in_force(session).quarantine * _DAY
    facts = {"count": gone, "total": total, "until": until}
    session.history.raise_incident(MUCH, "", "warning", dict(facts), now)


def much_is_back(session: Session) -> None:
    """Somebody brought snapshots back: they know."""
    session.history.clear(MUCH, "", bootstrap.clock())
