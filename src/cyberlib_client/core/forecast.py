"""When a vault's room will be used up, if it goes on as it did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

import msgspec

_DAY: Final = 86_400 * 10**9
LOOKED_BACK: Final = 90 * _DAY
"""ns of the past that say how fast it grows."""
LEAST: Final = 14 * _DAY
"""ns that must be known: of less, nobody can tell."""
_FEWEST: Final = 3
LONGEST: Final = 5 * 365 * _DAY
"""ns beyond which nothing is foretold."""

Kind = Literal["unknown", "steady", "long", "full_by"]


class Grown(NamedTuple):
    """By how many bytes a run made the vault larger, or smaller. `at`: ns since 1970."""

    at: int
    bytes: int


class Forecast(msgspec.Struct, frozen=True):
    """ "unknown": too little is known; "steady": it does not grow; "long": there is room for five years;
    "full_by": full `at` ns since 1970, unless something changes."""

    kind: Kind
    at: int | None = None


class Room(msgspec.Struct, frozen=True):
    """`total`, `left`: bytes, of the subscription or of the disk. `forecast`: by what this machine sends."""

    total: int
    left: int
    forecast: Forecast


def forecast(runs: Iterable[Grown], left: int, now: int) -> Forecast:
    """`runs`: without the vault's first, which takes all there is and says nothing of what comes; `left`:
    bytes; `now`: ns. Runs of the future, told by a clock that was wrong, do not count."""
    known = [run for run in runs if now - LOOKED_BACK <= run.at <= now]
    since = min((run.at for run in known), default=now)
    if left <= 0:
        return Forecast("full_by", now)
    if len(known) < _FEWEST or now - since < LEAST:
        return Forecast("unknown")
    grown = sum(run.bytes for run in known)
    if grown <= 0:
        return Forecast("steady")
    ahead = left * (now - since) // grown
    return Forecast("long") if ahead > LONGEST else Forecast("full_by", now + ahead)
