"""What is remembered of each run, however it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec

from ..core.errors import Busy, CyberlibError, IntegrityError, Refused, Stopped, Unreachable, UsageError
from ..state.records import RunRecord
from . import bootstrap, incidents, stores
from .incidents import Met
from .session import Session

REMEMBERED: Final = ("backup", "restore", "verify", "copy", "repair", "drill", "retention")


Facts = Mapping[str, str | int | float | None]
Ended = Callable[..., None]
"""Called at the end of a run that was done, with its exit code, what it met (`met`, see `incidents.Met`) and
figures (see `state.records.RunRecord`)."""


@contextlib.contextmanager
def remembered_if_failed(session: Session, command: str) -> Iterator[None]:
    """Keeps in the history that a run could not begin: the vault is not there or not sound, the host does not
    admit this machine, or, of what comes round by itself, whatever it was: nobody saw it. What somebody
    answered wrongly or took back is no run."""
    started = bootstrap.clock()
    try:
        yield
    except CyberlibError as error:
        alone = session.trigger != "user" and not isinstance(error, (Stopped, Busy, UsageError))
        if alone or isinstance(error, (Unreachable, IntegrityError, Refused)):
            history = session.history
            run = history.begin(command, session.trigger, started)
            record = RunRecord(
                command,
                session.trigger,
                started,
                bootstrap.clock(),
                "failed",
                error.exit_code,
                error.code,
                dict(error.facts),
            )
            history.end(run, record)
            incidents.after_run(history, record, Met())
        raise


@contextlib.contextmanager
def remembered(session: Session, command: str) -> Iterator[Ended]:
    """Keeps the run in the profile's history, from now until the block ends, by whatever way."""
    # What is found wrong with a copy, or not, says nothing of the vault.
    if session.settings.vault is None or (session.copy and command == "verify"):
        yield lambda *_figures, **_more: None
        return
    started = bootstrap.clock()
    history = session.history
    run = history.begin(command, session.trigger, started)
    record = RunRecord(command, session.trigger, started, 0, "failed", 1, "internal_error")
    met = Met()

    def ended(
        exit_code: int,
        met_now: Met | None = None,
        **figures: str | int | Mapping[str, str | int | float | None],
    ) -> None:
        nonlocal record, met
        met = met_now or met
        record = msgspec.structs.replace(record, outcome="completed", exit=exit_code, reason="", **figures)

    def failed(code: str, exit_code: int, facts: Facts) -> None:
        nonlocal record
        outcome = "stopped" if code == "stopped" else "failed"
        record = msgspec.structs.replace(
            record, outcome=outcome, exit=exit_code, reason=code, facts=dict(facts)
        )

    try:
        yield ended
    except CyberlibError as error:
        failed(error.code, error.exit_code, error.facts)
        raise
    except KeyboardInterrupt:
        failed("stopped", Stopped.exit_code, {"by": session.cancel.reason or "user"})
        raise
    finally:
        record = msgspec.structs.replace(record, ended=bootstrap.clock())
        history.end(run, record)
        incidents.after_run(history, record, met, clock_moved=session.clock_moved)
        if stores.is_host(session.settings.vault.at) and not session.copy:
            from .telling import tell_host

            tell_host(session, run)
