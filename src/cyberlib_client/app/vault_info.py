"""What is told of a profile's vault: where it is, what it holds, how the last runs ended."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..core.kit import fingerprint_of
from ..core.ports import OBJECT_KINDS
from ..state.records import RunRecord
from . import stores
from .history import REMEMBERED
from .host_told import HostTold
from .key_rotation import vault_key
from .keys_told import VaultKey
from .paths import shown_native
from .session import Session
from .slots import SlotInfo, slot_list
from .times import iso_time
from .unlock import noted_device


class RunInfo(msgspec.Struct, frozen=True):
    """How the last run of a kind ended. `error`: a code, or empty."""

    command: str
    ended: str
    exit: int
    error: str


class VaultInfo(msgspec.Struct, frozen=True):
    """A vault as its store shows it. `objects` and `bytes`: number and size of stored objects by kind.
    `last_runs`: the last attempt of each kind; `last_done`: the last that was done, be it incompletely.
    `endpoint`: of the storage that has its bucket, else null. `host`: null unless it is at one.
    `fingerprint`: of the key that certifies its devices, as exports and certificates show it. `key`: how
    often the vault's key was changed, and what a former one still opens."""

    at: str
    endpoint: str | None
    id: str
    created: str
    format: int
    profile: str
    device: str
    unlock: str
    slots: list[SlotInfo]
    snapshots: int
    objects: dict[str, int]
    bytes: dict[str, int]
    last_runs: list[RunInfo]
    last_done: list[RunInfo]
    host: HostTold | None
    fingerprint: str
    key: VaultKey


def info(session: Session) -> VaultInfo:
    """About the profile's vault. Raises as `Session.vault`."""
    vault, place = session.vault, session.place
    objects = {kind: list(session.store.list(kind)) for kind in OBJECT_KINDS}
    device = noted_device(session)
    runs = [run for run in session.history.runs() if run.command in REMEMBERED]
    return VaultInfo(
        at=shown_native(place.at),
        endpoint=place.endpoint or None,
        id=vault.id,
        created=iso_time(vault.header.created * 10**9),
        format=vault.header.version,
        profile=shown_native(session.profile.root),
        device=session.settings.device,
        unlock=device.keeper if device is not None and device.vault == vault.id else "ask",
        slots=slot_list(session, vault),
        snapshots=len(session.snapshots.items),
        objects={kind: len(found) for kind, found in objects.items()},
        bytes={kind: sum(o.size for o in found) for kind, found in objects.items()},
        last_runs=_newest(runs),
        last_done=_newest(run for run in runs if not run.reason),
        host=_host(session),
        fingerprint=fingerprint_of(vault.keys),
        key=vault_key(vault),
    )


def _host(session: Session) -> HostTold | None:
    if not stores.is_host(session.place.at):
        return None
    from . import hosting

    return hosting.told(session, session.place.at.rpartition("/")[2])


def _newest(runs: Iterable[RunRecord]) -> list[RunInfo]:
    newest = {run.command: run for run in runs}
    return [RunInfo(r.command, iso_time(r.ended), r.exit, r.reason) for r in newest.values()]
