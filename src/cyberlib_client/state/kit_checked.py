"""When somebody last showed that the recovery kit of a vault still opens it: a note of this machine alone."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile

_FILE: Final = "kit-checked.json"


class _Note(msgspec.Struct, frozen=True):
    vault: str
    checked: int


def read_kit_checked(profile: Profile, vault: str) -> int:
    """ns since 1970; 0 where nothing is known."""
    try:
        note = msgspec.json.decode(read_file(_path(profile)) or b"null", type=_Note | None)
    except (*MALFORMED, CyberlibError):
        return 0
    return note.checked if note is not None and note.vault == vault else 0


def write_kit_checked(profile: Profile, vault: str, checked: int) -> bool:
    """Notes it; False where that failed: the reminder comes once more."""
    try:
        profile.write(_path(profile), msgspec.json.encode(_Note(vault, checked)))
    except CyberlibError:
        return False
    return True


def _path(profile: Profile) -> str:
    return os.path.join(profile.state, _FILE)
