"""Opening the profile's vault: the device secret, then the environment, a file, and last a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import CyberlibError, IntegrityError, NeedsUnlock, Unreachable, UsageError
from ..core.ports import Store
from ..repository.vault import Vault, open_with_key, open_with_passphrase, read_header
from ..state.credentials import read_device_secret
from . import bootstrap
from .workplace import Notice, Workplace, read_secret_file

if TYPE_CHECKING:
    from ..state.credentials import DeviceSecret
    from ..state.settings import VaultSettings

PASSPHRASE_VARIABLE = "CYBERLIB_PASSPHRASE"
_TRIES = 3


def open_profile_vault(work: Workplace, store: Store, place: VaultSettings, least: int) -> Vault:
    """The vault of a profile. `least`: the newest slot table seen.

    Raises NeedsUnlock("locked") when nothing opens it and nobody can be asked, ("wrong_secret") for a
    wrong passphrase, IntegrityError("other_vault_there", at=…) when the store holds another vault,
    Unreachable("vault_absent", at=…) when it holds none, and what `repository.vault.open_vault` raises.
    """
    try:
        vault = _with_device(work, store, place, least)
        if vault is None and read_header(store).id != place.id:
            raise IntegrityError("other_vault_there", at=place.at)
    except UsageError as error:
        if error.code != "not_a_vault":
            raise
        # It was there: an empty folder is where a disk would be mounted.
        raise Unreachable("vault_absent", at=place.at) from None
    if vault is None:
        vault = open_by_passphrase(work, store, least)
    if vault.id != place.id:
        raise IntegrityError("other_vault_there", at=place.at)
    return vault


def _with_device(work: Workplace, store: Store, place: VaultSettings, least: int) -> Vault | None:
    device = read_device_secret(work.profile)
    if device is None or device.vault != place.id:
        return None
    secret = _load(work, device)
    if secret is None:
        return None
    try:
        return open_with_key(store, "device", secret, least_generation=least)
    except NeedsUnlock:
        work.notify(Notice("device_not_accepted"))
        return None


def _load(work: Workplace, device: DeviceSecret) -> bytes | None:
    try:
        secret = bootstrap.keeper(device.keeper, work.profile).load(device.name)
    except CyberlibError as error:
        work.notify(Notice(error.code, dict(error.facts)))
        return None
    if secret is None:
        work.notify(Notice("device_secret_gone"))
    return secret


def open_by_passphrase(work: Workplace, store: Store, least: int = 0) -> Vault:
    """Opens with the passphrase that is given, else asked for. Raises as `open_profile_vault`."""
    given = given_passphrase(work)
    if given is not None:
        return open_with_passphrase(store, given, least_generation=least)
    for attempt in range(_TRIES):
        typed = work.prompt.passphrase(again=attempt > 0)
        if typed is None:
            raise NeedsUnlock("locked")
        try:
            return open_with_passphrase(store, typed, least_generation=least)
        except NeedsUnlock:
            if attempt == _TRIES - 1:
                raise
    raise NeedsUnlock("locked")


def given_passphrase(work: Workplace) -> str | None:
    """The passphrase of the environment, or of the file named on the command line."""
    if given := work.environ.get(PASSPHRASE_VARIABLE):
        return given
    return read_secret_file(work, work.passphrase_file) if work.passphrase_file else None
