"""The chores there are: to add one, add a line to `CHORES` (and its job to `messages.Job`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from ...core.errors import Stopped, Unreachable
from ...state.copy_settings import CopySettings, read_every
from ...state.drill_settings import drill_seconds
from ...state.settings import Settings
from ..session import Session
from .chores import DAILY, WEEKLY, Chore
from .messages import CheckJob, CopyJob, DrillJob, Job, RestoreJob, RetentionJob, VerifyJob

_DAY: Final = 86_400.0

_DRILL_YIELDS: Final = 3
"""Stopped, a drill begins anew: where changes never end, backups wait for the fourth."""


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


def _copies_wanted(settings: Settings) -> Sequence[Chore]:
    return [
        Chore(
            f"copy:{copy.name}",
            _interval(read_every(copy.every)),
            CopyJob(copy.name),
            ready=partial(_is_here, copy),
            prompt=True,
        )
        for copy in settings.copies
        if copy.every
    ]


def _interval(every: int) -> float:
    """Days of work move about: what is wanted each day may be some hours early."""
    return every - (_DAY - DAILY) if every >= _DAY else float(every)


def _is_here(copy: CopySettings) -> bool:
    """Whether its disk is plugged in. A bucket is asked by the run itself, and so is a share: one that does
    not answer must not hold the agent up."""
    from .. import bootstrap
    from ..known_disks import folder_of

    far = copy.at.lower().startswith("s3:") or (not copy.disk and bootstrap.volumes().is_remote(copy.at))
    return far or folder_of(copy) is not None


def _copy(session: Session, job: CopyJob) -> Done:
    from ..copying import run_copies

    try:
        done = run_copies(session, names=[job.name] if job.name else [])
    except Unreachable as error:
        if error.code in ("copy_gone", "copy_not_here"):  # it goes on as soon as the disk is there again
            raise Stopped(by="unplugged") from None
        raise
    return Done(done.exit_code, done)


def _checks_wanted(settings: Settings) -> Sequence[Chore]:
    """Of disks and shares: what a bucket gives back is paid for, and its provider's to keep."""
    return [
        # After the copy that its disk was plugged in for.
        Chore(f"check:{copy.name}", DAILY, CheckJob(copy.name), ready=partial(_is_here, copy), last=True)
        for copy in settings.copies
        if settings.copying.check and not copy.at.lower().startswith("s3:")
    ]


def _check(session: Session, job: CheckJob) -> Done:
    from ..copy_checks import check

    try:
        done = check(session, job.name, repair=False, rotate=True)
    except Unreachable as error:
        if error.code in ("copy_gone", "copy_not_here"):
            raise Stopped(by="unplugged") from None
        raise
    return Done(done.exit_code, done)


def _drill_wanted(settings: Settings) -> Sequence[Chore]:
    every = drill_seconds(settings.drill)
    return [Chore("drill", every, DrillJob(), yields=_DRILL_YIELDS)] if every is not None else []


def _drill(session: Session, _job: DrillJob) -> Done:
    from ..drills import run_drill

    done = run_drill(session)
    return Done(done.exit_code, done)


def _retention_wanted(_settings: Settings) -> Sequence[Chore]:
    # Whether there is anything to do the vault tells: its policies may be another machine's doing.
    return [Chore("retention", WEEKLY, RetentionJob())]


def _retention(session: Session, _job: RetentionJob) -> Done:
    from ..retention import apply, is_called_for

    if not is_called_for(session):
        return Done(0, None)
    done = apply(session, sure=True)
    if session.settings.refusals:
        from ..refusal_proofs import check

        check(session)
    return Done(0, done)


def _restore_wanted(_settings: Settings) -> Sequence[Chore]:
    return []  # somebody asks for it, or nobody does


def _restore(session: Session, job: RestoreJob) -> Done:
    from ..bringing import bring_back

    done = bring_back(session, job.snapshot, job.items, job.to, job.conflict)
    return Done(done.exit_code, done)


CHORES: Final = (
    Kind(VerifyJob, "verify", _verify_wanted, _verify),
    Kind(CopyJob, "copy", _copies_wanted, _copy),
    Kind(CheckJob, "check", _checks_wanted, _check),
    Kind(DrillJob, "drill", _drill_wanted, _drill),
    Kind(RestoreJob, "restore", _restore_wanted, _restore),
    Kind(RetentionJob, "retention", _retention_wanted, _retention),
)


def chores_of(settings: Settings) -> list[Chore]:
    """Those that these settings ask for; none without a vault."""
    if settings.vault is None:
        return []
    return [chore for kind in CHORES for chore in kind.wanted(settings)]


def kind_of(job: object) -> Kind | None:
    """That of a job; None for one of the agent's own, and for a backup."""
    return next((kind for kind in CHORES if isinstance(job, kind.job)), None)
