"""How long snapshots are kept: the policy shown, changed after a look at what it would do, and applied."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from ..core.dating import Told, times_of
from ..core.errors import Busy, CyberlibError, Failed, Stopped, UsageError
from ..core.retention import Dated, Decision, decide_each
from ..repository.snapshots import SnapshotList, Stored
from ..services.quarantine import DAY
from ..services.sweep import Freed, Sweep, sweep
from ..state.retention import RetentionState, read_retention, write_retention
from ..state.retention_settings import is_chosen
from . import bootstrap
from .alarms import is_frozen
from .counting import receipts_of
from .device_identity import device_identity
from .history import remembered, remembered_if_failed
from .paths import shown_text
from .policies import InForce, in_force
from .refusal_register import waiting_ids
from .retention_told import Preview as Preview
from .retention_told import RetentionDone as RetentionDone
from .retention_told import VersionTold as VersionTold
from .scheduling import local_zone
from .session import Session
from .set_aside import note_aside, tell_much
from .times import iso_time
from .workplace import Notice

LONG: Final = 60 * DAY
"""ns after which a clock that was not looked at in between may be wrong: nobody knows."""

_BACK: Final = 3600 * 10**9
"""ns by which a clock may be put right."""


class Which(msgspec.Struct, frozen=True):
    """Whose snapshots: this device's, those of devices with a name, or all."""

    device: str = ""
    every: bool = False

    @property
    def others(self) -> bool:
        """Whether it may be another's."""
        return self.every or bool(self.device)


OWN: Final = Which()

Agree = Callable[[Preview], bool | None]
"""Asks whoever is there; None when nobody is."""


def apply(
    session: Session,
    which: Which = OWN,
    *,
    dry: bool = False,
    sure: bool = False,
    clock_is_right: bool = False,
    agree: Agree = lambda _plan: None,
) -> RetentionDone:
    """Lets go of what the policy does not keep, and deletes what was let go long enough ago.

    `sure`: nobody is asked. Another device's snapshots take a proof. Raises UsageError("yes_needed"),
    ("device_unknown", …), Failed("retention_frozen", device=…), ("clock_doubtful", …),
    Busy("retention_busy"), Stopped, and as `services.sweep.sweep`.
    """
    with remembered_if_failed(session, "retention"):
        refuse_frozen(session)
        check_clock(session, clock_is_right=clock_is_right)
        session.unlock()
    if which.others and not dry:
        session.prove()
    with alone(session):
        held = in_force(session)
        decided = decision(session, held, which)
        if dry or not sure:
            plan = preview(session, decided, look(session, decided, held.quarantine))
            if dry:
                return RetentionDone(False, plan, 0, until(session, held.quarantine), 0, 0, 0, 0.0)
            if plan.going or plan.due or plan.frees:
                answer = agree(plan)
                if answer is None:
                    raise UsageError("yes_needed")
                if not answer:
                    raise Stopped
        return _apply(session, decided, held.quarantine)


def is_called_for(session: Session) -> bool:
    """Whether there is anything to apply: a policy, here or in the vault, a refusal, a snapshot that somebody
    let go. Raises as `Session.unlock`; that it did not open is remembered."""
    settings = session.settings
    if is_chosen(settings.retention) or settings.refusals:
        return True
    with remembered_if_failed(session, "retention"):
        retirements = session.vault.retirements()
    return bool(retirements.policies() or retirements.retired("snapshots"))


def _apply(session: Session, decided: Decision, quarantine: int) -> RetentionDone:
    begun = time.monotonic()
    with remembered(session, "retention") as ended:
        freed = look(session, decided, quarantine, dry=False)
        plan = preview(session, decided, freed)
        note(session, freed, len(decided.going) + len(decided.kept))
        ended(0, files=len(freed.snapshots), bytes=freed.purged)
    return RetentionDone(
        True,
        plan,
        len(freed.snapshots),
        until(session, quarantine),
        freed.purged,
        freed.purged_snapshots,
        freed.kept,
        round(time.monotonic() - begun, 3),
    )


def until(session: Session, quarantine: int) -> str:
    """When a quarantine of so many days ends that begins now; whole seconds."""
    return iso_time(session.counting.clock() // 10**9 * 10**9 + quarantine * DAY)


# ---- what goes and what stays -------------------------------------------------------------------------


def decision(session: Session, held: InForce, which: Which) -> Decision:
    """What the policies say of these devices' snapshots. UsageError("device_unknown", device=…, known=…)."""
    listed = session.snapshots
    chosen = _chosen(session, listed, which)
    now = session.counting.clock()
    times = _times(session, listed, now)
    wanted = session.vault.retirements().wanted_back()
    dated = [
        Dated(
            s.digest,
            s.snapshot.device.id,
            times[s.digest],
            s.snapshot.sequence,
            s.snapshot.label,
            s.digest in wanted,
        )
        for s in chosen
    ]
    return decide_each(held.of, dated, now, local_zone())


def _times(session: Session, listed: SnapshotList, now: int) -> dict[bytes, int]:
    every = (*listed.items, *listed.retired)
    told = (Told(s.digest, s.snapshot.device.id, s.snapshot.sequence, s.snapshot.time) for s in every)
    return times_of(told, now, receipts_of(every, session.counting.received))


def _chosen(session: Session, listed: SnapshotList, which: Which) -> list[Stored]:
    if which.every:
        return listed.items
    if not which.device:
        own = device_identity(session).device.id
        return [s for s in listed.items if s.snapshot.device.id == own]
    name = which.device.casefold()
    found = [s for s in listed.items if s.snapshot.device.name.casefold() == name]
    if not found:
        known = ", ".join(sorted({s.snapshot.device.name for s in listed.items}))
        raise UsageError("device_unknown", device=which.device, known=known)
    return found


def look(session: Session, decided: Decision, quarantine: int, *, dry: bool = True) -> Freed:
    """What that frees; `quarantine` in days; with `dry` off, it is done. Raises as `services.sweep.sweep`."""
    by_digest = {s.digest: s for s in session.snapshots.items}
    return run_sweep(session, [by_digest[d] for d in decided.going], quarantine, "policy", dry=dry)


def run_sweep(
    session: Session, going: Sequence[Stored], quarantine: int, reason: str, *, dry: bool, renew: int = 0
) -> Freed:
    """A sweep with a quarantine of so many days. `renew`: as `Sweep`. Raises as `services.sweep.sweep`."""
    try:
        return sweep(
            session.vault,
            device_identity(session),
            session.snapshots,
            Sweep(going, reason, quarantine * DAY, dry=dry, erase=waiting_ids(session), renew=renew),
            clock=session.counting.clock,
            random=bootstrap.random,
            listener=session.listener,
            cancel=session.cancel,
        )
    finally:
        if not dry:
            session.forget_snapshots()


def preview(session: Session, decided: Decision, freed: Freed) -> Preview:
    """A decision and what it frees, as plain values."""
    listed = session.snapshots
    every = {s.digest: s for s in (*listed.items, *listed.retired, *freed.snapshots)}
    times = _times(session, listed, session.counting.clock())
    kept = [told(every[d], times.get(d), rules) for d, rules in decided.kept.items() if d in every]
    going = [told(every[d], times.get(d)) for d in decided.going]
    return preview_of(going, sorted(kept, key=lambda each: (each.time, each.id)), freed)


def preview_of(going: list[VersionTold], kept: list[VersionTold], freed: Freed) -> Preview:
    """A sweep's figures with the snapshots concerned."""
    frees = freed.retired + freed.dead
    return Preview(going, kept, frees, freed.purged, freed.waiting, freed.total)


def told(stored: Stored, at: int | None = None, rules: Sequence[str] = ()) -> VersionTold:
    """A snapshot as plain values. `at`: when it was made."""
    snapshot = stored.snapshot
    return VersionTold(
        stored.id,
        iso_time(snapshot.time if at is None else at),
        iso_time(snapshot.time),
        shown_text(snapshot.device.name),
        shown_text(snapshot.label),
        snapshot.statistics.files,
        snapshot.statistics.bytes,
        list(rules),
    )


# ---- when nothing may go ------------------------------------------------------------------------------


def refuse_frozen(session: Session) -> None:
    """Failed("retention_frozen", device=…) while this machine's alarm stands; the vault's own freezes are
    the sweep's to see."""
    if is_frozen(session.profile):
        name = session.settings.device or bootstrap.machine().machine_name()
        raise Failed("retention_frozen", device=name)


def check_clock(session: Session, *, clock_is_right: bool) -> None:
    """Failed("clock_doubtful", day=…, since=…), or ("host_clock_doubtful", at=…, day=…, since=…), when the
    clock that counts went back, or leapt, since retention saw it last; noted anew when it is right.

    A host's that was never looked at is measured by this machine's.
    """
    now, at = session.counting.clock(), session.counting.at
    state = read_retention(session.profile, session.place.id)
    last = state.clock if state.clock is not None or not at else bootstrap.clock()
    if last is not None and not clock_is_right and not last - (LONG if at else _BACK) <= now <= last + LONG:
        day, since = iso_time(now)[:10], iso_time(last)[:10]
        if at:
            raise Failed("host_clock_doubtful", at=at, day=day, since=since)
        raise Failed("clock_doubtful", day=day, since=since)
    keep_state(session, msgspec.structs.replace(state, clock=now))


def note_clock(session: Session) -> None:
    """When a policy is chosen: from now on the clock is looked at."""
    state = read_retention(session.profile, session.place.id)
    if state.clock is None:
        # Without a line to the host it is looked at when the policy is applied.
        with contextlib.suppress(CyberlibError):
            keep_state(session, msgspec.structs.replace(state, clock=session.counting.clock()))


def note(session: Session, freed: Freed, of: int = 0) -> None:
    """Remembers what a sweep did. `of`: how many snapshots there were, of those that it might let go."""
    state = read_retention(session.profile, session.place.id)
    keep_state(
        session,
        msgspec.structs.replace(
            state,
            applied=bootstrap.clock(),
            retired=len(freed.snapshots),
            freed=freed.purged,
            waiting=freed.waiting,
        ),
    )
    note_aside(session)
    tell_much(session, len(freed.snapshots), of)


def keep_state(session: Session, state: RetentionState) -> None:
    """Keeps it; a notice when that fails."""
    if not write_retention(session.profile, state):
        session.notify(Notice("state_not_written", {"at": session.profile.retention}))


@contextlib.contextmanager
def alone(session: Session) -> Iterator[None]:
    """One at a time from this profile; backups go on beside it. Busy("retention_busy")."""
    path = f"{session.profile.state}/retention"
    session.profile.make_file(path)
    lock = bootstrap.file_lock(path)
    try:
        lock.__enter__()
    except Busy:
        raise Busy("retention_busy") from None
    try:
        yield
    finally:
        lock.__exit__(None, None, None)
