"""How far the first run is; apart from what does it, since each window asks for it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ..core.errors import CyberlibError
from ..state import approvals, escrow
from ..state.credentials import read_device_secret
from ..state.first_run import FirstRunNotes, PlaceKind, read_first_run
from ..state.host_access import sound_host_access
from ..state.profile import Profile
from ..state.settings import VaultSettings
from . import bootstrap, stores
from .enrolment_placed import placed
from .first_run_told import FirstRunTold, StepName
from .paths import same_folder
from .session import Session


def stand(session: Session) -> FirstRunTold:
    """How far it is, from what is really there. Needs no vault and no network.

    Raises Failed("settings_damaged"), ("credentials_damaged")."""
    notes = read_first_run(session.profile)
    known = notes or FirstRunNotes()
    access = sound_host_access(session.profile)
    host = access.url if access is not None and access.device else ""
    left = placed(session.profile)
    vault = session.settings.vault
    if vault is not None and known.vault != vault.id and same_folder(known.joining, vault.at):
        known = msgspec.structs.replace(known, vault=vault.id, words=True)  # it was there before
    backup = session.history.completed("backup")
    place, at = known.place, known.at
    if vault is not None:
        place, at = _kind(vault.at), vault.at
    lost = vault is None and not known.making and _opened_one(session)
    step = "welcome" if lost else _step(session, known, place, host)
    leaves = known.away and known.words
    ours = vault is not None and _ours(known, vault)
    return FirstRunTold(
        wanted=vault is None or (ours and step != "done" and not leaves),
        step=step,
        device=session.settings.device or bootstrap.machine().machine_name(),
        place=place,
        at=at,
        endpoint=known.endpoint,
        region=known.region,
        host=host,
        left_host=left.host,
        left_key=bool(left.contract_key_file),
        left_unfit=left.unfit.facts if left.unfit is not None else {},
        sources=len(session.settings.sources),
        vault=vault is not None,
        lost=lost,
        asked=_asked(session, approvals.read_asked) if vault is None else "",
        officers=_asked(session, escrow.read_asked) if vault is None else "",
        words=known.words,
        files=backup.files if backup is not None else 0,
        bytes=backup.bytes if backup is not None else 0,
    )


def _opened_one(session: Session) -> bool:
    """Whether the credentials know a vault; damaged ones are of one as well."""
    try:
        return read_device_secret(session.profile) is not None
    except CyberlibError:
        return True


def _asked(
    session: Session,
    read: Callable[[Profile], approvals.Asked | None] | Callable[[Profile], escrow.Asked | None],
) -> str:
    try:
        asked = read(session.profile)
    except CyberlibError:
        return ""
    return asked.at if asked is not None else ""


def _ours(notes: FirstRunNotes, vault: VaultSettings) -> bool:
    """Also one whose making was begun, where this ended before its id was noted."""
    return notes.vault == vault.id or (
        notes.making and (notes.place == "host" or same_folder(notes.at, vault.at))
    )


def _kind(at: str) -> PlaceKind:
    return "host" if stores.is_host(at) else "bucket" if stores.is_bucket(at) else "folder"


def _step(session: Session, notes: FirstRunNotes, place: PlaceKind, host: str) -> StepName:
    vault = session.settings.vault
    if vault is None and (not place or (place == "host" and not host)):
        return "welcome"
    if vault is None and place == "host" and notes.terms < 0:
        return "terms"
    if not session.settings.sources:
        return "protect"
    if vault is None or (_ours(notes, vault) and not notes.words):
        return "key"
    if session.history.completed("backup") is None:
        return "backup"
    proven = session.history.completed("drill", best=True)
    return "done" if proven is not None and proven.exit == 0 else "proof"
