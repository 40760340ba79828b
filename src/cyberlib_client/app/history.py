"""What is remembered of each run, however it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from ..core.errors import CyberlibError
from ..state.runs import Run, add_run
from . import bootstrap
from .session import Session

REMEMBERED: Final = ("backup", "restore", "verify")

Ended = Callable[..., None]
"""Called at the end of a run that was done, with its exit code and figures (see `state.runs.Run`)."""


@contextlib.contextmanager
def remembered(session: Session, command: str) -> Iterator[Ended]:
    """Adds the run to the profile's history when the block ends, by whatever way."""
    run = Run(command, bootstrap.clock(), 0, 1, error="internal_error")

    def ended(exit_code: int, **figures: str | int) -> None:
        nonlocal run
        run = msgspec.structs.replace(run, exit=exit_code, error="", **figures)

    try:
        yield ended
    except CyberlibError as error:
        run = msgspec.structs.replace(run, exit=error.exit_code, error=error.code)
        raise
    except KeyboardInterrupt:
        run = msgspec.structs.replace(run, exit=130, error="stopped")
        raise
    finally:
        if session.settings.vault is not None:
            add_run(session.profile, msgspec.structs.replace(run, ended=bootstrap.clock()))
