"""What was purged from a vault goes from its copies too, once they have the record that says so."""

from __future__ import annotations

from collections.abc import Set
from functools import partial

from ..core.ids import object_name
from ..core.ports import OBJECT_KINDS, CancelToken, Store
from ..repository.retirements import Retirements
from .copying import on_copy, sizes


def doomed_names(retirements: Retirements) -> set[str]:
    """Objects that records say are being deleted, or were."""
    return {object_name(kind, digest) for kind in OBJECT_KINDS for digest in retirements.doomed(kind)}


def gone_from(source: Store, doomed: Set[str]) -> set[str]:
    """Those of them that the vault has no more. Raises what the store raises."""
    kinds = {name.partition("/")[0] for name in doomed}
    there = {name for kind in kinds for name, _ in source.list(kind)}
    return set(doomed) - there


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
