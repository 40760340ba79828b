"""A sealed record that a device signed: snapshots, and what is said of objects that may go.

msgpack `[body, {"ed25519": signature}]` in a sealed record; the signature covers a purpose, the vault's id
and `body`, and is made by a device whose key the vault certifies. The map leaves room for a second one,
post-quantum.
"""

from __future__ import annotations

from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..errors import IntegrityError
from ..keys import VaultKeys
from ..ports import Buffer
from .sealed import open_record, seal_record

DEVICE_ID_SIZE: Final = 16
_LIMIT: Final = 16 * 1024 * 1024
_CERTIFY: Final = b"cyberlib/v1/device"


class Device(msgspec.Struct, frozen=True):
    """Who signed. `id` 16 bytes, `key` Ed25519 public key, `certificate` by the vault."""

    id: bytes
    name: str
    key: bytes
    certificate: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[bytes, dict[str, bytes]])


def vault_key(keys: VaultKeys) -> Ed25519PrivateKey:
    """What certifies the vault's devices."""
    return Ed25519PrivateKey.from_private_bytes(keys.sign_seed)


def vault_public_key(keys: VaultKeys) -> bytes:
    """The 32 bytes with which anybody can check what the vault certified; no secret."""
    return vault_key(keys).public_key().public_bytes_raw()


def is_certified(vault_key: bytes, vault_id: bytes, device: Device) -> bool:
    """Whether the vault of this public key certified a device. ValueError for what is no key."""
    message = certified(vault_id, device.id, device.name, device.key)
    try:
        Ed25519PublicKey.from_public_bytes(vault_key).verify(device.certificate, message)
    except InvalidSignature:
        return False
    return True


def certified(vault_id: bytes, device_id: bytes, name: str, key: bytes) -> bytes:
    """What a certificate of a device covers."""
    return _CERTIFY + vault_id + device_id + key + name.encode()


def certify(keys: VaultKeys, device_id: bytes, name: str, key: bytes) -> Device:
    """The certified device of a public key."""
    certificate = vault_key(keys).sign(certified(keys.vault_id, device_id, name, key))
    return Device(id=device_id, name=name, key=key, certificate=certificate)


def seal_signed(
    keys: VaultKeys, magic: bytes, salt: bytes, purpose: bytes, body: bytes, signing: Ed25519PrivateKey
) -> bytes:
    """The bytes of an object whose body a device signed."""
    signature = signing.sign(purpose + keys.vault_id + body)
    return seal_record(keys, magic, salt, _encoder.encode((body, {"ed25519": signature})))


def open_signed(keys: VaultKeys, magic: bytes, data: Buffer) -> bytes:
    """The record of such an object, for `parts`; nothing is checked yet but that it is of this vault."""
    return open_record(keys, magic, data, limit=_LIMIT)


def parts(record: bytes) -> tuple[bytes, dict[str, bytes]]:
    """(body, signatures) of a record. Raises one of MALFORMED."""
    return _decoder.decode(record)


def check_signed(
    keys: VaultKeys, device: Device, purpose: bytes, body: bytes, signatures: dict[str, bytes]
) -> None:
    """Raises IntegrityError("bad_signature") unless the vault certifies the device and the device signed."""
    try:
        if device not in keys.certified:
            if not any(is_certified(vault_public_key(each), keys.vault_id, device) for each in keys.every):
                raise IntegrityError("bad_signature")
            keys.certified.add(device)
        Ed25519PublicKey.from_public_bytes(device.key).verify(
            signatures.get("ed25519", b""), purpose + keys.vault_id + body
        )
    except (InvalidSignature, ValueError):
        raise IntegrityError("bad_signature") from None
