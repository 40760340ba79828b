"""The line to this workstation's host: who speaks, as whom, and the stores at the other end."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from ..core.errors import Failed, IntegrityError, NeedsUnlock, UsageError
from ..core.ports import Store
from ..state.host_access import HostAccess, read_host_access
from ..state.profile import Profile
from ..state.receipts_seen import ReceiptSeen, read_receipt_seen, write_receipt_seen
from ..transports.host import records
from ..transports.host.client import HostClient
from ..transports.host.identity import SEED_SIZE, DeviceIdentity
from ..transports.host.receipts import LastReceipt, follow
from ..transports.host.store import HostStore
from . import bootstrap, proving, replaced
from .line import line_of
from .near_copies import near_copies
from .workplace import Notice, Workplace

_ADDRESS: Final = re.compile(r"https://[A-Za-z0-9.\-_\[\]:]+")
_LONGEST_NAME: Final = 100
_VAULT: Final = re.compile(r"(https://[^/]+)/v1/vaults/([0-9a-f]{32})")


def client_of(work: Workplace) -> HostClient:
    """Who speaks with the host as this workstation. Raises UsageError("not_enrolled"), as
    `replaced.require_not`, and what keepers raise."""
    access = access_of(work.profile)
    replaced.require_not(work.profile, access)
    return connected(work, access, DeviceIdentity(seed_of(work.profile, access), access.device))


def connected(work: Workplace, access: HostAccess, identity: DeviceIdentity) -> HostClient:
    """The same for an identity that may not be declared yet; its connections end with the command."""
    client = HostClient(
        access.url,
        line_of(work, access.ca),
        identity=identity,
        user=account(),
        replaced=partial(replaced.heard, work.profile, access),
        prove=partial(proving.prove, work),
    )
    work.closing.callback(client.close)
    return client


def store_at(work: Workplace, location: str) -> HostStore:
    """The vault at an address; with the host's address alone, the one this workstation writes to.

    Raises UsageError("not_enrolled"), ("host_address", at=…), ("host_other", at=…), ("host_no_vault", at=…).
    """
    client = _client_at(work, location)
    match = _VAULT.fullmatch(location)
    if match is not None:
        return _store(work, client, match[2])
    vault = client.ask("GET", "/v1/device", records.Standing).device.vault
    if vault is None:
        raise UsageError("host_no_vault", at=client.url)
    return _store(work, client, vault)


def new_store_at(work: Workplace, location: str) -> HostStore:
    """A new vault at a host. Raises as `store_at`, and what the host refuses."""
    client = _client_at(work, location)
    if _VAULT.fullmatch(location):
        raise UsageError("host_address", at=location)  # the host says where
    vault = client.ask("POST", "/v1/vaults", records.Vault).id
    return _store(work, client, vault)


def _store(work: Workplace, client: HostClient, vault: str) -> HostStore:
    def stands_in(zone: str) -> None:
        work.notify(Notice("host_zone_stands_in", {"at": client.url, "zone": zone}))

    return HostStore(client, vault, near_copies(work, vault), stands_in)


def account() -> str:
    """Who uses this workstation, as the host is told: terms are accepted by each account."""
    return bootstrap.machine().user_name()[:_LONGEST_NAME]


def name_here(profile: Profile) -> str:
    """Under which name the host knows this workstation. UsageError("not_enrolled")."""
    return access_of(profile).name


def host_address(url: str) -> str:
    """`https://host[:port]`, without what browsers put after it. UsageError("host_address", at=…)."""
    address = url.strip().rstrip("/")
    if not _ADDRESS.fullmatch(address):
        raise UsageError("host_address", at=url)
    return address.lower()


def _client_at(work: Workplace, location: str) -> HostClient:
    match = _VAULT.fullmatch(location)
    address = host_address(match[1] if match else location)
    if access_of(work.profile).url != address:
        raise UsageError("host_other", at=address)
    return client_of(work)


def access_of(profile: Profile) -> HostAccess:
    access = read_host_access(profile)
    if access is None or not access.device:
        raise UsageError("not_enrolled")
    return access


def seed_of(profile: Profile, access: HostAccess) -> bytes:
    """The seed of this workstation's key at its host.

    Raises Failed("host_key_lost", at=…), NeedsUnlock("host_key_locked", at=…, reason=…), ("host_key_exposed",
    at=…, path=…), and what else keepers raise.
    """
    try:
        seed = bootstrap.keeper(access.keeper, profile).load(access.secret)
    except NeedsUnlock as error:  # what keepers advise is for keys of the vault
        if error.code == "keychain_unavailable":
            raise NeedsUnlock("host_key_locked", at=access.url, reason=error.facts["reason"]) from None
        if error.code == "device_file_exposed":
            raise NeedsUnlock("host_key_exposed", at=access.url, path=error.facts["path"]) from None
        raise
    if seed is None or len(seed) != SEED_SIZE:
        raise Failed("host_key_lost", at=access.url)
    return seed


def host_client(store: Store) -> HostClient:
    """Who speaks with the host that a vault is at."""
    assert isinstance(store, HostStore), "a vault at a host"
    return store.client


def standing(client: HostClient) -> records.Standing:
    """How this workstation stands, as the host tells it now, and its time."""
    return client.ask("GET", "/v1/device", records.Standing)


def log_after(work: Workplace, store: Store, last: LastReceipt) -> tuple[LastReceipt, list[records.Receipt]]:
    """Receipts of a vault's log from a known one on, and its end. Raises as `follow_log`."""
    assert isinstance(store, HostStore), "a vault at a host"
    return follow(store.client, store.vault, bytes.fromhex(access_of(work.profile).key), last)


def follow_log(work: Workplace, store: Store, *, accept_older: bool = False) -> list[str]:
    """Follows the host's log of a vault from where this workstation last saw it; names of all snapshots
    that it tells of since then.

    `accept_older`: a log that does not go on from there, since the host put its database back, is taken as it
    is, followed from its beginning. Raises IntegrityError("host_log_shorter"), ("host_log_forked"),
    ("host_receipt_bad").
    """
    seen = read_receipt_seen(work.profile, store.location)
    last = LastReceipt(seen.sequence, seen.hash) if seen is not None else LastReceipt()
    try:
        end, found = log_after(work, store, last)
    except IntegrityError as error:
        if not accept_older or error.code not in ("host_log_shorter", "host_log_forked"):
            raise
        end, found = log_after(work, store, LastReceipt())
        work.notify(Notice("host_log_accepted", {"at": host_client(store).url}))
    if end != last and not write_receipt_seen(
        work.profile, ReceiptSeen(store.location, end.sequence, end.hash)
    ):
        work.notify(Notice("state_not_written", {"at": work.profile.state}))
    return [receipt.name for receipt in found]
