"""What the host answers, as far as this client reads it (docs/protocol/). Unknown fields are passed over."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

# Of what goes on into a path, a header, a signature or a database: nothing else is an answer.
Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Token = Annotated[str, Meta(pattern=r"^[!-~]{1,512}\Z")]
Name = Annotated[str, Meta(pattern=r"^(vault|[a-z]{1,20}/[0-9a-f]{64})\Z")]
Size = Annotated[int, Meta(ge=0, le=1 << 40)]
Seconds = Annotated[int, Meta(ge=0, le=1 << 31)]
Short = Annotated[str, Meta(max_length=128)]
Mark = Annotated[str, Meta(max_length=256)]
# Of what is only shown: no more than somebody can read, and no number that nothing has.
Shown = Annotated[str, Meta(max_length=1000)]
Number = Annotated[int, Meta(ge=0, le=1 << 53)]


class Place(msgspec.Struct, frozen=True):
    name: Shown
    latitude: float
    longitude: float


class SubProcessor(msgspec.Struct, frozen=True):
    name: Shown
    role: Shown
    notice_days: Number


class Card(msgspec.Struct, frozen=True):
    """The certification card of the hosting. Days as `YYYY-MM-DD`."""

    host: Shown
    certificate: Shown
    activities: Annotated[list[Number], Meta(max_length=100)]
    valid_from: Shown
    valid_until: Shown
    places: Annotated[list[Place], Meta(max_length=100)]
    sub_processors: Annotated[list[SubProcessor], Meta(max_length=100)]
    withdrawn: Shown | None = None


class HostInfo(msgspec.Struct, frozen=True):
    version: str
    protocol: int
    least_client: str
    key: Hex32
    time: str
    terms: int
    card: Card | None = None
    support: Shown = ""


class Device(msgspec.Struct, frozen=True):
    """`state`: "active", "surplus" or "revoked"."""

    id: Id
    name: str
    state: str
    created: str
    last_seen: str | None = None
    vault: Id | None = None
    last_backup: Shown | None = None
    replaced_by: Shown | None = None


class DeviceList(msgspec.Struct, frozen=True):
    devices: list[Device]


class Organisation(msgspec.Struct, frozen=True):
    """`state`: "active", "grace", "suspended" or "terminated"; `suspended_from`: when a suspension that was
    decided ends storing; null also from a host that does not tell."""

    name: Shown
    siren: Shown
    state: Shown
    seats: Number
    used: Number
    restore_until: Shown | None
    bytes: Number
    quota: Number | None
    suspended_from: Shown | None = None


class Hosting(msgspec.Struct, frozen=True):
    """Of the card, what matters at each backup. Days as `YYYY-MM-DD`."""

    host: Shown
    valid_until: Shown
    withdrawn: Shown | None = None


class MaintenanceWindow(msgspec.Struct, frozen=True):
    """When the host will not answer, by planned work."""

    starts: Annotated[str, Meta(max_length=32)]
    ends: Annotated[str, Meta(max_length=32)]


Windows = Annotated[list[MaintenanceWindow], Meta(max_length=100)]
Addresses = Annotated[list[Annotated[str, Meta(max_length=254)]], Meta(max_length=100)]


class Standing(msgspec.Struct, frozen=True):
    """How a device stands. `refusal`: the code of why it may not store. `addresses_refused`: where
    the practice's mail goes to and comes back from. `quarantine_days`: for so long the host keeps what was
    let go; 0 from one that does not tell. `releases`: requests of others for what was entrusted;
    `approvals`: new machines that ask to be let in."""

    device: Device
    organisation: Organisation
    may_store: bool
    may_read: bool
    refusal: str | None
    terms_accepted: int
    terms: int
    time: str
    hosting: Hosting | None = None
    maintenance: Windows = []
    addresses_refused: Addresses = []
    quarantine_days: Annotated[int, Meta(ge=0, le=36_500)] = 0
    releases: Number = 0
    approvals: Number = 0


class PlanKept(msgspec.Struct, frozen=True):
    """`version`: 0 while none is declared."""

    version: int


class RunsKept(msgspec.Struct, frozen=True):
    """`new`: how many runs were not known; `plan`: the version of the plan that the host has."""

    new: int
    plan: int
    maintenance: Windows = []
    addresses_refused: Addresses = []
    releases: Number = 0
    approvals: Number = 0


class Challenge(msgspec.Struct, frozen=True):
    challenge: Hex32


class Session(msgspec.Struct, frozen=True):
    token: Token
    expires_in: Seconds
    standing: Standing


class Terms(msgspec.Struct, frozen=True):
    version: Number
    effective: Shown
    sha256: Short
    text: Annotated[str, Meta(max_length=1 << 20)]


class TermsList(msgspec.Struct, frozen=True):
    terms: Annotated[list[Terms], Meta(max_length=100)]


class Vault(msgspec.Struct, frozen=True):
    """`waiting`: objects that the second zone has not yet."""

    id: Id
    created: str
    objects: Number
    bytes: Number
    devices: list[Shown]
    zones: list[Shown]
    waiting: Number


class VaultList(msgspec.Struct, frozen=True):
    vaults: list[Vault]


class Link(msgspec.Struct, frozen=True):
    url: str
    headers: dict[str, str]
    expires_in: Seconds


class Prepared(msgspec.Struct, frozen=True):
    name: str
    put: Link | None


class PreparedList(msgspec.Struct, frozen=True):
    objects: list[Prepared]


class Receipt(msgspec.Struct, frozen=True):
    """The host's word that a snapshot was committed (docs/protocol/receipts.md)."""

    sequence: int
    vault: Short
    name: Short
    size: int
    sha256: Short
    device: Short
    time: Short
    previous: Short
    hash: Short
    signature: Short


class Names(msgspec.Struct, frozen=True):
    """Objects of a vault."""

    names: list[str]


class Stored(msgspec.Struct, frozen=True):
    name: str
    size: int
    receipt: Receipt | None = None


class StoredList(msgspec.Struct, frozen=True):
    objects: list[Stored]


class Listed(msgspec.Struct, frozen=True):
    name: Name
    size: Size


class Listing(msgspec.Struct, frozen=True):
    objects: list[Listed]
    next: str | None


class Changes(msgspec.Struct, frozen=True):
    objects: Annotated[list[Listed], Meta(max_length=1000)]
    mark: Mark
    whole: bool
    more: bool


class Download(msgspec.Struct, frozen=True):
    """`zone`: the one that stands in for the host's usual place."""

    name: str
    size: Size
    get: Link | None
    zone: str | None = None


class DownloadList(msgspec.Struct, frozen=True):
    objects: list[Download]


class Log(msgspec.Struct, frozen=True):
    receipts: list[Receipt]
    next: int | None


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457, as this host fills it."""

    code: str
    status: int
    request: str = ""
    facts: dict[str, str | int | float | bool | None] = {}
