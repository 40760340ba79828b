"""What an agent does not take from a client: it would mean nothing, or never end."""

from __future__ import annotations

import os

from ...core.conditions import LONGEST_PAUSE
from ...core.errors import UsageError
from .messages import BackupJob, Job, RestoreJob


def check_job(job: Job) -> None:
    """Raises UsageError("bad_order") for paths that begin nowhere, and for a restore of nothing."""
    if isinstance(job, BackupJob) and not all(os.path.isabs(path) for path in job.paths):
        raise UsageError("bad_order")
    if isinstance(job, RestoreJob) and not (job.items and (not job.to or os.path.isabs(job.to))):
        raise UsageError("bad_order")


def check_pause(until: int, now: int) -> None:
    """Raises UsageError("bad_order") for one that no pause lasts to. Both in ns since 1970."""
    if not 0 <= until <= now + LONGEST_PAUSE:
        raise UsageError("bad_order")


def standing(until: int | None, now: int) -> int | None:
    """The end of a pause that goes on: one that is too long was made before the clock was set back."""
    return until if until is not None and now < until <= now + LONGEST_PAUSE else None
