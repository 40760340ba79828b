"""Once a year a kit is to be taken out of its drawer and tried: paper is lost, and inks fade."""

from __future__ import annotations

from typing import Final

from ..repository.vault import Vault
from ..state.kit_checked import read_kit_checked, write_kit_checked
from . import bootstrap
from .incidents import RULES
from .session import Session
from .times import iso_time
from .workplace import Fact

KIND: Final = "kit_unchecked"
_DAY: Final = 24 * 3600 * 10**9
_SECOND: Final = 10**9


def remind(session: Session) -> None:
    """After a backup: an incident where neither was the newest kit made, nor any checked here, within the
    days of the settings. None for a vault without a kit: that is told where kits are made and removed."""
    days = session.settings.verification.kit_days
    made = _newest_kit(session.vault)
    now = bootstrap.clock()
    known = max(made, read_kit_checked(session.profile, session.vault.id))
    if not days or not made or now - known <= days * _DAY:
        session.history.clear(KIND, "", now)
        return
    facts: dict[str, Fact] = {"day": iso_time(known)[:10]}
    session.history.raise_incident(KIND, "", RULES[KIND].severity, facts, now)


def checked(session: Session) -> None:
    """Somebody typed a kit's words, and they open the vault."""
    now = bootstrap.clock()
    write_kit_checked(session.profile, session.place.id, now)
    session.history.clear(KIND, "", now)


def _newest_kit(vault: Vault) -> int:
    """ns since 1970; 0 where there is none."""
    made = (slot.created for slot in vault.table.slots if slot.type == "recovery")
    return max(made, default=0) * _SECOND
