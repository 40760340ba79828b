"""The certificate of destruction: what was erased, signed by the host (docs/protocol/destruction.md)."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .problems import Problem
from .signatures import check_signature, destruction_message

VERSION: Final = 1

Basis = Literal["accepted", "deadline"]


class ErasedVault(msgspec.Struct, frozen=True):
    """`objects` and `bytes`: that counted when erasure began; there may have been more that did not."""

    id: str
    objects: int
    bytes: int


class Found(msgspec.Struct, frozen=True):
    """What there was when erasure began. `operator`: who began it."""

    vaults: list[ErasedVault]
    operator: str
    basis: Basis


class Certificate(msgspec.Struct, frozen=True):
    """`basis`: why it was allowed: the customer accepted what was delivered, or the days to read were over.
    `accepted`, `accepted_by`, `manifest`: null without an acceptance; the last one is the SHA-256 of the
    manifest of the customer's kit. `zones`: each was looked at afterwards and held nothing more of it.
    `audit_sequence` and `audit_hash`: the line of the organisation's audit log that tells of it."""

    version: int
    host: str
    organisation: str
    siren: str
    name: str
    terminated: str
    basis: Basis
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
    """`signature`: Ed25519 by the key that signs receipts, over "cyberlib destruction 1\\n" and SHA-256 of
    `certificate` as JSON without spaces, its fields in their order. `key`: that key's public half, which the
    host also tells at /v1/host, and which devices noted when they enrolled."""

    certificate: Certificate
    key: str
    signature: str


def sign(certificate: Certificate, key: Ed25519PrivateKey) -> bytes:
    """The document, as JSON for people and programs."""
    signature = key.sign(destruction_message(msgspec.json.encode(certificate)))
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signed = SignedCertificate(certificate, public.hex(), signature.hex())
    return msgspec.json.format(msgspec.json.encode(signed), indent=2) + b"\n"


def read(document: bytes) -> SignedCertificate:
    """A certificate whose signature is that of the key it names. Raises Problem("bad_signature")."""
    try:
        signed = msgspec.json.decode(document, type=SignedCertificate)
        message = destruction_message(msgspec.json.encode(signed.certificate))
        check_signature(bytes.fromhex(signed.key), signed.signature, message)
    except (msgspec.DecodeError, ValueError):
        raise Problem("bad_signature") from None
    return signed
