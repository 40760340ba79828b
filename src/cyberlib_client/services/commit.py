"""The end of a run: every pack it relies on is proven to be there, then a signed snapshot commits it."""

from __future__ import annotations

from collections.abc import Callable

from ..core.crypto import sha256
from ..core.errors import Failed
from ..core.format_v1.header import hedged_salt
from ..core.format_v1.retired import RETIRE, Retirement, by_kind
from ..core.format_v1.snapshot import HookRun, Snapshot, Statistics, seal_snapshot
from ..core.ids import object_name
from ..files.names import THIS_SYSTEM
from ..repository.index import Index
from ..repository.retirements import INCOMPLETE, Retirements, put_retirement
from ..repository.snapshots import SnapshotList, Stored
from ..repository.vault import Vault
from .leaves import Leaves
from .revive import revive
from .run import Run

_FRESH = 3600 * 10**9
"""Nanoseconds, far less than any quarantine, for which a proof that all is there holds."""

_LOOKS = 8
"""Times that a run looks for what was retired under its hands, before it gives up."""

OwnerNames = Callable[[set[int], set[int]], tuple[dict[int, str], dict[int, str]]]
"""Names of users and groups by number, where this system knows them."""


def prove_present(vault: Vault, index: Index) -> dict[str, int]:
    """Every pack the index names is in the store, of the right size. Failed("vault_changed").

    The names and sizes of all packs that are there.
    """
    present = {o.name: o.size for o in vault.store.list("packs")}
    for pack in index.packs:
        if present.get(object_name("packs", pack.name)) != pack.size:
            raise Failed("vault_changed", at=vault.store.location)
    return present


def keep_retired(run: Run, index: Index, before: Retirements) -> None:
    """Revives what was retired since the run began, as far as it may rely upon it. Failed("vault_changed").

    Whoever deletes announces it first, and then looks for revivals; whoever revives looks for announcements
    after it. Of two at the same moment at least one sees the other: no snapshot relies on what is gone.
    """
    vault, mine = run.vault, {pack.name for pack in index.packs}
    for _ in range(_LOOKS):
        now = vault.retirements()
        if mine & (now.doomed("packs") - before.doomed("packs")):
            break
        fresh = mine & (now.retired("packs") - before.retired("packs"))
        if not fresh:
            return
        revive(vault, run.identity, run.random, run.clock, [object_name("packs", name) for name in fresh])
    raise Failed("vault_changed", at=vault.store.location)


class Proof:
    """That all a run relies upon is there, and stays: renewed where it grew old before the commit. A machine
    may sleep for longer than a quarantine between any two lines. Raises Failed("vault_changed")."""

    def __init__(self, run: Run, index: Index, before: Retirements) -> None:
        self._run, self._index, self._before = run, index, before
        self.present = self._renew()

    def commit(self, name: str, data: bytes) -> None:
        """Puts a snapshot that relies on nothing else. What was put by a machine that slept in the middle of
        it, and woke to find some of it gone, is taken back."""
        self._hold()
        self._run.vault.store.put(name, data)
        try:
            self._hold()
        except Failed:
            run, vault = self._run, self._run.vault
            said = Retirement(run.identity.device, RETIRE, run.clock(), "", INCOMPLETE, by_kind([name]))
            put_retirement(vault.store, vault.keys, run.random, said, run.identity.signing)
            vault.store.retire([name])
            raise

    def _hold(self) -> None:
        if abs(self._run.clock() - self._at) > _FRESH:
            self.present = self._renew()

    def _renew(self) -> dict[str, int]:
        self._at = self._run.clock()
        keep_retired(self._run, self._index, self._before)
        return prove_present(self._run.vault, self._index)


def commit(
    run: Run,
    snapshots: SnapshotList,
    root: bytes,
    leaves: Leaves,
    statistics: Statistics,
    owners: OwnerNames,
    base: Snapshot | None,
    hooks: list[HookRun],
    proof: Proof,
) -> Stored:
    """Stores the signed snapshot of a run whose packs are all there: with it, it has happened.

    `base`: what the rest was taken over from; owners that only it met keep their names.
    """
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
        owners=(base.owners if base else {}) | {number: _text(name) for number, name in users.items()},
        groups=(base.groups if base else {}) | {number: _text(name) for number, name in groups.items()},
        hooks=hooks,
        setup=run.request.setup,
    )
    vault = run.vault
    counted = snapshot.sequence.to_bytes(8, "big") + snapshot.time.to_bytes(16, "big", signed=True)
    salt = hedged_salt(vault.keys, run.random, snapshot.device.id, root, counted)
    data = seal_snapshot(vault.keys, salt, snapshot, run.identity.signing)
    digest = sha256(data)
    proof.commit(object_name("snapshots", digest), data)
    return Stored(digest, snapshot)


def _text(said: str) -> str:
    """What the system or a command line said, without what is no text: it must not cost the run."""
    return said.encode("utf-8", "replace").decode()
