"""What the host answers, as far as this client reads it (docs/protocol/). Unknown fields are passed over."""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct, frozen=True):
    name: str
    latitude: float
    longitude: float


class SubProcessor(msgspec.Struct, frozen=True):
    name: str
    role: str
    notice_days: int


class Card(msgspec.Struct, frozen=True):
    """The certification card of the hosting. Days as `YYYY-MM-DD`."""

    host: str
    certificate: str
    activities: list[int]
    valid_from: str
    valid_until: str
    places: list[Place]
    sub_processors: list[SubProcessor]
    withdrawn: str | None = None


class HostInfo(msgspec.Struct, frozen=True):
    version: str
    protocol: int
    least_client: str
    key: str
    time: str
    terms: int
    card: Card | None = None


class Device(msgspec.Struct, frozen=True):
    """`state`: "active", "surplus" or "revoked"."""

    id: str
    name: str
    state: str
    created: str
    last_seen: str | None = None
    vault: str | None = None


class DeviceList(msgspec.Struct, frozen=True):
    devices: list[Device]


class Organisation(msgspec.Struct, frozen=True):
    """`state`: "active", "grace", "suspended" or "terminated"."""

    name: str
    siren: str
    state: str
    seats: int
    used: int
    restore_until: str | None
    bytes: int
    quota: int | None


class Hosting(msgspec.Struct, frozen=True):
    """Of the card, what matters at each backup. Days as `YYYY-MM-DD`."""

    host: str
    valid_until: str
    withdrawn: str | None = None


class Standing(msgspec.Struct, frozen=True):
    """How a device stands. `refusal`: the code of why it may not store."""

    device: Device
    organisation: Organisation
    may_store: bool
    may_read: bool
    refusal: str | None
    terms_accepted: int
    terms: int
    time: str
    hosting: Hosting | None = None


class Challenge(msgspec.Struct, frozen=True):
    challenge: str


class Session(msgspec.Struct, frozen=True):
    token: str
    expires_in: int
    standing: Standing


class Terms(msgspec.Struct, frozen=True):
    version: int
    effective: str
    sha256: str
    text: str


class TermsList(msgspec.Struct, frozen=True):
    terms: list[Terms]


class Vault(msgspec.Struct, frozen=True):
    """`waiting`: objects that the second zone has not yet."""

    id: str
    created: str
    objects: int
    bytes: int
    devices: list[str]
    zones: list[str]
    waiting: int


class VaultList(msgspec.Struct, frozen=True):
    vaults: list[Vault]


class Link(msgspec.Struct, frozen=True):
    url: str
    headers: dict[str, str]
    expires_in: int


class Prepared(msgspec.Struct, frozen=True):
    name: str
    put: Link | None


class PreparedList(msgspec.Struct, frozen=True):
    objects: list[Prepared]


class Receipt(msgspec.Struct, frozen=True):
    """The host's word that a snapshot was committed (docs/protocol/receipts.md)."""

    sequence: int
    vault: str
    name: str
    size: int
    sha256: str
    device: str
    time: str
    previous: str
    hash: str
    signature: str


class Stored(msgspec.Struct, frozen=True):
    name: str
    size: int
    receipt: Receipt | None = None


class StoredList(msgspec.Struct, frozen=True):
    objects: list[Stored]


class Listed(msgspec.Struct, frozen=True):
    name: str
    size: int


class Listing(msgspec.Struct, frozen=True):
    objects: list[Listed]
    next: str | None


class Changes(msgspec.Struct, frozen=True):
    objects: list[Listed]
    mark: str
    whole: bool
    more: bool


class Download(msgspec.Struct, frozen=True):
    """`zone`: the one that stands in for the host's usual place."""

    name: str
    size: int
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
