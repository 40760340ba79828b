"""Slots as plain values."""

from __future__ import annotations

from ..core.format_v1.slots import Slot
from ..repository.vault import Vault
from .keys_told import SlotInfo as SlotInfo
from .paths import shown_text
from .session import Session
from .times import iso_time
from .unlock import noted_device


def slot_list(session: Session, vault: Vault) -> list[SlotInfo]:
    """The ways into a vault, as its table lists them."""
    device = noted_device(session)
    here = device.slot if device is not None else ""
    return [slot_info(s, here) for s in vault.table.slots]


def slot_info(slot: Slot, here: str = "") -> SlotInfo:
    """A slot; `here` is the id of this workstation's."""
    return SlotInfo(
        slot.id, slot.type, shown_text(slot.name), iso_time(slot.created * 10**9), slot.id == here
    )
