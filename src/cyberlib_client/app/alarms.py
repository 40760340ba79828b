"""The ransomware alarm: what each backup saw is compared with the device's past, and told.

It never stops a backup. While it stands, retention is frozen: no snapshot is removed.
"""

from __future__ import annotations

import contextlib
import os

import msgspec

from ..core.alarm import assess, dismissed
from ..core.errors import CyberlibError, IntegrityError, UsageError
from ..core.signs import Alarm, Ending, Signs
from ..services.backup import BackupResult
from ..state.alarms import KEPT, Alarms, Dismissed, read_alarms, write_alarms
from ..state.profile import Profile
from . import bootstrap, canaries
from .alarms_told import AlarmDismissed as AlarmDismissed
from .alarms_told import AlarmShown as AlarmShown
from .alarms_told import ReasonInfo as ReasonInfo
from .freezing import freeze, thaw
from .session import Session
from .sources import Choice, chosen_sources
from .times import iso_time
from .workplace import Fact, Notice

KIND = "ransomware_alarm"
"""Of its incident in the history, which the host is told of with the run."""


class CanariesSet(msgspec.Struct, frozen=True):
    """Decoys that are in place now, or were removed."""

    on: bool
    placed: int
    removed: int


def known_endings(profile: Profile) -> dict[str, Ending]:
    """What earlier runs learned, for the next one. Never fails a run."""
    try:
        return dict(read_alarms(profile).past.endings)
    except CyberlibError:
        return {}


def after_backup(session: Session, result: BackupResult, *, whole: bool = True) -> Alarm | None:
    """The alarm that stands after this run, told; None without one. Never fails a run.

    `whole`: it was one of all sources of the profile.
    """
    snapshot = result.snapshot.snapshot
    before = snapshot.previous.hex() if snapshot.previous else ""
    try:
        alarms = _of_this_vault(session, _read(session))
        files = result.signs.files if whole else max(result.signs.files, alarms.files)
        signs = msgspec.structs.replace(result.signs, files=files)
        return _go_on(session, msgspec.structs.replace(alarms, files=files), signs, before)
    except CyberlibError as error:
        session.notify(Notice(error.code, dict(error.facts)))
        return None


def check_canaries(session: Session) -> Alarm | None:
    """Looks at the decoys alone, as soon as something happens in their folders. With the profile's lock; as
    `after_backup`, but for telling nothing when nothing is new."""
    try:
        alarms = _read(session)
        if not alarms.canaries or canaries.look(alarms.canaries).left == alarms.canaries:
            return alarms.alarm
        newest = session.snapshots.items[-1:]
        return _go_on(
            session, alarms, Signs(bootstrap.clock(), files=alarms.files), newest[0].id if newest else ""
        )
    except CyberlibError as error:
        session.notify(Notice(error.code, dict(error.facts)))
        return None


def is_frozen(profile: Profile) -> bool:
    """Whether no snapshot may be removed: an alarm stands, or nobody can tell."""
    try:
        return read_alarms(profile).alarm is not None
    except CyberlibError:
        return True


def show(session: Session) -> AlarmShown:
    """The alarm as it stands. IntegrityError("alarm_damaged")."""
    alarms = read_alarms(session.profile)
    alarm = alarms.alarm
    decoys = len(alarms.canaries)
    if alarm is None:
        return AlarmShown("none", None, None, None, 0, 0, [], decoys, False)
    return AlarmShown(
        alarm.level,
        iso_time(alarm.at),
        iso_time(alarm.since) if alarm.since else None,
        alarm.clean or None,
        alarm.lost,
        alarm.points,
        [ReasonInfo(r.code, r.count, r.days, r.points) for r in alarm.reasons],
        decoys,
        True,
    )


def dismiss(session: Session, reason: str = "", device: str = "") -> AlarmDismissed:
    """Takes the alarm back, against a proof; what raised it counts as the user's own doing from now on.
    `device`: that of another device by this name, or of this one where nothing is known of it any more: the
    vault is frozen no longer.

    Raises UsageError("no_alarm"), ("no_freeze", device=…, known=…),
    IntegrityError("alarm_damaged"), Busy("profile_busy"), and as `Session.prove`.
    """
    if device:
        session.unlock()
        session.prove()
        thaw(session, device)
        return AlarmDismissed(reason, iso_time(bootstrap.clock()))
    if read_alarms(session.profile).alarm is None:
        raise UsageError("no_alarm")
    session.unlock()
    session.prove()
    with bootstrap.lock(session.profile):
        alarms = read_alarms(session.profile)
        if alarms.alarm is None:
            raise UsageError("no_alarm")
        now = bootstrap.clock()
        told = Dismissed(now, reason, alarms.alarm)
        thaw(session)  # first: what is left of an alarm freezes the vault again
        write_alarms(
            session.profile,
            msgspec.structs.replace(
                alarms,
                past=dismissed(alarms.past, now, alarms.endings),
                alarm=None,
                endings=(),
                dismissed=(*alarms.dismissed, told)[-KEPT:],
            ),
        )
        session.history.clear(KIND, "", now)
    return AlarmDismissed(reason, iso_time(told.alarm.at))


def set_canaries(session: Session, *, on: bool) -> CanariesSet:
    """Places decoys anew in the folders of the profile's sources, or removes them.

    Raises UsageError("no_sources"), IntegrityError("alarm_damaged"), Busy("profile_busy").
    """
    with bootstrap.lock(session.profile):
        alarms = read_alarms(session.profile)
        sources = chosen_sources(session, Choice()) if on else []
        removed = canaries.remove(alarms.canaries)
        placed = canaries.place(sources)
        write_alarms(session.profile, msgspec.structs.replace(alarms, canaries=placed))
    return CanariesSet(on, len(placed), removed)


def _go_on(session: Session, alarms: Alarms, signs: Signs, before: str) -> Alarm | None:
    looked = canaries.look(alarms.canaries)
    signs = msgspec.structs.replace(signs, canaries_changed=looked.changed, canaries_gone=looked.gone)
    past, raised = assess(alarms.past, signs, before)
    alarm = _joined(alarms.alarm, raised)
    endings = tuple(dict.fromkeys((*alarms.endings, *signs.endings)))[:50] if alarm else ()
    write_alarms(
        session.profile,
        msgspec.structs.replace(alarms, past=past, alarm=alarm, endings=endings, canaries=looked.left),
    )
    if alarm is not None:
        facts = _facts(alarm)
        session.notify(Notice("ransomware_suspected", facts))
        session.history.raise_incident(KIND, "", "critical", facts, signs.at)
        freeze(session)
    return alarm


def _joined(standing: Alarm | None, raised: Alarm | None) -> Alarm | None:
    """The alarm from now on: it began when the first one did, and it does not become milder by itself."""
    if standing is None or raised is None:
        return raised or standing
    worst = max(standing, raised, key=lambda alarm: alarm.points)
    first = min(standing, raised, key=lambda alarm: alarm.since or alarm.at)
    return msgspec.structs.replace(
        worst,
        at=standing.at,
        since=first.since,
        clean=first.clean,
        lost=max(standing.lost, raised.lost),
    )


def _facts(alarm: Alarm) -> dict[str, Fact]:
    return {
        "reason": ", ".join(f"alarm_{reason.code}" for reason in alarm.reasons),
        "count": alarm.lost,
        "since": iso_time(alarm.since or alarm.at)[:10],
        "snapshot": alarm.clean[:8] or None,
    }


def _read(session: Session) -> Alarms:
    """What is remembered; a damaged file is set aside, and told."""
    try:
        return read_alarms(session.profile)
    except IntegrityError as error:
        with contextlib.suppress(OSError):
            os.replace(session.profile.alarm, session.profile.alarm + ".damaged")
        session.tell(Notice(error.code, dict(error.facts)))
        return Alarms()


def _of_this_vault(session: Session, alarms: Alarms) -> Alarms:
    """Another vault knows nothing of this device's past; its decoys, and an alarm, stay."""
    vault = session.place.id
    if alarms.vault in ("", vault):
        return msgspec.structs.replace(alarms, vault=vault)
    return Alarms(vault, alarm=alarms.alarm, canaries=alarms.canaries, dismissed=alarms.dismissed)
