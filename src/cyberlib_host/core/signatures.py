"""What is signed, byte for byte; and secrets kept as hashes."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .problems import Problem


def hashed(secret: str) -> bytes:
    """How a random secret of 128 bits or more is kept: one that nobody can guess needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8")).digest()


def enrolment_message(public_key: bytes, contract_key: str) -> bytes:
    """What a device signs to prove that it holds the key it declares, for this contract alone."""
    return b"cyberlib enrol 1\n" + public_key + hashed(contract_key)


def session_message(device: str, challenge: bytes) -> bytes:
    """What a device signs to open a session."""
    return b"cyberlib session 1\n" + bytes.fromhex(device) + challenge


def receipt_message(digest: bytes) -> bytes:
    """What the host signs to acknowledge a snapshot; `digest` is the receipt's hash."""
    return b"cyberlib receipt 1\n" + digest


def destruction_message(certificate: bytes) -> bytes:
    """What the host signs to certify an erasure; `certificate`: as JSON without spaces."""
    return b"cyberlib destruction 1\n" + hashlib.sha256(certificate).digest()


def replaced_message(device: str, since: str, by: str) -> bytes:
    """What the host signs to tell a device that another took its place; `since`: RFC 3339, `by`: a name."""
    return f"cyberlib replaced 1\n{device}\n{since}\n{by}".encode()


def check_signature(public_key: bytes, signature: str, message: bytes) -> None:
    """Ed25519 (RFC 8032). Raises Problem("bad_signature"), ("bad_key")."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
    except ValueError:
        raise Problem("bad_key") from None
    try:
        key.verify(bytes.fromhex(signature), message)
    except InvalidSignature:
        raise Problem("bad_signature") from None


def link_signature(key: bytes, method: str, path: str, expires: int, size: int, sha256: str) -> str:
    """The seal of a link to the host's own storage, in hex: HMAC-SHA-256 (RFC 2104) over all it allows."""
    message = f"cyberlib link 1\n{method}\n{path}\n{expires}\n{size}\n{sha256}".encode()
    return hmac.digest(key, message, "sha256").hex()
