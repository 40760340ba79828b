"""A device's key at a host: made on the workstation, and never sent."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SEED_SIZE = 32


class DeviceIdentity:
    """`seed`: 32 random bytes, the Ed25519 private key (RFC 8032). `device`: the id that the host gave."""

    def __init__(self, seed: bytes, device: str = "") -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.device = device

    @property
    def public_key(self) -> bytes:
        """32 bytes."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(message)

    def enrolment(self, contract_key: str) -> str:
        """The proof that goes with a contract key, in hex: this device holds the key that it declares."""
        digest = hashlib.sha256(contract_key.encode("utf-8")).digest()
        return self.sign(b"cyberlib enrol 1\n" + self.public_key + digest).hex()
