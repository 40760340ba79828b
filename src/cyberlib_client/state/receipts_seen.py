"""The last receipt of a host that this workstation saw: a cache, but for noticing a log cut short."""

from __future__ import annotations

import os

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile

_FILE = "receipts.json"


class ReceiptSeen(msgspec.Struct, frozen=True):
    """Of the vault at this location: number and hash (hex) of the last receipt."""

    location: str
    sequence: int
    hash: str


def read_receipt_seen(profile: Profile, location: str) -> ReceiptSeen | None:
    """What is remembered of that vault; None when there is nothing, or it is damaged."""
    try:
        seen = msgspec.json.decode(read_file(_path(profile)) or b"", type=ReceiptSeen)
    except (*MALFORMED, CyberlibError):
        return None
    return seen if seen.location == location else None


def write_receipt_seen(profile: Profile, seen: ReceiptSeen) -> bool:
    """Remembers it; False when that failed, which must not fail a run."""
    try:
        profile.write(_path(profile), msgspec.json.encode(seen))
    except CyberlibError:
        return False
    return True


def _path(profile: Profile) -> str:
    return os.path.join(profile.state, _FILE)
