"""How far the first run is; apart from what does it, since each window asks for it."""

from __future__ import annotations

from ..state.first_run import FirstRunNotes, PlaceKind, read_first_run
from ..state.host_access import read_host_access
from . import bootstrap, stores
from .enrolment_placed import placed
from .first_run_told import FirstRunTold, StepName
from .session import Session


def stand(session: Session) -> FirstRunTold:
    """How far it is, from what is really there. Needs no vault and no network.

    Raises Failed("settings_damaged"), ("credentials_damaged")."""
    notes = read_first_run(session.profile)
    known = notes or FirstRunNotes()
    access = read_host_access(session.profile)
    host = access.url if access is not None and access.device else ""
    left = placed(session.profile)
    vault = session.settings.vault
    backup = session.history.completed("backup")
    place, at = known.place, known.at
    if vault is not None:
        place, at = ("host" if stores.is_host(vault.at) else "folder"), vault.at
    step = _step(session, known, place, host)
    leaves = known.away and known.words
    ours = vault is not None and known.vault == vault.id
    return FirstRunTold(
        wanted=vault is None or (ours and step != "done" and not leaves),
        step=step,
        device=session.settings.device or bootstrap.machine().machine_name(),
        place=place,
        at=at,
        host=host,
        left_host=left.host,
        left_key=bool(left.contract_key_file),
        sources=len(session.settings.sources),
        vault=vault is not None,
        words=known.words,
        files=backup.files if backup is not None else 0,
        bytes=backup.bytes if backup is not None else 0,
    )


def _step(session: Session, notes: FirstRunNotes, place: PlaceKind, host: str) -> StepName:
    vault = session.settings.vault
    if vault is None and (not place or (place == "host" and not host)):
        return "welcome"
    if vault is None and place == "host" and notes.terms < 0:
        return "terms"
    if not session.settings.sources:
        return "protect"
    if vault is None or (notes.vault == vault.id and not notes.words):
        return "key"
    if session.history.completed("backup") is None:
        return "backup"
    proven = session.history.completed("drill", best=True)
    return "done" if proven is not None and proven.exit == 0 else "proof"
