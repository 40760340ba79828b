"""What devices tell of their plans and runs: codes and numbers, nothing that names a file or a patient."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .plans import Plan
from .shapes import Answer, Id, Struct, Time
from .wire import MaintenanceWindow

Code = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$(?!\n)", max_length=40, description="a code")
]
Count = Annotated[int, Meta(ge=0, le=1 << 53)]
Moment = Annotated[
    str,
    Meta(
        pattern=r"^(19[7-9]|2[012][0-9])[0-9]-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$(?!\n)",
        description="RFC 3339, UTC, with microseconds; 1970 to 2299",
    ),
]


class IncidentCount(Struct, frozen=True):
    """How many incidents of a kind a run had."""

    kind: Code
    count: Count


class RunTold(Struct, frozen=True):
    """`run`: chosen at random by the device, so that a run told twice counts once. `reason`: a code; empty
    for a run that completed. `files` and `bytes` seen, `stored` bytes new at the host."""

    run: Id
    command: Code
    started: Moment
    ended: Moment
    outcome: Literal["completed", "stopped", "failed"]
    reason: Annotated[str, Meta(pattern=r"^([a-z][a-z0-9]*(_[a-z0-9]+)*)?$(?!\n)", max_length=40)] = ""
    files: Count = 0
    bytes: Count = 0
    stored: Count = 0
    incidents: Annotated[list[IncidentCount], Meta(max_length=32)] = msgspec.field(default_factory=list)


class Runs(Struct, frozen=True):
    runs: Annotated[list[RunTold], Meta(max_length=64)]


class PlanKept(Answer, frozen=True):
    """`version`: 0 while the device declared none, and what the host then expects of it by itself."""

    version: int
    since: Time | None
    plan: Plan


class RunsKept(Answer, frozen=True):
    """`new`: how many were not known. `plan`: the version that the host has. The rest as in `Standing`."""

    new: int
    plan: int
    maintenance: list[MaintenanceWindow]
    addresses_refused: list[str]
    releases: int = 0
    approvals: int = 0
