"""What the host writes down about each access, and how it says no; on the wire as in `wire`."""

from __future__ import annotations

import msgspec

from .shapes import Answer, Hex32, Time


class AuditRecord(msgspec.Struct, frozen=True):
    """One access. `actor`: "device:<id>", "operator:<name>", "host" or "unknown". `facts` hold no paths and
    no names of objects."""

    time: Time
    actor: str
    action: str
    outcome: str
    request: str
    facts: dict[str, str | int | float | bool | None]


class AuditLine(Answer, frozen=True):
    sequence: int
    record: AuditRecord
    hash: Hex32


class AuditLog(Answer, frozen=True):
    """`anchor`: the hash before the first line there is, since older ones were purged."""

    first: int
    anchor: Hex32
    lines: list[AuditLine]
    next: int | None


class ProblemDocument(Answer, frozen=True):
    """RFC 9457. `facts` depend on the code."""

    type: str
    title: str
    status: int
    code: str
    request: str
    facts: dict[str, str | int | float | bool | None] = msgspec.field(default_factory=dict)
