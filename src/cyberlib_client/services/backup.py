"""One run: sources are walked, what the vault lacks is stored, a signed snapshot commits it.

The order survives a power cut anywhere: packs, then the index of those packs, then the proof that
every pack the snapshot relies on is present, then the snapshot, then local state. A run that ends early
leaves packs that the next one finds and counts as sent.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..core.chunking import ContentChunker
from ..core.crypto import sha256
from ..core.errors import CyberlibError, Failed, UsageError
from ..core.events import Incident, Listener
from ..core.format_v1.header import hedged_salt
from ..core.format_v1.index import PackInfo
from ..core.format_v1.snapshot import (
    MAX_INCIDENTS,
    Device,
    Snapshot,
    Statistics,
    seal_snapshot,
)
from ..core.ids import object_name
from ..core.ports import CancelToken, Clock, Random
from ..files.names import THIS_SYSTEM
from ..repository.index import Index
from ..repository.loading import IndexReport
from ..repository.packer import Packer
from ..repository.snapshots import SnapshotList, Stored
from ..repository.trees import NodeWriter
from ..repository.vault import Vault
from .census import Census
from .counts import Counts
from .device import Identity
from .forest import Forest, Source
from .leaves import Leaves
from .memory import memory_told
from .meter import Meter
from .save_file import FileSaver, ReadsMetadata
from .suspects import PackDamaged, Suspects
from .walk import Walker

OwnerNames = Callable[[set[int], set[int]], tuple[dict[int, str], dict[int, str]]]
"""Names of users and groups by number, where this system knows them."""

_INDEX_EVERY = 64
"""Packs (1 GiB) after which a long run stores an index."""

_PARENTS = 8
"""How many of this device's newest snapshots are looked at for a source's earlier state."""


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
    estimate: bool = False
    """Count what there is beside a run unlike the last one, to tell the time left."""


@dataclass(frozen=True)
class BackupResult:
    """How a run ended. `counts` compares with the last snapshot of each source. `incidents` as listed;
    `unread` counts those that leave a file unprotected."""

    snapshot: Stored
    statistics: Statistics
    counts: Counts
    incidents: list[Incident]
    unread: int
    repaired: IndexReport
    replaced: list[str]
    """Packs that are gone or damaged, of which something was stored again."""
    suspects: frozenset[bytes]
    """As in `BackupRequest`, for the next run: those that are still there, and those this run met."""
    seconds: float


@dataclass
class _Run:
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

    def begin_again(self) -> None:
        """What was stored stays stored: it is listed and indexed as another run's would be."""
        if self.stored:
            _keep_what_was_sent(self)
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


UNPROTECTED = frozenset({"unreadable", "inconsistent", "placeholder", "source_missing", "left_out_now"})
"""Incidents that leave something of the user's without a sound copy: the run is not green."""


@memory_told
def backup(
    vault: Vault,
    identity: Identity,
    snapshots: SnapshotList,
    request: BackupRequest,
    *,
    metadata: ReadsMetadata,
    owners: OwnerNames,
    clock: Clock,
    random: Random,
    listener: Listener,
    cancel: CancelToken,
) -> BackupResult:
    """Runs one backup.

    Raises UsageError("no_sources"), Failed("sources_missing") when none is there, Stopped when
    cancelled, and what the store raises; in each case no snapshot is made and nothing is lost.
    """
    begun = time.monotonic()
    if not request.sources:
        raise UsageError("no_sources")
    suspects = Suspects(vault, request.suspects)
    run = _Run(vault, identity, request, random, clock, listener, cancel, clock(), suspects)
    while True:
        try:
            return _attempt(run, snapshots, metadata, owners, begun)
        except PackDamaged:
            run.begin_again()
            suspects.look_at_trees(cancel)


def _attempt(
    run: _Run, snapshots: SnapshotList, metadata: ReadsMetadata, owners: OwnerNames, begun: float
) -> BackupResult:
    """The run, as long as it meets no damage. Raises PackDamaged, which adds at least one to the suspects."""
    vault, random, cancel, suspects = run.vault, run.random, run.cancel, run.suspects
    index, report = vault.load_index(check_packs=True, without=suspects.names, to_rely_on=True)
    run.stored += [
        p for p in report.found if p.name not in suspects.names
    ]  # packs an earlier run left without an index are indexed by this one
    packer = Packer(
        vault.store,
        vault.keys,
        index,
        epoch=vault.epoch(run.started),
        random=random,
        cancel=cancel,
        on_stored=run.stored.append,
        sealers=max(1, min(3, os.cpu_count() or 1)),
    )
    try:
        leaves, saver, root = _walk(run, index, report, packer, snapshots, metadata)
        packer.finish()
    except PackDamaged:
        packer.abort()
        run.stored_bytes += packer.stored_bytes
        raise
    except BaseException:
        packer.abort()
        if run.stored:
            _keep_what_was_sent(run)
        raise
    run.flush_index()
    present = _prove_present(vault, index)
    cancel.check()
    statistics = leaves.counts.statistics(saver.bytes_new, packer.stored_bytes + run.stored_bytes)
    stored = _commit(run, snapshots, root, leaves, statistics, owners)
    return BackupResult(
        stored,
        statistics,
        leaves.counts,
        [incident for incident, _ in run.incidents],
        run.unread,
        report,
        suspects.replaced(index),
        suspects.left(present),
        time.monotonic() - begun,
    )


def _keep_what_was_sent(run: _Run) -> None:
    """After a stop or failure: an index of the packs that are in the store, if that still works."""
    # Failing that, the next run finds the packs by their own footers.
    with contextlib.suppress(CyberlibError):
        run.flush_index()


def _walk(
    run: _Run,
    index: Index,
    report: IndexReport,
    packer: Packer,
    snapshots: SnapshotList,
    metadata: ReadsMetadata,
) -> tuple[Leaves, FileSaver, bytes]:
    keys, header = run.vault.keys, run.vault.header
    reader = run.suspects.reader(index)
    nodes = NodeWriter(index, keys.tree_ids, packer.add)
    chunker = ContentChunker(header.chunking, keys.chunker_seed())
    saver = FileSaver(index, keys.chunk_ids, chunker, packer.add, nodes.put, metadata, run.cancel)
    mine = _parents(snapshots, run.identity.device)
    holds = run.suspects.holder(index, report, reader)
    alike = _alike(mine, run.request)
    census = Census(run.request.sources, run.request.skip) if run.request.estimate and alike is None else None
    meter = Meter(packer, _totals(alike, census), run.listener, run.cancel, run.checkpoint)
    leaves = Leaves(saver, metadata, run.incident)
    walker = Walker(leaves, nodes, reader, holds, run.request.skip, run.incident, run.cancel, meter.tick)
    meter.watch(leaves.counts, saver)
    try:
        root = Forest(run.request.sources, walker, nodes, reader, mine, run.incident).store()
    finally:
        if census is not None:
            census.stop()
    meter.tell(b"")
    return leaves, saver, root


def _alike(mine: list[Stored], request: BackupRequest) -> Statistics | None:
    """The figures of the last run, when it had the same sources: this one will be much like it."""
    if mine and mine[0].snapshot.sources == [source.path for source in request.sources]:
        return mine[0].snapshot.statistics
    return None


def _totals(alike: Statistics | None, census: Census | None) -> Callable[[], tuple[int, int] | None]:
    """What a run expects: the last run's figures, at the first one a count made beside it."""
    if census is not None:
        return census.totals
    return lambda: (alike.files, alike.bytes) if alike is not None else None


def _parents(snapshots: SnapshotList, device: Device) -> list[Stored]:
    """Newest first. Known by the key as well: whoever has the vault's keys could sign another key for our id,
    and what that one tells of a file would count as its content as long as the file does not change."""
    made = [(s, s.snapshot.device) for s in snapshots.items]
    mine = [s for s, by in made if (by.id, by.key) == (device.id, device.key)]
    return list(reversed(mine))[:_PARENTS]


def _prove_present(vault: Vault, index: Index) -> dict[str, int]:
    """Every pack the index names is in the store, of the right size. Failed("vault_changed").

    The names and sizes of all packs that are there.
    """
    present = {o.name: o.size for o in vault.store.list("packs")}
    for pack in index.packs:
        if present.get(object_name("packs", pack.name)) != pack.size:
            raise Failed("vault_changed", at=vault.store.location)
    return present


def _commit(
    run: _Run,
    snapshots: SnapshotList,
    root: bytes,
    leaves: Leaves,
    statistics: Statistics,
    owners: OwnerNames,
) -> Stored:
    previous, sequence = snapshots.next_of(run.identity.device.id)
    users, groups = owners(leaves.owners, leaves.groups)
    snapshot = Snapshot(
        device=run.identity.device,
        sequence=sequence,
        previous=previous,
        root=root,
        started=run.started,
        time=run.clock(),
        system=THIS_SYSTEM,
        client=_text(run.request.client),
        sources=[s.path for s in run.request.sources],
        label=_text(run.request.label),
        user=_text(run.request.user),
        statistics=statistics,
        incidents=[(i.code, path, _text(i.detail)) for i, path in run.incidents],
        incident_count=run.incident_count,
        owners={number: _text(name) for number, name in users.items()},
        groups={number: _text(name) for number, name in groups.items()},
    )
    vault = run.vault
    counted = snapshot.sequence.to_bytes(8, "big") + snapshot.time.to_bytes(16, "big", signed=True)
    salt = hedged_salt(vault.keys, run.random, snapshot.device.id, root, counted)
    data = seal_snapshot(vault.keys, salt, snapshot, run.identity.signing)
    digest = sha256(data)
    vault.store.put(object_name("snapshots", digest), data)
    return Stored(digest, snapshot)


__all__ = ["BackupRequest", "BackupResult", "Source", "backup"]


def _text(said: str) -> str:
    """What the system or a command line said, without what is no text: it must not cost the run."""
    return said.encode("utf-8", "replace").decode()
