"""How a meeting with support stands, as plain values."""

from __future__ import annotations

from typing import Literal

import msgspec

from ...core.guidance.messages import Step

GuidedState = Literal["waiting", "joined", "over"]
Done = Literal[
    "opened",
    "joined",
    "granted",
    "withdrawn",
    "state",
    "incidents",
    "snapshots",
    "names",
    "find",
    "refused",
    "proposed",
    "declined",
    "confirmed",
    "restored",
    "restore_failed",
    "away",
    "back",
    "ended",
]


class GuidedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened in a meeting. `what`: a folder, a text that was looked for, a step, a code; `count`: of
    lines, names or files that were shown or restored. `time`: RFC 3339."""

    time: str
    done: Done
    what: str = ""
    count: int = 0


class ProposalTold(msgspec.Struct, frozen=True):
    """A selection that support proposes. `number`: of the request; `time`: of the snapshot; `shown`: its
    paths as that machine's system writes them; `files` and `bytes` of what would be restored; `there`: files
    that are here as they were."""

    number: int
    snapshot: str
    time: str
    paths: list[str]
    shown: list[str]
    files: int
    bytes: int
    there: int


class GuidedTold(msgspec.Struct, frozen=True):
    """A meeting at the customer's machine. `helper`: the name that whoever joined gives, `known_as`: the one
    the host knows them by. `granted`: steps in their order; `wanted`: the one that support asked for and does
    not have, or empty. `left`: seconds. `restoring`: a proposal that was confirmed is being restored.
    `away`: code of why the host is not reached at this moment, or empty. `ended`: "stopped", "expired",
    "left", or the code of what ended it; empty before."""

    state: GuidedState
    words: list[str]
    helper: str
    known_as: str
    granted: list[Step]
    wanted: Step | Literal[""]
    left: int
    proposal: ProposalTold | None
    restoring: bool
    away: str
    ended: str
    log: list[GuidedLine]
