"""That another machine took this one's place at its host: the host's own word, signed."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file, remove_file
from .profile import Profile

_FILE: Final = "replaced.json"


class Replaced(msgspec.Struct, frozen=True):
    """`device`: the id of this machine at the host at `url`; `by`: its successor's name; `since`: RFC 3339;
    `signature`: the host's, in hex."""

    url: str
    device: str
    by: str
    since: str
    signature: str


def read_replaced(profile: Profile) -> Replaced | None:
    """What is noted, or None; a note that cannot be read is none: the host says it again."""
    try:
        return msgspec.json.decode(read_file(_path(profile)) or b"null", type=Replaced | None)
    except (*MALFORMED, CyberlibError):
        return None


def write_replaced(profile: Profile, replaced: Replaced) -> None:
    """Notes it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(_path(profile), msgspec.json.encode(replaced))


def forget_replaced(profile: Profile) -> None:
    """This machine was declared anew."""
    remove_file(_path(profile))


def _path(profile: Profile) -> str:
    return os.path.join(profile.credentials, _FILE)
