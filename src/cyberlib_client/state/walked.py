"""How far a walk of all trees came that was cut short: a cache. Without it, the walk begins anew.

Twenty bytes for each folder found whole, so some megabytes for the largest vaults.
"""

from __future__ import annotations

import struct
import zlib
from itertools import islice
from typing import Final, NamedTuple

from ..core.errors import CyberlibError
from ..core.ids import ID_SIZE
from .private_file import read_file
from .profile import Profile

_MAGIC: Final = b"walk1\n"
_HEAD: Final = struct.Struct("<16sH")
_END: Final = struct.Struct("<I")
_LONGEST: Final = 28
"""Days after which what was found at a walk's beginning says no more."""
_MOST: Final = 500_000
"""Folders that are kept: the file stays below what is read."""


class Walked(NamedTuple):
    """`began`: a day, as `packs_read.day_of` counts; `whole`: ids of folders of which nothing is missing."""

    began: int
    whole: set[bytes]


def read_walked(profile: Profile, vault: str, today: int) -> Walked:
    """As it was kept; nothing when there is none, or it is damaged, old, or of another vault."""
    nothing = Walked(today, set())
    try:
        data = read_file(profile.walked) or b""
    except CyberlibError:
        return nothing
    body, end = data[: -_END.size], data[-_END.size :]
    if not body.startswith(_MAGIC) or _END.pack(zlib.crc32(body)) != end:
        return nothing
    body = body[len(_MAGIC) :]
    if len(body) < _HEAD.size or (len(body) - _HEAD.size) % ID_SIZE:
        return nothing
    owner, began = _HEAD.unpack_from(body)
    if owner.hex() != vault or not 0 <= today - began < _LONGEST:
        return nothing
    return Walked(began, {body[at : at + ID_SIZE] for at in range(_HEAD.size, len(body), ID_SIZE)})


def write_walked(profile: Profile, vault: str, walked: Walked) -> None:
    """Keeps it; nothing is kept of none. What cannot be written is walked again."""
    try:
        if not walked.whole:
            profile.remove(profile.walked)
            return
        body = _MAGIC + _HEAD.pack(bytes.fromhex(vault), walked.began)
        body += b"".join(islice(walked.whole, _MOST))
        profile.write(profile.walked, body + _END.pack(zlib.crc32(body)))
    except CyberlibError:
        pass
