"""Starting the agent of a profile as a process of its own, which outlives whoever starts it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from ...core.errors import Failed
from ...state.profile import Profile
from ..program import end, program
from .place import read_address

if sys.platform == "win32":
    _FLAGS: Final = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _FLAGS: Final = 0

_PATIENCE: Final = 30.0
_LOOK: Final = 0.05
"""Seconds."""


def start_agent(profile: Profile) -> subprocess.Popen[bytes]:
    """One that finds another at work ends by itself. Failed("agent_not_started", reason=…)."""
    try:
        process = subprocess.Popen(
            [*program(), "--profile", profile.root, "agent", "run"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=_FLAGS,
            start_new_session=True,
        )
    except OSError as error:
        raise Failed("agent_not_started", reason=error.strerror) from None
    threading.Thread(target=process.wait, daemon=True).start()  # else it would stay a zombie
    return process


@contextlib.contextmanager
def agent_of_its_own(profile: Profile) -> Iterator[None]:
    """An agent at work within, and gone after: nothing writes to the profile any more.

    Raises Failed("agent_not_started", reason=…)."""
    process = start_agent(profile)
    try:
        _wait_for(lambda: read_address(profile) is not None or process.poll() is not None)
        yield
    finally:
        end(process, _PATIENCE)


def _wait_for(true: Callable[[], bool]) -> None:
    """At most `_PATIENCE` seconds."""
    begun = time.monotonic()
    while not true() and time.monotonic() - begun < _PATIENCE:
        time.sleep(_LOOK)
