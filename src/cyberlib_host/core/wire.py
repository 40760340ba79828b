"""What client and host say to each other, as JSON (docs/protocol/). Times are RFC 3339, UTC; bytes hex."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .shapes import (
    Answer,
    DeviceState,
    Hex32,
    Hex64,
    Id,
    Key,
    Name,
    ObjectName,
    OrganisationState,
    Size,
    Struct,
    Time,
)

# ---- the host --------------------------------------------------------------------------------------


class StoragePlace(Answer, frozen=True):
    """A zone of the card. Degrees north and east."""

    name: str
    latitude: float
    longitude: float


class SubProcessor(Answer, frozen=True):
    """Who works for the host, and how many days before a change the customer is told."""

    name: str
    role: str
    notice_days: int


class Card(Answer, frozen=True):
    """What certifies the hosting (never the software): French decree on health data hosts (HDS).

    `activities`: of the six of the standard. `withdrawn`: since when the certificate is no longer valid.
    """

    host: str
    certificate: str
    activities: list[int]
    valid_from: str
    valid_until: str
    places: list[StoragePlace]
    sub_processors: list[SubProcessor]
    withdrawn: str | None = None


class HostInfo(Answer, frozen=True):
    """`key`: the Ed25519 public key that signs receipts. `least_client`: the oldest client that may speak.
    `support`: whom customers ask, as the host's settings say it."""

    version: str
    protocol: int
    least_client: str
    key: Hex32
    time: Time
    terms: int
    card: Card | None
    support: str = ""


# ---- devices ---------------------------------------------------------------------------------------


class Enrolment(Struct, frozen=True):
    """`signature`: over "cyberlib enrol 1\\n", the public key, and SHA-256 of the contract key."""

    contract_key: Key
    name: Name
    public_key: Hex32
    signature: Hex64
    siren: Annotated[str, Meta(max_length=20)] | None = None


class Device(Answer, frozen=True):
    """A declared workstation. `vault`: the one it writes to, once it has one. In a list: `last_backup`, and
    `replaced_by`: the name of the one that took its place."""

    id: Id
    name: str
    state: DeviceState
    created: Time
    last_seen: Time | None = None
    vault: Id | None = None
    last_backup: Time | None = None
    replaced_by: str | None = None


class Organisation(Answer, frozen=True):
    """`seats`: how many devices may be active; `restore_until`: when what is stored can no longer be read;
    `suspended_from`: when a suspension that was decided ends storing, or ended it."""

    name: str
    siren: str
    state: OrganisationState
    seats: int
    used: int
    restore_until: Time | None
    bytes: int
    quota: int | None
    suspended_from: Time | None = None


class Hosting(Answer, frozen=True):
    """What of the card a client minds at each backup."""

    host: str
    valid_until: str
    withdrawn: str | None


class MaintenanceWindow(Answer, frozen=True):
    """When the host will not answer: planned work."""

    starts: Time
    ends: Time


class Standing(Answer, frozen=True):
    """How a device stands. `refusal`: the code of why it may not store. `hosting`: null where the host shows
    no card. `maintenance`: planned for the next 14 days. `addresses_refused`: those of the organisation's
    mail that do not work. `quarantine_days`: how long what was let go stays. `releases`, `approvals`: see
    `pending`."""

    device: Device
    organisation: Organisation
    may_store: bool
    may_read: bool
    refusal: str | None
    terms_accepted: int
    terms: int
    time: Time
    hosting: Hosting | None
    maintenance: list[MaintenanceWindow] = msgspec.field(default_factory=list)
    addresses_refused: list[str] = msgspec.field(default_factory=list)
    quarantine_days: int = 30
    releases: int = 0
    approvals: int = 0


class ChallengeRequest(Struct, frozen=True):
    device: Id


class Challenge(Answer, frozen=True):
    """To be signed, and good for one session only. `expires_in` in seconds."""

    challenge: Hex32
    expires_in: int


class SessionRequest(Struct, frozen=True):
    """`signature`: the device's, over "cyberlib session 1\\n", its id (16 bytes) and the challenge. `user`:
    the account of the workstation that the session is for, as in acceptances of terms."""

    device: Id
    challenge: Hex32
    signature: Hex64
    user: Name | None = None


class Session(Answer, frozen=True):
    """`token` goes into `Authorization: Bearer …`. `expires_in` in seconds."""

    token: str
    expires_in: int
    standing: Standing


class Reassignment(Struct, frozen=True):
    """Takes the licence and the vault of another device over; that one is revoked."""

    contract_key: Key
    device: Name


class Revocation(Struct, frozen=True):
    contract_key: Key
    device: Name


class DeviceList(Answer, frozen=True):
    devices: list[Device]


# ---- vaults and objects ----------------------------------------------------------------------------


class Vault(Answer, frozen=True):
    """`waiting`: objects that the second zone has not yet; 0 when there is one zone alone."""

    id: Id
    created: Time
    objects: int
    bytes: int
    devices: list[str]
    zones: list[str]
    waiting: int


class VaultList(Answer, frozen=True):
    vaults: list[Vault]


class Membership(Struct, frozen=True):
    contract_key: Key


class Declared(Struct, frozen=True):
    """An object that is to be stored, or was put."""

    name: ObjectName
    size: Size
    sha256: Hex32


class Uploads(Struct, frozen=True):
    objects: Annotated[list[Declared], Meta(min_length=1, max_length=64)]


class Link(Answer, frozen=True):
    """Where to put or get, with these headers and no others. `expires_in` in seconds."""

    url: str
    headers: dict[str, str]
    expires_in: int


class Prepared(Answer, frozen=True):
    """`put`: null when the vault has an object of that name already."""

    name: str
    put: Link | None


class PreparedList(Answer, frozen=True):
    objects: list[Prepared]


class Receipt(Answer, frozen=True):
    """The host's word that a snapshot was committed. `hash` chains it to the one before (`previous`);
    `signature` is the host's, over "cyberlib receipt 1\\n" and the hash."""

    sequence: int
    vault: Id
    name: str
    size: int
    sha256: Hex32
    device: Id
    time: Time
    previous: Hex32
    hash: Hex32
    signature: Hex64


class Stored(Answer, frozen=True):
    """`receipt` for a snapshot."""

    name: str
    size: int
    receipt: Receipt | None = None


class StoredList(Answer, frozen=True):
    objects: list[Stored]


class Listed(Answer, frozen=True):
    name: str
    size: int


class Listing(Answer, frozen=True):
    """`next`: what to give as `after` for the rest; null at the end."""

    objects: list[Listed]
    next: str | None


class Changes(Answer, frozen=True):
    """Objects in the order in which they came. `mark`: what to give for those that come later. `whole`: they
    begin with the vault's first, since no mark was given or the mark is none of this vault as it is now.
    `more`: there are more already."""

    objects: list[Listed]
    mark: str
    whole: bool
    more: bool


class Contents(Struct, frozen=True):
    names: Annotated[list[ObjectName], Meta(min_length=1, max_length=1000)]


class Downloads(Struct, frozen=True):
    """`elsewhere`: the usual place did not answer, or has not got them: another zone's, where one has."""

    names: Annotated[list[ObjectName], Meta(min_length=1, max_length=64)]
    elsewhere: bool = False


class Download(Answer, frozen=True):
    """`get`: null when the vault has no such object. `zone`: which one stands in for the usual, or null."""

    name: str
    size: int
    get: Link | None
    zone: str | None = None


class DownloadList(Answer, frozen=True):
    objects: list[Download]


class Log(Answer, frozen=True):
    receipts: list[Receipt]
    next: int | None
