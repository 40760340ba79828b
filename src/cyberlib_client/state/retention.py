"""What is remembered of retention: `retention.json` in the profile. Not a cache: it tells that a clock went
wrong."""

from __future__ import annotations

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile


class RetentionState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of one vault. Times in ns since 1970; None: never. `clock`: the latest time that was believed;
    `applied`: when the policy was last applied; `retired`: snapshots that went then; `freed`: bytes deleted
    then; `waiting`: bytes in quarantine afterwards; `aside`: snapshots there, of which the first may be
    deleted from `first`, the last from `last`."""

    vault: str = ""
    clock: int | None = None
    applied: int | None = None
    retired: int = 0
    freed: int = 0
    waiting: int = 0
    aside: int = 0
    first: int | None = None
    last: int | None = None


def read_retention(profile: Profile, vault: str) -> RetentionState:
    """What is remembered of the vault with this id; nothing where that cannot be read."""
    try:
        found = msgspec.json.decode(read_file(profile.retention) or b"{}", type=RetentionState)
    except (*MALFORMED, CyberlibError):
        return RetentionState(vault)
    return found if found.vault == vault else RetentionState(vault)


def write_retention(profile: Profile, state: RetentionState) -> bool:
    """Remembers it; False when that failed."""
    try:
        profile.write(profile.retention, msgspec.json.encode(state))
    except CyberlibError:
        return False
    return True
