"""Which packs may go and which are worth writing anew. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ..core.ids import KIB, MIB
from .survey import PackUse, Survey

_YOUNG: Final = 2
"""Months (as packs count them) below which a pack with content that no snapshot reaches may belong to a run
at work, or to one that goes on where it stopped."""


@dataclass(frozen=True)
class Limits:
    """When it pays. `waste`: dead bytes that may stay in packs, as a share of what is needed; `small`: bytes
    below which a pack, or an index object (`small_index`), is small; `many`: so many small ones are written
    together; `stale`: the share of an index object's packs that are gone before it is written anew."""

    waste: float = 0.04
    small: int = 4 * MIB
    small_index: int = 256 * KIB
    many: int = 16
    stale: float = 0.125


USUAL: Final = Limits()


class Plan(NamedTuple):
    """`retire`: packs with nothing that stays; `rewrite`: packs of which some is needed, or small ones."""

    retire: list[PackUse]
    rewrite: list[PackUse]


def choose(packs: Sequence[PackUse], epoch: int, limits: Limits, root: int = 0, renew: int = 0) -> Plan:
    """What to do about these packs in the month `epoch` of the vault. `renew`: so many bytes of packs of a
    root secret before `root` are written anew, whether it pays or not."""
    used = [p for p in packs if not p.retired and (not p.unknown or epoch - p.epoch >= _YOUNG)]
    retire = [pack for pack in used if not pack.needed]
    held = [pack for pack in used if pack.needed]
    small = [pack for pack in held if pack.size < limits.small]
    chosen = {pack.name for pack in small} if len(small) >= limits.many else set[bytes]()
    # The emptiest first, until what is left over is little.
    allowed = limits.waste * sum(_needed(pack) for pack in held)
    wasted = sum(_dead(pack) for pack in held if pack.name not in chosen)
    for pack in sorted(held, key=lambda p: (p.needed / p.total, p.name)):
        if wasted <= allowed:
            break
        if pack.name not in chosen:
            chosen.add(pack.name)
            wasted -= _dead(pack)
    for pack in sorted(held, key=lambda p: p.name):
        if renew > 0 and pack.root < root and pack.name not in chosen:
            chosen.add(pack.name)
            renew -= pack.size
    return Plan(retire, [pack for pack in held if pack.name in chosen])


def _needed(pack: PackUse) -> int:
    return pack.size * pack.needed // max(pack.total, 1)


def _dead(pack: PackUse) -> int:
    return pack.size - _needed(pack)


def replaceable(seen: Survey, gone: Container[bytes], limits: Limits) -> list[int]:
    """Numbers of the index objects to be written anew without these packs: where many of theirs are gone, and
    small ones once there are many."""
    named, stale = Counter[int](), Counter[int]()
    for pack in seen.packs:
        named.update(pack.indexes)
        if pack.name in gone:
            stale.update(pack.indexes)
    numbers = range(len(seen.indexes))
    chosen = {n for n in numbers if not named[n] or stale[n] >= max(1, limits.stale * named[n])}
    small = [n for n in numbers if seen.indexes[n].size < limits.small_index]
    if len(small) >= limits.many:
        chosen.update(small)
    return sorted(chosen)
