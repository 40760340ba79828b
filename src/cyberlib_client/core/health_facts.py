"""What is known of a profile when `health` is asked: plain facts."""

from __future__ import annotations

from typing import Literal

import msgspec

from .spread import CopiesKnown

Fact = str | int | float | None


class Fault(msgspec.Struct, frozen=True):
    """Open incidents of a kind. `count`: how many; `first`: ns, when the first was seen."""

    kind: str
    severity: Literal["notice", "warning", "critical"]
    count: int
    first: int
    facts: dict[str, Fact] = {}


class HealthFacts(msgspec.Struct, frozen=True):
    """What is known. Times in ns since 1970; None: never, or not known.

    `history`: is known. `last_backup`: when the last backup of the sources ended that was done;
    `first_backup`: the first one known. `running`: since when a backup is at work. `interrupted`: the last
    attempt never ended. `scheduled`: backups are to run by themselves; `agent`: what runs them is there.
    `expected`: when the next backup should have begun, or is to; `off`: ns since then that the machine was
    off or asleep. `paused_until`: None unless paused.
    `unreached`: since when the disk of the vault has not been there. `proof`: when something was last
    restored whole. `unread`: days since which the part of the vault that waits longest was not read.
    `copies`: second copies, None where nothing is known of them."""

    now: int
    history: bool = True
    vault: bool = True
    sources: int = 1
    last_backup: int | None = None
    first_backup: int | None = None
    running: int | None = None
    interrupted: bool = False
    scheduled: bool = False
    agent: bool = True
    expected: int | None = None
    off: int = 0
    paused_until: int | None = None
    unreached: int | None = None
    proof: int | None = None
    unread: int | None = None
    copies: CopiesKnown | None = None
    faults: tuple[Fault, ...] = ()
