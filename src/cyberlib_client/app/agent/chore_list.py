"""The chores there are: to add one, add a line to `CHORES` (and its job to `messages.Job`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from ...state.settings import Settings
from ..session import Session
from .chores import DAILY, Chore
from .messages import Job, VerifyJob


class Done(NamedTuple):
    """What a worker has to tell of a job: the command's exit code, and its result as `--json` has it."""

    exit_code: int
    result: object


class Kind(NamedTuple):
    """`command`: under which history and `agent status` name it; `wanted`: by these settings; `do`: in the
    worker."""

    job: type[Job]
    command: str
    wanted: Callable[[Settings], Sequence[Chore]]
    do: Callable[[Session, Any], Done]


def _verify_wanted(settings: Settings) -> Sequence[Chore]:
    return [Chore("verify", DAILY, VerifyJob(rotate=True))] if settings.verification.rotate else []


def _verify(session: Session, job: VerifyJob) -> Done:
    from ..verifying import run_verify

    done = run_verify(session, percent=job.percent, rotate=job.rotate)
    return Done(done.exit_code, done)


CHORES: Final = (Kind(VerifyJob, "verify", _verify_wanted, _verify),)


def chores_of(settings: Settings) -> list[Chore]:
    """Those that these settings ask for; none without a vault."""
    if settings.vault is None:
        return []
    return [chore for kind in CHORES for chore in kind.wanted(settings)]


def kind_of(job: object) -> Kind | None:
    """That of a job; None for one of the agent's own, and for a backup."""
    return next((kind for kind in CHORES if isinstance(job, kind.job)), None)
