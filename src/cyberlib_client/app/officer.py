"""An officer's own keys, made and kept off the network: files and a passphrase, no profile, no vault."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import Final, Protocol

import msgspec

from ..core.errors import CyberlibError, NeedsUnlock, UsageError
from ..core.escrow.officer_card import fingerprint, make_card, read_card
from ..core.escrow.officer_key import OfficerKeys, make_keys, open_keys, read_officer
from ..core.escrow.policy import Officer, is_text
from . import bootstrap, escrow_files
from .passphrases import new_passphrase
from .paths import shown_native
from .unlock import given_passphrase
from .workplace import Workplace

_TRIES: Final = 3


class OfficerPrompt(Protocol):
    """Questions to an officer. Each returns None when nobody can answer."""

    def officer_passphrase(self, name: str, *, refused: CyberlibError | None, left: int) -> str | None:
        """That of the officer's key; `refused` says why the one before did not do, `left`: tries."""

    def words_heard(self) -> str | None:
        """The six words that somebody reads over the telephone."""

    def agreed_to_sign(self) -> bool | None:
        """Whether what was shown is to be signed."""


class OfficerShown(msgspec.Struct, frozen=True):
    """An officer's public half. `fingerprint`: to be compared by another way than the file's."""

    file: str
    id: str
    name: str
    organisation: str
    fingerprint: str


def create(work: Workplace, path: str, name: str, organisation: str, officer_id: str) -> OfficerShown:
    """New keys in a new file. `officer_id`: made of the name where it is empty.

    Raises UsageError("escrow_officer_text", text=…), as `passphrases.new_passphrase`, and as
    `escrow_files.write_new`.
    """
    officer_id = officer_id or _short(name)
    for text in (name, organisation, officer_id):
        if not is_text(text):
            raise UsageError("escrow_officer_text", text=text)
    escrow_files.check_free(path)
    known = f"{name} {organisation}".split()
    passphrase = new_passphrase(work, given_passphrase(work), known)
    made, data = make_keys(officer_id, name, organisation, passphrase, bootstrap.random)
    escrow_files.write_new(path, data, secret=True)
    return shown(path, made.officer)


def show(path: str) -> OfficerShown:
    """Whose key or card a file is. Raises as `escrow_files.read`, IntegrityError("escrow_card_unsigned")."""
    return shown(path, escrow_files.read(path, _public))


def export(work: Workplace, prompt: OfficerPrompt, path: str, to: str) -> OfficerShown:
    """Writes the card to be handed in. Raises as `opened` and `escrow_files.write_new`."""
    escrow_files.check_free(to)
    keys = opened(work, prompt, path)
    escrow_files.write_new(to, make_card(keys.officer, keys.signing).signed.write(), secret=False)
    return shown(to, keys.officer)


def opened(work: Workplace, prompt: OfficerPrompt, path: str) -> OfficerKeys:
    """The keys of a file, with the passphrase that is given, else asked for.

    Raises NeedsUnlock("escrow_key_locked"), ("escrow_key_closed", officer=…), and as `escrow_files.read`.
    """
    officer = escrow_files.read(path, read_officer)
    given = given_passphrase(work)
    if given is not None:
        return _open(path, given)
    refused: NeedsUnlock | None = None
    for left in range(_TRIES, 0, -1):
        typed = prompt.officer_passphrase(officer.name, refused=refused, left=left)
        if typed is None:
            raise NeedsUnlock("escrow_key_locked")
        try:
            return _open(path, typed)
        except NeedsUnlock as error:
            refused = error
    raise refused or NeedsUnlock("escrow_key_locked")


def shown(path: str, officer: Officer) -> OfficerShown:
    """An officer of a file."""
    at = shown_native(os.path.abspath(path))
    return OfficerShown(at, officer.id, officer.name, officer.organisation, fingerprint(officer))


def _open(path: str, passphrase: str) -> OfficerKeys:
    return escrow_files.read(path, lambda data: open_keys(data, passphrase))


def _public(data: bytes) -> Officer:
    try:
        return read_officer(data)
    except CyberlibError:
        return read_card(data).officer


def _short(name: str) -> str:
    """A name for files and commands: "Dr Hélène Exemple" is "dr-helene-exemple"."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:100]
