"""What is told about a host; apart from whoever asks it, which takes a moment to load."""

from __future__ import annotations

import msgspec

from ..transports.host.records import Card as Card
from ..transports.host.records import SubProcessor as SubProcessor


class HostTold(msgspec.Struct, frozen=True):
    """`state` of the contract: "active", "grace", "suspended" or "terminated"; `restore_until` once it ended.
    `waiting`: objects that the second zone has not yet. `card`: of the hosting, never of this program."""

    url: str
    organisation: str
    siren: str
    state: str
    seats: int
    used: int
    bytes: int
    quota: int | None
    restore_until: str | None
    zones: list[str]
    waiting: int
    card: Card | None
