"""Snapshots that somebody lets go, and brings back while they are in quarantine."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..core.errors import Failed, Stopped, UsageError
from ..core.ids import object_name
from ..repository.retirements import BY_USER, ERASURE
from ..repository.snapshots import SnapshotList, Stored
from ..services.quarantine import DAY, Quarantine
from ..services.revive import can_come_back
from ..services.revive import undelete as bring_back
from . import bootstrap
from .device_identity import device_identity
from .history import remembered
from .let_go import tell_let_go
from .paths import shown_text
from .policies import in_force
from .retention import (
    Agree,
    Preview,
    alone,
    check_clock,
    note,
    preview_of,
    refuse_frozen,
    run_sweep,
    told,
    until,
)
from .retention_told import Quarantined as Quarantined
from .retention_told import Undeleted as Undeleted
from .session import Session
from .set_aside import much_is_back, note_aside
from .times import iso_time


class Forgotten(msgspec.Struct, frozen=True):
    """Snapshots that were let go (`done`), or would be. `until`: when their quarantine ends."""

    done: bool
    plan: Preview
    until: str


def forget(
    session: Session,
    wanted: Sequence[str],
    *,
    dry: bool = False,
    force: bool = False,
    sure: bool = False,
    clock_is_right: bool = False,
    agree: Agree = lambda _plan: None,
) -> Forgotten:
    """Lets these snapshots go, against a proof; `force`: a device's newest too.

    Raises UsageError("forget_newest", snapshot=…, device=…), ("yes_needed"), those of
    `SnapshotList.resolve`, and as `retention.apply`.
    """
    refuse_frozen(session)
    check_clock(session, clock_is_right=clock_is_right)
    listed = session.snapshots
    going = list({s.digest: s for s in (listed.resolve(each) for each in wanted)}.values())
    for each in going:
        device = each.snapshot.device
        if not force and listed.latest_of(device.id) == each:
            raise UsageError("forget_newest", snapshot=each.id[:8], device=shown_text(device.name))
    ends = until(session, in_force(session).quarantine)
    if not dry:
        session.prove()
    with alone(session):
        if dry or not sure:
            plan = _plan(session, going, dry=True)
            if dry:
                return Forgotten(False, plan, ends)
            answer = agree(plan)
            if answer is None:
                raise UsageError("yes_needed")
            if not answer:
                raise Stopped
        with remembered(session, "retention") as ended:
            plan = _plan(session, going, dry=False)
            ended(0, files=len(going), bytes=plan.due)
    return Forgotten(True, plan, ends)


def _plan(session: Session, going: Sequence[Stored], *, dry: bool) -> Preview:
    there = len(session.snapshots.items)
    freed = run_sweep(session, going, in_force(session).quarantine, BY_USER, dry=dry)
    if not dry:
        note(session, freed, there)
    return preview_of([told(each) for each in going], [], freed)


def quarantined(session: Session) -> list[Quarantined]:
    """What is in quarantine, oldest first."""
    listed = session.snapshots
    session.incomplete |= listed.incomplete
    retirements = session.vault.retirements()
    held = listed.retired
    returns = can_come_back(session.vault, retirements, (s.digest for s in held), session.counting.clock())
    returns -= _erased(session)
    days = in_force(session).quarantine
    quarantine = Quarantine(session.vault.store, retirements, session.counting.clock())
    found = []
    for stored in held:
        since = quarantine.since("snapshots", stored.digest)
        snapshot = stored.snapshot
        found.append(
            Quarantined(
                stored.id,
                iso_time(snapshot.time),
                shown_text(snapshot.device.name),
                shown_text(snapshot.label),
                snapshot.statistics.files,
                snapshot.statistics.bytes,
                iso_time(since),
                iso_time(quarantine.until("snapshots", stored.digest, days * DAY)),
                shown_text(", ".join(retirements.reasons("snapshots", stored.digest))) or "announced",
                stored.digest in returns,
                quarantine.at_work([object_name("snapshots", stored.digest)]) is not None,
            )
        )
    return found


def undelete(session: Session, wanted: Sequence[str], *, every: bool = False) -> Undeleted:
    """Brings these back, or every one that can come back; tells what is in quarantine then.

    Raises UsageError("not_retired"), ("snapshot_unknown", …), ("snapshot_ambiguous", …), ("erased_stays", …),
    Failed("quarantine_over"), ("deletion_announced", device=…).
    """
    if every:
        wanted = [each.id for each in quarantined(session) if each.returns]
    if not wanted:
        return Undeleted([], quarantined(session))
    listed, erased = session.snapshots, _erased(session)
    found = [_resolve(session, listed, each) for each in wanted]
    digests = list(dict.fromkeys(each.digest for each in found))
    for digest in digests:
        if digest in erased:
            raise UsageError("erased_stays", snapshot=digest.hex()[:8])
    back = _brought_back(session, digests, every=every)
    session.forget_snapshots()
    note_aside(session)
    much_is_back(session)
    tell_let_go(session)
    return Undeleted([digest.hex() for digest in back], quarantined(session))


def _brought_back(session: Session, digests: list[bytes], *, every: bool) -> list[bytes]:
    vault, identity = session.vault, device_identity(session)
    try:
        bring_back(vault, identity, bootstrap.random, session.counting.clock, *digests)
    except Failed as error:
        if every and len(digests) > 1:  # one that cannot come is not to keep the others
            return [each for one in digests for each in _brought_back(session, [one], every=True)]
        if every:
            return []
        error.facts.update({name: shown_text(str(it)) for name, it in error.facts.items()})
        raise
    return digests


def _erased(session: Session) -> set[bytes]:
    """Snapshots that went for a patient's sake, and that others replace. Anybody with the keys can claim
    that reason; what nothing was made of instead comes back all the same."""
    listed, retirements = session.snapshots, session.vault.retirements()
    anew = {stored.snapshot.replaces for stored in (*listed.items, *listed.retired)}
    return {
        stored.digest
        for stored in listed.retired
        if stored.digest in anew and ERASURE in retirements.reasons("snapshots", stored.digest)
    }


def _resolve(session: Session, listed: SnapshotList, wanted: str) -> Stored:
    prefix = wanted.lower()
    found = [s for s in listed.retired if len(prefix) >= 4 and s.id.startswith(prefix)]
    if len(found) > 1:
        raise UsageError("snapshot_ambiguous", snapshot=wanted)
    if found:
        return found[0]
    if any(len(prefix) >= 4 and s.id.startswith(prefix) for s in listed.items):
        raise UsageError("not_retired")
    retirements = session.vault.retirements()
    for digest in retirements.once("snapshots"):
        if len(prefix) >= 4 and digest.hex().startswith(prefix):
            if ERASURE in retirements.reasons("snapshots", digest):
                raise UsageError("erased_stays", snapshot=digest.hex()[:8])
            raise Failed("quarantine_over")  # and it is deleted
    raise UsageError("snapshot_unknown", snapshot=wanted)
