"""The slot that lets this workstation open its vault by itself, and the secret behind it."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal, NamedTuple

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.slots import SLOT_ID_SIZE, SlotType
from ..repository.vault import NewSlot, Vault
from ..state.credentials import (
    DeviceSecret,
    KeeperKind,
    forget_coming_secret,
    forget_device_secret,
    read_coming_secret,
    write_coming_secret,
    write_device_secret,
)
from . import bootstrap
from .session import Session
from .unlock import noted_device
from .workplace import Notice

Keeping = Literal["keychain", "file", "none"]
"""Where the device secret goes; "none": the passphrase is asked for each time."""

_SECRET = 32


class NewDevice(NamedTuple):
    """A device secret that a keeper already holds, before the vault knows of it."""

    keeper: KeeperKind
    name: str
    slot: NewSlot


def keep_new_device(session: Session, keeper: KeeperKind, slot_name: str) -> NewDevice:
    """Makes a device secret and has it kept.

    Raises what keepers raise: NeedsUnlock("keychain_unavailable", reason=…), ("device_file_exposed"),
    Failed("device_file_not_written").
    """
    secret = bootstrap.random(_SECRET)
    name = f"device-{bootstrap.random(8).hex()}"
    bootstrap.keeper(keeper, session.profile).store(name, secret)
    slot = NewSlot("device", slot_name, secret=secret, id=bootstrap.random(SLOT_ID_SIZE))
    return NewDevice(keeper, name, slot)


def note_coming(session: Session, vault: Vault, device: NewDevice, *, words_unseen: bool = False) -> None:
    """Notes the secret of a slot that is about to be made: killed then, the machine finds it at the next
    opening. One that was never made is forgotten with its secret. `words_unseen`: as in `DeviceSecret`."""
    with suppress(CyberlibError):
        left = read_coming_secret(session.profile)
        if left is not None and left.slot not in {slot.id for slot in vault.table.slots}:
            bootstrap.keeper(left.keeper, session.profile).remove(left.name)
    noted = msgspec.structs.replace(_noted(vault, device), words_unseen=words_unseen)
    write_coming_secret(session.profile, noted)


def note_device(session: Session, vault: Vault, device: NewDevice) -> None:
    """Notes which secret opens which slot: before the vault has it, where a slot that nothing tells of would
    stay for ever, or after."""
    write_device_secret(session.profile, _noted(vault, device))
    forget_coming_secret(session.profile)


def _noted(vault: Vault, device: NewDevice) -> DeviceSecret:
    return DeviceSecret(vault.id, device.keeper, device.name, device.slot.id.hex())


def drop_left(session: Session, vault: Vault) -> None:
    """Of a machine without a vault: the slot that it made here when it was cut short, and its secret."""
    device = noted_device(session)
    if device is None or device.vault != vault.id:
        return
    if any(slot.id == device.slot for slot in vault.table.slots):
        vault.remove_slot(device.slot)
    forget_device(session, device.slot)


def drop_device(session: Session, device: NewDevice) -> None:
    """Forgets a secret that came to nothing, and what was noted of it."""
    noted = noted_device(session)
    if noted is not None and noted.slot == device.slot.id.hex():
        forget_device_secret(session.profile)
    forget_coming_secret(session.profile)
    try:
        bootstrap.keeper(device.keeper, session.profile).remove(device.name)
    except CyberlibError as error:
        session.notify(Notice(error.code, dict(error.facts)))


def forget_device(session: Session, slot: str) -> bool:
    """After the slot with this id was removed: forgets the secret, if it is this workstation's."""
    device = noted_device(session)
    if device is None or device.slot != slot:
        return False
    forget_device_secret(session.profile)
    try:
        bootstrap.keeper(device.keeper, session.profile).remove(device.name)
    except CyberlibError as error:
        session.notify(Notice(error.code, dict(error.facts)))
    return True


def free_slot_name(vault: Vault, kind: SlotType, name: str) -> str:
    """The name, or the name with a number when a slot of this kind has it already."""
    taken = {s.name for s in vault.table.slots if s.type == kind}
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
