"""When a host received each snapshot of a vault, by its log: a cache, from where the log is followed on."""

from __future__ import annotations

import os

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile

_FILE = "receipt-times"


class ReceiptTimes(msgspec.Struct, frozen=True):
    """Of the vault at this location, up to the receipt with this number and hash (hex): by the digests of
    snapshots, ns since 1970."""

    location: str
    sequence: int
    hash: str
    times: dict[bytes, int]


def read_receipt_times(profile: Profile, location: str) -> ReceiptTimes | None:
    """What is remembered of that vault; None when there is nothing, or it is damaged."""
    try:
        found = msgspec.msgpack.decode(read_file(_path(profile)) or b"", type=ReceiptTimes)
    except (*MALFORMED, CyberlibError):
        return None
    return found if found.location == location else None


def write_receipt_times(profile: Profile, found: ReceiptTimes) -> bool:
    """Remembers it; False when that failed, which must not fail a run."""
    try:
        profile.write(_path(profile), msgspec.msgpack.encode(found))
    except CyberlibError:
        return False
    return True


def _path(profile: Profile) -> str:
    return os.path.join(profile.state, _FILE)
