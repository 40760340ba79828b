"""The machine that this one replaced, as the host knows it, and what it left in the vault.

The host's name for a machine and the vault's may differ: the host's receipts tell which snapshots it made.
To import this takes a moment, as all that speaks HTTP.
"""

from __future__ import annotations

from ..core.ids import object_name
from ..repository.snapshots import Stored
from ..transports.host.receipts import LastReceipt
from .host_link import log_after
from .hosts import devices
from .session import Session


def replaced(session: Session) -> str:
    """The host's name for the machine whose place this one took; of several the one that backed up last, ""
    for none. Raises what the host refuses."""
    found = devices(session)
    mine = next((each.name for each in found if each.here), "")
    old = [each for each in found if mine and each.replaced_by == mine]
    return max(old, key=lambda each: each.last_backup or "").name if old else ""


def newest_at_host(session: Session, name: str) -> Stored | None:
    """The newest snapshot that a machine of this name, or this id, at the host made; None where the host
    knows none such, or nothing of it is left. Raises what the host refuses, and as `receipts.follow`."""
    known = {each.id for each in devices(session) if name in (each.name, each.id)}
    if not known:
        return None
    _, receipts = log_after(session, session.store, LastReceipt())
    made = {each.name for each in receipts if each.device in known}
    listed = session.snapshots
    # What was written anew, without something, has the device of the one before and another writer.
    own = {
        each.snapshot.device.id
        for each in (*listed.items, *listed.retired)
        if each.snapshot.replaces is None and object_name("snapshots", each.digest) in made
    }
    return next((each for each in reversed(listed.items) if each.snapshot.device.id in own), None)
