"""The object `vault`: what a store is, in text, authenticated once a key is known.

Line 1: `{"format": "cyberlib vault", "version": 1, "suite": 1, "id": 32 hex digits, "created":
seconds since 1970, "chunking": {"minimum": …, "average": …, "maximum": …}}`.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ..crypto import SUITE
from ..errors import IntegrityError, UsageError
from ..ids import KIB, MAX_CHUNK
from ..keys import VAULT_ID_SIZE, VaultKeys
from ..ports import Buffer
from .header import VERSION
from .lines import check_mac, from_hex, split_lines, write_lines
from .malformed import MALFORMED

RENEWED_VERSION: Final = 2
"""What slot tables say in their header once the root secret was renewed: programs that know nothing of it
refuse them. The object `vault` stays as it was made."""

OBJECT_NAME: Final = "vault"
FORMAT: Final = "cyberlib vault"


class Chunking(msgspec.Struct, frozen=True):
    """Sizes in bytes of content-defined chunks; they never change for a vault."""

    minimum: int
    average: int
    maximum: int


USUAL_CHUNKING: Final = Chunking(minimum=32 * KIB, average=128 * KIB, maximum=1024 * KIB)


class VaultHeader(msgspec.Struct, frozen=True):
    """The authenticated parameters of a vault. `created` in seconds since 1970."""

    format: str
    version: int
    suite: int
    id: str
    created: int
    chunking: Chunking

    @property
    def vault_id(self) -> bytes:
        return bytes.fromhex(self.id)


def new_vault_header(vault_id: bytes, created: int, chunking: Chunking) -> VaultHeader:
    """A header of this version."""
    return VaultHeader(FORMAT, VERSION, SUITE, vault_id.hex(), created, chunking)


def write_vault_header(header: VaultHeader, keys: VaultKeys) -> bytes:
    """The bytes of the object."""
    return write_lines(msgspec.json.encode(header), keys.header)


def check_header(seen: object, newest: int = VERSION) -> VaultHeader:
    """A header from decoded JSON.

    Raises IntegrityError("not_a_vault") or UsageError("newer_format", version=…, suite=…), whatever else
    a later version may say or leave out.
    """
    if not isinstance(seen, dict) or seen.get("format") != FORMAT:
        raise IntegrityError("not_a_vault")
    version, suite = (n if isinstance(n := seen.get(name), int) else 0 for name in ("version", "suite"))
    if version > newest or suite > SUITE:
        raise UsageError("newer_format", version=version, suite=suite)
    try:
        header = msgspec.convert(seen, VaultHeader)
        id_size = len(from_hex(header.id))
    except MALFORMED:
        raise IntegrityError("not_a_vault") from None
    sizes = header.chunking
    ordered = sizes.minimum <= sizes.average <= sizes.maximum <= MAX_CHUNK
    # The least that FastCDC takes: a vault with less could never back up a large file.
    enough = sizes.minimum >= 64 and sizes.average >= 256 and sizes.maximum >= KIB
    if not VERSION <= header.version <= newest or header.suite != SUITE or id_size != VAULT_ID_SIZE:
        raise IntegrityError("not_a_vault")
    if not ordered or not enough:
        raise IntegrityError("not_a_vault")
    return header


def read_vault_header(data: Buffer) -> VaultHeader:
    """The header, not authenticated yet. Raises as `check_header`."""
    try:
        return check_header(msgspec.json.decode(split_lines(data)[0]))
    except (IntegrityError, *MALFORMED):
        raise IntegrityError("not_a_vault") from None


def authenticate_vault_header(data: Buffer, keys: VaultKeys) -> None:
    """IntegrityError("vault_altered") when the header is not the one this vault was made with."""
    body, tag = split_lines(data)
    try:
        check_mac(body, tag, keys.header)
    except IntegrityError:
        raise IntegrityError("vault_altered") from None
