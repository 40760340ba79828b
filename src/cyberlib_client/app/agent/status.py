"""How an agent is, as it tells its clients."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ...core.conditions import Unmet
from ...core.events import Progress
from ..workplace import Fact


class WaitingFor(msgspec.Struct, frozen=True):
    """Something without which no run begins by itself; `facts` may hold `until` (ns)."""

    kind: str
    facts: dict[str, Fact]


def waiting_for(unmet: Sequence[Unmet]) -> list[WaitingFor]:
    """Conditions as they are told."""
    return [WaitingFor(each.kind, dict(each.facts)) for each in unmet]


class JobInfo(msgspec.Struct, frozen=True):
    """The job at work. `started`: ns since 1970."""

    number: int
    command: str
    trigger: str
    started: int
    progress: Progress | None


class WatchInfo(msgspec.Struct, frozen=True):
    """A source and whether its changes are seen as they come; `why` not: "limit", "network", …"""

    path: str
    watched: bool
    why: str


class ChoreInfo(msgspec.Struct, frozen=True):
    """What comes round by itself besides backups: `name` such as "verify" or "copy:…"; `last`: when the last
    run that ended well began, `next`: when one may begin; ns since 1970. `failures`: in a row."""

    name: str
    last: int | None
    next: int
    failures: int


class StatusInfo(msgspec.Struct, frozen=True):
    """All of it. Times in ns since 1970. `changed`: folders with changes that no snapshot has yet. `scan`:
    why all is going to be looked at, empty when nothing calls for it. `waiting`: the list of what is unmet,
    empty when the next run waits for its time alone."""

    pid: int
    version: str
    since: int
    paused_until: int | None
    job: JobInfo | None
    queued: int
    next_run: int | None
    waiting: list[WaitingFor]
    changed: int
    scan: list[str]
    watching: list[WatchInfo]
    problem: str
    """The code of what keeps the agent from its work, such as "settings_damaged"; empty when nothing does."""
    problem_facts: dict[str, Fact] = {}
    """Those of its words."""
    chores: list[ChoreInfo] = []
    """What comes round by itself besides backups."""
