"""What is offered to slots: a passphrase, stretched for each of them, or 32 bytes as they are."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

from ..core.errors import IntegrityError
from ..core.format_v1.slots import (
    DEFAULT_COST,
    KdfCost,
    Slot,
    SlotType,
    check_cost,
    stretch,
    unwrap_root,
)
from .slot_tables import Secret

MAX_PASSPHRASES: Final = 16
"""Slots that we make: a wrong passphrase is stretched for each of them."""


def work_of(cost: KdfCost) -> int:
    """What one derivation takes: KiB of memory times passes."""
    return cost.memory * cost.passes


MOST_WORK: Final = 2 * MAX_PASSPHRASES * work_of(DEFAULT_COST)
"""Twice what the fullest table takes: one that is being replaced may lie beside the new one."""


def offered_passphrase(passphrase: str, most_work: int = MOST_WORK) -> Secret:
    """A passphrase, for passphrase slots, as long as all of them together take no more than `most_work`.

    Anybody who writes to a store can add slots that cost minutes each. A slot beyond the bound is passed
    over, cheaper ones are still tried. The Secret raises IntegrityError("kdf_out_of_bounds"),
    ("passphrase_slots_many").
    """
    left = most_work

    def secret(slot: Slot) -> bytes | None:
        nonlocal left
        if slot.kdf is None:
            return None
        check_cost(slot.kdf)  # first: what is no cost at all must not give work back
        if work_of(slot.kdf) > left:
            raise IntegrityError("passphrase_slots_many")
        left -= work_of(slot.kdf)
        return stretch(passphrase, bytes.fromhex(slot.salt), slot.kdf)

    return secret


def but_for(secret: Secret, slots: Container[str]) -> Secret:
    """The same secret, for other slots than those with these ids."""
    return lambda slot: None if slot.id in slots else secret(slot)


def opens_one(slots: Iterable[Slot], vault: str, secret: Secret) -> bool:
    """Whether one of these slots of the vault opens with what `secret` offers. Raises what it raises."""
    for slot in slots:
        offered = secret(slot)
        if offered is not None and unwrap_root(slot, vault, offered) is not None:
            return True
    return False


def offered_key(kind: SlotType, key: bytes) -> Secret:
    """The 32 bytes of a recovery key, device or escrow secret, for slots of that kind."""
    return lambda slot: key if slot.type == kind else None
