"""An alarm stands in the vault as well, so that no other machine deletes anything meanwhile."""

from __future__ import annotations

from ..core.errors import CyberlibError, UsageError
from ..core.format_v1.retired import FREEZE, THAW, Retirement
from ..repository.retirements import put_retirement
from . import bootstrap
from .device_identity import device_identity
from .paths import shown_text
from .session import Session
from .workplace import Notice

REASON = "alarm"


def freeze(session: Session) -> None:
    """While an alarm stands: the vault is frozen, unless this device froze it already. Never fails a run."""
    try:
        device = device_identity(session).device
        retirements = session.vault.retirements()
        if all(record.device.id != device.id for record in retirements.freezes.values()):
            _say(session, FREEZE, b"")
    except CyberlibError as error:
        session.notify(Notice(error.code, dict(error.facts)))


def thaw(session: Session, device: str = "") -> int:
    """Takes back the freezes of this device, or of those with a name; how many there were. Raises what the
    store raises, UsageError("no_freeze", device=…)."""
    freezes = session.vault.retirements().freezes
    own = device_identity(session).device.id
    chosen = [
        digest
        for digest, record in freezes.items()
        if (record.device.name.casefold() == device.casefold() if device else record.device.id == own)
    ]
    if device and not chosen:
        known = ", ".join(sorted({shown_text(record.device.name) for record in freezes.values()}))
        raise UsageError("no_freeze", device=device, known=known)
    if chosen:
        _say(session, THAW, b"".join(sorted(chosen)))
    return len(chosen)


def _say(session: Session, action: str, undoes: bytes) -> None:
    vault, identity = session.vault, device_identity(session)
    said = Retirement(identity.device, action, bootstrap.clock(), "", REASON, {}, undoes)
    put_retirement(vault.store, vault.keys, bootstrap.random, said, identity.signing)
