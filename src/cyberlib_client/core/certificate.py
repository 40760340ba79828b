"""What proves, to whoever holds no secret, that a restore was tried: a record signed by the device.

The record stands as JSON in a larger file, a PDF, and the signature covers every byte of that file but the
128 digits of the signature itself:

    {"record":{…},"signature":"…"}
    fingerprint = SHA-256(vault key), its first 12 bytes, as `kit.fingerprint` writes it
    signature   = sign(device key, "cyberlib/v1/drill" + vault id + SHA-256(the file, zeros for the digits))

The device's key is certified by the vault's, as in snapshots. The vault's key stands in the record too: that
it is this vault's key only the fingerprint tells, compared with one that came another way.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .crypto import same, sha256
from .errors import IntegrityError, UsageError
from .format_v1.malformed import MALFORMED
from .format_v1.signed import Device, is_certified, vault_public_key
from .keys import VaultKeys
from .kit import fingerprint

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a file that is looked at."""

_SIGN: Final = b"cyberlib/v1/drill"
_DIGITS: Final = 128
_ID_SIZE: Final = 16
_KEY_SIZE: Final = 32
_BEGIN: Final = b'{"record":'
_SLOT: Final = b',"signature":"'
_END: Final = b'"}'
_SIGNED: Final = re.compile(re.escape(_SLOT) + rb"([0-9a-f]{128})" + re.escape(_END))

Outcome = Literal["passed", "failed"]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files of one sort and their bytes."""

    files: int
    bytes: int


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was chosen, by why: databases, the newest, the largest, documents (of an office, PDF, images), the
    rest at random. `again`: what had failed before."""

    databases: Part
    recent: Part
    large: Part
    documents: Part
    random: Part
    again: Part


class Compared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files found the same, and with what they were compared: byte for byte with those on the disk, which had
    not changed since; with the hashes that the vault authenticates."""

    disk: Part
    vault: Part


class Looked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files of which was looked at whether they open. `checked`: databases that passed their own check
    (SQLite); `databases`: others that begin as their kind does; `documents`: likewise. `too_large`: databases
    that no place was left for. `plain`: of which nothing is known to look for."""

    checked: int
    databases: int
    documents: int
    plain: int
    too_large: int


class Wrong(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files that failed. `damaged`: what the vault holds of them is no more what was stored; `differs`: not
    the file that stands on the disk unchanged; `missing`: not restored; `unopened`: as saved, but they do not
    open."""

    damaged: int
    differs: int
    missing: int
    unopened: int


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds. `first`: until the first file was there; `restoring`: of all files; `whole_least` and
    `whole_most`: what restoring the whole snapshot takes at that pace, by its bytes and by its files."""

    first: float
    restoring: float
    all: float
    whole_least: float
    whole_most: float


class SnapshotNamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The snapshot that was restored from."""

    id: str
    sequence: int
    time: str
    system: str
    files: int
    bytes: int


class DeviceNamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See `format_v1.snapshot.Device`, in hex."""

    id: str
    name: str
    key: str
    certificate: str


class VaultNamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vault's id and the public key that certifies its devices, in hex; that key's fingerprint."""

    id: str
    key: str
    fingerprint: str


class DrillRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a drill found. No path, no name of a file. Times in UTC, by the device's clock."""

    kind: Literal["cyberlib restore drill"]
    version: Literal[1]
    id: str
    outcome: Outcome
    organisation: str
    device: DeviceNamed
    vault: VaultNamed
    snapshot: SnapshotNamed
    trigger: str
    started: str
    ended: str
    taken: Taken
    total: Part
    compared: Compared
    looked: Looked
    wrong: Wrong
    seconds: Times
    software: str
    system: str


class Slot(NamedTuple):
    """Where the record and the digits of the signature stand in a file."""

    record: bytes
    start: int
    digits: bytes


def read_fingerprint(text: str) -> str:
    """One as somebody typed it. UsageError("bad_fingerprint")."""
    digits = re.sub(r"[\s:.-]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{24}", digits):
        raise UsageError("bad_fingerprint")
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def vault_named(keys: VaultKeys) -> VaultNamed:
    """The vault, as a record names it."""
    key = vault_public_key(keys).hex()
    return VaultNamed(keys.vault_id.hex(), key, fingerprint(key))


def device_named(device: Device) -> DeviceNamed:
    """The device, as a record names it."""
    return DeviceNamed(device.id.hex(), device.name, device.key.hex(), device.certificate.hex())


def unsigned(record: DrillRecord) -> bytes:
    """The JSON that is to stand in the file, with zeros for the signature."""
    return _BEGIN + _canonical(record) + _SLOT + b"0" * _DIGITS + _END


def sign_file(data: bytes, vault_id: bytes, signing: Ed25519PrivateKey) -> bytes:
    """The file with its signature. ValueError for one that has not the place for one."""
    slot = _slot(data)
    if slot is None or slot.digits != b"0" * _DIGITS:
        raise ValueError("no place for a signature")
    digits = signing.sign(_message(data, slot, vault_id)).hex().encode()
    return data[: slot.start] + digits + data[slot.start + _DIGITS :]


def check_file(data: bytes, known: str | None = None) -> DrillRecord:
    """The record of a file that is as it was signed. `known`: the vault's fingerprint, from elsewhere.

    Raises UsageError("certificate_unknown") for what is no certificate at all, ("certificate_newer"),
    IntegrityError("certificate_altered"), ("certificate_of_another", fingerprint=…).
    """
    slot = _slot(data)
    if slot is None:
        torn = _BEGIN in data and _SLOT in data
        raise IntegrityError("certificate_altered") if torn else UsageError("certificate_unknown")
    record = _read(slot.record)
    try:
        named = record.device
        device = Device(
            bytes.fromhex(named.id), named.name, bytes.fromhex(named.key), bytes.fromhex(named.certificate)
        )
        vault_id, key = bytes.fromhex(record.vault.id), bytes.fromhex(record.vault.key)
        signature = bytes.fromhex(slot.digits.decode())
        Ed25519PublicKey.from_public_bytes(device.key).verify(signature, _message(data, slot, vault_id))
        whole = len(vault_id) == _ID_SIZE == len(device.id) and len(device.key) == len(key) == _KEY_SIZE
        certified = whole and is_certified(key, vault_id, device)
    except (InvalidSignature, ValueError):
        raise IntegrityError("certificate_altered") from None
    own = fingerprint(key.hex())
    if not certified or own != record.vault.fingerprint:
        raise IntegrityError("certificate_altered")
    if known is not None and not same(known.encode(), own.encode()):
        raise IntegrityError("certificate_of_another", fingerprint=own)
    return record


def _read(data: bytes) -> DrillRecord:
    try:
        record = msgspec.json.decode(data, type=DrillRecord)
    except MALFORMED:
        raise _newer_or_altered(data) from None
    if _canonical(record) != data:
        raise IntegrityError("certificate_altered")
    return record


class _Version(msgspec.Struct):
    version: int


def _newer_or_altered(data: bytes) -> UsageError | IntegrityError:
    try:
        if msgspec.json.decode(data, type=_Version).version > 1:
            return UsageError("certificate_newer")
    except MALFORMED:
        pass
    return IntegrityError("certificate_altered")


def _canonical(record: DrillRecord) -> bytes:
    """Keys in order, no blanks: one text for one record."""
    return msgspec.json.encode(record, order="sorted")


def _slot(data: bytes) -> Slot | None:
    """None unless there is exactly one."""
    if len(data) > LARGEST or data.count(_BEGIN) != 1:
        return None
    begin = data.index(_BEGIN)
    found = list(_SIGNED.finditer(data))
    if len(found) != 1 or found[0].start() < begin:
        return None
    record = data[begin + len(_BEGIN) : found[0].start()]
    return Slot(record, found[0].start(1), found[0][1])


def _message(data: bytes, slot: Slot, vault_id: bytes) -> bytes:
    rest = memoryview(data)
    digest = sha256(rest[: slot.start], b"0" * _DIGITS, rest[slot.start + _DIGITS :])
    return _SIGN + vault_id + digest
