"""This workstation's identity: an Ed25519 key that the vault certifies."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..core.errors import IntegrityError
from ..core.format_v1.snapshot import Device, certify
from ..core.keys import VaultKeys
from ..core.ports import Random

_ID_SIZE = 16
_SEED_SIZE = 32


@dataclass(frozen=True)
class Identity:
    """`device` is public; `signing` is kept sealed in the profile."""

    device: Device
    signing: Ed25519PrivateKey


def new_seed(random: Random) -> bytes:
    """A new device: 16 bytes of id and 32 bytes of key. Keep it sealed."""
    return random(_ID_SIZE + _SEED_SIZE)


def identity(keys: VaultKeys, seed: bytes, name: str) -> Identity:
    """The identity of a device, certified by the vault. IntegrityError("bad_device") for a bad seed.

    `name`: what the system calls the machine, which need not be text.
    """
    if len(seed) != _ID_SIZE + _SEED_SIZE:
        raise IntegrityError("bad_device")
    signing = Ed25519PrivateKey.from_private_bytes(seed[_ID_SIZE:])
    public = signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    sayable = name.encode("utf-8", "replace").decode()
    return Identity(certify(keys, seed[:_ID_SIZE], sayable, public), signing)
