"""What is told of covered restorations, as plain values."""

from __future__ import annotations

import msgspec


class AccessShown(msgspec.Struct, frozen=True):
    """What was read. `what`: "snapshots", "list", "restore", "refused": tried in vain, or "unreadable": an
    entry that this vault's keys do not open. `heard`: by the host's clock. `paths`: of "restore", each
    file."""

    what: str
    heard: str
    snapshot: str
    paths: list[str]


class CoverShown(msgspec.Struct, frozen=True):
    """A request by staff, and the leave that the customer gave. `state`: "asked" while there is none, then
    "given", "over" or "ended"; of a request that came to nothing, its own. `snapshots`, `paths`: what may be
    read, none for all. `words`: none but on the workstation that asked."""

    id: str
    workstation: str
    state: str
    asked: str
    since: str = ""
    until: str = ""
    who: str = ""
    reason: str = ""
    snapshots: list[str] = []
    paths: list[str] = []
    accesses: list[AccessShown] = []


class CoveredTold(msgspec.Struct, frozen=True):
    """This machine's covered request. `state`: of the request, "waiting" or "open"; `granted`: of the grant,
    "" for none yet."""

    id: str
    at: str
    words: list[str]
    state: str
    opens: str
    answered: int
    needed: int
    granted: str
    until: str
    snapshots: list[str]
    paths: list[str]
