"""The 88 clear bytes at the head of every pack, index, lookup, snapshot and retirement.

offset size field
0      4    magic: "CLBP" pack, "CLBI" index, "CLBL" lookup, "CLBS" snapshot, "CLBR" retirement
4      1    format version, 1
5      1    suite, 1
6      2    big endian: 4 bits, number of the root secret; 12 bits, epoch: months since the vault was made
            (packs), 0 elsewhere
8      16   vault id
24     32   salt
56     32   commitment to the key
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..crypto import SUITE, Sealer, mac, same, sha256
from ..errors import IntegrityError
from ..keys import MAX_EPOCH, VaultKeys
from ..ports import Buffer, Random

HEADER_SIZE: Final = 88
SALT_SIZE: Final = 32
VERSION: Final = 1
_CONTEXT_SIZE: Final = 24

PACK: Final = b"CLBP"
INDEX: Final = b"CLBI"
LOOKUP: Final = b"CLBL"
SNAPSHOT: Final = b"CLBS"
RETIREMENT: Final = b"CLBR"


class Header(NamedTuple):
    """A parsed header. `raw` is its 88 bytes: associated data of everything the object holds."""

    magic: bytes
    root: int
    epoch: int
    vault_id: bytes
    salt: bytes
    commitment: bytes
    raw: bytes


def parse_header(data: Buffer, magic: bytes) -> Header:
    """Raises IntegrityError("not_an_object").

    Also for another version or suite: a vault's objects are all of the version its header tells, and
    that header is authenticated.
    """
    raw = bytes(data[:HEADER_SIZE])
    if len(raw) < HEADER_SIZE or raw[:6] != magic + bytes([VERSION, SUITE]):
        raise IntegrityError("not_an_object")
    root, epoch = root_and_epoch(raw)
    return Header(magic, root, epoch, raw[8:24], raw[24:56], raw[56:88], raw)


def root_and_epoch(raw: bytes) -> tuple[int, int]:
    """The number of the root secret and the epoch that a header tells."""
    return divmod(int.from_bytes(raw[6:8], "big"), MAX_EPOCH + 1)


def hedged_salt(keys: VaultKeys, random: Random, *what: Buffer) -> bytes:
    """A salt for an object that holds `what`.

    Should the random source repeat itself, objects that differ in `what` still get other keys: a pack's
    first segment, an index's packs, the index of a lookup, a snapshot's place in its chain.
    """
    return mac(keys.hedge, random(SALT_SIZE) + sha256(*what))


def _base_key(keys: VaultKeys, magic: bytes, epoch: int) -> bytes:
    if magic == PACK:
        return keys.epoch(epoch)
    return keys.index if magic in (INDEX, LOOKUP) else keys.snapshots


def new_header(keys: VaultKeys, magic: bytes, epoch: int, salt: bytes) -> tuple[bytes, Sealer]:
    """The 88 bytes of a new object and what seals it."""
    if len(salt) != SALT_SIZE:
        raise ValueError("salt size")
    told = keys.number * (MAX_EPOCH + 1) + epoch
    context = magic + bytes([VERSION, SUITE]) + told.to_bytes(2, "big") + keys.vault_id
    key, commitment = keys.object_key(_base_key(keys, magic, epoch), salt, context)
    return context + salt + commitment, Sealer(key)


def open_header(keys: VaultKeys, header: Header) -> Sealer:
    """What opens the object, once vault and commitment have been compared.

    Raises IntegrityError("other_vault") or IntegrityError("not_authentic").
    """
    if header.vault_id != keys.vault_id:
        raise IntegrityError("other_vault")
    root = keys.of(header.root)
    if root is None:  # of a root that came after those known here, or of none
        raise IntegrityError("not_authentic")
    base = _base_key(root, header.magic, header.epoch)
    key, commitment = keys.object_key(base, header.salt, header.raw[:_CONTEXT_SIZE])
    if not same(commitment, header.commitment):
        raise IntegrityError("not_authentic")
    return Sealer(key)
