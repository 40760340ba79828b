"""What was purged from a vault goes from its copies too, once they have had for long enough what let it go.

Whoever holds a stolen key may say what they like: a disk that is plugged in believes it a month later.
"""

from __future__ import annotations

from collections.abc import Set
from functools import partial
from typing import Final

from ..core.format_v1.retired import RETIRE
from ..core.ids import digest_of, object_name
from ..core.keys import VaultKeys
from ..core.ports import OBJECT_KINDS, CancelToken, Store
from ..repository.retirements import KIND, Retirements, load_retirements
from .copying import on_copy, sizes

KEPT: Final = 30 * 86_400 * 10**9
"""Nanoseconds for which a copy keeps what a record let go, from when the record came there."""


def purged_from(source: Store, target: Store, keys: VaultKeys, known: Retirements, now: int) -> set[str]:
    """Objects that may go from a copy. Records say that they were deleted, nobody took them back, the vault
    has them no more, and the copy has had what let them go for `KEPT`.

    `known`: the vault's records; what the copy has besides counts too, as the vault forgets in time. What a
    disk lost is not among it. None while deleting is frozen. Raises what the source raises, and as `on_copy`.
    """
    held = on_copy(target, lambda: load_retirements(target, keys, known))
    every = Retirements({**held.records, **known.records})
    if every.freezes:
        return set()
    found: set[str] = set()
    ripe = _let_go(target, held, now)
    for kind in OBJECT_KINDS:
        digests = every.doomed(kind) & every.retired(kind) & ripe.once(kind)
        if digests:
            there = {name for name, _ in source.list(kind)}
            found |= {object_name(kind, digest) for digest in digests} - there
    return found


def left_over(source: Store, target: Store, keys: VaultKeys, known: Retirements) -> set[str]:
    """Objects of a copy that the vault has not and of which no record says that they were deleted: the vault
    lost them, or deleted them so long ago that it forgot. Raises as `purged_from`."""
    held = on_copy(target, lambda: load_retirements(target, keys, known))
    every = Retirements({**held.records, **known.records})
    found: set[str] = set()
    for kind in OBJECT_KINDS:
        if kind in ("slots", KIND):
            continue  # tables follow by themselves, and records are what a copy remembers
        on_it = sizes(target, (kind,))  # first: what another machine copies meanwhile is in the vault by then
        there = {name for name, _ in source.list(kind)}
        doomed = every.doomed(kind)
        found |= {name for name in on_it if name not in there and digest_of(name) not in doomed}
    return found


def _let_go(target: Store, held: Retirements, now: int) -> Retirements:
    """The records that let something go and have lain on the copy for long enough."""
    ripe = {}
    for digest, record in held.records.items():
        if record.action == RETIRE:
            came = on_copy(target, partial(target.arrived, object_name(KIND, digest)))
            if max(record.time, came or 0) <= now - KEPT:
                ripe[digest] = record
    return Retirements(ripe)


def delete_from(target: Store, purged: Set[str], cancel: CancelToken) -> int:
    """Deletes them from a copy, snapshots first, so that none is left that lacks something; how many were
    there. Nothing where the copy's store does not delete. Raises Stopped, and as `copying.on_copy`."""
    if not purged or not on_copy(target, lambda: target.may_delete):
        return 0
    number = 0
    for kind in ("snapshots", *(kind for kind in reversed(OBJECT_KINDS) if kind != "snapshots")):
        there = sizes(target, (kind,))
        for name in sorted(purged & there.keys()):
            cancel.check()
            on_copy(target, partial(target.delete, name))
            number += 1
    return number
