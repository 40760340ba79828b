"""What this machine remembers of the vault: a cache, deleted at no other cost than forgetting.

It makes a rollback visible: a store that shows less than it did. It is plain: whoever can write here can
also read the device's own credentials beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile

_HEX: Final = re.compile("([0-9a-f]{2})+")


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """`heads`: digests in hex of the newest snapshots, one a device. `suspects`: names in hex of packs found
    damaged and not replaced yet."""

    vault: str = ""
    heads: frozenset[str] = frozenset()
    suspects: frozenset[str] = frozenset()


def read_seen(profile: Profile, vault: str, damaged: Callable[[], object] = lambda: None) -> Seen:
    """What is remembered of the vault with this id; nothing when the file is absent or damaged, which
    `damaged` is told."""
    try:
        data = read_file(profile.seen)
        seen = msgspec.json.decode(data, type=Seen) if data is not None else Seen(vault)
    except (*MALFORMED, CyberlibError):
        damaged()
        return Seen(vault)
    return seen if seen.vault == vault and _are_hex(seen.heads | seen.suspects) else Seen(vault)


def _are_hex(names: frozenset[str]) -> bool:
    return all(_HEX.fullmatch(name) for name in names)


def write_seen(profile: Profile, seen: Seen) -> bool:
    """Remembers it; False when that failed, which must not fail a run: it is a cache."""
    try:
        profile.write(profile.seen, msgspec.json.encode(seen))
    except CyberlibError:
        return False
    return True
