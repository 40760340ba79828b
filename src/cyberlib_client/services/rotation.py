"""Which packs, or objects of a copy, a portion reads, so that all are read in good time: the longest unread
first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from ..core.ports import Random


class Piece(Protocol):
    """A pack, or an object of a copy. `name`: 32 bytes; `size`: in bytes."""

    @property
    def name(self) -> bytes: ...

    @property
    def size(self) -> int: ...


Choose = Callable[[Sequence[Piece]], Sequence[int]]
"""Numbers of the packs to read, in that order."""


class Known(Protocol):
    """What was read when, in days: `state.packs_read.PacksRead`."""

    portion: int

    def since(self, pack: bytes) -> int: ...

    def is_read(self, pack: bytes) -> bool: ...


_SLACK: Final = 2
"""Days by which a round is shorter than promised: a portion may come late."""

_MOST: Final = 4
"""Days' portions that are read at once after days without: a machine that was off catches up in a week."""


def sample(percent: int, random: Random) -> Choose:
    """Drawn at random: at least one unless `percent` is 0."""

    def choose(packs: Sequence[Piece]) -> Sequence[int]:
        count = len(packs)
        if percent >= 100:
            return range(count)
        drawn = sorted(range(count), key=lambda _: random(8))
        return sorted(drawn[: -(-count * percent // 100)])

    return choose


def portion(read: Known, today: int, days: int, most_days: int = _MOST) -> Choose:
    """What is to be read today, so that all is read within `days`.

    As many bytes as that takes on a usual day, more after days without, up to `most_days` portions; and in
    any case what would be too old tomorrow, up to several portions."""

    def choose(packs: Sequence[Piece]) -> Sequence[int]:
        def waits(number: int) -> tuple[int, bool, bytes]:
            name = packs[number].name
            return read.since(name) or today, read.is_read(name), name

        order = sorted(range(len(packs)), key=waits)
        total = sum(pack.size for pack in packs)
        usual = -(-total // max(1, days - _SLACK))
        passed = today - read.portion if read.portion else 1
        quota = usual * min(max(1, passed), most_days)
        most = max(quota, usual * most_days)
        chosen: list[int] = []
        size = 0
        if read.portion < today:  # one that was cut short goes on where it was
            names = (number for number in order if read.is_read(packs[number].name))
            size = sum(packs[n].size for n in names if read.since(packs[n].name) == today)
        for number in order:
            age = today - (read.since(packs[number].name) or today)
            if size >= (most if age >= days - _SLACK else quota):
                break
            chosen.append(number)
            size += packs[number].size
        return chosen

    return choose
