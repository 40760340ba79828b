"""What was purged from a vault goes from its copies too, once they have the record that says so."""

from __future__ import annotations

from collections.abc import Set
from functools import partial

from ..core.ids import object_name
from ..core.ports import OBJECT_KINDS, CancelToken, Store
from ..repository.retirements import Retirements
from .copying import on_copy, sizes


def purged_from(source: Store, retirements: Retirements) -> set[str]:
    """Objects that records say were deleted, that nobody took back, and that the vault has no more: what a
    disk lost is not among them. None while deleting is frozen. Raises what the store raises."""
    if retirements.freezes:
        return set()
    found: set[str] = set()
    for kind in OBJECT_KINDS:
        digests = retirements.doomed(kind) & retirements.retired(kind)
        if digests:
            there = {name for name, _ in source.list(kind)}
            found |= {object_name(kind, digest) for digest in digests} - there
    return found


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
