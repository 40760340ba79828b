"""A secret sealed to somebody: HPKE (RFC 9180) with the hybrid KEM MLKEM768-X25519 (X-Wing), HKDF-SHA-256
and AES-256-GCM. It stays closed as long as either of the two problems is hard. What is sealed here can be
sealed again: the draft of the hybrid KEM may still change.

    seed        = 96 bytes: ML-KEM-768 seed (64) + X25519 private key (32)
    public key  = 1,216 bytes: ML-KEM-768 encapsulation key (1,184) + X25519 public key (32)
    sealed      = encapsulated key (1,120) + ciphertext with its tag
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from ..errors import IntegrityError

SEED_SIZE: Final = 96
PUBLIC_SIZE: Final = 1216
OVERHEAD: Final = 1120 + 16
"""Bytes that sealing adds."""

_MLKEM_SEED: Final = 64
_MLKEM_PUBLIC: Final = 1184
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class SealingKey:
    """What opens secrets sealed to its public half. `seed`: 96 random bytes."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise ValueError("a sealing key has a seed of 96 bytes")
        lattice = MLKEM768PrivateKey.from_seed_bytes(seed[:_MLKEM_SEED])
        curve = X25519PrivateKey.from_private_bytes(seed[_MLKEM_SEED:])
        self._key = MLKEM768X25519PrivateKey(lattice, curve)
        self.public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()

    def unseal(self, sealed: bytes, info: bytes) -> bytes:
        """The secret. IntegrityError("not_authentic"): sealed to another, for another purpose, or altered."""
        try:
            return bytes(_SUITE.decrypt(sealed, self._key, info))
        except (InvalidTag, ValueError):
            raise IntegrityError("not_authentic") from None

    def __repr__(self) -> str:  # never the key
        return f"<SealingKey {self.public.hex()[:8]}>"


def seal(public: bytes, secret: bytes, info: bytes) -> bytes:
    """The secret, for whoever has the key of `public` and names the same `info`. ValueError for no key."""
    return bytes(_SUITE.encrypt(secret, _public_key(public), info))


def is_public_key(data: bytes) -> bool:
    """Whether something can be sealed to these bytes."""
    try:
        _public_key(data)
    except ValueError:
        return False
    return True


def _public_key(data: bytes) -> MLKEM768X25519PublicKey:
    if len(data) != PUBLIC_SIZE:
        raise ValueError("a public sealing key has 1,216 bytes")
    lattice = MLKEM768PublicKey.from_public_bytes(data[:_MLKEM_PUBLIC])
    return MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(data[_MLKEM_PUBLIC:]))
