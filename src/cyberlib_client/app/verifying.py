"""Proving that a vault is whole."""

from __future__ import annotations

from collections.abc import Set
from typing import Literal

import msgspec

from ..services.rotation import sample
from ..services.suspects import UNKNOWN_PACK
from ..services.verify import Affected, VerifyResult, verify
from . import bootstrap
from .damage import Damage, damage_facts, damage_of, incidents_of
from .history import remembered
from .incidents import Met
from .paths import native, shown, shown_text
from .rotation import Rounds
from .session import Session
from .shares import ReadShare


class DamagedObject(msgspec.Struct, frozen=True):
    """An object of the store; `reason`: "missing", "damaged", "resized" (of another size than recorded), or
    "altered" (its content is whole). `healed`: it costs nothing but the files that are named. `spare`: the
    file may be deleted, since nothing needs it any more or the next backup puts it back; of a pack that holds
    as far as packs were read."""

    name: str
    reason: str
    healed: bool
    spare: bool


class AffectedFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of a snapshot that cannot be restored whole; `reason`: "missing" or "damaged". `native`: as in
    `browsing.EntryInfo`."""

    snapshot: str
    path: str
    reason: str
    native: str = ""


class ChainProblem(msgspec.Struct, frozen=True):
    """Something wrong with the chain of snapshots; see `repository.snapshots.Problem`."""

    code: str
    name: str
    device: str


class Verified(msgspec.Struct, frozen=True):
    """What a verification found. `percent`: of the packs read in full. Affected files: at most 10,000.
    `accepted`: snapshots that are gone, as `problems` tell, will not be missed any more. `mode`: "quick",
    "data" or "portion"; `structure`: all folders of all snapshots were walked, which a portion does once a
    week; `share`: what of the vault was read lately. `damage`: the affected ones once each, null
    where there are none."""

    ok: bool
    percent: int
    snapshots: int
    packs: int
    packs_read: int
    bytes_read: int
    damaged: list[DamagedObject]
    affected: list[AffectedFile]
    affected_count: int
    problems: list[ChainProblem]
    accepted: bool
    seconds: float
    mode: Literal["quick", "data", "portion"]
    structure: bool
    share: ReadShare
    damage: Damage | None

    @property
    def exit_code(self) -> int:
        """7 when anything is wrong."""
        return 0 if self.ok else 7


def run_verify(
    session: Session, *, percent: int = 0, rotate: bool = False, accept_missing: bool = False
) -> Verified:
    """Checks structure and presence, and reads `percent` % of the packs (0 to 100), or with `rotate` what has
    not been read for longest. Packs found damaged before are read in any case. Never changes the vault.

    `accept_missing`: snapshots that this machine saw and that are gone are not missed any more, and an older
    table of slots than it saw is taken as the newest, against a proof. Raises Stopped,
    NeedsUnlock("proof_needed"), and what unlocking and the store raise.
    """
    session.accepts_older = accept_missing
    session.from_afar = True
    with remembered(session, "verify") as ended:
        listed = session.snapshots
        rounds = Rounds(session)
        again = session.seen.suspects
        try:
            result = verify(
                session.vault,
                listed,
                choose=rounds.portion() if rotate else sample(percent, bootstrap.random),
                again={bytes.fromhex(name) for name in again},
                structure=not rotate or rounds.is_walk_due,
                proven=rounds.is_proven,
                on_listed=rounds.listed,
                on_read=rounds.was_read,
                walked=rounds.walked if rotate else None,
                listener=session.listener,
                cancel=session.cancel,
            )
            rounds.ended(walked=result.structure, portion=rotate)
        finally:
            if not session.copy:
                rounds.close()
        remember_damage(session, result, rounds.sound, all_read=percent >= 100)
        damage = damage_of(session, result, listed.items)
        if accept_missing:
            session.remember_heads(listed, forget_absent=True)
        accepted = accept_missing and bool(listed.lost)
        mode: Literal["quick", "data", "portion"] = "portion" if rotate else "data" if percent else "quick"
        done = _done(result, percent, len(listed.items), accepted, mode, rounds.share(), damage)
        ended(done.exit_code, Met(incidents_of(damage)), bytes=done.bytes_read, facts=damage_facts(damage))
    return done


def remember_damage(
    session: Session, result: VerifyResult, sound: Set[bytes] = frozenset(), *, all_read: bool = False
) -> None:
    """What was suspected and was not read now stays suspected, until it is read or has left the vault. That
    a pack is gone of which nothing tells shows in any verification that walks the trees."""
    seen = session.seen
    kept = set[str]() if all_read else seen.suspects - {name.hex() for name in sound}
    if result.structure:
        kept -= {UNKNOWN_PACK.hex()}
    suspects = {name.hex() for name in result.suspects} | kept
    if suspects != seen.suspects:
        session.remember(msgspec.structs.replace(seen, suspects=frozenset(suspects)))


def affected_files(result: VerifyResult) -> list[AffectedFile]:
    """As a verification tells them."""
    return [_affected(found) for found in result.affected]


def damaged_objects(result: VerifyResult) -> list[DamagedObject]:
    """As a verification tells them."""
    return [
        DamagedObject(name, reason, result.is_healed(name, reason), name in result.spare)
        for name, reason in result.damaged
    ]


def _affected(found: Affected) -> AffectedFile:
    text = shown(found.path)
    return AffectedFile(found.snapshot.id, text, found.reason, native(text, found.snapshot.snapshot.system))


def _done(
    result: VerifyResult,
    percent: int,
    snapshots: int,
    accepted: bool,
    mode: Literal["quick", "data", "portion"],
    share: ReadShare,
    damage: Damage | None,
) -> Verified:
    return Verified(
        ok=result.ok,
        percent=percent,
        snapshots=snapshots,
        packs=result.packs_total,
        packs_read=result.packs_read,
        bytes_read=result.bytes_read,
        damaged=damaged_objects(result),
        affected=affected_files(result),
        affected_count=result.affected_count,
        problems=[ChainProblem(p.code, p.name, shown_text(p.device)) for p in result.problems],
        accepted=accepted,
        seconds=result.seconds,
        mode=mode,
        structure=result.structure,
        share=share,
        damage=damage,
    )
