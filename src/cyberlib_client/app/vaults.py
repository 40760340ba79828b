"""Making a vault, and connecting a profile to one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import msgspec

from ..core.errors import CyberlibError, Failed, IntegrityError, NeedsUnlock, Unreachable, UsageError
from ..core.ports import Store
from ..core.windows_paths import extended
from ..core.words import decode, encode
from ..repository.unlocking import offered_key
from ..repository.vault import NewSlot, Vault, create_vault, open_vault, read_header
from ..state.credentials import read_slots_seen
from ..state.settings import Settings, VaultSettings, write_settings
from . import bootstrap, stores
from .apart import require_no_vault_above, require_profile_outside, require_words_outside
from .device_slot import (
    Keeping,
    NewDevice,
    drop_device,
    drop_left,
    free_slot_name,
    keep_new_device,
    note_device,
)
from .keys_told import VaultMade as VaultMade
from .keys_told import VaultOpened as VaultOpened
from .passphrases import new_passphrase
from .paths import shown_native
from .session import Session
from .slots import slot_list
from .unlock import given_passphrase, open_by_secret, tell_header
from .words_file import remove_words, write_words
from .workplace import BucketGiven, Notice

_WORDS_KEY = 32


def create(
    session: Session,
    at: str,
    *,
    keeping: Keeping = "keychain",
    device: str = "",
    words_file: str | None = None,
) -> VaultMade:
    """A new vault for a profile that has none, with a passphrase, 24 words and this device to open it.

    Raises UsageError("profile_has_vault"), ("vault_exists"), ("folder_not_empty"), ("not_a_folder"),
    ("vault_in_vault"), ("profile_in_vault"), ("words_file_in_vault"), ("passphrase_…"),
    ("no_new_passphrase"), ("words_file_exists"), Failed("words_file_not_written"), Busy("profile_busy"),
    for a bucket as `bucket_link.keep`, and what the store raises. Nothing is left of a vault that was not
    made, no folder either.
    """
    session.require_no_vault()
    check_place(session, at, words_file)
    name = device or _host_name(session, at) or bootstrap.machine().machine_name()
    key = bootstrap.random(_WORDS_KEY)
    words = encode(key)
    with _cleanup() as undo:
        _note_absent(undo, session.profile.credentials, stores.location_folder(at))
        session.profile.make()
        store = stores.new_store_at(at, session)  # a place that cannot be written is told before any question
        # All questions before the lock: they must not hold others up.
        passphrase = new_passphrase(session, given_passphrase(session), [name])
        if words_file is not None:
            write_words(words_file, words, shown_native(store.location))
            undo.append(lambda: remove_words(words_file))
        kept = _keep(session, keeping, name, undo)
        _keep_way(session, at, kept, undo)
        with bootstrap.lock(session.profile):
            session.require_no_vault()
            check_place(session, at)  # again: questions take time
            slots = [
                NewSlot("passphrase", "passphrase", passphrase=passphrase),
                NewSlot("recovery", "recovery", secret=key),
                *([kept.slot] if kept else []),
            ]
            vault = create_vault(store, slots, clock=bootstrap.clock, random=bootstrap.random)
            undo.clear()  # the vault is there: what opens it stays
            _adopt(session, store, vault, name, kept)
    return VaultMade(
        shown_native(store.location),
        vault.id,
        shown_native(session.profile.root),
        name,
        kept.keeper if kept else "ask",
        slot_list(session, vault),
        None if words_file is not None else words,
        shown_native(os.path.abspath(words_file)) if words_file is not None else None,
    )


def connect(
    session: Session,
    at: str,
    *,
    keeping: Keeping = "keychain",
    device: str = "",
    recovery: bool = False,
    opening: Callable[[Store], Vault] | None = None,
    once_open: Callable[[], object] | None = None,
) -> VaultOpened:
    """Connects a profile that has no vault to one that exists.

    `recovery`: ask for the 24 words line by line. `opening`: opens it otherwise. `once_open`: called when
    it is open and before anything is written to it. Raises what that raises,
    UsageError("profile_has_vault"), ("not_a_vault"), ("newer_format"), ("not_a_folder"),
    ("profile_in_vault"), NeedsUnlock("no_recovery_words"), Busy, IntegrityError("slots_rolled_back"), and
    what `open_by_secret` and the store raise. A profile that is not connected is not made either.
    """
    session.require_no_vault()
    require_profile_outside(session.profile, at)
    store = stores.store_at(at, session)
    read_header(store)
    name = device or _host_name(session, at) or bootstrap.machine().machine_name()
    with _cleanup() as undo:
        _note_absent(undo, session.profile.credentials)
        session.profile.make()
        # All questions before the lock: they must not hold others up.
        if opening is not None:
            vault = opening(store)
        elif recovery and session.recovery_file is None:
            vault = _open_by_typed_words(session, store)
        else:
            vault = open_by_secret(session, store)
        _refuse_older(session, vault)
        kept = _keep(session, keeping, free_slot_name(vault, "device", name), undo)
        _keep_way(session, at, kept, undo)
        if once_open is not None:
            once_open()
        with bootstrap.lock(session.profile):
            session.require_no_vault()
            if kept is not None:
                try:
                    kept = _add_device(session, vault, kept, name)
                except (Failed, UsageError):
                    raise
                except BaseException:
                    undo.clear()  # nobody knows whether the slot is there: what was noted of it stays
                    raise
            undo.clear()  # the slot is there: what opens it stays
            _adopt(session, store, vault, name, kept)
    unlock = kept.keeper if kept else "ask"
    return VaultOpened(
        shown_native(store.location),
        vault.id,
        shown_native(session.profile.root),
        name,
        unlock,
        slot_list(session, vault),
    )


def _refuse_older(session: Session, vault: Vault) -> None:
    """A profile that was connected to this vault before knows which table of slots is the newest."""
    seen = read_slots_seen(session.profile, vault.id)
    if vault.table.generation < seen.generation:
        raise IntegrityError("slots_rolled_back", seen=seen.generation, got=vault.table.generation)


class _cleanup(contextlib.AbstractContextManager["list[Callable[[], None]]"]):
    """Runs what was noted, last first, when the block fails."""

    def __enter__(self) -> list[Callable[[], None]]:
        self._undo: list[Callable[[], None]] = []
        return self._undo

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None:
            for undo in reversed(self._undo):
                with contextlib.suppress(OSError, CyberlibError):
                    undo()


def _keep(session: Session, keeping: Keeping, name: str, undo: list[Callable[[], None]]) -> NewDevice | None:
    """None when none is wanted, or when there is no keychain here and nobody agrees to a file: a notice
    says so."""
    if keeping == "none":
        return None
    try:
        kept = keep_new_device(session, keeping, name)
    except NeedsUnlock as error:
        if keeping == "file":
            raise
        if not session.prompt.agreed("file_for_keychain", error):
            session.notify(Notice(error.code, dict(error.facts)))
            return None
        kept = keep_new_device(session, "file", name)
    undo.append(lambda: drop_device(session, kept))
    return kept


def _keep_way(session: Session, at: str, kept: NewDevice | None, undo: list[Callable[[], None]]) -> None:
    """What leads to a bucket is kept where the device secret is, and if that is nowhere, nowhere."""
    if stores.is_bucket(at) and session.bucket is not None:
        from . import bucket_link

        undo.append(bucket_link.keep(session, session.bucket, kept.keeper if kept is not None else None))


def _add_device(session: Session, vault: Vault, kept: NewDevice, name: str) -> NewDevice | None:
    """This workstation's slot, noted before it is made; None where it has none now. What cannot be written
    can be restored from all the same: of a host that stores nothing now (a contract that ended, terms to
    accept, no space) notices say why it has none; of a copy on a read-only disk the error says how."""
    try:
        drop_left(session, vault)
        slot = replace(kept.slot, name=free_slot_name(vault, "device", name))
        note_device(session, vault, kept)
        vault.add_slot(slot, bootstrap.clock, bootstrap.random)
    except (Failed, Unreachable) as error:
        if error.code == "host_busy" or (isinstance(error, Failed) and error.code.startswith("host_")):
            session.notify(Notice(error.code, dict(error.facts)))
            session.notify(Notice("host_no_slot", {}))
            drop_device(session, kept)
            return None
        if error.code == "store_denied":
            error.facts["option"] = "--no-device"
        raise
    return kept


def _adopt(session: Session, store: Store, vault: Vault, name: str, kept: NewDevice | None) -> None:
    """Makes the vault the profile's own; settings last, so that a profile with a vault is complete."""
    if kept is not None:
        note_device(session, vault, kept)
    place = VaultSettings(store.location, vault.id)
    if stores.is_bucket(store.location):
        from . import bucket_link

        place = bucket_link.settings_of(store.location, vault.id, session.bucket or BucketGiven())
    settings: Settings = msgspec.structs.replace(session.settings, vault=place, device=name)
    write_settings(session.profile, settings)
    session.remember_slots(vault)


def check_place(session: Session, at: str, words_file: str | None = None) -> None:
    """Whether a vault may be made there and its words written; makes nothing. Raises as `create`."""
    if _holds_vault(session, at):
        raise UsageError("vault_exists", at=at)
    stores.check_new_store(at)
    require_no_vault_above(at)
    require_profile_outside(session.profile, at)
    require_words_outside(words_file, at)
    if words_file is not None and os.path.lexists(words_file):
        raise UsageError("words_file_exists", at=words_file)


def _note_absent(undo: list[Callable[[], None]], *folders: str | None) -> None:
    """Before folders are made: those that are not there, nor above them, are to go again when the rest fails,
    the inner ones first. One that holds something by then stays."""
    absent = set()
    for folder in folders:
        while folder and folder not in absent and not os.path.lexists(extended(folder)):
            absent.add(folder)
            folder = os.path.dirname(folder)
    undo += (partial(os.rmdir, extended(folder)) for folder in sorted(absent, key=len))


def _holds_vault(session: Session, at: str) -> bool:
    """Also when it is damaged or newer: nothing may be made in its place. A host has room beside it."""
    if stores.is_host(at):
        return False
    try:
        read_header(stores.store_at(at, session))
    except Unreachable as error:
        if error.code != "store_absent":
            raise
        return False
    except UsageError as error:
        if error.code not in ("not_a_vault", "newer_format"):
            raise
        return error.code != "not_a_vault"
    except IntegrityError:
        return True
    return True


def _host_name(session: Session, at: str) -> str:
    """What the host calls this workstation; empty where there is no host."""
    if not stores.is_host(at):
        return ""
    from . import host_link

    return host_link.name_here(session.profile)


def _open_by_typed_words(session: Session, store: Store) -> Vault:
    typed = session.prompt.recovery_words()
    if typed is None:
        raise NeedsUnlock("no_recovery_words")
    vault = open_vault(store, offered_key("recovery", decode(typed)))
    tell_header(session, vault)
    return vault
