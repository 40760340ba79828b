"""How fast a line carries content, and how large a pack may be for a line that breaks often.

A put that is cut begins again: what is under way is lost. Packs of 16 MiB, four at once, take a line of
1 Mbit/s nine minutes; smaller ones take half a minute each, and what a run sent stays sent.
"""

from __future__ import annotations

from typing import Final

from ...core.ids import MIB, PACK_SIZE
from ..near import Near

SECONDS: Final = 30.0
"""What one put should take at most."""

LEAST: Final = MIB
_KEPT: Final = "bytes a second"


class Pace:
    """Follows the puts of one workstation, from one run to the next. Safe to use from several threads."""

    def __init__(self, near: Near) -> None:
        self._near = near
        self._rate: float | None = None

    @property
    def pack_size(self) -> int:
        """Bytes, from 1 MiB to a usual pack."""
        if self._rate is None:
            self._rate = _number(self._near.fact(_KEPT))
        return min(PACK_SIZE, max(LEAST, int(self._rate * SECONDS))) if self._rate else PACK_SIZE

    def took(self, size: int, seconds: float) -> None:
        """A put of so many bytes ended after so long, the attempts that were cut among it."""
        rate = size / max(seconds, 0.001)
        before = self._rate
        # A line gets slower at once and faster slowly: what is too large costs more than what is too small.
        self._rate = rate if before is None or rate < before else (before + rate) / 2
        self._near.note(_KEPT, f"{self._rate:.0f}")


def _number(written: str) -> float | None:
    return float(written) if written.isascii() and written.isdigit() else None
