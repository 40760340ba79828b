"""When the vault's host will not answer, as it last told; without all that speaks HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from ..core.conditions import Window
from ..core.errors import CyberlibError
from ..state.observatory import ToldSoFar, read_told
from ..state.profile import Profile
from ..state.settings import Settings
from . import bootstrap, stores
from .session import Session

_LONGEST: Final = 14 * 86_400 * 10**9
"""Longer than any host plans: nobody who tells of one is to keep backups from beginning for years."""
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Interruption(msgspec.Struct, frozen=True):
    """When the host will not answer: planned work. Times in ns since 1970."""

    starts: int
    ends: int


def host_of(session: Session) -> str:
    """The address of the host that the profile's vault is at; empty where it is at none."""
    try:
        return _host(session.place.at)
    except CyberlibError:
        return ""


def windows(profile: Profile, settings: Settings) -> list[Window]:
    """The interruptions that a worker was told of last. Never fails."""
    url = _host(settings.vault.at) if settings.vault is not None else ""
    found = interruptions(read_told(profile, url)) if url else []
    return [Window(each.starts, each.ends) for each in found]


def interruptions(told: ToldSoFar) -> list[Interruption]:
    """Those that are not over."""
    found, now = list[Interruption](), bootstrap.clock()
    for starts, ends in told.maintenance:
        try:
            window = Interruption(_nanoseconds(starts), _nanoseconds(ends))
        except (ValueError, OverflowError):
            continue  # a time that cannot be read shifts nothing
        if now < window.ends and 0 < window.ends - window.starts <= _LONGEST:
            found.append(window)
    return found


def _host(at: str) -> str:
    return at.partition("/v1/")[0].lower() if stores.is_host(at) else ""


def _nanoseconds(written: str) -> int:
    moment = datetime.fromisoformat(written)
    return (moment - _BEGINNING) // timedelta(microseconds=1) * 1000 if moment.tzinfo else 0
