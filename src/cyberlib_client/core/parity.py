"""Reed-Solomon over GF(2^8): two blocks from which any two of up to 255 others, or of their own, come back.

P is the exclusive or of all blocks, Q the sum of 2^i times the i-th; the field is that of the polynomial
0x11d (H. Peter Anvin, "The mathematics of RAID-6", 2004). Docs/format/parity.md describes it in full.

Whole blocks are numbers here: shifts and exclusive ors of a large integer run at the speed of memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

MOST_BLOCKS: Final = 255
"""Powers of 2 repeat after that."""

_POLYNOMIAL: Final = 0x11D


def _powers() -> list[int]:
    found = [1]
    for _ in range(MOST_BLOCKS - 1):
        twice = found[-1] << 1
        found.append(twice ^ _POLYNOMIAL if twice & 0x100 else twice)
    return found


_EXP: Final = _powers()
_LOG: Final = {value: power for power, value in enumerate(_EXP)}


def encode(blocks: Sequence[bytes], size: int) -> tuple[bytes, bytes]:
    """P and Q, of `size` bytes, of blocks that are no longer; shorter ones count as filled up by zeros."""
    low, high = _masks(size)
    p = q = 0
    for block in reversed(blocks):
        number = int.from_bytes(block, "little")
        p ^= number
        # Twice each byte at once: the highest bit of each, shifted out, comes back as the polynomial's rest.
        q = ((q & low) << 1) ^ (((q >> 7) & high) * 0x1D) ^ number
    return p.to_bytes(size, "little"), q.to_bytes(size, "little")


def recover(
    blocks: Sequence[bytes | None], p: bytes | None, q: bytes | None, size: int
) -> list[bytes] | None:
    """All blocks, each of `size` bytes, where those that are None are found again from the others, P and Q;
    None when too many are lost."""
    lost = [place for place, block in enumerate(blocks) if block is None]
    if len(lost) + (p is None) + (q is None) > 2:
        return None
    found = [b"" if block is None else block.ljust(size, b"\0") for block in blocks]
    if lost:
        # What the blocks that are there make of P and Q; the rest of these is the lost ones' share.
        p_here, q_here = encode(found, size)
        p_rest = _xor(p, p_here) if p is not None else b""
        q_rest = _xor(q, q_here) if q is not None else b""
        first = lost[0]
        if len(lost) == 2:
            second = lost[1]
            # first + second = P', 2^a first + 2^b second = Q'  =>  first = (Q' + 2^b P') / (2^a + 2^b)
            both = _xor(q_rest, _times(p_rest, _EXP[second]))
            found[first] = _times(both, _inverse(_EXP[first] ^ _EXP[second]))
            found[second] = _xor(p_rest, found[first])
        elif p is not None:
            found[first] = p_rest
        else:
            found[first] = _times(q_rest, _inverse(_EXP[first]))
    return found


@lru_cache(8)
def _masks(size: int) -> tuple[int, int]:
    """The seven lower bits of each byte, and the lowest."""
    return int.from_bytes(b"\x7f" * size, "little"), int.from_bytes(b"\x01" * size, "little")


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "little") ^ int.from_bytes(other, "little")).to_bytes(len(one), "little")


def _times(block: bytes, factor: int) -> bytes:
    return block.translate(_table(factor))


@cache
def _table(factor: int) -> bytes:
    power = _LOG[factor]
    return bytes([0, *(_EXP[(power + _LOG[value]) % MOST_BLOCKS] for value in range(1, 256))])


def _inverse(value: int) -> int:
    return _EXP[-_LOG[value] % MOST_BLOCKS]
