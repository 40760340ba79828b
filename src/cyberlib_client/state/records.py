"""What the history holds: runs, incidents, moments. Plain values, for who reads it without opening it."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import msgspec

Fact = str | int | float | None
Trigger = Literal["user", "schedule", "changes", "missed", "reconcile"]
Outcome = Literal["completed", "stopped", "failed"]
Severity = Literal["notice", "warning", "critical"]

CHOSEN: Final = "chosen"
"""The scope of a backup of other paths than the profile's sources."""
INTERRUPTED: Final = "interrupted"
"""The reason of a run that nobody ended."""


class RunRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One run that ended. Times in ns since 1970.

    `reason`: a code of core.errors, empty when completed; of a stopped run, `facts["by"]` says by what
    ("user", "battery", "metered", "shutdown", "system"). `snapshot`: hex. `unread`: files without a sound
    copy. `scope`: "full", "partial" or "chosen" of a backup, else empty. A run that was never heard of again
    is failed with "interrupted": `ended` is then `started`, as nobody knows better, and `facts["found"]`
    when that was noticed."""

    command: str
    trigger: Trigger
    started: int
    ended: int
    outcome: Outcome
    exit: int = 0
    reason: str = ""
    facts: dict[str, Fact] = {}
    snapshot: str = ""
    files: int = 0
    bytes: int = 0
    stored: int = 0
    unread: int = 0
    scope: str = ""


class RunBegun(msgspec.Struct, frozen=True):
    """A run that is at work now. `run`: its number, as `begin` gave it."""

    run: int
    command: str
    trigger: Trigger
    started: int


class IncidentRecord(msgspec.Struct, frozen=True):
    """Something that is wrong (`cleared` is None) or was. `subject`: what it is about (a path, a code), or
    empty. `times`: how often it was seen. Times in ns."""

    kind: str
    subject: str
    facts: dict[str, Fact]
    severity: Severity
    first: int
    last: int
    times: int
    cleared: int | None


class Raised(NamedTuple):
    """What is wrong now; see `IncidentRecord`."""

    kind: str
    subject: str
    severity: Severity
    facts: dict[str, Fact]


class Moment(msgspec.Struct, frozen=True):
    """What happened between runs: "agent_started", "slept"…, `at` in ns."""

    at: int
    kind: str
    facts: dict[str, Fact] = {}
