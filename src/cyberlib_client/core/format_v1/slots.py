"""Key slots: each wraps the root secret for one secret that somebody holds.

An object `slots/<SHA-256>` is the whole table of one generation, in two lines (see `lines`):
`{"header": the vault's header, "generation": n, "copy": 1 or 2, "slots": [{"id", "type", "name",
"created", "kdf"?, "salt", "commitment", "wrapped"}], "removed"?: [id, …], "root"?: see `renewed`}`; bytes
in hex. The highest
generation counts. Without a table nothing opens, so each is stored twice, and holds the vault's header
as well. `removed` is for two machines that change slots at the same moment: see `repository.slot_tables`.

    passphrase  Argon2id(secret, salt, kdf)          kdf bounded both ways when read back
    recovery    the 32 bytes behind the 24 words
    device      32 random bytes kept by the machine's keychain or in a file
    escrow      32 random bytes entrusted in parts to officers (see core.escrow)

    (key, commitment) = HKDF(secret, salt, "cyberlib/v1/slot" + vault id + slot id + type + kdf)
    wrapped           = AES-256-GCM(root secret, key, nonce 0, associated data = HKDF's info)
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from ..crypto import Sealer, committed_key, same
from ..errors import IntegrityError
from ..keys import VaultKeys
from ..ports import Buffer
from .lines import check_mac, from_hex, split_lines, write_lines
from .malformed import MALFORMED
from .renewed import Renewed, check_renewed
from .vault import RENEWED_VERSION, VaultHeader, check_header

COPIES: Final = 2
MAX_SLOTS: Final = 64
MAX_REMOVED: Final = 256
"""Ids of removed slots that a table keeps: far more than two machines remove at the same moment."""
SLOT_ID_SIZE: Final = 8
SALT_SIZE: Final = 32

SlotType = Literal["passphrase", "recovery", "device", "escrow"]


class KdfCost(msgspec.Struct, frozen=True):
    """Argon2id (RFC 9106): memory in KiB, passes, lanes."""

    memory: int
    passes: int
    lanes: int


DEFAULT_COST: Final = KdfCost(memory=256 * 1024, passes=3, lanes=4)
LEAST: Final = KdfCost(memory=64 * 1024, passes=3, lanes=1)
"""RFC 9106's second recommended option; a table that asks for less is refused."""
MOST: Final = KdfCost(memory=1024 * 1024, passes=16, lanes=16)
"""What a reader is willing to spend on a stranger's word."""


class Slot(msgspec.Struct, frozen=True, omit_defaults=True):
    """One slot; `id`, `salt`, `commitment`, `wrapped` in hex, `created` in seconds since 1970."""

    id: str
    type: SlotType
    name: str
    created: int
    salt: str
    commitment: str
    wrapped: str
    kdf: KdfCost | None = None


class SlotTable(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every slot of a vault at one generation, which counts from 1. `removed`: ids of former slots. `root`:
    what leads to the root secrets before this one."""

    header: VaultHeader
    generation: int
    copy: int
    slots: list[Slot]
    removed: list[str] = []
    root: Renewed | None = None


def check_cost(cost: KdfCost) -> None:
    """IntegrityError("kdf_out_of_bounds") outside [LEAST, MOST]."""
    for got, least, most in (
        (cost.memory, LEAST.memory, MOST.memory),
        (cost.passes, LEAST.passes, MOST.passes),
        (cost.lanes, LEAST.lanes, MOST.lanes),
    ):
        if not least <= got <= most:
            raise IntegrityError("kdf_out_of_bounds")


def stretch(passphrase: str, salt: bytes, cost: KdfCost) -> bytes:
    """32 bytes from a passphrase (NFC, UTF-8) by Argon2id; bounds checked first."""
    # Imported where it is used: commands of an unlocked profile never derive from a passphrase.
    import unicodedata

    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    check_cost(cost)
    secret = unicodedata.normalize("NFC", passphrase).encode()
    kdf = Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory)
    return kdf.derive(secret)


def _info(vault: str, slot_id: str, kind: str, kdf: KdfCost | None) -> bytes:
    cost = f"{kdf.memory},{kdf.passes},{kdf.lanes}" if kdf else "-"
    return f"cyberlib/v1/slot {vault} {slot_id} {kind} {cost}".encode()


def wrap_root(
    keys: VaultKeys,
    secret: bytes,
    *,
    slot_id: bytes,
    kind: SlotType,
    name: str,
    created: int,
    salt: bytes,
    kdf: KdfCost | None = None,
) -> Slot:
    """A slot that opens with `secret` (32 bytes, already stretched when it was a passphrase)."""
    info = _info(keys.vault_id.hex(), slot_id.hex(), kind, kdf)
    key, commitment = committed_key(secret, salt=salt, info=info)
    wrapped = Sealer(key).seal(0, keys.root, info)
    return Slot(
        id=slot_id.hex(),
        type=kind,
        name=name,
        created=created,
        salt=salt.hex(),
        commitment=commitment.hex(),
        wrapped=wrapped.hex(),
        kdf=kdf,
    )


def unwrap_root(slot: Slot, vault: str, secret: bytes) -> bytes | None:
    """The root secret, or None when `secret` is not this slot's.

    Raises IntegrityError("not_authentic") when it is, but the wrapped secret was altered.
    """
    info = _info(vault, slot.id, slot.type, slot.kdf)
    key, commitment = committed_key(secret, salt=bytes.fromhex(slot.salt), info=info)
    if not same(commitment, bytes.fromhex(slot.commitment)):
        return None
    return Sealer(key).open(0, bytes.fromhex(slot.wrapped), info)


def write_slot_table(table: SlotTable, keys: VaultKeys) -> bytes:
    """The bytes of the object."""
    return write_lines(msgspec.json.encode(table), keys.slots)


def read_slot_table(data: Buffer) -> SlotTable:
    """The table, not authenticated yet. IntegrityError("bad_slots"), UsageError("newer_format")."""
    try:
        body, _ = split_lines(data)
        seen = msgspec.json.decode(body)
        check_header(seen.get("header") if isinstance(seen, dict) else None, RENEWED_VERSION)
        table = msgspec.convert(seen, SlotTable)
        if any("kdf" in slot and slot["kdf"] is None for slot in seen["slots"]):
            raise IntegrityError("bad_slots")  # what a slot has not, it leaves out
        for slot in table.slots:
            sizes = (len(from_hex(h)) for h in (slot.id, slot.salt, slot.commitment, slot.wrapped))
            if tuple(sizes) != (SLOT_ID_SIZE, SALT_SIZE, 32, 48):
                raise IntegrityError("bad_slots")
            if (slot.type == "passphrase") != (slot.kdf is not None):
                raise IntegrityError("bad_slots")
        if any(len(from_hex(slot_id)) != SLOT_ID_SIZE for slot_id in table.removed):
            raise IntegrityError("bad_slots")
        if (table.header.version == RENEWED_VERSION) != (table.root is not None):
            raise IntegrityError("bad_slots")
        if table.root is not None:
            check_renewed(table.root)
    except (IntegrityError, *MALFORMED):
        raise IntegrityError("bad_slots") from None
    if table.generation < 1 or not 0 < len(table.slots) <= MAX_SLOTS or len(table.removed) > MAX_REMOVED:
        raise IntegrityError("bad_slots")
    if not 1 <= table.copy <= COPIES:
        raise IntegrityError("bad_slots")
    return table


def authenticate_slot_table(data: Buffer, keys: VaultKeys) -> None:
    """IntegrityError("not_authentic") when the table was not written by a holder of the vault."""
    body, tag = split_lines(data)
    check_mac(body, tag, keys.slots)
