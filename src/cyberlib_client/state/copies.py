"""What is remembered of second copies: `copies.json` in the profile. Not a cache: a disk that lies in a safe
cannot be asked."""

from __future__ import annotations

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile


class CopyState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of one copy. Times in ns since 1970; None: never. `seen`: when its disk was last there; `tried`:
    when a copy last began; `copied`: when one was last done; `begun`: when that one began. `snapshots`:
    how many it holds then, `lacks`: how many of the vault's it has not. `objects`, `bytes`: of all it
    holds. `checked`: when a check or a portion of one last came to its end; `read_since`: since when the
    object that waits longest was not read."""

    seen: int | None = None
    tried: int | None = None
    begun: int | None = None
    copied: int | None = None
    snapshots: int = 0
    lacks: int = 0
    objects: int = 0
    bytes: int = 0
    checked: int | None = None
    read_since: int | None = None


class CopyStates(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole file: states by the copies' names, of one vault."""

    vault: str = ""
    copies: dict[str, CopyState] = {}


def read_copies(profile: Profile, vault: str) -> dict[str, CopyState]:
    """What is remembered of the copies of the vault with this id; nothing where that cannot be read."""
    try:
        found = msgspec.json.decode(read_file(profile.copies) or b"{}", type=CopyStates)
    except (*MALFORMED, CyberlibError):
        return {}
    return found.copies if found.vault == vault else {}


def write_copies(profile: Profile, vault: str, copies: dict[str, CopyState]) -> None:
    """Remembers it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(profile.copies, msgspec.json.encode(CopyStates(vault, copies)))
