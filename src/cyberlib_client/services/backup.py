"""One run: sources are walked, what the vault lacks is stored, a signed snapshot commits it.

The order survives a power cut anywhere: packs, then the index of those packs, then the proof that
every pack the snapshot relies on is present, then the snapshot, then local state. A run that ends early
leaves packs that the next one finds and counts as sent.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ..core.chunking import ContentChunker
from ..core.errors import UsageError
from ..core.events import Incident, Listener
from ..core.format_v1.snapshot import Device, Statistics
from ..core.ports import CancelToken, Clock, Random
from ..core.signs import Signs
from ..repository.index import Index
from ..repository.loading import IndexReport
from ..repository.packer import Packer
from ..repository.reader import Reader
from ..repository.snapshots import SnapshotList, Stored
from ..repository.trees import NodeWriter
from ..repository.vault import Vault
from .census import Census
from .commit import OwnerNames, Proof, commit
from .counts import Counts
from .device import Identity
from .forest import Forest, Source
from .leaves import Leaves
from .memory import memory_told
from .meter import Meter
from .partial import Changed, Partial, WholeScanNeeded, can_be_taken_over
from .run import BackupRequest, Run
from .save_file import FileSaver, ReadsMetadata
from .signs import Gatherer
from .suspects import PackDamaged, Suspects
from .walk import Walker

_PARENTS = 8
"""How many of this device's newest snapshots are looked at for a source's earlier state."""


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
    scope: Literal["full", "partial"]
    """"partial": only what `BackupRequest.changed` names was looked at."""
    doubtful: frozenset[bytes] | None
    """Directories that a partial run from this snapshot on must look into whatever is told to have changed;
    None when no partial run can begin from it."""
    signs: Signs
    """What of it is for the alarm."""


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
    run = Run(vault, identity, request, random, clock, listener, cancel, clock(), suspects)
    while True:
        try:
            return _attempt(run, snapshots, metadata, owners, begun)
        except WholeScanNeeded:
            run.whole = True
            run.begin_again()
        except PackDamaged:
            run.begin_again()
            suspects.look_at_trees(cancel)


def _attempt(
    run: Run, snapshots: SnapshotList, metadata: ReadsMetadata, owners: OwnerNames, begun: float
) -> BackupResult:
    """The run, as long as it meets no damage. Raises PackDamaged, which adds at least one to the suspects;
    WholeScanNeeded."""
    vault, random, cancel, suspects = run.vault, run.random, run.cancel, run.suspects
    retirements = vault.retirements()
    index, report = vault.load_index(
        check_packs=True, without=suspects.names, to_rely_on=True, retirements=retirements
    )
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
        walked = _walk(run, index, report, packer, snapshots, metadata)
        packer.finish()
    except (PackDamaged, WholeScanNeeded):
        packer.abort()
        run.stored_bytes += packer.stored_bytes
        raise
    except BaseException:
        packer.abort()
        if run.stored:
            run.keep_what_was_sent()
        raise
    hooks = run.tell_hooks()
    run.flush_index()
    proof = Proof(run, index, retirements)
    cancel.check()
    leaves, partial = walked.leaves, walked.partial
    statistics = leaves.counts.statistics(walked.bytes_new, packer.stored_bytes + run.stored_bytes)
    base = partial.base.snapshot if partial is not None else None
    stored = commit(run, snapshots, walked.root, leaves, statistics, owners, base, hooks, proof)
    return BackupResult(
        stored,
        statistics,
        leaves.counts,
        [incident for incident, _ in run.incidents],
        run.unread,
        report,
        suspects.replaced(index),
        suspects.left(proof.present),
        time.monotonic() - begun,
        "full" if partial is None else "partial",
        walked.doubtful,
        leaves.signs.signs(leaves.counts),
    )


class _Walked(NamedTuple):
    root: bytes
    leaves: Leaves
    bytes_new: int
    partial: Partial | None
    doubtful: frozenset[bytes] | None


def _walk(
    run: Run,
    index: Index,
    report: IndexReport,
    packer: Packer,
    snapshots: SnapshotList,
    metadata: ReadsMetadata,
) -> _Walked:
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
    signs = Gatherer(run.started, run.request.endings, first=not mine)
    leaves = Leaves(saver, metadata, run.incident, signs, run.request.room, run.request.program)
    partial = _partial(run, mine, report, reader, leaves)
    walker = Walker(
        leaves, nodes, reader, holds, run.request.skip, run.incident, run.cancel, meter.tick, partial
    )
    forest = Forest(run.request.sources, walker, nodes, reader, mine, run.incident, partial)
    meter.watch(leaves.counts, saver)
    try:
        root = forest.store()
        if partial is not None:
            partial.check_links()
    finally:
        if census is not None:
            census.stop()
    meter.tell(b"")
    doubtful = None if forest.grafted else frozenset(walker.doubtful)
    return _Walked(root, leaves, saver.bytes_new, partial, doubtful)


def _partial(
    run: Run, mine: list[Stored], report: IndexReport, reader: Reader, leaves: Leaves
) -> Partial | None:
    """What the run takes over, None when it has to look at everything."""
    request = run.request
    if (
        request.changed is None
        or run.whole
        or run.suspects.names
        or report.damaged
        or report.left_out
        or not mine
        or mine[0].digest != request.changed.base
        or not can_be_taken_over(mine[0].snapshot, [source.path for source in request.sources])
    ):
        return None
    return Partial(mine[0], request.changed.folders, reader, leaves.counts)


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


__all__ = ["BackupRequest", "BackupResult", "Changed", "Source", "backup"]
