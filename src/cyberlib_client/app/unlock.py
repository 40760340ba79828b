"""Opening the profile's vault: the device secret, then the environment, a file, and last a person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import msgspec

from ..core.errors import CyberlibError, Failed, IntegrityError, NeedsUnlock, Unreachable, UsageError
from ..core.events import Progress
from ..core.ports import Store
from ..repository.slot_tables import Secret, Tables
from ..repository.unlocking import but_for, offered_key, offered_passphrase, opens_one
from ..repository.vault import Vault, header_is_intact, open_vault, read_header
from ..state.credentials import (
    forget_coming_secret,
    read_coming_secret,
    read_device_secret,
    write_device_secret,
)
from . import bootstrap
from .workplace import Notice, Workplace, read_secret_file

if TYPE_CHECKING:
    from ..core.format_v1.slots import Slot
    from ..state.credentials import DeviceSecret
    from ..state.settings import VaultSettings

T = TypeVar("T")

PASSPHRASE_VARIABLE = "CYBERLIB_PASSPHRASE"
_TRIES = 3
_MISTYPED = ("recovery_word_unknown", "recovery_words_checksum")


class Opened(NamedTuple):
    """An open vault. `by_device`: nobody gave a passphrase or words for it."""

    vault: Vault
    by_device: bool


class Known(NamedTuple):
    """What this machine knows of a vault's slots before it opens it."""

    generation: int = 0
    """Of the newest table seen: an older one is refused."""
    tables: Collection[str] = ()
    """The objects that held it: they are tried first."""
    removed: Container[str] = ()
    """Ids of slots that open nothing, whatever the table says."""


_NOTHING: Final = Known()


def open_profile_vault(work: Workplace, store: Store, place: VaultSettings, known: Known) -> Opened:
    """The vault of a profile.

    Raises NeedsUnlock("locked") when nothing opens it and nobody can be asked, ("wrong_secret") for a
    wrong passphrase, IntegrityError("other_vault_there", at=…) when the store holds another vault,
    Unreachable("vault_absent", at=…) when it holds none, what `repository.vault.open_vault` raises, and
    UsageError("passphrase_not_text"), ("secret_file_…"), ("recovery_…").
    """
    try:
        vault = open_by_device(work, store, place, known)
        if vault is None and not _is_there(store, place.id):
            raise IntegrityError("other_vault_there", at=place.at)
    except UsageError as error:
        if error.code != "not_a_vault":
            raise
        # It was there: an empty folder is where a disk would be mounted.
        raise Unreachable("vault_absent", at=place.at) from None
    by_device = vault is not None
    if vault is None:
        vault = open_by_secret(work, store, known)
    if vault.id != place.id:
        raise IntegrityError("other_vault_there", at=place.at)
    if by_device:
        tell_header(work, vault)
    return Opened(vault, by_device)


def _is_there(store: Store, vault_id: str) -> bool:
    """Before anybody is asked for its passphrase. The header alone may have been edited."""
    return read_header(store).id == vault_id or any(t.header.id == vault_id for t, _ in Tables(store))


def tell_header(work: Workplace, vault: Vault) -> None:
    """The vault opens without the object `vault`; that it is not as it was written is told all the same."""
    if not header_is_intact(vault):
        work.notify(Notice("header_damaged", {"at": vault.store.location}))


def _open(store: Store, secret: Secret, known: Known) -> Vault:
    return open_vault(
        store,
        but_for(secret, known.removed),
        least_generation=known.generation,
        first=known.tables,
    )


def noted_device(work: Workplace) -> DeviceSecret | None:
    """Where this workstation's secret is, or None; a notice when that cannot be told any more."""
    try:
        return read_device_secret(work.profile)
    except Failed as error:
        if error.code != "credentials_damaged":
            raise
        work.notify(Notice(error.code, dict(error.facts)))
        return None


def open_by_device(work: Workplace, store: Store, place: VaultSettings, known: Known) -> Vault | None:
    """By what this machine keeps; None where that does not open it."""
    device = noted_device(work)
    found: Vault | Notice | None = None
    if device is not None and device.vault == place.id:
        found = _by(work, store, device, known)
    if isinstance(found, Vault):
        return found
    vault = _with_coming(work, store, place, known, device)
    if vault is None and found is not None:
        work.notify(found)
    return vault


def _with_coming(
    work: Workplace, store: Store, place: VaultSettings, known: Known, former: DeviceSecret | None
) -> Vault | None:
    """By the secret of a slot that was being made when the program ended; if it is there it counts, and the
    former one goes."""
    try:
        coming = read_coming_secret(work.profile)
    except Failed:
        return None
    if coming is None or coming.vault != place.id:
        return None
    found = _by(work, store, coming, known)
    if not isinstance(found, Vault):
        return None
    with suppress(CyberlibError):  # as whoever made the slot would have noted it
        if former is not None and former.name != coming.name:
            bootstrap.keeper(former.keeper, work.profile).remove(former.name)
        write_device_secret(work.profile, msgspec.structs.replace(coming, words_unseen=False))
        forget_coming_secret(work.profile)
    if coming.words_unseen:
        work.notify(Notice("key_change_cut_short"))
    return found


def _by(work: Workplace, store: Store, device: DeviceSecret, known: Known) -> Vault | Notice:
    """The vault, or why this secret does not open it."""
    try:
        secret = bootstrap.keeper(device.keeper, work.profile).load(device.name)
    except CyberlibError as error:
        return Notice(error.code, dict(error.facts))
    if secret is None:
        return Notice("device_secret_gone")
    try:
        return _open(store, offered_key("device", secret), known)
    except NeedsUnlock as error:
        renewed = error.code == "key_renewed"
        return Notice(error.code) if renewed else Notice("device_not_accepted")


def open_by_secret(work: Workplace, store: Store, known: Known = _NOTHING) -> Vault:
    """Opens with the passphrase or words that are given, else asked for. Raises as `open_profile_vault`."""

    def attempt(secret: Secret) -> Vault:
        work.listener(Progress("unlock"))  # a passphrase takes a second or two, by design
        return _open(store, secret, known)

    vault = _with_secret(
        work,
        attempt,
        nobody=NeedsUnlock("locked"),
        proof=False,
    )
    tell_header(work, vault)
    return vault


def prove(work: Workplace, vault: Vault, removed: Container[str] = ()) -> None:
    """Returns once a passphrase or the words of a slot of this vault were given, but for those `removed`.

    Raises NeedsUnlock("proof_needed") when nobody can be asked, and as `open_by_secret`.
    """

    def accepted(secret: Secret) -> None:
        if not vault.accepts(but_for(secret, removed)):
            raise NeedsUnlock("wrong_secret")

    _with_secret(work, accepted, nobody=NeedsUnlock("proof_needed"), proof=True)


def require_one_of(slots: Iterable[Slot], vault: str, text: str) -> None:
    """Returns when the passphrase or words open one of these slots of the vault with this id, which need not
    be in reach. Raises NeedsUnlock("wrong_secret"), UsageError("passphrase_not_text"), ("recovery_…")."""
    known = list(slots)

    def attempt(secret: Secret) -> None:
        if not opens_one(known, vault, secret):
            raise NeedsUnlock("wrong_secret")

    _with_text(_checked(text), attempt)


def _with_secret(work: Workplace, attempt: Callable[[Secret], T], *, nobody: CyberlibError, proof: bool) -> T:
    if work.recovery_file is not None:
        return attempt(offered_key("recovery", _decoded(read_secret_file(work, work.recovery_file))))
    given = given_passphrase(work)
    if given is not None:
        return _with_text(given, attempt)
    refused: CyberlibError | None = None
    for left in range(_TRIES, 0, -1):
        typed = work.prompt.passphrase(refused=refused, left=left, proof=proof)
        if typed is None:
            raise nobody
        try:
            return _with_text(_checked(typed), attempt)
        except (NeedsUnlock, UsageError) as error:
            if error.code not in ("wrong_secret", "key_renewed", *_MISTYPED):
                raise
            refused = error
    raise refused or nobody


def _with_text(text: str, attempt: Callable[[Secret], T]) -> T:
    """Tries the 24 words, if the text may be those, and then the text as a passphrase.

    Raises UsageError("recovery_word_unknown"), ("recovery_words_checksum") for 24 words that are neither.
    """
    mistyped: UsageError | None = None
    try:
        words = _decoded(text)
    except UsageError as error:
        mistyped = error if error.code in _MISTYPED else None
    else:
        try:
            return attempt(offered_key("recovery", words))
        except NeedsUnlock:
            pass  # somebody may have drawn their passphrase from our list
    try:
        return attempt(offered_passphrase(text))
    except NeedsUnlock as error:
        raise mistyped or error from None


def _decoded(words: str) -> bytes:
    """As `core.words.decode`, whose list is only loaded where somebody gives a secret."""
    from ..core.words import decode

    return decode(words)


def given_passphrase(work: Workplace) -> str | None:
    """The passphrase of the environment, or of the file named on the command line.

    Raises UsageError("passphrase_not_text"), ("secret_file_…").
    """
    if given := work.environ.get(PASSPHRASE_VARIABLE):
        return _checked(given, PASSPHRASE_VARIABLE)
    return read_secret_file(work, work.passphrase_file) if work.passphrase_file else None


def _checked(text: str, variable: str | None = None) -> str:
    """Bytes that are no text in this system's encoding arrive as lone surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError("passphrase_not_text", variable=variable) from None
    return text
