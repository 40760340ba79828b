"""When snapshots were made, as far as that can be known of machines whose clocks may be wrong. Pure.

A device numbers its snapshots, and a store may tell when it received them. The longest run of times that
agrees with the numbers is believed; any other snapshot counts as made just before the next that is believed.
So a battery that died, or a year typed wrongly, moves the snapshots that it dated, and no other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

EARLIEST: Final = 1_767_225_600 * 1_000_000_000
"""1 January 2026: no snapshot is older than the program. Clocks without a battery begin long before."""


class Told(NamedTuple):
    """A snapshot as its device tells of it. `time`: ns since 1970; `order`: its number there."""

    digest: bytes
    device: bytes
    order: int
    time: int


def times_of(told: Iterable[Told], now: int, received: Mapping[bytes, int] | None = None) -> dict[bytes, int]:
    """When each was made (ns). `received`: when a store that can be believed got it, by digest."""
    known = received or {}
    devices: dict[bytes, list[Told]] = {}
    for each in told:
        devices.setdefault(each.device, []).append(each)
    found: dict[bytes, int] = {}
    for mine in devices.values():
        mine.sort(key=lambda each: (each.order, each.time))
        found.update(zip((each.digest for each in mine), _believed(mine, now, known), strict=True))
    return found


def _believed(mine: Sequence[Told], now: int, received: Mapping[bytes, int]) -> list[int]:
    times = [received.get(each.digest, each.time) for each in mine]
    likely = [n for n, time in enumerate(times) if EARLIEST <= time <= now]
    trusted = {likely[n] for n in _longest([times[n] for n in likely])}
    after = now  # of those behind the last that is believed nothing is known but that they are there
    result = [0] * len(times)
    for n in reversed(range(len(times))):
        if n in trusted:
            after = times[n]
        # A time to come, and none that is believed behind it: it is kept as what is still to come.
        later = times[n] > now and after == now
        result[n] = times[n] if n in trusted or later else after
    return result


def _longest(times: Sequence[int]) -> list[int]:
    """Places of a longest run of times none of which is before the one it follows (Schensted, 1961)."""
    ends: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, time in enumerate(times):
        at = bisect_right(ends, time)
        before.append(places[at - 1] if at else -1)
        ends[at : at + 1] = [time]
        places[at : at + 1] = [place]
    found = []
    place = places[-1] if places else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found
