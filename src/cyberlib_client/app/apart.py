"""What opens a vault does not lie in it: whoever keeps its folder must not hold the key as well."""

from __future__ import annotations

import os

from ..core.errors import UsageError
from ..core.windows_paths import extended
from ..state.profile import Profile
from . import stores
from .paths import lies_in, native_path, real


def require_words_outside(words_file: str | None, vault: str) -> None:
    """Before 24 words are written. UsageError("words_file_in_vault", at=…), ("bad_path")."""
    if words_file is not None and _within(native_path(words_file), vault):
        raise UsageError("words_file_in_vault", at=words_file)


def require_profile_outside(profile: Profile, vault: str) -> None:
    """The profile keeps this workstation's secrets. UsageError("profile_in_vault", at=…)."""
    if _within(profile.root, vault):
        raise UsageError("profile_in_vault", at=profile.root)


def require_no_vault_above(vault: str) -> None:
    """For a vault to be made: its objects are no other vault's. UsageError("vault_in_vault", at=…)."""
    folder = stores.location_folder(vault)
    if folder is None:
        return
    folder = os.path.realpath(folder)
    while folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
        if _looks_like_a_vault(extended(folder)):
            raise UsageError("vault_in_vault", at=folder)


def _within(path: str | bytes, vault: str) -> bool:
    folder = stores.location_folder(vault)
    return folder is not None and lies_in(real(path), real(folder))


def _looks_like_a_vault(folder: str) -> bool:
    """By its first objects; all of them may be damaged, or of a newer format."""
    return os.path.isfile(os.path.join(folder, "vault")) and os.path.isdir(os.path.join(folder, "slots"))
