"""How much room there is for a vault, and how long it will last."""

from __future__ import annotations

import shutil

from ..core.forecast import LOOKED_BACK, Grown, Room, forecast
from ..core.windows_paths import extended
from . import bootstrap, stores
from .host_told import HostTold
from .session import Session


def room_of(session: Session, host: HostTold | None) -> Room | None:
    """None where nobody knows how much there is: in a bucket, or where the subscription has no end."""
    if host is not None:
        if not host.quota:
            return None
        total, left = host.quota, max(0, host.quota - host.bytes)
    else:
        folder = stores.location_folder(session.place.at)
        if folder is None:
            return None
        try:
            usage = shutil.disk_usage(extended(folder))
        except OSError:
            return None
        total, left = usage.total, usage.free
    if total <= 0:
        return None
    now = bootstrap.clock()
    return Room(total, left, forecast(grown(session, now), left, now))


def grown(session: Session, now: int) -> list[Grown]:
    """What the history knows: what backups put in, what retention deleted. Without the first backup."""
    first = session.history.completed("backup", first=True)
    found = []
    for run in session.history.runs(now - LOOKED_BACK, limit=20_000):
        if run.command == "backup" and run != first:
            found.append(Grown(run.started, run.stored))
        elif run.command == "retention" and run.outcome == "completed":
            found.append(Grown(run.started, -run.bytes))
    return found
