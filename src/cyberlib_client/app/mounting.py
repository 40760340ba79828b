"""Snapshots as folders of this machine: mounted, to be looked at with whatever program."""

from __future__ import annotations

import os
import time
from typing import Final, Literal

import msgspec

from ..core.errors import CyberlibError, UsageError
from ..files.names import to_vault_path
from ..services.mounted import MountedSnapshots, Owner, folder_names
from ..transports.fail_fast import FailFastStore
from . import bootstrap, stores
from .choosing import LATEST, choose, own_device
from .paths import lies_in, native_of, native_path, real, shown_native, shown_text, vault_path_in
from .session import Session
from .workplace import Notice

_SEGMENT_BYTES: Final = 96 << 20
"""Of opened segments that stay in memory: several databases that are read here and there."""

_PATIENCE_SECONDS: Final = 20.0
"""How long a store that does not answer is waited for: whoever reads the file waits as long."""


class Mounted(msgspec.Struct, frozen=True):
    """How a mount ended: unmounted. `snapshot`: its id where one alone was shown, else null. `snapshots`: how
    many were. `damaged`, `unreached`: how often a program that read got an input/output error, since what was
    stored is damaged, or since the store did not answer."""

    outcome: Literal["completed"]
    at: str
    snapshot: str | None
    snapshots: int
    damaged: int
    unreached: int
    seconds: float

    @property
    def exit_code(self) -> int:
        """7 when what was looked at is damaged."""
        return 7 if self.damaged else 0


def run_mount(session: Session, at: str, wanted: str | None = None) -> Mounted:
    """Shows all snapshots, or `wanted` alone, in the folder `at`, until it is unmounted or the run cancelled.

    Raises Failed("mount_unavailable"), ("mount_failed"), UsageError("mount_stale"), ("mount_not_a_folder"),
    ("mount_not_empty"), ("mount_in_source"), ("target_in_vault"), ("bad_path"), and as `choose`.
    """
    begun = time.monotonic()
    native_path(at)
    at = os.path.abspath(at)
    mounts = bootstrap.mounts()
    mounts.check(at)
    _check_place(session, at)
    session.patience = _PATIENCE_SECONDS
    listed = session.snapshots
    listed.some_left()
    alone = choose(session, wanted) if wanted is not None else None
    latest = listed.resolve(LATEST, own_device(session)) if listed.items and alone is None else None
    vault = session.vault
    vault.store = FailFastStore(vault.store)
    told = [_name(stored.snapshot.time, stored.snapshot.device.name) for stored in listed.items]
    tree = MountedSnapshots(
        vault.reader(kept=_SEGMENT_BYTES),
        folder_names(listed.items, told),
        latest=latest,
        alone=alone,
        owner=Owner(*mounts.owner()),
        listener=session.listener,
    )
    mounts.serve(
        at,
        tree,
        ready=lambda: session.notify(Notice("mounted", {"at": at})),
        stopped=lambda: session.cancel.cancelled,
    )
    return Mounted(
        outcome="completed",
        at=shown_native(at),
        snapshot=alone.id if alone is not None else None,
        snapshots=1 if alone is not None else len(listed.items),
        damaged=tree.damaged,
        unreached=tree.unreached,
        seconds=time.monotonic() - begun,
    )


def _name(ns: int, device: str) -> str:
    """`2026-11-22 18.00 POSTE`, by the clock of this machine; without a colon, which some systems refuse."""
    when = time.strftime("%Y-%m-%d %H.%M", time.localtime(ns // 10**9))
    return f"{when} {shown_text(device)}"


def _check_place(session: Session, at: str) -> None:
    """Not among a vault's objects, nor where the next backup would find it."""
    folder = stores.location_folder(session.place.at)
    if folder is not None and lies_in(real(at), real(folder)):
        raise UsageError("target_in_vault", at=at)
    here = to_vault_path(os.path.realpath(at))
    for source in session.settings.sources:
        try:
            path = to_vault_path(os.path.realpath(native_of(source)))
        except CyberlibError:
            continue  # settings edited by hand: `sources list` says so
        if vault_path_in(here, path):
            raise UsageError("mount_in_source", at=at)
