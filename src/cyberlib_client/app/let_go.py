"""Other machines that let go of this one's snapshots: a stolen key does it as quietly as an administrator."""

from __future__ import annotations

from ..core.errors import CyberlibError
from ..repository.snapshots import Stored
from ..services.quarantine import Quarantine
from . import bootstrap
from .device_identity import device_identity
from .incidents import RULES
from .paths import shown_text
from .session import Session
from .workplace import Fact, Notice

KIND = "let_go_elsewhere"


def tell_let_go(session: Session) -> None:
    """An incident while another machine's word keeps this one's snapshots in quarantine and no policy would
    have said it: more than those that are left, or what was the newest then. Never fails a run."""
    try:
        gone, device = _let_go(session)
    except CyberlibError as error:
        session.notify(Notice(error.code, dict(error.facts)))
        return
    if gone:
        facts: dict[str, Fact] = {"count": len(gone), "device": device}
        session.history.raise_incident(KIND, "", RULES[KIND].severity, facts, bootstrap.clock())
    else:
        session.history.clear(KIND, "", bootstrap.clock())


def _let_go(session: Session) -> tuple[list[Stored], str]:
    """(snapshots, the name of a machine that let go of one)."""
    own, listed = device_identity(session).device.id, session.snapshots
    anew = {stored.snapshot.replaces for stored in (*listed.items, *listed.retired)}
    aside = [s for s in listed.retired if s.snapshot.device.id == own and s.digest not in anew]
    if not aside:
        return [], ""
    retirements = session.vault.retirements()
    gone, names = [], set[str]()
    for stored in aside:
        said = retirements.retired_by("snapshots", stored.digest)
        said = said or retirements.doomed_by("snapshots", stored.digest)
        others = [retirements.records[by].device for by in said]
        if others and all(device.id != own for device in others):
            gone.append(stored)
            names |= {shown_text(device.name) for device in others}
    left = [s for s in listed.items if s.snapshot.device.id == own]
    quarantine = Quarantine(session.vault.store, retirements, session.counting.clock())
    if len(gone) > len(left) or any(_was_newest(stored, left, quarantine) for stored in gone):
        return gone, min(names, default="")
    return [], ""


def _was_newest(stored: Stored, left: list[Stored], quarantine: Quarantine) -> bool:
    """When it was let go: a policy keeps that one."""
    since = quarantine.since("snapshots", stored.digest)
    newer = (s.snapshot for s in left if s.snapshot.sequence > stored.snapshot.sequence)
    return all(snapshot.time > since for snapshot in newer)
