"""Another key for a vault: what is written from then on opens for nobody who only had the former one."""

from __future__ import annotations

import os

from ..core.errors import Busy, CyberlibError, NeedsUnlock, UsageError
from ..core.format_v1.header import root_and_epoch
from ..core.ids import digest_of
from ..core.words import encode
from ..repository.loading import indexed
from ..repository.vault import NewSlot, Vault
from ..state.credentials import DeviceSecret, KeeperKind, read_identity, write_identity
from . import bootstrap
from .apart import require_words_outside
from .device_slot import NewDevice, drop_device, keep_new_device, note_coming, note_device
from .keys_told import KeyChangedTold, KeyRotated, VaultKey
from .passphrases import new_passphrase
from .paths import shown_native
from .session import Session
from .slots import slot_info, slot_list
from .stepping_up import require_person
from .unlock import noted_device
from .words_file import remove_words, write_words
from .workplace import Notice, read_secret_file

_KEY = 32


def rotate(session: Session, passphrase_file: str | None, words_file: str | None) -> KeyRotated:
    """Gives the vault a new key, which a new passphrase, new words and this machine open, as far as it opened
    the vault by itself; nothing else does from then on. The words are in the result, or in `words_file`.

    Raises UsageError("escrow_leave_first"), ("roots_full"), ("no_new_passphrase"), ("passphrase_…"),
    ("words_file_exists"), ("words_file_in_vault"), Failed("words_file_not_written"),
    NeedsUnlock("key_renewed"), Busy("slots_busy"), ("profile_busy"), what a keeper raises, and as
    `Session.prove`.
    """
    require_words_outside(words_file, session.place.at)
    vault = session.vault
    if any(slot.type == "escrow" for slot in vault.table.slots):
        raise UsageError("escrow_leave_first")
    session.prove()  # before the lock: a prompt must not hold others up
    require_person(session, "key_rotate")
    given = read_secret_file(session, passphrase_file) if passphrase_file is not None else None
    passphrase = new_passphrase(session, given, [session.settings.device])
    key = bootstrap.random(_KEY)
    words = encode(key)
    with bootstrap.lock(session.profile):
        before = noted_device(session)
        mine = before.slot if before is not None and before.vault == vault.id else ""
        gone = [slot_info(slot, mine) for slot in vault.table.slots]
        seed = _identity(session, vault)
        if words_file is not None:
            write_words(words_file, words, shown_native(session.place.at))
        kept = _keep(session, before.keeper) if before and any(slot.here for slot in gone) else None
        new = [
            NewSlot("passphrase", "passphrase", passphrase=passphrase),
            NewSlot("recovery", "recovery", secret=key),
            *([kept.slot] if kept is not None else []),
        ]
        try:
            if kept is not None:
                note_coming(session, vault, kept, words_unseen=words_file is None)
            vault.renew(new, bootstrap.clock, bootstrap.random)
        except CyberlibError as error:
            # Else the new key may count already, though this machine did not hear it.
            if isinstance(error, Busy | NeedsUnlock | UsageError):
                if words_file is not None:
                    remove_words(words_file)
                if kept is not None:
                    drop_device(session, kept)
            raise
        if kept is not None:
            _forget_secret(session, before)  # first: what comes instead is noted already
            note_device(session, vault, kept)
        session.remember_slots(vault)
        if seed is not None:
            write_identity(session.profile, vault.keys, seed, bootstrap.random)
    session.forget_snapshots()
    return KeyRotated(
        slots=slot_list(session, vault),
        gone=gone,
        key=vault_key(vault),
        words=words if words_file is None else None,
        words_file=shown_native(os.path.abspath(words_file)) if words_file is not None else None,
    )


def rotate_with_kit(session: Session, folder: str) -> KeyChangedTold:
    """The same, with the new words on a kit in a folder, which must be fit for it before anything changes.

    Raises as `rotate`, and what `recovery_kit.make_kit` raises of the folder."""
    from .recovery_kit import print_kit, require_fit

    require_fit(session, folder)
    done = rotate(session, None, None)
    words = done.words or []
    try:
        kit = print_kit(session, " ".join(words), folder)
    except CyberlibError as error:  # the key is changed: these words are all that is left of it on paper
        return KeyChangedTold(done.key, len(done.gone), None, words, error.code)
    return KeyChangedTold(done.key, len(done.gone), kit, [], "")


def vault_key(vault: Vault) -> VaultKey:
    """How often the key was changed, and the packs that a former one still opens, as the index tells them."""
    if not vault.keys.former:
        return VaultKey(0, 0, 0)
    newest = vault.keys.number
    safe = {i.name for i in indexed(vault.store, vault.keys, []) if root_and_epoch(i.header)[0] == newest}
    # What no index names counts as well: written anew, it stays in quarantine, and is read as before.
    packs = [item.size for item in vault.store.list("packs") if digest_of(item.name) not in safe]
    return VaultKey(newest, len(packs), sum(packs))


def _identity(session: Session, vault: Vault) -> bytes | None:
    try:
        return read_identity(session.profile, vault.keys)
    except CyberlibError:  # the next backup says so, and makes another
        return None


def _keep(session: Session, keeper: KeeperKind) -> NewDevice:
    return keep_new_device(session, keeper, session.settings.device or bootstrap.machine().machine_name())


def _forget_secret(session: Session, device: DeviceSecret | None) -> None:
    if device is None:
        return
    try:
        bootstrap.keeper(device.keeper, session.profile).remove(device.name)
    except CyberlibError as error:
        session.notify(Notice(error.code, dict(error.facts)))
