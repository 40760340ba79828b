"""The documents of a reversibility kit (docs/format/kit.md): what it holds, and who says so.

A kit is a folder. `manifest.json`, `manifest.csv` and `SHA256SUMS` list its files; `signature.json` has
their digests, signed by a device that the vault certifies.
"""

from __future__ import annotations

import hashlib
from typing import Final, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .errors import IntegrityError
from .format_v1.signed import Device, certified, vault_key
from .keys import VaultKeys

Kind = Literal["plain", "vault"]

MANIFEST: Final = "manifest.json"
TABLE: Final = "manifest.csv"
SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "signature.json"
UNFINISHED: Final = "unfinished.json"
LISTS: Final = (MANIFEST, TABLE, SUMS)
PART: Final = ".part"
"""Ends the name of one of these while it is written."""
VAULT: Final = "coffre"
"""The folder of a vault's objects in a kit of that kind."""
OWN: Final = frozenset(name + end for name in (*LISTS, SIGNATURE, UNFINISHED) for end in ("", PART))
"""Files of a kit that no list names."""

COLUMNS: Final = ("path", "kind", "size", "mtime", "sha256", "target", "snapshot")

_PURPOSE: Final = b"cyberlib/v1/kit"


class Item(msgspec.Struct, frozen=True):
    """One item of a kit. `path`: from the kit's folder, `/` between names, as listings show names. `kind`:
    "file", "directory", "symlink" or "other". `mtime`: RFC 3339. `sha256`: of a file, else "". `target`: of a
    symbolic link. `snapshot`: the folder of the snapshot it came from, or ""."""

    path: str
    kind: str
    size: int
    mtime: str
    sha256: str
    target: str = ""
    snapshot: str = ""


def is_damaged_object(item: Item) -> bool:
    """Whether it is an object of a vault that is not what its name says: such a one was copied as it lay."""
    folder, _, name = item.path.partition("/")
    digits = name.rpartition("/")[2]
    return folder == VAULT and item.kind == "file" and len(digits) == 64 and digits != item.sha256


class KitSnapshot(msgspec.Struct, frozen=True):
    """A snapshot in a kit. `folder`: where it lies, "" in a vault. `missing`: sources that were not there
    when it was made. `failed`: items that are not whole in this kit; `incidents` names the first of them
    (code, path, detail)."""

    id: str
    time: str
    device: str
    folder: str = ""
    files: int = 0
    bytes: int = 0
    missing: list[str] = []
    failed: int = 0
    incidents: list[tuple[str, str, str]] = []


class Head(msgspec.Struct, frozen=True):
    """What a manifest says before its items."""

    version: int
    kind: Kind
    vault: str
    client: str
    snapshots: list[KitSnapshot]


class Begun(msgspec.Struct, frozen=True):
    """What a kit that is being made is to hold: `snapshots` by their ids."""

    version: int
    kind: Kind
    vault: str
    snapshots: list[str]


class Signed(msgspec.Struct, frozen=True):
    """What is signed: digests of the lists in hex, by their names in order."""

    version: int
    kind: Kind
    vault: str
    time: str
    lists: dict[str, str]


class Signature(msgspec.Struct, frozen=True):
    """`signature`: Ed25519 of the device, over the purpose, the vault's id (16 bytes) and `signed` as JSON
    without spaces. `certificate`: of the device by `vault_key`. Bytes in hex."""

    signed: Signed
    device: str
    device_name: str
    device_key: str
    certificate: str
    vault_key: str
    signature: str


def sign_kit(keys: VaultKeys, device: Device, signing: Ed25519PrivateKey, signed: Signed) -> bytes:
    """The bytes of `signature.json`."""
    message = _PURPOSE + keys.vault_id + msgspec.json.encode(signed)
    made = Signature(
        signed=signed,
        device=device.id.hex(),
        device_name=device.name,
        device_key=device.key.hex(),
        certificate=device.certificate.hex(),
        vault_key=_public(keys),
        signature=signing.sign(message).hex(),
    )
    return msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"


def read_signature(data: bytes) -> Signature:
    """A signature that holds: the device signed, and the key it names as the vault's certifies the device.

    That this key is the vault's own is for whoever knows it to say: see `fingerprint`. Raises
    IntegrityError("bad_signature").
    """
    try:
        read = msgspec.json.decode(data, type=Signature)
        vault = bytes.fromhex(read.signed.vault)
        key, ident = bytes.fromhex(read.device_key), bytes.fromhex(read.device)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(read.vault_key)).verify(
            bytes.fromhex(read.certificate), certified(vault, ident, read.device_name, key)
        )
        Ed25519PublicKey.from_public_bytes(key).verify(
            bytes.fromhex(read.signature), _PURPOSE + vault + msgspec.json.encode(read.signed)
        )
    except (msgspec.DecodeError, ValueError, InvalidSignature):
        raise IntegrityError("bad_signature") from None
    return read


def _public(keys: VaultKeys) -> str:
    return vault_key(keys).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def fingerprint_of(keys: VaultKeys) -> str:
    """`fingerprint` of a vault."""
    return fingerprint(_public(keys))


def fingerprint(vault_key_hex: str) -> str:
    """Of the key that certifies a vault's devices, as people compare it."""
    return grouped(hashlib.sha256(bytes.fromhex(vault_key_hex)).digest())


def grouped(digest: bytes) -> str:
    """The first 12 bytes of a digest for people: six groups of four digits."""
    digits = digest.hex()[:24]
    return " ".join(digits[at : at + 4] for at in range(0, 24, 4))
