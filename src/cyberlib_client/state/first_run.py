"""What of a first run cannot be seen elsewhere: where the vault is to be, terms, words typed back. Not a
cache: words that nobody typed back would be owed no more."""

from __future__ import annotations

import os
from typing import Literal

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile

_FILE = "first-run.json"

PlaceKind = Literal["", "host", "folder", "bucket"]


class FirstRunNotes(msgspec.Struct, frozen=True):
    """`place`, `at`: where the vault is to be; `endpoint`, `region`: of a bucket. `terms`: the host's that
    were accepted, -1 while none were.
    `vault`: the id of the one that was made or opened on the way: another is none of its business.
    `joining`: the place of one that is being opened.
    `making`: one was begun; while it stands, nobody saw the words of the vault that is there. `words`: three
    of the 24 were typed back, or the vault was there before. `away`: whoever was at it went on without it."""

    place: PlaceKind = ""
    at: str = ""
    endpoint: str = ""
    region: str = ""
    terms: int = -1
    vault: str = ""
    joining: str = ""
    making: bool = False
    words: bool = False
    away: bool = False


def read_first_run(profile: Profile) -> FirstRunNotes | None:
    """What is noted; None when nothing is, or it cannot be read."""
    try:
        data = read_file(_path(profile))
        if data is None:  # a first run that began before it was kept there
            data = read_file(os.path.join(profile.state, _FILE))
        return msgspec.json.decode(data, type=FirstRunNotes) if data is not None else None
    except (*MALFORMED, CyberlibError):
        return None


def write_first_run(profile: Profile, notes: FirstRunNotes) -> None:
    """Notes it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(_path(profile), msgspec.json.encode(notes))


def _path(profile: Profile) -> str:
    return os.path.join(profile.root, _FILE)
