"""The end of a contract, as the host tells of it, and its certificate of destruction."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ...core.errors import IntegrityError

MOST: Final = 1 << 24
"""Bytes of a certificate that is read."""


class Leaving(msgspec.Struct, frozen=True):
    """How far it is. `erased_from`: when the host may begin to erase, null while the contract is alive.
    `restore_until`: when what is stored can no longer be read. Times are RFC 3339, null for what was not."""

    requested: str | None
    delivered: str | None
    accepted: str | None
    terminated: str | None
    erased_from: str | None
    restore_until: str | None
    erased: str | None


class ErasedVault(msgspec.Struct, frozen=True):
    """`objects` and `bytes`: that counted when erasure began."""

    id: str
    objects: int
    bytes: int


class Certificate(msgspec.Struct, frozen=True):
    """What was erased (docs/protocol/destruction.md). The order of the fields is that of the signed bytes."""

    version: int
    host: str
    organisation: str
    siren: str
    name: str
    terminated: str
    basis: str
    accepted: str | None
    accepted_by: str | None
    manifest: str | None
    vaults: list[ErasedVault]
    zones: list[str]
    operator: str
    begun: str
    erased: str
    audit_sequence: int
    audit_hash: str


class SignedCertificate(msgspec.Struct, frozen=True):
    """`key`: the host's, by which it signed; in hex, like `signature`."""

    certificate: Certificate
    key: str
    signature: str


def read_certificate(document: bytes) -> SignedCertificate:
    """A certificate that the key it names has signed: whose key that is, is for who knows the host's to say.

    Raises IntegrityError("destruction_not_signed").
    """
    try:
        read = msgspec.json.decode(document, type=SignedCertificate)
        digest = hashlib.sha256(msgspec.json.encode(read.certificate)).digest()
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(read.key))
        key.verify(bytes.fromhex(read.signature), b"cyberlib destruction 1\n" + digest)
    except (msgspec.DecodeError, ValueError, InvalidSignature):
        raise IntegrityError("destruction_not_signed") from None
    return read
