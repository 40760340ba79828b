"""Which snapshot is meant, and what is worth knowing of it before anybody relies on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ..core.errors import CyberlibError, IntegrityError, UsageError
from ..core.format_v1.snapshot import DEVICE_ID_SIZE
from ..files.names import to_vault_path
from ..repository.snapshots import Stored
from ..services.browse import look
from ..state.credentials import read_identity
from .paths import native_of, shown, shown_text, vault_path_in
from .session import Session
from .snapshot_list import absent_sources
from .times import iso_time
from .workplace import Fact, Notice

LATEST: Final = "latest"

_MOST_NAMED: Final = 5
"""Devices named in one notice."""


def choose(session: Session, wanted: str) -> Stored:
    """The snapshot called by its id, the beginning of it, `latest` or `latest@DEVICE`.

    `latest` is this device's newest. A device that has none gets the newest of all, and a notice if these are
    of several. Raises UsageError("no_snapshot"), ("snapshot_unknown"), ("snapshot_ambiguous"),
    ("device_unknown", device=…, known=…); IntegrityError("no_snapshot_left").
    """
    listed = session.snapshots
    if wanted != LATEST:
        return listed.resolve(wanted)
    device = own_device(session)
    stored = listed.resolve(LATEST, device)
    made_by = stored.snapshot.device
    others = _names(s for s in listed.items if s.snapshot.device.id != made_by.id)
    if made_by.id != device and others:
        facts: dict[str, Fact] = {"snapshot": stored.id[:8], "time": iso_time(stored.snapshot.time)}
        facts |= {"device": shown_text(made_by.name), "others": others}
        session.notify(Notice("latest_of_another", facts))
    return stored


def own_device(session: Session) -> bytes | None:
    """The id by which this machine's snapshots are known in the vault, or None: it has made none yet."""
    try:
        seed = read_identity(session.profile, session.vault.keys)
    except CyberlibError:
        return None  # damaged: the next backup says so, and makes a new one
    return seed[:DEVICE_ID_SIZE] if seed is not None else None


def tell_newer(session: Session, wanted: str, stored: Stored) -> None:
    """A notice when `latest` was asked for and other devices have newer snapshots."""
    if wanted != LATEST or stored.snapshot.device.id != own_device(session):
        return
    items = session.snapshots.items
    newer = _names(s for s in items if s.snapshot.time > stored.snapshot.time and not _same_device(s, stored))
    if newer:
        session.notify(Notice("newer_elsewhere", {"snapshot": stored.id[:8], "others": newer}))


def tell_absent(session: Session, wanted: str, stored: Stored, paths: Sequence[bytes]) -> None:
    """A notice for each source that one would expect among `paths` (none: everything) and that the snapshot
    lacks: it was not there when the snapshot was made; or, of `latest`, the snapshot before had it, or the
    profile protects it. Each names the newest snapshot of that device that holds it."""
    absent = absent_sources(stored)
    open_ones = [path for path in paths if not _covers(stored, path, absent)]
    if paths and not open_ones:
        return  # all of it lies in sources that are there
    own = stored.snapshot.sources
    latest = wanted.partition("@")[0] == LATEST
    before = _sources_before(session, stored) if latest else ()
    usual = tuple(_protected(session, stored)) if latest else ()
    for path in dict.fromkeys((*own, *before, *usual)):
        if not _concerns(path, open_ones) or _holds(session, stored, path):
            continue
        last = _last_with(session, stored, path)
        if last is None and path not in own:
            continue  # never saved so far: nothing is gone
        facts: dict[str, Fact] = {
            "path": shown(path),
            "snapshot": stored.id[:8],
            "last": last.id[:8] if last else None,
            "time": iso_time(last.snapshot.time) if last else None,
        }
        if path in own:
            session.notify(Notice("source_was_missing", facts))
        elif path in usual:
            session.notify(Notice("source_not_included", facts))
        else:
            session.notify(Notice("source_no_longer_included", facts))


def snapshot_before(session: Session, stored: Stored) -> Stored | None:
    """The one that the same device made before."""
    mine = (s for s in session.snapshots.items if _same_device(s, stored))
    before = [s for s in mine if s.snapshot.sequence < stored.snapshot.sequence]
    return before[-1] if before else None


def _sources_before(session: Session, stored: Stored) -> Sequence[bytes]:
    before = snapshot_before(session, stored)
    return before.snapshot.sources if before is not None else ()


def _protected(session: Session, stored: Stored) -> Iterator[bytes]:
    """What this profile protects, of a snapshot of its own."""
    if stored.snapshot.device.id == own_device(session):
        for source in session.settings.sources:
            try:
                yield to_vault_path(native_of(source))
            except UsageError:
                continue  # settings edited by hand: `sources list` says so


def _last_with(session: Session, stored: Stored, path: bytes) -> Stored | None:
    items = reversed(session.snapshots.items)
    return next((s for s in items if _same_device(s, stored) and _holds(session, s, path)), None)


def _holds(session: Session, stored: Stored, path: bytes) -> bool:
    """Whether a snapshot holds a source, by its own record; that costs no look into the tree."""
    s = stored.snapshot
    absent = absent_sources(stored)
    if path in absent or not _covers(stored, path, absent):
        return False
    if s.incident_count <= len(s.incidents):
        return True
    try:  # its record does not name all that was missing
        return look(session.vault.reader(), s.root, path) is not None
    except IntegrityError:
        return True  # what cannot be read is told by whoever reads it


def _covers(stored: Stored, path: bytes, absent: Sequence[bytes]) -> bool:
    """Whether a path lies in a source that was there, none of those `absent`."""
    return any(vault_path_in(path, source) for source in stored.snapshot.sources if source not in absent)


def _concerns(source: bytes, paths: Sequence[bytes]) -> bool:
    """Whether a source is among what `paths` ask for (none: everything), or holds some of it."""
    return not paths or any(vault_path_in(source, path) or vault_path_in(path, source) for path in paths)


def _same_device(a: Stored, b: Stored) -> bool:
    return a.snapshot.device.id == b.snapshot.device.id


def _names(snapshots: Iterable[Stored]) -> str:
    names = list(dict.fromkeys(shown_text(s.snapshot.device.name) for s in snapshots))
    return ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
