"""How many copies of what a practice has, on how many media, how many elsewhere: the rule of 3-2-1."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class CopyFact(msgspec.Struct, frozen=True):
    """A second copy. `medium`: tells its disk, share or service from others. `copied`: ns, when it was last
    made; None: never. `read_since`: ns, since when the object that waits longest was not read; None:
    not known, or not wanted."""

    medium: str
    copied: int | None
    elsewhere: bool
    read_since: int | None = None


class Spread(msgspec.Struct, frozen=True):
    """`copies`: with the files themselves; `media`, `elsewhere`: of these. `safe`: three copies, two media,
    one elsewhere."""

    copies: int
    media: int
    elsewhere: int
    safe: bool


class CopiesKnown(msgspec.Struct, frozen=True):
    """`machine`: the medium of the files; `vault`: the vault's, None while there is none with a backup;
    `vault_elsewhere`: it is at a host or in a bucket. `copies`: second ones. `remind`: ns after which a copy
    is old."""

    machine: str
    vault: str | None
    vault_elsewhere: bool
    copies: tuple[CopyFact, ...]
    remind: int


def spread_of(known: CopiesKnown, now: int) -> Spread:
    """Only copies that are not old count."""
    fresh = [c for c in known.copies if c.copied is not None and now - c.copied <= known.remind]
    media = {known.machine, *(copy.medium for copy in fresh)}
    if known.vault is not None:
        media.add(known.vault)
    vaults = known.vault is not None
    elsewhere = (vaults and known.vault_elsewhere) + sum(copy.elsewhere for copy in fresh)
    copies = 1 + vaults + len(fresh)
    return Spread(copies, len(media), elsewhere, copies >= 3 and len(media) >= 2 and elsewhere >= 1)


def newest(copies: Sequence[CopyFact]) -> int | None:
    """When any was last made: of disks in rotation, the one that is plugged in counts."""
    return max((copy.copied for copy in copies if copy.copied is not None), default=None)
