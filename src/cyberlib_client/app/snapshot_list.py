"""The snapshots of the vault as plain values. Apart from `browsing`, for a listing that starts at once."""

from __future__ import annotations

from ..repository.snapshots import Stored
from .listed import HookRunInfo, SnapshotInfo
from .paths import shown, shown_text
from .session import Session
from .times import iso_time


def snapshots(session: Session, *, retired: bool = False) -> list[SnapshotInfo]:
    """All snapshots, oldest first; with `retired`, those in quarantine. Missing and damaged ones are told,
    see `Session.incomplete`."""
    listed = session.snapshots  # reading them may find that they are not all
    session.incomplete |= listed.incomplete
    chosen = listed.retired if retired else listed.items
    return [snapshot_info(stored) for stored in chosen]


def snapshot_info(stored: Stored) -> SnapshotInfo:
    """A snapshot as plain values."""
    s, counts = stored.snapshot, stored.snapshot.statistics
    return SnapshotInfo(
        id=stored.id,
        time=iso_time(s.time),
        started=iso_time(s.started),
        device=shown_text(s.device.name),
        user=shown_text(s.user),
        system=s.system,
        label=shown_text(s.label),
        sequence=s.sequence,
        previous=s.previous.hex() if s.previous else None,
        sources=[shown(path) for path in s.sources],
        files=counts.files,
        directories=counts.directories,
        others=counts.others,
        bytes=counts.bytes,
        new_files=counts.new_files,
        changed_files=counts.changed_files,
        new_bytes=counts.new_bytes,
        stored=counts.stored,
        incidents=s.incident_count,
        missing=[shown(path) for path in absent_sources(stored)],
        hooks=[
            HookRunInfo(
                shown_text(h.name), h.when, h.exit, h.milliseconds / 1000, h.timed_out, shown_text(h.detail)
            )
            for h in s.hooks
        ],
    )


def absent_sources(stored: Stored) -> list[bytes]:
    """The sources that were not there when the snapshot was made."""
    told = {path for code, path, _ in stored.snapshot.incidents if code == "source_missing"}
    return [path for path in stored.snapshot.sources if path in told]
