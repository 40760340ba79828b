"""What comes round by itself besides backups: verifying, copying, drills, retention. Pure decisions.

Chores make way for backups: none begins while one is at work or about to, and it is stopped for it
at a good point and goes on later; one that would begin anew yields a few times, and is then waited for.
`chore_list` says which there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from ...core.plan import Instant
from .brain import Now
from .messages import Job

DAILY: Final = 20 * 3600.0
"""Seconds between two runs of what is to be done once a day: days of work move about."""

WEEKLY: Final = 6.5 * 86_400.0
"""The same of once a week."""

SOON: Final = 300.0
"""Seconds before a planned backup in which no chore begins."""

GLANCE: Final = 60.0
"""Seconds between two looks at what a chore waits for."""

_FIRST: Final = 86_400.0
"""Seconds within which a chore that is new here has its first run, or its interval where that is shorter."""

_SETTLE: Final = 600.0
"""Seconds from the agent's beginning to the first chore: whoever switches a machine on wants to use it."""

_HOLDS: Final = (3600.0, 4 * 3600.0, 12 * 3600.0, 24 * 3600.0)
"""Seconds after the first, second… failure in a row."""

_AGAIN: Final = 120.0
"""Seconds after a chore made way."""

WAY: Final = "backup"
"""By what a chore is stopped that makes way."""

_LEFT_ALONE: Final = 4 * 3600.0
"""Seconds after somebody stopped it."""

_OVERDUE: Final = 86_400.0
"""Seconds after which a chore no longer waits for changes to be saved first: somewhere they never end."""


class Chore(NamedTuple):
    """One that is wanted. `name`: under which its past is kept, such as "verify" or "copy:<id>"; `every`:
    seconds from the beginning of a run that ended well to the next; `yields`: how often in a row it is
    stopped for a backup, None: as often as one comes, since it goes on where it was; `ready`: whether what it
    needs is there (a disk), asked when it is due and outside of any lock; None: always. `prompt`: the first
    run is at once: somebody has just plugged it in. `last`: after all others that may begin."""

    name: str
    every: float
    job: Job
    yields: int | None = None
    ready: Callable[[], bool] | None = None
    prompt: bool = False
    last: bool = False


class Past(msgspec.Struct, frozen=True, omit_defaults=True):
    """What outlives the process, of one chore; ns since 1970. `since`: when it was first wanted; `last`: when
    the last run that ended well began; `tried`: when any did; `failures`: in a row, one under way counted;
    `yielded`: how often it made way for a backup since."""

    since: Instant = 0
    last: Instant = 0
    tried: Instant = 0
    failures: int = 0
    yielded: int = 0


class Chores:
    """For one thread. `share`: of the jitter that is this installation's, 0 to 1."""

    def __init__(self, past: Mapping[str, Past], share: float) -> None:
        self.past = dict(past)
        self._share = share
        self._wanted: dict[str, Chore] = {}
        self._calm: dict[str, float] = {}
        self._begun: float | None = None
        self.running: Chore | None = None

    def want(self, chores: Sequence[Chore], now: Now) -> None:
        """These, from now on. What is wanted no more is forgotten."""
        self._wanted = {each.name: each for each in chores}
        self.past = {name: past for name, past in self.past.items() if name in self._wanted}
        for name in self._wanted:
            self.past.setdefault(name, Past(since=now.wall))

    def wanted_past(self) -> list[tuple[str, Past]]:
        """Of those that are wanted now."""
        return [(name, self.past[name]) for name in self._wanted]

    def next_of(self, name: str) -> int:
        """When it is due, ns since 1970, as far as its past tells."""
        chore, past = self._wanted[name], self.past[name]
        if past.last:
            due = past.last + _ns(chore.every)
        else:
            due = past.since + _ns(0.0 if chore.prompt else self._share * min(chore.every, _FIRST))
        if past.failures:
            held = _HOLDS[min(past.failures, len(_HOLDS)) - 1]
            due = max(due, past.tried + _ns(held))
        return due

    def due(self, now: Now, *, backup: int | None, changes: float) -> list[Chore]:
        """Those that may begin now, the longest due first. `backup`: when the next begins by itself (ns);
        `changes`: seconds until changes that were seen are saved."""
        if self._begun is None:
            self._begun = now.mono
        self._heed_clock(now)
        if self.running is not None or now.mono - self._begun < _SETTLE:
            return []
        if backup is not None and backup - now.wall < _ns(SOON):
            return []
        found = []
        for name, chore in self._wanted.items():
            late = (now.wall - self.next_of(name)) / 1e9
            if late < 0 or now.mono < self._calm.get(name, 0.0):
                continue
            if changes >= GLANCE or late > _OVERDUE:
                found.append((chore.last, -late, name, chore))
        return [each[-1] for each in sorted(found, key=lambda each: each[:3])]

    def wait(self, now: Now) -> float:
        """Seconds until one of them may be due; a glance once it is."""
        left = [(self.next_of(name) - now.wall) / 1e9 for name in self._wanted]
        return max(GLANCE, min(left, default=1e9))

    @property
    def makes_way(self) -> bool:
        """Whether the one at work is to be stopped when a backup is due."""
        chore = self.running
        if chore is None or chore.yields is None:
            return chore is not None
        return chore.name not in self.past or self.past[chore.name].yielded < chore.yields

    def began(self, chore: Chore, now: Now) -> None:
        """Its worker begins. Until it ended it counts as one that failed: it may take the machine along."""
        self.running = chore
        past = self.past[chore.name]
        self._set(chore, tried=now.wall, failures=past.failures + 1)

    def ended(self, now: Now, *, done: bool, by: str = "") -> None:
        """How it ended. `done`: all of it; `by`: who or what stopped it, else empty."""
        chore, self.running = self.running, None
        if chore is None or chore.name not in self.past:
            return
        past = self.past[chore.name]
        if done:
            self._set(chore, last=past.tried, failures=0, yielded=0)
        elif by:
            self._calm[chore.name] = now.mono + (_LEFT_ALONE if by == "user" else _AGAIN)
            self._set(chore, failures=max(0, past.failures - 1), yielded=past.yielded + (by == WAY))

    def _set(self, chore: Chore, **values: int) -> None:
        self.past[chore.name] = msgspec.structs.replace(self.past[chore.name], **values)

    def _heed_clock(self, now: Now) -> None:
        """What was before a clock was set back is not in the future."""
        for name, past in self.past.items():
            if max(past.since, past.last, past.tried) > now.wall:
                self.past[name] = Past(
                    min(past.since, now.wall),
                    min(past.last, now.wall),
                    min(past.tried, now.wall),
                    past.failures,
                    past.yielded,
                )


def _ns(seconds: float) -> int:
    return round(seconds * 1e9)
