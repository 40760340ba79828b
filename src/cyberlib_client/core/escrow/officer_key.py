"""An officer's own keys in a file, closed by a passphrase: to be kept off the network, with a copy elsewhere.

    {"kind", "version", "officer": the public half, "kdf", "salt", "commitment", "sealed"}
    info            = "cyberlib/v1/escrow officer key " + SHA-256(officer as JSON) in hex + " " + cost
    key, commitment = HKDF(Argon2id(passphrase, salt, kdf), salt, info, length 64)
    sealed          = AES-256-GCM(sealing seed (96) + signing key (32), key, nonce 0, associated data = info)

The public half stands in clear so that a policy can be proposed without the passphrase; it is under the seal
all the same: a file whose name or keys were altered does not open.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..crypto import Sealer, committed_key, same, sha256
from ..errors import IntegrityError, NeedsUnlock
from ..format_v1 import slots
from ..format_v1.lines import from_hex
from ..format_v1.malformed import MALFORMED
from ..format_v1.slots import SALT_SIZE, KdfCost, check_cost, stretch
from ..ports import Random
from .policy import Officer
from .sealing import SEED_SIZE, SealingKey
from .signing import LARGEST

_SIGNING_SIZE: Final = 32


class OfficerKeys(NamedTuple):
    """An officer with what opens and signs in that officer's name."""

    officer: Officer
    opening: SealingKey
    signing: Ed25519PrivateKey


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes in hex."""

    kind: Literal["cyberlib escrow officer key"]
    version: Literal[1]
    officer: Officer
    kdf: KdfCost
    salt: str
    commitment: str
    sealed: str


_decoder = msgspec.json.Decoder(_File)


def make_keys(
    officer_id: str, name: str, organisation: str, passphrase: str, random: Random
) -> tuple[OfficerKeys, bytes]:
    """New keys, and the file that holds them."""
    seeds = random(SEED_SIZE + _SIGNING_SIZE)
    opening = SealingKey(seeds[:SEED_SIZE])
    signing = Ed25519PrivateKey.from_private_bytes(seeds[SEED_SIZE:])
    public = signing.public_key().public_bytes_raw().hex()
    officer = Officer(officer_id, name, organisation, opening.public.hex(), public)
    salt = random(SALT_SIZE)
    cost = slots.DEFAULT_COST
    info = _info(officer, cost)
    key, commitment = committed_key(stretch(passphrase, salt, cost), salt=salt, info=info)
    sealed = Sealer(key).seal(0, seeds, info).hex()
    made = _File("cyberlib escrow officer key", 1, officer, cost, salt.hex(), commitment.hex(), sealed)
    return OfficerKeys(officer, opening, signing), msgspec.json.encode(made)


def read_officer(data: bytes) -> Officer:
    """The public half; nothing shows that it was not altered. IntegrityError("escrow_malformed")."""
    return _read(data).officer


def open_keys(data: bytes, passphrase: str) -> OfficerKeys:
    """The keys of a file.

    Raises IntegrityError("escrow_malformed"), ("kdf_out_of_bounds"), NeedsUnlock("escrow_key_closed"):
    another passphrase, or the file was altered.
    """
    read = _read(data)
    check_cost(read.kdf)
    salt, info = bytes.fromhex(read.salt), _info(read.officer, read.kdf)
    key, commitment = committed_key(stretch(passphrase, salt, read.kdf), salt=salt, info=info)
    if not same(commitment, bytes.fromhex(read.commitment)):
        raise NeedsUnlock("escrow_key_closed", officer=read.officer.id)
    try:
        seeds = Sealer(key).open(0, bytes.fromhex(read.sealed), info)
    except IntegrityError:
        raise NeedsUnlock("escrow_key_closed", officer=read.officer.id) from None
    return OfficerKeys(
        read.officer,
        SealingKey(seeds[:SEED_SIZE]),
        Ed25519PrivateKey.from_private_bytes(seeds[SEED_SIZE:]),
    )


def _read(data: bytes) -> _File:
    try:
        if len(data) > LARGEST:
            raise ValueError("too large")
        read = _decoder.decode(data)
        sizes = tuple(len(from_hex(text)) for text in (read.salt, read.commitment, read.sealed))
        if sizes != (SALT_SIZE, 32, SEED_SIZE + _SIGNING_SIZE + 16):
            raise ValueError("a field of the wrong size")
    except MALFORMED:
        raise IntegrityError("escrow_malformed") from None
    return read


def _info(officer: Officer, kdf: KdfCost) -> bytes:
    digest = sha256(msgspec.json.encode(officer)).hex()
    cost = f"{kdf.memory},{kdf.passes},{kdf.lanes}"
    return f"cyberlib/v1/escrow officer key {digest} {cost}".encode()
