"""What of an agent outlives its process: when the next run is due, a pause, and the history."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol

import msgspec

from ...core.errors import CyberlibError
from ...core.format_v1.malformed import MALFORMED
from ...core.plan import Due, Instant
from ...state.private_file import read_file
from ...state.profile import Profile
from ...state.records import Trigger
from ..workplace import Fact
from .chores import Past
from .messages import Ended
from .status import WatchInfo


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """The file `state/timetable.json`. A cache: without it the next run is soon. Times in ns. `alive`: when
    an agent was last seen, a quarter of an hour ago at most while it runs; `running`: it has not said since
    that it ends; `chores`: by name, what comes round by itself."""

    due: Due | None = None
    paused_until: Instant | None = None
    alive: Instant = 0
    running: bool = False
    chores: dict[str, Past] = {}


class Memory(Protocol):
    """Where an agent keeps what it knows. No method raises."""

    def read(self) -> Kept:
        """As it was written last."""

    def write(self, kept: Kept) -> None:
        """For the next process."""

    def random(self) -> float:
        """0 to 1."""

    def note(self, kind: str, facts: dict[str, Fact], at: int) -> None:
        """Something happened between runs."""

    def problem(self, code: str, facts: dict[str, Fact], before: str, at: int) -> None:
        """The agent cannot work, for another reason than before; "" when it can."""

    def watching(self, sources: Sequence[WatchInfo], at: int) -> None:
        """What is watched now; told at each look."""

    def over(self, command: str, trigger: Trigger, started: int, ended: Ended) -> None:
        """A job ended."""


def read_kept(profile: Profile) -> Kept:
    """Never fails: what is damaged is absent."""
    try:
        data = read_file(profile.timetable)
        return msgspec.json.decode(data, type=Kept) if data is not None else Kept()
    except (CyberlibError, *MALFORMED):
        return Kept()


def write_kept(profile: Profile, kept: Kept) -> None:
    """Never fails: what could not be kept costs a run too many."""
    try:
        profile.write(profile.timetable, msgspec.json.encode(kept))
    except CyberlibError:
        return


def chance() -> float:
    """0 to 1: this machine's share of the jitter."""
    return random.random()
