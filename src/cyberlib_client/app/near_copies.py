"""What this workstation keeps of a vault that is far away."""

from __future__ import annotations

import hashlib

from ..core.ports import Store
from ..transports.kept import KeptStore
from ..transports.near import Near
from .workplace import Workplace


def near_copies(work: Workplace, vault: str) -> Near:
    """The copies of a vault, by its id at the host; closed with the command.

    Without a file, which may not be writable here, runs take longer.
    """
    path = work.profile.near(vault)
    near = Near(path, lambda: work.profile.make_file(path))
    work.closing.callback(near.close)
    if not work.from_afar:
        return near
    near.doubt()  # who mistrusts a store begins anew, and so does the run after
    apart = Near()
    work.closing.callback(apart.close)
    return apart


def with_copies(work: Workplace, store: Store) -> Store:
    """A far store that has no id of a vault: its copies go by where it is."""
    return KeptStore(store, near_copies(work, hashlib.sha256(store.location.encode()).hexdigest()[:32]))
