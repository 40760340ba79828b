"""The one place where real adapters meet ports: stores, keepers of secrets, the system, the clock."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final

from ..core.errors import CyberlibError, Failed, UsageError
from ..core.ports import Clock, Random
from ..state.profile import Profile, default_root
from ..state.settings import Language, read_settings

if TYPE_CHECKING:
    from ..core.mounting import Mounts
    from ..core.platform import (
        Clocks,
        Connection,
        Disks,
        LocalSockets,
        Machine,
        Metadata,
        Power,
        PrivateFiles,
        Process,
        Programs,
        SecretKeeper,
        Services,
        Volumes,
    )
    from ..core.volume_snapshots import VolumeSnapshots
    from ..state.credentials import KeeperKind
    from ..state.history import History
    from ..system import System
    from ..system.lock import ProcessLock

clock: Final[Clock] = time.time_ns
random: Final[Random] = os.urandom


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


def lock(profile: Profile) -> ProcessLock:
    """Held while a run changes the vault or the settings. Entering raises Busy("profile_busy")."""
    profile.make()
    return _system().process_lock(profile.lock)


def file_lock(path: str) -> ProcessLock:
    """Held by one process at a time. Entering raises Busy("profile_busy")."""
    return _system().process_lock(path)


def history(
    profile: Profile, tell: Callable[[str, dict[str, str | int | float | None]], None] = lambda _c, _f: None
) -> History:
    """What happened to this installation; `tell` as in `state.history.History`."""
    from ..state.history import History  # with SQLite, which most commands do without

    return History(profile, _system().process_lock, clock, tell)


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


def disks() -> Disks:
    """The file systems on disks of this machine."""
    return _system().disks


def machine() -> Machine:
    """Names of this computer and its users."""
    return _system().machine


def process() -> Process:
    """What this process asks of the system for itself."""
    return _system().process


def local_sockets() -> LocalSockets:
    """Channels between processes of this user."""
    return _system().local_sockets


def power() -> Power:
    """Where the current comes from."""
    return _system().power


def connection() -> Connection:
    """The networks of this machine."""
    return _system().connection


def clocks() -> Clocks:
    """Seconds that nobody sets, for a `core.timetable`."""
    return _system().clocks


def volume_snapshots() -> VolumeSnapshots:
    """Snapshots of volumes."""
    return _system().snapshots


def programs() -> Programs:
    """What starts programs of the user's."""
    return _system().programs


def mounts() -> Mounts:
    """What shows a tree as a file system."""
    return _system().mounts


def services() -> Services:
    """Programs that the system keeps running."""
    return _system().services


def is_windows() -> bool:
    """Whether paths of this machine are written as Windows does."""
    return sys.platform == "win32"
