"""Commands whose job the agent of the profile does, when there is one: told as if they had done it."""

from __future__ import annotations

import os
from typing import TypeVar

import msgspec

from ...core.errors import CyberlibError
from ..backups import BackupDone
from ..paths import native_path
from ..session import Session
from ..sources import Choice
from ..verifying import Verified
from ..workplace import Notice
from .client import agent_of
from .messages import (
    Accepted,
    BackupJob,
    Event,
    IncidentTold,
    Job,
    NoticeTold,
    ProgressTold,
    VerifyJob,
    raised,
)

T = TypeVar("T")

_OURS = ("locked", "agent_ending", "agent_gone", "agent_stuck", "agent_unfit", "agent_denied")
"""What the agent cannot do and the command can: ask for a passphrase, or go on without it."""


def backup_through_agent(session: Session, choice: Choice, limit_upload: str | None) -> BackupDone | None:
    """As `backups.run_backup`; None when no agent does it."""
    job = BackupJob(
        [os.fsencode(native_path(path)) for path in choice.paths],
        list(choice.exclude),
        choice.label,
        choice.one_file_system,
        choice.default_exclusions,
        limit_upload,
    )
    return _through(session, job, BackupDone)


def verify_through_agent(session: Session, percent: int, *, rotate: bool = False) -> Verified | None:
    """As `verifying.run_verify`; None when no agent does it."""
    return _through(session, VerifyJob(percent, rotate), Verified)


def _through(session: Session, job: Job, kind: type[T]) -> T | None:
    try:
        client = agent_of(session.profile)
        if client is None:
            return None
        with client:
            told = _Told(session)
            ended = client.run(job, told.hear, told.accepted, session.cancel, watched=session.watched)
    except CyberlibError as error:
        if error.code not in _OURS or session.cancel.cancelled:
            raise
        session.notify(Notice(error.code, dict(error.facts)))
        return None
    if ended.error is not None:
        if ended.error.code in _OURS:
            return None
        raise raised(ended.error)
    return msgspec.json.decode(ended.result, type=kind)


class _Told:
    """Hands on what a job tells."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def accepted(self, place: Accepted) -> None:
        """It waits for others."""
        if place.ahead:
            self._session.notify(Notice("agent_busy", {"count": place.ahead}))

    def hear(self, event: Event) -> None:
        """An event of the job."""
        if isinstance(event, ProgressTold):
            self._session.listener(event.progress)
        elif isinstance(event, IncidentTold):
            self._session.listener(event.incident)
        elif isinstance(event, NoticeTold):
            self._session.notify(event.notice)
