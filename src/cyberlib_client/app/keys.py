"""The ways into a vault: listed, added, removed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Literal

from ..core.errors import Failed, NeedsUnlock, Stopped, UsageError
from ..core.format_v1.slots import Slot
from ..core.words import decode, encode
from ..repository.unlocking import but_for, offered_key, offered_passphrase
from ..repository.vault import NewSlot, Vault
from ..state.credentials import KeeperKind
from . import bootstrap
from .apart import require_words_outside
from .device_slot import (
    NewDevice,
    drop_device,
    forget_device,
    free_slot_name,
    keep_new_device,
    note_coming,
    note_device,
)
from .keys_told import SlotAdded as SlotAdded
from .keys_told import SlotRemoved as SlotRemoved
from .passphrases import new_passphrase
from .paths import shown_native
from .session import Session
from .slots import SlotInfo, slot_info, slot_list
from .unlock import noted_device
from .words_file import remove_words, write_words
from .workplace import Notice, read_secret_file

Kind = Literal["passphrase", "recovery", "device"]
_KEY = 32


def list_slots(session: Session) -> list[SlotInfo]:
    """The ways into the profile's vault."""
    return slot_list(session, session.vault)


def add_passphrase(session: Session, name: str, passphrase_file: str | None) -> SlotAdded:
    """A further passphrase, read from a file, or asked for.

    Raises UsageError("no_new_passphrase"), ("passphrase_…"), ("slot_name_taken"), ("passphrases_full"),
    Busy("profile_busy"), and as `Session.prove`.
    """
    vault = session.vault
    session.prove()  # before the lock: a prompt must not hold others up
    given = read_secret_file(session, passphrase_file) if passphrase_file is not None else None
    passphrase = new_passphrase(session, given, [session.settings.device])
    with bootstrap.lock(session.profile):
        slot = vault.add_slot(
            NewSlot("passphrase", _name(vault, "passphrase", name), passphrase=passphrase),
            bootstrap.clock,
            bootstrap.random,
        )
        session.remember_slots(vault)
    return SlotAdded(slot_info(slot))


def change_passphrase(session: Session, old: str, new: str) -> SlotAdded:
    """Another passphrase in place of the one given. By 24 words instead of it: in place of the only one there
    is; where there are several, none is removed, since nobody knows which was meant.

    Raises UsageError("passphrase_…"), ("passphrases_full"), NeedsUnlock("wrong_secret"),
    Busy("profile_busy"), and what opening raises.
    """
    vault = session.vault
    before = [slot for slot in vault.table.slots if slot.type == "passphrase"]
    secret = offered_passphrase(old)
    every = {slot.id for slot in vault.table.slots}
    going = [slot for slot in before if vault.accepts(but_for(secret, every - {slot.id}))]
    if not going:
        if not _are_words_of(vault, old):
            raise NeedsUnlock("wrong_secret")
        going = before if len(before) == 1 else []
    passphrase = new_passphrase(session, new, [session.settings.device])
    with bootstrap.lock(session.profile):
        name = _name(vault, "passphrase", "")
        wanted = NewSlot("passphrase", name, passphrase=passphrase)
        slot = vault.add_slot(wanted, bootstrap.clock, bootstrap.random)
        for each in going:
            vault.remove_slot(each.id)
        session.remember_slots(vault)
    session.notify(Notice("old_copies_open", {"slot": name}))
    return SlotAdded(slot_info(slot))


def _are_words_of(vault: Vault, text: str) -> bool:
    try:
        return vault.accepts(offered_key("recovery", decode(text)))
    except UsageError:
        return False


def add_recovery(session: Session, name: str, words_file: str | None) -> SlotAdded:
    """A new recovery key; its words are in the result, or in `words_file`.

    Raises UsageError("words_file_exists"), ("words_file_in_vault"), ("slot_name_taken"),
    Failed("words_file_not_written"), Busy, and as `Session.prove`.
    """
    require_words_outside(words_file, session.place.at)
    key = bootstrap.random(_KEY)
    words = encode(key)
    vault = session.vault
    session.prove()  # before the lock: a prompt must not hold others up
    with bootstrap.lock(session.profile):
        if words_file is not None:
            write_words(words_file, words, shown_native(session.place.at))
        try:
            slot = vault.add_slot(
                NewSlot("recovery", _name(vault, "recovery", name), secret=key),
                bootstrap.clock,
                bootstrap.random,
            )
        except BaseException:
            if words_file is not None:
                remove_words(words_file)
            raise
        session.remember_slots(vault)
    if words_file is None:
        return SlotAdded(slot_info(slot), words)
    return SlotAdded(slot_info(slot), words_file=shown_native(os.path.abspath(words_file)))


def add_device(session: Session, name: str, keeper: KeeperKind) -> SlotAdded:
    """A slot for this workstation.

    Raises UsageError("device_slot_here"), NeedsUnlock("keychain_unavailable"), Busy("profile_busy"), what
    a file keeper raises, and as `Session.prove`.
    """
    vault = session.vault
    _require_no_slot_here(session, vault)
    session.prove()  # before the lock: a prompt must not hold others up
    with bootstrap.lock(session.profile):
        _require_no_slot_here(session, vault)
        wanted = name or session.settings.device or bootstrap.machine().machine_name()
        kept = keep_new_device(session, keeper, free_slot_name(vault, "device", wanted))
        slot = _add(session, vault, kept)
        note_device(session, vault, kept)
        session.remember_slots(vault)
    return SlotAdded(slot_info(slot, here=slot.id))


def renew_device(session: Session) -> None:
    """This machine opens the vault by itself again, by a new slot in place of one that does not any more: its
    secret goes to the keychain, or where there is none to a file of its user's alone. Nothing where it does.

    Raises Busy("profile_busy"), what a file keeper raises, and as `Session.prove`.
    """
    vault = session.vault
    if session.by_device:
        return
    session.prove()  # before the lock: a prompt must not hold others up
    put_device(session, vault)


def put_device(session: Session, vault: Vault) -> None:
    """The same for a vault that was opened and proven otherwise. Raises Busy("profile_busy"), and what a file
    keeper raises."""
    with bootstrap.lock(session.profile):
        before = noted_device(session)
        if before is not None:
            if any(slot.id == before.slot for slot in vault.table.slots):
                vault.remove_slot(before.slot)
            forget_device(session, before.slot)
        name = session.settings.device or bootstrap.machine().machine_name()
        name = free_slot_name(vault, "device", name)
        try:
            kept = keep_new_device(session, "keychain", name)
        except NeedsUnlock as error:
            if error.code != "keychain_unavailable":
                raise
            kept = keep_new_device(session, "file", name)
        _add(session, vault, kept)
        note_device(session, vault, kept)
        session.remember_slots(vault)


def _add(session: Session, vault: Vault, kept: NewDevice) -> Slot:
    """Its slot. Where nobody knows whether it is there now, what was noted of it stays: the next opening
    tells."""
    try:
        note_coming(session, vault, kept)
        return vault.add_slot(kept.slot, bootstrap.clock, bootstrap.random)
    except (Failed, UsageError):
        drop_device(session, kept)
        raise


def remove(session: Session, wanted: str, else_wanted: str = "", *, sure: bool = False) -> SlotRemoved:
    """Removes a slot by name, id or the beginning of its id.

    `else_wanted`: the name that is meant when no slot is called `wanted`. `sure`: nobody is asked whether
    the last 24 words may go. Raises UsageError("slot_unknown"), ("slot_ambiguous"), ("slot_last"), Stopped
    for a no, Busy("profile_busy"), and as `Session.prove`.
    """
    vault = session.vault
    names = {slot.name for slot in vault.table.slots}
    try:
        found = vault.removable(else_wanted if wanted not in names and else_wanted in names else wanted)
    except UsageError as error:
        error.facts["slot"] = wanted  # as it was written, whatever the vault calls it
        raise
    others = [slot for slot in vault.table.slots if slot.id != found.id]
    asked = found.type == "recovery" and _without_words(others) and not sure
    if asked and session.prompt.agreed("no_words_left") is False:
        raise Stopped
    session.prove()  # before the lock: a prompt must not hold others up
    with bootstrap.lock(session.profile):
        slot = vault.remove_slot(found.id)
        session.remember_slots(vault)
        here = forget_device(session, slot.id)
    session.notify(Notice("old_copies_open", {"slot": slot.name}))
    if slot.type == "recovery" and _without_words(vault.table.slots):
        session.notify(Notice("no_words_left"))
    return SlotRemoved(slot_info(slot, here=slot.id if here else ""), slot_list(session, vault))


def _without_words(slots: Iterable[Slot]) -> bool:
    return all(slot.type != "recovery" for slot in slots)


def _require_no_slot_here(session: Session, vault: Vault) -> None:
    device = noted_device(session)
    if device is not None and any(s.id == device.slot for s in vault.table.slots):
        raise UsageError("device_slot_here")


def _name(vault: Vault, kind: Kind, name: str) -> str:
    return name or free_slot_name(vault, kind, kind)
