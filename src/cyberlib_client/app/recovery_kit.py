"""Recovery kits: made as a sheet to print, and checked."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..core.errors import Failed, NeedsUnlock, UsageError
from ..core.format_v1.slots import Slot
from ..core.kit import fingerprint_of
from ..core.windows_paths import extended
from ..core.words import decode, encode
from ..repository.unlocking import but_for, offered_key
from ..repository.vault import NewSlot, Vault, open_vault
from ..state.credentials import read_slots_seen
from ..state.private_file import write_new
from . import bootstrap, kit_reminder
from .apart import require_words_outside
from .device_slot import free_slot_name
from .keys_told import RecoveryKitChecked as RecoveryKitChecked
from .keys_told import RecoveryKitMade as RecoveryKitMade
from .paths import native_path, shown_native
from .session import Session
from .slots import slot_info
from .times import iso_time
from .words_file import remove_words
from .workplace import read_secret_file

_KEY = 32


def make_kit(session: Session, folder: str, *, name: str = "") -> RecoveryKitMade:
    """A new kit, with words of its own. Others stay valid.

    Raises UsageError("words_file_in_vault", at=…), ("kit_no_folder", at=…), ("slot_name_taken"),
    Failed("words_file_not_written", at=…, reason=…), Busy("profile_busy"), and as `Session.prove`.
    """
    require_fit(session, folder)
    key = bootstrap.random(_KEY)
    vault = session.vault
    session.prove()  # before the lock: a prompt must not hold others up
    with bootstrap.lock(session.profile):
        slot_name = name or free_slot_name(vault, "recovery", "recovery")
        # The sheet has the slot's number, so the slot is made first, and taken back when nothing is printed.
        slot = vault.add_slot(NewSlot("recovery", slot_name, secret=key), bootstrap.clock, bootstrap.random)
        try:
            file = _write(session, vault, slot, encode(key), folder)
        except BaseException:
            vault.remove_slot(slot.id)
            raise
        finally:
            session.remember_slots(vault)
    return RecoveryKitMade(file, slot_info(slot))


def print_kit(session: Session, words: str, folder: str) -> RecoveryKitMade:
    """The sheet for words that somebody has at hand, as when the vault was just made.

    Raises UsageError("recovery_…"), Failed("kit_opens_nothing"), and as `make_kit`.
    """
    require_fit(session, folder)
    vault, slot, key = _opened(session, words)
    return RecoveryKitMade(_write(session, vault, slot, encode(key), folder), slot_info(slot))


def check_kit(session: Session, words: str) -> RecoveryKitChecked:
    """Whether these words open the vault; nothing else is asked for.

    Raises UsageError("recovery_words_count", …), ("recovery_word_unknown", position=…, suggestion=…),
    ("recovery_words_checksum", …), Failed("kit_opens_nothing"), and what the store raises.
    """
    vault, slot, _ = _opened(session, words)
    kit_reminder.checked(session)
    others = [each for each in vault.table.slots if each.type == "recovery" and each.id != slot.id]
    return RecoveryKitChecked(slot_info(slot), sum(each.created > slot.created for each in others))


def given_words(session: Session, file: str | None) -> str:
    """From a file, else from whoever is there. Raises NeedsUnlock("no_recovery_words"),
    UsageError("secret_file_…")."""
    typed = read_secret_file(session, file) if file is not None else session.prompt.recovery_words()
    if typed is None:
        raise NeedsUnlock("no_recovery_words")
    return typed


def _opened(session: Session, words: str) -> tuple[Vault, Slot, bytes]:
    key = decode(words)
    secret = offered_key("recovery", key)
    seen = read_slots_seen(session.profile, session.place.id)
    try:
        vault = open_vault(
            session.store, but_for(secret, seen.removed), least_generation=seen.generation, first=seen.tables
        )
    except NeedsUnlock:
        raise Failed("kit_opens_nothing", at=shown_native(session.place.at)) from None
    every = {slot.id for slot in vault.table.slots}
    slot = next(s for s in vault.table.slots if vault.accepts(but_for(secret, every - {s.id})))
    return vault, slot, key


def require_fit(session: Session, folder: str) -> None:
    require_words_outside(os.path.join(folder, "kit"), session.place.at)
    if not os.path.isdir(native_path(folder)):
        raise UsageError("kit_no_folder", at=folder)


def _write(session: Session, vault: Vault, slot: Slot, words: Sequence[str], folder: str) -> str:
    from .kit_page import KitFacts, kit_page

    day = iso_time(bootstrap.clock())[:10]
    kit = KitFacts(
        words=words,
        vault=vault.id,
        fingerprint=fingerprint_of(vault.keys),
        at=shown_native(session.place.at),
        device=session.settings.device or bootstrap.machine().machine_name(),
        number=slot.id[:8],
        escrow=_escrow(session, vault),
        day=day,
    )
    short = kit.fingerprint.replace(" ", "")[:8].upper()
    name = f"Kit de secours CyberLib {short} {day} n° {kit.number}.pdf"
    path = os.path.join(os.fsdecode(native_path(folder)), name)
    try:
        write_new(bootstrap.private_files(), path, kit_page(kit))
    except FileExistsError:
        raise UsageError("words_file_exists", at=path) from None
    except OSError as error:
        remove_words(extended(path))
        raise Failed("words_file_not_written", at=path, reason=error.strerror) from None
    return shown_native(os.path.abspath(path))


def _escrow(session: Session, vault: Vault) -> str:
    """The policy that this machine agreed to, if it stands: on paper its fingerprint cannot be exchanged."""
    from .escrow import agreed_here

    policy = agreed_here(session, vault)
    if policy is None:
        return ""
    whole = policy.fingerprint.upper().replace(" ", "\N{NO-BREAK SPACE}")
    return f"convention n° {policy.body.number} de {policy.body.host}, empreinte {whole}"
