"""Snapshots that somebody lets go, and brings back while they are in quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ..core.errors import Stopped, UsageError
from ..repository.retirements import BY_USER, ERASURE
from ..repository.snapshots import Stored
from ..services.revive import can_come_back
from ..services.revive import undelete as bring_back
from ..services.sweep import DAY
from . import bootstrap
from .device_identity import device_identity
from .history import remembered
from .paths import shown_text
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
)
from .session import Session
from .times import iso_time


class Quarantined(msgspec.Struct, frozen=True):
    """A snapshot in quarantine. `retired`: since when; `until`: when it may be deleted, after which it may
    still be there for a while; `reason`: "policy", "user", "erasure". `returns`: it can be brought back."""

    id: str
    time: str
    device: str
    label: str
    files: int
    bytes: int
    retired: str
    until: str
    reason: str
    returns: bool


class Forgotten(msgspec.Struct, frozen=True):
    """Snapshots that were let go (`done`), or would be. `until`: when their quarantine ends."""

    done: bool
    plan: Preview
    until: str


class Undeleted(msgspec.Struct, frozen=True):
    """`back`: snapshots that are there again, which no policy lets go any more. `waiting`: what is in
    quarantine, oldest first."""

    back: list[str]
    waiting: list[Quarantined]


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
    settings = session.settings.retention
    until = iso_time(bootstrap.clock() // 10**9 * 10**9 + settings.quarantine * DAY)
    if not dry:
        session.prove()
    with alone(session):
        if dry or not sure:
            plan = _plan(session, going, dry=True)
            if dry:
                return Forgotten(False, plan, until)
            answer = agree(plan)
            if answer is None:
                raise UsageError("yes_needed")
            if not answer:
                raise Stopped
        with remembered(session, "retention") as ended:
            plan = _plan(session, going, dry=False)
            ended(0, files=len(going), bytes=plan.due)
    return Forgotten(True, plan, until)


def _plan(session: Session, going: Sequence[Stored], *, dry: bool) -> Preview:
    freed = run_sweep(session, going, session.settings.retention, BY_USER, dry=dry)
    if not dry:
        note(session, freed)
    return preview_of([told(each) for each in going], [], freed)


def quarantined(session: Session) -> list[Quarantined]:
    """What is in quarantine, oldest first."""
    listed = session.snapshots
    session.incomplete |= listed.incomplete
    retirements = session.vault.retirements()
    held = [s for s in listed.retired if s.digest in retirements.retired("snapshots")]
    returns = can_come_back(session.vault, retirements, (s.digest for s in held))
    days = session.settings.retention.quarantine
    found = []
    for stored in held:
        since = retirements.since("snapshots", stored.digest)
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
                iso_time(since + days * DAY),
                ", ".join(retirements.reasons("snapshots", stored.digest)),
                stored.digest in returns,
            )
        )
    return found


def undelete(session: Session, wanted: Sequence[str]) -> Undeleted:
    """Brings these back; tells what is in quarantine then.

    Raises UsageError("not_retired"), ("snapshot_unknown", …), ("snapshot_ambiguous", …),
    Failed("quarantine_over").
    """
    if not wanted:
        return Undeleted([], quarantined(session))
    listed = session.snapshots
    found = [_resolve(listed.items, listed.retired, each) for each in wanted]
    identity = device_identity(session)
    done = []
    for digest in dict.fromkeys(each.digest for each in found):
        if ERASURE in session.vault.retirements().reasons("snapshots", digest):
            raise UsageError("erased_stays", snapshot=digest.hex()[:8])
        bring_back(session.vault, identity, bootstrap.random, bootstrap.clock, digest)
        done.append(digest.hex())
    session.forget_snapshots()
    return Undeleted(done, quarantined(session))


def _resolve(items: Iterable[Stored], retired: Iterable[Stored], wanted: str) -> Stored:
    prefix = wanted.lower()
    found = [s for s in retired if len(prefix) >= 4 and s.id.startswith(prefix)]
    if len(found) > 1:
        raise UsageError("snapshot_ambiguous", snapshot=wanted)
    if found:
        return found[0]
    if any(len(prefix) >= 4 and s.id.startswith(prefix) for s in items):
        raise UsageError("not_retired")
    raise UsageError("snapshot_unknown", snapshot=wanted)
