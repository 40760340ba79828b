"""Records that have nothing left to say are replaced by one: ten years would leave a thousand to read."""

from __future__ import annotations

from collections.abc import Container, Mapping, Set
from typing import Final

from ..core.format_v1.retired import PURGE, RETIRE, REVIVE, SPARE, Retirement, cut
from ..core.ids import digest_of
from ..repository.retirements import BY_USER, ERASURE, KIND, Retirements
from ..repository.snapshots import SnapshotList
from ..repository.vault import Vault

_KINDS: Final = ("packs", "index", "lookups", "snapshots", KIND)
_MANY: Final = 16
"""Records that are replaced at once, at least."""

_REMEMBERED: Final = 400 * 86_400 * 1_000_000_000
"""Nanoseconds for which every snapshot that was let go is remembered: a machine that slept for a year misses
none of them. Later, those that another follows."""


def settled(
    vault: Vault,
    retirements: Retirements,
    snapshots: SnapshotList,
    named: Container[bytes],
    *,
    now: int,
    age: int,
) -> dict[str, bytes]:
    """What a record has to name that replaces others: them, and the snapshots that nobody is to miss. Empty
    when it is not worth one. `named`: packs that an index object names; `age`: nanoseconds below which a
    record may still be in somebody's mind."""
    present = {kind: {digest_of(item.name) for item in vault.store.list(kind)} for kind in _KINDS}
    over: dict[bytes, Retirement] = {}
    for digest, record in retirements.records.items():
        # Of what a patient refused also a copy on a disk in a drawer must hear.
        old = record.time <= now - (_REMEMBERED if record.reason == ERASURE else age)
        if old and record.action in (RETIRE, PURGE) and _is_void(record, present, named):
            over[digest] = record
    there = retirements.records.keys() - over.keys()
    for digest, record in retirements.records.items():
        if (
            record.time <= now - age
            and record.action in (REVIVE, SPARE)
            and not _is_wanted(record, present)
            and there.isdisjoint(cut(record.undoes))
        ):
            over[digest] = record
    over = {digest: record for digest, record in over.items() if digest not in retirements.retired(KIND)}
    if len(over) < _MANY:
        return {}
    followed = {s.snapshot.previous for s in (*snapshots.items, *snapshots.retired)}
    kept = {
        each
        for record in over.values()
        if record.action == RETIRE
        for each in record.digests("snapshots")
        if each in followed or record.time > now - _REMEMBERED
    }
    return {"snapshots": b"".join(sorted(kept)), KIND: b"".join(sorted(over))}


def _is_wanted(record: Retirement, present: Mapping[str, Set[bytes]]) -> bool:
    """Whether somebody brought back a snapshot that is there: no policy is to let it go."""
    return record.reason == BY_USER and not present["snapshots"].isdisjoint(record.digests("snapshots"))


def _is_void(record: Retirement, present: Mapping[str, Set[bytes]], named: Container[bytes]) -> bool:
    """Whether nothing is there any more of what a record names, nor is missed."""
    for kind in record.objects:
        there = present.get(kind, frozenset())
        for each in record.digests(kind):
            if each in there or (kind == "packs" and each in named):
                return False
    return True
