"""This workstation at a host: declaring it, its licence, and the vaults it finds there."""

from __future__ import annotations

import hashlib
from contextlib import suppress

import msgspec

from ..core.errors import CyberlibError, Failed, IntegrityError, NeedsUnlock, Refused, Unreachable, UsageError
from ..state.credentials import KeeperKind
from ..state.host_access import HostAccess, sound_host_access, write_host_access
from ..state.replaced import forget_replaced
from ..transports.host import records
from ..transports.host.client import HostClient
from ..transports.host.identity import SEED_SIZE, DeviceIdentity
from . import bootstrap
from .certificates import read_ca
from .host_link import access_of, account, client_of, connected, host_address, seed_of
from .hosts_told import Enrolled as Enrolled
from .hosts_told import TermsShown as TermsShown
from .session import Session
from .workplace import read_secret_file


class HostDevice(msgspec.Struct, frozen=True):
    """One of the organisation's devices. `here`: this workstation. `replaced_by`: the one that took its
    place."""

    id: str
    name: str
    state: str
    created: str
    last_seen: str | None
    here: bool
    last_backup: str | None = None
    replaced_by: str | None = None


class Reassigned(msgspec.Struct, frozen=True):
    """This workstation, with the licence it took over from `previous`. `vault`: its address, or null."""

    host: str
    name: str
    state: str
    previous: str
    vault: str | None


def enrol(
    session: Session,
    url: str,
    contract_key_file: str,
    *,
    name: str = "",
    ca_file: str | None = None,
    siren: str | None = None,
    keeping: KeeperKind = "keychain",
) -> Enrolled:
    """Declares this workstation at a host. Repeated after a failure it goes on where it was; a key that was
    lost, or that others could read, is replaced by a new one, and so is one that was revoked, under another
    name.

    Raises UsageError("host_address", at=…), ("host_already", at=…), ("secret_file_…"),
    ("contract_key_unclear", at=…), ("ca_file_unreadable", at=…), NeedsUnlock("host_key_not_kept", reason=…),
    ("host_key_locked", at=…, reason=…), what else keepers raise, and what the host refuses.
    """
    host_address(url)  # said before the file is looked at
    contract_key = read_contract_key(session, contract_key_file)
    return enrol_by_key(session, url, contract_key, name=name, ca_file=ca_file, siren=siren, keeping=keeping)


def enrol_by_key(
    session: Session,
    url: str,
    contract_key: str,
    *,
    name: str = "",
    ca_file: str | None = None,
    siren: str | None = None,
    keeping: KeeperKind = "keychain",
) -> Enrolled:
    """As `enrol`, by a key that was typed."""
    address = host_address(url)
    ca = read_ca(ca_file) if ca_file is not None else ""
    name = name or session.settings.device or bootstrap.machine().machine_name()
    with bootstrap.lock(session.profile):
        access = _access_for(session, address, name, keeping)
        before, access = access, msgspec.structs.replace(access, name=name, ca=ca or access.ca)
        try:
            return _declared(session, access, contract_key, siren)
        except Refused as error:
            # Revoked for good, but whoever has the contract key may declare the machine anew.
            if error.code != "host_device_revoked" or before.name == name:
                raise
            return _declared(session, _with_new_key(session, access, keeping), contract_key, siren)


def _declared(session: Session, access: HostAccess, contract_key: str, siren: str | None) -> Enrolled:
    # Before the host hears of it: whoever does not hear the answer asks again with the same key.
    write_host_access(session.profile, access)
    identity = DeviceIdentity(seed_of(session.profile, access), access.device)
    client = connected(session, access, identity)
    access = _with_host_key(client, access)
    body = {
        "contract_key": contract_key,
        "name": access.name,
        "public_key": identity.public_key.hex(),
        "signature": identity.enrolment(contract_key),
    } | ({"siren": siren} if siren is not None else {})
    device = client.ask("POST", "/v1/devices", records.Device, body, signed=False)
    write_host_access(session.profile, msgspec.structs.replace(access, device=device.id, name=device.name))
    forget_replaced(session.profile)
    identity.device = device.id
    organisation = client.sign_in().organisation
    return Enrolled(
        access.url, device.id, device.name, device.state, organisation.name, organisation.siren, access.keeper
    )


def devices(session: Session) -> list[HostDevice]:
    """The organisation's devices. Raises UsageError("not_enrolled"), and what the host refuses."""
    access = access_of(session.profile)
    client = client_of(session)
    found = client.ask("GET", "/v1/devices", records.DeviceList).devices
    return [
        HostDevice(
            each.id,
            each.name,
            each.state,
            each.created,
            each.last_seen,
            each.id == access.device,
            each.last_backup,
            each.replaced_by,
        )
        for each in found
    ]


def reassign(session: Session, previous: str, contract_key_file: str) -> Reassigned:
    """As `reassign_by_key`. Raises also UsageError("secret_file_…"), ("contract_key_unclear", at=…)."""
    return reassign_by_key(session, previous, read_contract_key(session, contract_key_file))


def reassign_by_key(session: Session, previous: str, contract_key: str) -> Reassigned:
    """Takes the licence and the vault of another device over; that one is revoked.

    Raises as `devices`, UsageError("host_no_such_device", name=…), ("host_device_itself", name=…).
    """
    access = access_of(session.profile)
    if previous in (access.name, access.device):
        raise UsageError("host_device_itself", name=previous)
    device = _of_another(session, "/v1/reassignments", contract_key, previous)
    vault = None if device.vault is None else f"{access.url}/v1/vaults/{device.vault}"
    return Reassigned(access.url, device.name, device.state, previous, vault)


def revoke(session: Session, name: str, contract_key_file: str) -> HostDevice:
    """Ends a device of the organisation at once. Raises as `reassign`, but for this workstation itself."""
    access = access_of(session.profile)
    ended = _of_another(session, "/v1/revocations", read_contract_key(session, contract_key_file), name)
    return HostDevice(
        ended.id, ended.name, ended.state, ended.created, ended.last_seen, ended.id == access.device
    )


def _of_another(session: Session, path: str, contract_key: str, name: str) -> records.Device:
    """Asks about another device than this one, which is known: it signs in first."""
    body = {"contract_key": contract_key, "device": name}
    client = client_of(session)
    client.sign_in()
    try:
        return client.ask("POST", path, records.Device, body)
    except Refused as error:
        if error.code == "host_device_unknown":
            raise UsageError("host_no_such_device", name=name) from None
        raise


def read_contract_key(session: Session, file: str) -> str:
    """The key alone; a letter that has it somewhere is not searched. UsageError("contract_key_unclear")."""
    return check_contract_key(read_secret_file(session, file), file)


def check_contract_key(text: str, file: str) -> str:
    """The key in a text from a file, "" for one that was typed. UsageError("contract_key_unclear", at=…),
    ("contract_key_typed")."""
    found = text.strip()
    if 8 <= len(found) <= 200 and len(found.split()) == 1:
        return found
    raise UsageError("contract_key_unclear", at=file) if file else UsageError("contract_key_typed")


def terms(session: Session, *, accept: bool = False, user: str = "", read: str | None = None) -> TermsShown:
    """The terms in force; `accept`: for the account that runs this, signed as `user` where that is given.
    `read`: the text that somebody agreed to; what is in force by now is not accepted where it is another.

    Raises Unreachable("host_answer", at=…) for a text that is not the one an acceptance would name, and as
    `devices`.
    """
    client = client_of(session)
    standing = client.sign_in()
    found = client.ask("GET", "/v1/terms", records.TermsList, signed=False).terms
    in_force = next((each for each in found if each.version == standing.terms), None)
    if in_force is None:
        return TermsShown(0, "", "", True, [])
    if hashlib.sha256(in_force.text.encode("utf-8", "surrogatepass")).hexdigest() != in_force.sha256:
        raise Unreachable("host_answer", at=client.url)
    accepted = standing.terms_accepted >= in_force.version
    if accept and not accepted and read in (None, in_force.text):
        body = {"version": in_force.version, "sha256": in_force.sha256, "user": account()}
        if user:
            body["name"] = user
        client.ask("POST", "/v1/terms/acceptances", records.TermsList, body)
        accepted = True
    coming = [f"{each.version}: {each.effective}" for each in found if each.version > in_force.version]
    return TermsShown(in_force.version, in_force.effective, in_force.text, accepted, coming)


def _with_host_key(client: HostClient, access: HostAccess) -> HostAccess:
    """The key that the host signs receipts with, as it was when this workstation first spoke with it."""
    key = client.ask("GET", "/v1/host", records.HostInfo, signed=False).key
    if access.key and access.key != key:
        raise IntegrityError("host_key_changed", at=access.url)
    return msgspec.structs.replace(access, key=key)


def _access_for(session: Session, address: str, name: str, keeping: KeeperKind) -> HostAccess:
    """This workstation at the host, with the key it has, or a new one where it has none that can be used.

    A key goes from the keychain to a file when that is asked for, and never the other way round.
    """
    access = sound_host_access(session.profile)
    if access is not None and access.device and access.url != address:
        raise UsageError("host_already", at=access.url)
    if access is None or access.url != address:
        return _with_new_key(session, HostAccess(address, "", name, keeping, ""), keeping)
    to_file = keeping == "file" and access.keeper != "file"
    try:
        seed = seed_of(session.profile, access)
    except (Failed, NeedsUnlock) as error:
        if error.code in ("host_key_lost", "host_key_exposed") or to_file:
            return _with_new_key(session, access, keeping)
        raise
    return _with_key(session, access, seed, keeping) if to_file else access


def _with_new_key(session: Session, access: HostAccess, keeping: KeeperKind) -> HostAccess:
    declared_anew = msgspec.structs.replace(access, device="")
    return _with_key(session, declared_anew, bootstrap.random(SEED_SIZE), keeping)


def _with_key(session: Session, access: HostAccess, seed: bytes, keeping: KeeperKind) -> HostAccess:
    secret = f"host-{bootstrap.random(8).hex()}"
    try:
        bootstrap.keeper(keeping, session.profile).store(secret, seed)
    except NeedsUnlock as error:
        if error.code == "keychain_unavailable":
            raise NeedsUnlock("host_key_not_kept", reason=error.facts["reason"]) from None
        raise
    if access.secret:  # one that cannot be removed opens nothing any more, or is the same
        with suppress(CyberlibError):
            bootstrap.keeper(access.keeper, session.profile).remove(access.secret)
    return msgspec.structs.replace(access, secret=secret, keeper=keeping)
