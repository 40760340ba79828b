"""A snapshot: one signed, chained record of one run. The only object that commits anything.

A sealed record (magic "CLBS"): msgpack `[body, {"ed25519": signature}]`; `body` is msgpack of
`Snapshot`; the signature covers `b"cyberlib/v1/snapshot" + vault id + body` and is made by the
device, whose key the vault certifies. The signature map leaves room for a second, post-quantum one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..errors import IntegrityError
from ..ids import ID_SIZE, NAME_SIZE
from ..keys import VaultKeys
from ..ports import Buffer
from .header import SNAPSHOT
from .malformed import MALFORMED
from .sealed import open_record, seal_record

DEVICE_ID_SIZE: Final = 16
_LIMIT: Final = 16 * 1024 * 1024
_SIGN: Final = b"cyberlib/v1/snapshot"
_CERTIFY: Final = b"cyberlib/v1/device"

MAX_SEQUENCE: Final = 2**53
"""No device gets there by backing up: a forged number must not keep it from making the next snapshot."""

MAX_INCIDENTS: Final = 1000
"""Incidents listed in a snapshot; `incident_count` tells how many there were."""


class Device(msgspec.Struct, frozen=True):
    """Who made a snapshot. `id` 16 bytes, `key` Ed25519 public key, `certificate` by the vault."""

    id: bytes
    name: str
    key: bytes
    certificate: bytes


class Statistics(msgspec.Struct, frozen=True, omit_defaults=True):
    """Counts of one run; bytes are bytes of the user's files but `stored`, bytes put in the store."""

    files: int = 0
    directories: int = 0
    others: int = 0
    bytes: int = 0
    new_files: int = 0
    changed_files: int = 0
    new_bytes: int = 0
    stored: int = 0


class HookRun(NamedTuple):
    """How a command of the user's ended. `when`: "before" or "after". `exit`: None when it was killed, or
    could not be started. `detail`: the end of what it wrote, when it failed."""

    name: str
    when: str
    exit: int | None
    milliseconds: int
    timed_out: bool
    detail: str

    @property
    def failed(self) -> bool:
        """Whether it did anything but end well."""
        return self.exit != 0


class Snapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one run protected. Times in ns since 1970; paths are vault paths in bytes.

    `root`: node id of the tree that holds every source at its full path. `sequence` counts a
    device's snapshots from 1; `previous` is the digest that names the one before. `owners` and
    `groups` give names to the numbers of entries.
    """

    device: Device
    sequence: int
    root: bytes
    started: int
    time: int
    system: str
    client: str
    previous: bytes | None = None
    sources: list[bytes] = []
    label: str = ""
    user: str = ""
    statistics: Statistics = Statistics()
    incidents: list[tuple[str, bytes, str]] = []
    incident_count: int = 0
    owners: dict[int, str] = {}
    groups: dict[int, str] = {}
    hooks: list[HookRun] = []


_encoder = msgspec.msgpack.Encoder()
_body_decoder = msgspec.msgpack.Decoder(Snapshot)
_outer_decoder = msgspec.msgpack.Decoder(tuple[bytes, dict[str, bytes]])


def _vault_key(keys: VaultKeys) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.sign_seed)


def _certified(keys: VaultKeys, device_id: bytes, name: str, key: bytes) -> bytes:
    return _CERTIFY + keys.vault_id + device_id + key + name.encode()


def certify(keys: VaultKeys, device_id: bytes, name: str, key: bytes) -> Device:
    """The certified device of a public key."""
    certificate = _vault_key(keys).sign(_certified(keys, device_id, name, key))
    return Device(id=device_id, name=name, key=key, certificate=certificate)


def seal_snapshot(keys: VaultKeys, salt: bytes, snapshot: Snapshot, signing: Ed25519PrivateKey) -> bytes:
    """The bytes of a snapshot object, signed by its device."""
    body = _encoder.encode(snapshot)
    signature = signing.sign(_SIGN + keys.vault_id + body)
    return seal_record(keys, SNAPSHOT, salt, _encoder.encode((body, {"ed25519": signature})))


def open_snapshot(keys: VaultKeys, data: Buffer) -> Snapshot:
    """A snapshot whose certificate and signature hold.

    Raises IntegrityError("bad_snapshot") or IntegrityError("bad_signature").
    """
    record = open_record(keys, SNAPSHOT, data, limit=_LIMIT)
    try:
        body, signatures = _outer_decoder.decode(record)
        snapshot = _body_decoder.decode(body)
    except MALFORMED:
        raise IntegrityError("bad_snapshot") from None
    device = snapshot.device
    try:
        _vault_key(keys).public_key().verify(
            device.certificate, _certified(keys, device.id, device.name, device.key)
        )
        Ed25519PublicKey.from_public_bytes(device.key).verify(
            signatures.get("ed25519", b""), _SIGN + keys.vault_id + body
        )
    except (InvalidSignature, ValueError):
        raise IntegrityError("bad_signature") from None
    if (
        len(snapshot.root) != ID_SIZE
        or len(device.id) != DEVICE_ID_SIZE
        or not 1 <= snapshot.sequence <= MAX_SEQUENCE
        or (snapshot.previous is not None and len(snapshot.previous) != NAME_SIZE)
    ):
        raise IntegrityError("bad_snapshot")
    return snapshot
