"""Repairing a vault: what can be put back from itself, from a copy of it, and from the sources."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext

import msgspec

from ..core.errors import IntegrityError, UsageError
from ..core.ports import Store
from ..repository.vault import read_header
from ..services.repair import Kind, Mender
from ..services.rotation import sample
from ..services.verify import VerifyResult, verify
from . import bootstrap
from .copy_places import read_store
from .damage import Damage, damage_facts, damage_of, incidents_of
from .history import remembered
from .incidents import Met
from .paths import native, shown
from .session import Session
from .sources import Choice
from .verifying import DamagedObject, damaged_objects, remember_damage

MOST_NAMES = 1000
"""Names and paths told at most, of each kind."""


class Fixed(msgspec.Struct, frozen=True):
    """Objects put back, or to be. `kind`: "header", "slots", "index" (packs that get one), "lookups",
    "copied" (from another store), "anew" (packs that nobody replaces there, whose content is stored in
    others). `names`: the first thousand."""

    kind: Kind
    count: int
    names: list[str]


class Healing(msgspec.Struct, frozen=True):
    """What a backup of this machine's sources may put back: `files`: paths of touched files that are there;
    `gone`: how many are not, or are another machine's. `done`: it was made."""

    files: list[str]
    count: int
    gone: int
    done: bool


class Repaired(msgspec.Struct, frozen=True):
    """What a repair found and did. `applied`: else it is a preview. `chunks`: of the packs that get an index.
    `ok`: every snapshot can be restored whole, after it was applied; in a preview, now. `damaged`, `damage`:
    what is wrong after it, in a preview now. `kept`: damaged objects that the store lets nobody replace.
    `strange`: objects among the packs that are none of this vault."""

    applied: bool
    ok: bool
    fixes: list[Fixed]
    chunks: int
    healing: Healing | None
    damaged: list[DamagedObject]
    damage: Damage | None
    kept: list[str]
    strange: list[str]

    @property
    def exit_code(self) -> int:
        """7 while something is lost or damaged."""
        return 0 if self.ok else 7


def run_repair(
    session: Session,
    *,
    apply: bool = False,
    other: str | None = None,
    percent: int = 0,
    back_up: bool = True,
) -> Repaired:
    """Finds what is wrong, reading `percent` % of the packs, and puts back what something still tells.

    `other`: a copy of this vault, by its name or its place. `back_up`: with `apply`, the profile's
    sources are backed up when that may heal something. Only ever adds objects, and replaces damaged
    ones by what they were. Raises IntegrityError("other_vault_there", at=…), UsageError("repair_from_itself",
    at=…), Stopped, and what unlocking, the stores and a backup raise.
    """
    session.from_afar = True
    session.unlock()
    copy = _copy_at(session, other) if other is not None else None
    mender = Mender(
        session.vault,
        apply=apply,
        random=bootstrap.random,
        listener=session.listener,
        cancel=session.cancel,
        clock=bootstrap.clock,
    )
    with remembered(session, "repair") as ended:
        # A preview writes nothing, and holds up nobody.
        with bootstrap.lock(session.profile) if apply else nullcontext():
            mender.small_objects()
            mender.index()
            mender.lookups()
            found = _verify(session, percent)
            if copy is not None:
                mender.copy_from(copy, found)
                if apply and (mender.done.names("copied") or mender.done.names("anew")):
                    mender.index()  # packs that came without their index
                    found = _verify(session, 0)
        healing = _healing(session, found)
        if apply and back_up and healing is not None and healing.count and session.settings.sources:
            _back_up(session)
            found = _verify(session, 0)
            healing = msgspec.structs.replace(healing, done=True)
        damage = damage_of(session, found, session.snapshots.items)
        done = _told(mender, found, healing, damage, apply=apply)
        ended(done.exit_code, Met(incidents_of(damage)), facts=damage_facts(damage))
    return done


def _copy_at(session: Session, location: str) -> Store:
    store = read_store(session, session.settings, location)
    if store.location == session.store.location:
        raise UsageError("repair_from_itself", at=store.location)
    try:
        owner = read_header(store).id
    except IntegrityError:
        return store  # what it gives is taken by its name alone
    if owner != session.vault.id:
        raise IntegrityError("other_vault_there", at=store.location)
    return store


def _verify(session: Session, percent: int) -> VerifyResult:
    """Packs that are known to be damaged are read in any case."""
    session.forget_snapshots()
    sound: set[bytes] = set()

    def was_read(pack: bytes, reason: str) -> None:
        if not reason:
            sound.add(pack)

    result = verify(
        session.vault,
        session.snapshots,
        choose=sample(percent, bootstrap.random),
        again={bytes.fromhex(name) for name in session.seen.suspects},
        on_read=was_read,
        listener=session.listener,
        cancel=session.cancel,
    )
    remember_damage(session, result, sound)
    return result


def _back_up(session: Session) -> None:
    from .backups import run_backup

    run_backup(session, Choice())


def _healing(session: Session, found: VerifyResult) -> Healing | None:
    """None where no file is touched."""
    if not found.affected:
        return None
    own = _own_device(session)
    there: dict[str, bool] = {}
    for each in found.affected:
        snapshot = each.snapshot.snapshot
        text = shown(each.path)
        path = native(text, snapshot.system) or text
        if not there.get(path):
            there[path] = snapshot.device.id == own and os.path.lexists(
                path if bootstrap.is_windows() else each.path
            )
    files = sorted(path for path, is_there in there.items() if is_there)
    return Healing(files[:MOST_NAMES], len(files), len(there) - len(files), done=False)


def _own_device(session: Session) -> bytes:
    from .device_identity import device_identity

    return device_identity(session).device.id


def _told(
    mender: Mender, found: VerifyResult, healing: Healing | None, damage: Damage | None, *, apply: bool
) -> Repaired:
    done = mender.done
    kinds: Sequence[Kind] = ("header", "slots", "index", "lookups", "copied", "anew")
    fixes = [Fixed(kind, len(names), names[:MOST_NAMES]) for kind in kinds if (names := done.names(kind))]
    return Repaired(
        applied=apply,
        ok=found.ok,
        fixes=fixes,
        chunks=done.chunks,
        healing=healing,
        damaged=damaged_objects(found),
        damage=damage,
        kept=done.kept[:MOST_NAMES],
        strange=done.strange[:MOST_NAMES],
    )
