"""Starting the agent of a profile as a process of its own, which outlives whoever starts it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from ...core.errors import CyberlibError, Failed
from ...core.format_v1.malformed import MALFORMED
from ...state.profile import Profile
from ..program import end, program
from .messages import ErrorTold, raised
from .place import read_address

if sys.platform == "win32":
    _FLAGS: Final = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _FLAGS: Final = 0

_PATIENCE: Final = 30.0
_LOOK: Final = 0.05
"""Seconds."""

_MOST_SAID: Final = 64 << 10


class _Error(msgspec.Struct):
    code: str
    facts: dict[str, Any] = {}


class _Answer(msgspec.Struct):
    """Of what the command says as JSON, what is needed."""

    error: _Error | None = None


def start_agent(
    profile: Profile, failed: Callable[[CyberlibError], object] = lambda _error: None
) -> subprocess.Popen[bytes]:
    """One that finds another at work ends by itself. `failed` hears, in a thread of its own, why one ended
    before it was at work, were it Failed("agent_running", pid=…). Failed("agent_not_started", reason=…)."""
    try:
        process = subprocess.Popen(
            [*program(), "--json", "--profile", profile.root, "agent", "run", "--on-its-own"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=_FLAGS,
            start_new_session=True,
        )
    except OSError as error:
        raise Failed("agent_not_started", reason=error.strerror) from None
    threading.Thread(target=_hear, args=(process, failed), daemon=True).start()
    return process


def _hear(process: subprocess.Popen[bytes], failed: Callable[[CyberlibError], object]) -> None:
    """Until it is at work, and lets go of its streams, or is over."""
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.read(_MOST_SAID)
    error = _error_in(said)
    if error is not None:
        failed(error)
    process.wait()  # else it would stay a zombie


def _error_in(said: bytes) -> CyberlibError | None:
    if not said:
        return None
    try:
        error = msgspec.json.decode(said, type=_Answer).error
    except MALFORMED:
        return Failed("agent_not_started", reason=None)
    return raised(ErrorTold("Failed", error.code, error.facts)) if error is not None else None


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
