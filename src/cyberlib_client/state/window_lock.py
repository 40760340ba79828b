"""That somebody left the window: until a secret is given, also in the one that is opened next."""

from __future__ import annotations

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from ..core.format_v1.slots import Slot
from .private_file import read_file
from .profile import Profile


class WindowLock(msgspec.Struct, frozen=True, omit_defaults=True):
    """`vault`: the id of the one that was not to be told of. `slots`: those of its passphrases and words, as
    they are in the vault, by which a secret is known while the vault is out of reach."""

    vault: str = ""
    slots: list[Slot] = []


def read_window_lock(profile: Profile) -> WindowLock | None:
    """What is noted, None when nobody left. One that is damaged locks whatever vault there is."""
    try:
        data = read_file(profile.window_lock)
        return msgspec.json.decode(data, type=WindowLock) if data is not None else None
    except (*MALFORMED, CyberlibError):
        return WindowLock()


def write_window_lock(profile: Profile, lock: WindowLock) -> None:
    """Notes it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(profile.window_lock, msgspec.json.encode(lock))
