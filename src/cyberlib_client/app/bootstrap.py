"""The one place where real adapters meet ports: stores, keepers of secrets, the system, the clock."""

from __future__ import annotations

import os
import re
import sys
import time
from functools import cache
from typing import TYPE_CHECKING, Final

from ..core.errors import CyberlibError, Failed, Unreachable, UsageError
from ..core.ports import Clock, Random, Store
from ..core.windows_paths import extended
from ..state.profile import Profile, default_root
from ..state.settings import Language, read_settings
from ..transports.folder import FolderStore

if TYPE_CHECKING:
    from ..core.platform import Machine, Metadata, PrivateFiles, Process, SecretKeeper, Volumes
    from ..state.credentials import KeeperKind
    from ..system import System
    from ..system.lock import ProcessLock

clock: Final[Clock] = time.time_ns
random: Final[Random] = os.urandom

_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def profile_at(folder: str | None) -> Profile:
    """The profile in a folder, or this user's own. UsageError("bad_path"), Failed("profile_denied", at=…)."""
    if folder == "":  # a variable of a script that was never set: not the current folder
        raise UsageError("bad_path", path=folder)
    profile = Profile(default_root() if folder is None else folder, private_files)
    if os.path.isfile(profile.root):
        raise Failed("profile_denied", at=profile.root, reason="Not a directory")
    return profile


def preferred_language(folder: str | None) -> Language | None:
    """The language that the settings of a profile ask for; None when they ask for none or are damaged."""
    try:
        return read_settings(profile_at(folder)).language
    except CyberlibError:
        return None


def store_at(location: str) -> Store:
    """The store a location names.

    Raises UsageError("store_kind_unknown", at=…), ("bad_path"), ("not_a_folder", at=…),
    Unreachable("store_absent", at=…).
    """
    folder = _folder(location)
    if os.path.isfile(extended(folder)):
        raise UsageError("not_a_folder", at=folder)
    if not os.path.isdir(extended(folder)):
        raise Unreachable("store_absent", at=folder)
    return FolderStore(folder)


def new_store_at(location: str) -> Store:
    """The same for a vault to be made: its folder is made if it is absent.

    Raises as `check_new_store`, and what the store raises.
    """
    check_new_store(location)
    return FolderStore.make(_folder(location))


def check_new_store(location: str) -> None:
    """Whether a vault may be made there. Raises as `store_at`, but for an absent folder, and
    UsageError("folder_not_empty", at=…)."""
    folder = _folder(location)
    if os.path.isdir(extended(folder)) and not os.path.exists(extended(os.path.join(folder, "vault"))):
        _check_empty(folder)
    there = folder
    while not os.path.lexists(extended(there)) and there != os.path.dirname(there):
        there = os.path.dirname(there)
    if os.path.isfile(extended(there)):
        raise UsageError("not_a_folder", at=there)


def location_folder(location: str) -> str | None:
    """The folder on this machine behind a location, None when it is elsewhere, or nowhere."""
    return None if not location or _ADDRESS.match(location) else os.path.abspath(location)


def _folder(location: str) -> str:
    folder = location_folder(location)
    if not location:  # a variable of a script that was never set: not the current folder
        raise UsageError("bad_path", path=location)
    if folder is None:
        raise UsageError("store_kind_unknown", at=location)
    require_text(folder)
    return folder


def require_text(path: str) -> None:
    """Raises UsageError("bad_path") for a path that settings and databases, which hold text, cannot name."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError("bad_path", path=path) from None


_LITTER: Final = frozenset(("lost+found", "System Volume Information", "desktop.ini"))
"""With names that begin with a dot or a dollar, what systems put at the root of a disk."""


def _check_empty(folder: str) -> None:
    try:
        names = os.listdir(extended(folder))
    except OSError:
        return  # the store says why, in its own words
    if any(name not in _LITTER and name[:1] not in ".$" for name in names):
        raise UsageError("folder_not_empty", at=folder)


def lock(profile: Profile) -> ProcessLock:
    """Held while a run changes the vault or the settings. Entering raises Busy("profile_busy")."""
    profile.make()
    return _system().process_lock(profile.lock)


@cache
def _system() -> System:
    from ..system import this_system

    return this_system()


def keeper(kind: KeeperKind, profile: Profile) -> SecretKeeper:
    """Where device secrets are kept."""
    return _system().keychain if kind == "keychain" else _system().owner_file(profile.credentials)


def private_files() -> PrivateFiles:
    """Makes files and folders that only this user may open."""
    return _system().privacy


def metadata() -> Metadata:
    """Extended attributes, access lists and the like, as this system has them."""
    return _system().metadata


def volumes() -> Volumes:
    """What this system knows of its file systems."""
    return _system().volumes


def machine() -> Machine:
    """Names of this computer and its users."""
    return _system().machine


def process() -> Process:
    """What this process asks of the system for itself."""
    return _system().process


def is_windows() -> bool:
    """Whether paths of this machine are written as Windows does."""
    return sys.platform == "win32"
