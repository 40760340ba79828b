"""What a partial run can begin from: a cache, deleted at no other cost than a look at everything."""

from __future__ import annotations

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile


class Base(msgspec.Struct, frozen=True):
    """This device's last snapshot in a vault. `snapshot`: its digest. `rules`: a fingerprint of what was
    chosen to be in it. `doubtful`: vault paths of directories where files may change without a trace."""

    vault: str
    snapshot: bytes
    rules: bytes
    doubtful: frozenset[bytes]


def read_base(profile: Profile, vault: str) -> Base | None:
    """What is kept for the vault with this id; None when that is nothing, or damaged."""
    try:
        base = msgspec.json.decode(read_file(profile.watch) or b"null", type=Base | None)
    except (*MALFORMED, CyberlibError):
        return None
    return base if base is not None and base.vault == vault else None


def write_base(profile: Profile, base: Base | None) -> bool:
    """Keeps it; False when that failed, which must not fail a run: it is a cache."""
    try:
        profile.write(profile.watch, msgspec.json.encode(base))
    except CyberlibError:
        return False
    return True
