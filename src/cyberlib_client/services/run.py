"""What one backup is asked to do, and what it carries from step to step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..core.errors import CyberlibError
from ..core.events import Incident, Listener
from ..core.format_v1.index import PackInfo
from ..core.format_v1.snapshot import MAX_INCIDENTS, HookRun, Setup
from ..core.ports import CancelToken, Clock, Random
from ..core.signs import Ending
from ..repository.vault import Vault
from .device import Identity
from .forest import Source
from .partial import Changed
from .suspects import Suspects

_INDEX_EVERY = 64
"""Packs (1 GiB) after which a long run stores an index."""

UNPROTECTED = frozenset({
    "unreadable", "inconsistent", "placeholder", "source_missing", "left_out_now",
    "live_database", "database_damaged",
})  # fmt: skip
"""Incidents that leave something of the user's without a sound copy: the run is not green. A command of the
user's that failed makes a run not green either, and leaves no file without a copy."""


@dataclass(frozen=True)
class BackupRequest:
    """What one run is asked to do."""

    sources: Sequence[Source]
    label: str = ""
    user: str = ""
    client: str = ""
    skip: frozenset[tuple[int, int]] = frozenset()
    """(device, inode) of directories never entered: the vault itself must not be backed up."""
    suspects: frozenset[bytes] = frozenset()
    """Names of packs found damaged: what they hold is stored again if it is still here."""
    endings: Mapping[str, Ending] = field(default_factory=dict)
    """What earlier runs learned of files by the ends of their names."""
    estimate: bool = False
    """Count what there is beside a run unlike the last one, to tell the time left."""
    room: str = ""
    """A private folder for copies of databases in use; without one none is captured."""
    program: Sequence[str] = ()
    """How this program is begun: for a process that captures a database."""
    changed: Changed | None = None
    """Look only where something changed, if the last snapshot allows it; None: everywhere."""
    walked: Callable[[], Sequence[HookRun]] = list
    """Called when all is read: runs the user's commands for that moment, and tells how all of them ended."""
    setup: Setup | None = None
    """What this machine is set to, for the one that takes its place."""


@dataclass
class Run:
    """What one run carries from step to step."""

    vault: Vault
    identity: Identity
    request: BackupRequest
    random: Random
    clock: Clock
    listener: Listener
    cancel: CancelToken
    started: int
    suspects: Suspects
    whole: bool = False
    """A partial run met what it cannot tell: everything is looked at."""
    stored: list[PackInfo] = field(default_factory=list)
    indexed: int = 0
    incidents: list[tuple[Incident, bytes]] = field(default_factory=list)
    incident_count: int = 0
    unread: int = 0
    stored_bytes: int = 0
    told: list[tuple[Incident, bytes]] = field(default_factory=list)

    def incident(self, incident: Incident, path: bytes) -> None:
        self.unread += incident.code in UNPROTECTED
        self.incident_count += 1
        if len(self.incidents) < MAX_INCIDENTS:
            self.incidents.append((incident, path))
        if (incident, path) not in self.told:
            self.listener(incident)

    def tell_hooks(self) -> list[HookRun]:
        """All is read. How the user's commands ended."""
        ended = list(self.request.walked())
        for hook in ended:
            if hook.failed:
                detail = "hook_timed_out" if hook.timed_out else hook.detail
                self.incident(Incident("hook_failed", hook.name, detail), hook.name.encode())
        return ended

    def begin_again(self) -> None:
        """What was stored stays stored: it is listed and indexed as another run's would be."""
        if self.stored:
            self.keep_what_was_sent()
        self.stored, self.indexed = [], 0
        self.told, self.incidents = self.incidents, []
        self.incident_count = self.unread = 0

    def checkpoint(self) -> None:
        """Stores an index now and then, so that a crash costs little."""
        if len(self.stored) - self.indexed >= _INDEX_EVERY:
            self.flush_index()

    def flush_index(self) -> None:
        """Stores an index of the packs that no stored index names yet."""
        fresh = self.stored[self.indexed :]
        if fresh:
            self.stored_bytes += self.vault.put_index(fresh, self.random)
            self.indexed += len(fresh)

    def keep_what_was_sent(self) -> None:
        """After a stop or failure: an index of the packs that are in the store, if that still works."""
        # Failing that, the next run finds the packs by their own footers.
        with contextlib.suppress(CyberlibError):
            self.flush_index()
