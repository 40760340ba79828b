"""The end of a contract at a host: asking for everything, accepting it, and proof that the rest is gone."""

from __future__ import annotations

import os

import msgspec

from ..core import kit
from ..core.errors import CyberlibError, Failed, IntegrityError, UsageError
from ..files import kit_folder
from ..state.host_access import read_host_access
from ..transports.host.leaving import MOST, ErasedVault, read_certificate
from ..transports.host.leaving import Leaving as Leaving
from .host_link import client_of
from .hosts import read_contract_key
from .kit_check import Checked, check_kit
from .paths import native_path
from .session import Session

_AT = "/v1/leaving"


def status(session: Session) -> Leaving:
    """How far it is. Raises UsageError("not_enrolled"), and what the host refuses."""
    return client_of(session).ask("GET", _AT, Leaving)


def request(session: Session) -> Leaving:
    """Asks the host for everything, to leave with. Raises as `status`."""
    return client_of(session).ask("POST", f"{_AT}/request", Leaving)


def accept(session: Session, at: str, contract_key_file: str, name: str = "") -> Leaving:
    """Tells the host that this kit is all that the practice is owed, after it was compared with its lists.

    Once the contract is over the host erases what it has. Raises as `check_kit` and `status`, and
    IntegrityError("kit_not_whole", at=…), UsageError("kit_of_another_vault", at=…).
    """
    key = read_contract_key(session, contract_key_file)
    checked = check_kit(at, session.listener, session.cancel.check)
    require_whole(checked, session, at)
    with kit_folder.told(at):
        path = os.path.join(os.path.abspath(at), kit.MANIFEST)
        digest = kit_folder.sha256_of(path, lambda _size: session.cancel.check())
    body = {"contract_key": key, "manifest": digest} | ({"name": name} if name else {})
    client = client_of(session)
    client.sign_in()
    return client.ask("POST", f"{_AT}/acceptance", Leaving, body)


def require_whole(checked: Checked, session: Session, at: str) -> None:
    """Raises as `accept`: nobody is to give up what is at the host for less."""
    if checked.vault != session.place.id:
        raise UsageError("kit_of_another_vault", at=at)
    if checked.exit_code or checked.failed:
        raise IntegrityError("kit_not_whole", at=at)


class Destruction(msgspec.Struct, frozen=True):
    """A certificate of destruction that holds. `known`: whether its key is the one this workstation noted of
    its host; null where it knows none. The rest as in docs/protocol/destruction.md."""

    host: str
    name: str
    siren: str
    basis: str
    erased: str
    vaults: list[ErasedVault]
    zones: list[str]
    manifest: str | None
    key: str
    known: bool | None


def certificate(session: Session, file: str) -> Destruction:
    """Verifies a certificate, without a connection.

    Raises Failed("destruction_unreadable", at=…, reason=…), IntegrityError("destruction_not_signed"),
    ("destruction_of_another", at=…) when the key is not the known one.
    """
    native_path(file)
    try:
        with open(file, "rb") as opened:
            document = opened.read(MOST)
    except OSError as error:
        raise Failed("destruction_unreadable", at=file, reason=error.strerror) from None
    read = read_certificate(document)
    known = _known_key(session)
    if known and known != read.key:
        raise IntegrityError("destruction_of_another", at=file)
    told = read.certificate
    return Destruction(
        host=told.host,
        name=told.name,
        siren=told.siren,
        basis=told.basis,
        erased=told.erased,
        vaults=told.vaults,
        zones=told.zones,
        manifest=told.manifest,
        key=read.key,
        known=True if known else None,
    )


def _known_key(session: Session) -> str:
    try:
        access = read_host_access(session.profile)
    except CyberlibError:
        return ""  # damaged: as if there was none, which is told
    return access.key if access is not None else ""
