"""Where drills restore to, noted before anything is written there: what one that was killed left is found."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile

_FILE: Final = "drills.json"
PREFIX: Final = "cyberlib-drill-"
"""How the names of these folders begin."""


def read_places(profile: Profile) -> list[str]:
    """Folders of drills that did not clear them, as far as is noted; none but those with their name."""
    try:
        found = msgspec.json.decode(read_file(_path(profile)) or b"[]", type=list[str])
    except (*MALFORMED, CyberlibError):
        return []
    return [each for each in found if os.path.isabs(each) and os.path.basename(each).startswith(PREFIX)]


def write_places(profile: Profile, places: list[str]) -> None:
    """Notes them. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(_path(profile), msgspec.json.encode(places))


def _path(profile: Profile) -> str:
    return os.path.join(profile.state, _FILE)
