"""How much of the vault was read lately: from what this machine keeps, without opening it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ..state.packs_read import PacksRead, day_of, read_packs_read
from ..state.verification_settings import LONGEST_ROUND
from . import bootstrap

if TYPE_CHECKING:
    from .session import Session


class ReadShare(msgspec.Struct, frozen=True):
    """What of the vault, or of a copy, was read whole and sound within the last `days` days, counted in
    packs as they were when it was verified last. `percent`: rounded down. `unread_for`: days since which
    the pack that waits longest has not been read, or since it was first seen."""

    days: int
    packs: int
    read: int
    percent: int
    unread_for: int


def share_of(session: Session) -> ReadShare | None:
    """Without opening the vault; None when nothing is known. Raises as `Session.place`."""
    read = read_packs_read(session.profile, session.place.id)
    return share_as_of(read, day_of(bootstrap.clock())) if len(read) else None


def share_told(session: Session) -> ReadShare | None:
    """The same; None without a vault."""
    return share_of(session) if session.settings.vault is not None else None


def share_as_of(read: PacksRead, today: int, days: int = LONGEST_ROUND) -> ReadShare:
    """As of a day, counted as `state.packs_read.day_of` does."""
    done = read.within(today, days)
    oldest = read.oldest()
    percent = 100 * done // len(read) if len(read) else 100
    return ReadShare(days, len(read), done, percent, max(0, today - oldest) if oldest else 0)
