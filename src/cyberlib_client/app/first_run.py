"""The first run: what is done of it, and each of its steps."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable

import msgspec

from ..core.errors import CyberlibError, Failed, NeedsUnlock
from ..core.windows_paths import extended
from ..state.first_run import FirstRunNotes, read_first_run, write_first_run
from ..state.host_access import sound_host_access
from . import stores
from .enrolment_placed import placed
from .first_run_told import PlaceTold
from .host_link import host_address
from .hosts import Enrolled, TermsShown, check_contract_key, enrol_by_key, read_contract_key, terms
from .keys import SlotAdded, add_recovery, remove
from .paths import compared, native_of, native_path
from .session import Session
from .slots import slot_list
from .sources import Choice, SourceInfo, add_source, list_sources, remove_source
from .vaults import VaultMade, check_place, create
from .workplace import BucketGiven


def note(session: Session, **changed: object) -> None:
    """Changes what is noted of it. Raises Failed("profile_full"), ("profile_denied")."""
    notes = read_first_run(session.profile) or FirstRunNotes()
    write_first_run(session.profile, msgspec.structs.replace(notes, **changed))


def leave(session: Session) -> None:
    """Whoever was at it goes on without it. What is done stays done."""
    note(session, away=True)


def choose_folder(session: Session, at: str) -> PlaceTold:
    """The vault is to be in a folder; nothing is made yet.

    Raises as `vaults.create` of its place, and Failed("store_denied", at=…, reason=…)."""
    session.require_no_vault()
    check_place(session, at)
    at = os.path.abspath(at)
    there = at
    while not os.path.lexists(extended(there)) and there != os.path.dirname(there):
        there = os.path.dirname(there)
    try:
        with tempfile.TemporaryFile(dir=extended(there)):
            pass
        free: int | None = shutil.disk_usage(extended(there)).free
    except OSError as error:
        raise Failed("store_denied", at=there, reason=error.strerror) from None
    note(session, place="folder", at=at, away=False)
    return PlaceTold(at, free, _device(there) == _device(os.path.expanduser("~")))


def _device(path: str) -> int | None:
    try:
        return os.stat(extended(path)).st_dev
    except OSError:
        return None


def enrol_here(session: Session, url: str, contract_key: str, key_file: str, ca_file: str) -> Enrolled:
    """As `declare`, where the new vault is to be at that host."""
    made = declare(session, url, contract_key, key_file, ca_file)
    note(session, place="host", at=made.host, away=False)
    return made


def declare(session: Session, url: str, contract_key: str, key_file: str, ca_file: str) -> Enrolled:
    """Declares this machine at a host, by a key or a file with it, or by what was left here; where there is
    no keychain its own key goes to a file of its user's alone. One that is declared there and gives no key is
    not declared again. Raises as `hosts.enrol`."""
    left = placed(session.profile)
    access = sound_host_access(session.profile)
    if (
        access is not None
        and access.device
        and access.url == host_address(url)
        and not contract_key + key_file
    ):
        return Enrolled(access.url, access.device, access.name, "active", "", "", access.keeper)
    key = contract_key_of(session, contract_key, key_file)
    ca = ca_file or left.ca_file or None
    try:
        made = enrol_by_key(session, url, key, ca_file=ca)
    except NeedsUnlock as error:
        if error.code != "host_key_not_kept":
            raise
        made = enrol_by_key(session, url, key, ca_file=ca, keeping="file")
    return made


def contract_key_of(session: Session, typed: str, file: str) -> str:
    """The one that was typed, that of a file, or of the file that was left here. Raises as
    `check_contract_key` and `read_contract_key`, and Failed("enrolment_file_unfit", at=…, reason=…)."""
    left = placed(session.profile)
    file = file or left.contract_key_file
    if left.unfit is not None and not (typed.strip() or file):
        raise left.unfit
    if typed.strip() or not file:
        return check_contract_key(typed, "")
    return read_contract_key(session, file)


def terms_here(session: Session, *, accept: bool, read: str | None = None) -> TermsShown:
    """The host's terms; noted once they are accepted. `read`, raises: as `hosts.terms`."""
    shown = terms(session, accept=accept, read=read)
    if shown.accepted:
        note(session, terms=shown.version)
    return shown


def protect(session: Session, paths: list[str]) -> list[SourceInfo]:
    """These are the sources from now on, and no others. Raises as `add_source` for the first that cannot be
    one; those before it are sources then."""
    wanted = {compared(native_path(path)): path for path in paths}
    known = {compared(native_of(each)): os.fsdecode(native_of(each)) for each in session.settings.sources}
    for place, path in wanted.items():
        if place not in known:
            add_source(session, path, Choice())
    for place, path in known.items():
        if place not in wanted:
            remove_source(session, path)
    return list_sources(session)


def make(session: Session, at: str) -> VaultMade:
    """A new vault, whose words are to be typed back, also when this ends before it is noted. Raises as
    `vaults.create`."""
    session.require_no_vault()
    notes = read_first_run(session.profile) or FirstRunNotes()
    if stores.is_bucket(at):
        session.bucket = BucketGiven(notes.endpoint, notes.region)  # its key is kept already
    note(session, making=True, joining="", words=False, away=False)
    try:
        made = create(session, at)
    except CyberlibError:
        note(session, making=notes.making)  # what was cut short before this still is
        raise
    note(session, vault=made.id, making=False)
    return made


def words_known(session: Session) -> None:
    """Three of the words were typed back."""
    note(session, words=True)


def new_words(session: Session, prove: Callable[[], object]) -> SlotAdded:
    """24 words in place of those that nobody is known to have. `prove`: whoever is asked next gives the
    passphrase once more. Raises as `keys.add_recovery`."""
    older = [each.id for each in slot_list(session, session.vault) if each.kind == "recovery"]
    prove()
    made = add_recovery(session, "", None)
    for each in older:
        prove()
        remove(session, each, sure=True)
    return made
