"""Since when what was retired has been in quarantine: by the clock of who said so, and by the store's."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Final

from ..core.dating import EARLIEST
from ..core.format_v1.retired import LONGEST_QUARANTINE, RETIRE, Retirement
from ..core.ids import digest_of, object_name
from ..core.ports import Store
from ..repository.retirements import KIND, Retirements

DAY: Final = 86_400 * 1_000_000_000
_AHEAD: Final = DAY
"""ns by which a clock may be ahead of ours."""


def _promised(record: Retirement) -> int:
    """Nanoseconds."""
    return min(max(0, record.quarantine), LONGEST_QUARANTINE) * DAY


class Quarantine:
    """What the records of a store say, as far as it can be true. `now`: ns since 1970.

    No quarantine begins before its record came, nor before there was this program: whoever writes an earlier
    time ends none by that, and one to come prolongs none where the store knows better.
    """

    def __init__(
        self, store: Store, retirements: Retirements, now: int, told: dict[bytes, int] | None = None
    ) -> None:
        """`told`: times of records that were asked for before."""
        self._store, self._retirements, self._now = store, retirements, now
        self._told = {} if told is None else told

    def since(self, kind: str, digest: bytes) -> int:
        """When an object was retired last, or its deletion announced; ValueError when it was not."""
        return max(map(self._time, self._said(kind, digest)))

    def until(self, kind: str, digest: bytes, quarantine: int) -> int:
        """When the quarantine of an object ends: after so many ns, or as many as was promised where that is
        longer. ValueError when it is not retired."""
        records = self._retirements.records
        return max(
            self._time(by) + max(quarantine, _promised(records[by])) for by in self._said(kind, digest)
        )

    def due(self, kind: str, quarantine: int, early: Set[str] = frozenset()) -> list[bytes]:
        """Objects of a kind whose quarantine of so many ns is over, or waived."""
        return [
            each
            for each in self._retirements.retired(kind)
            if (self.since(kind, each) >= EARLIEST and self.until(kind, each, quarantine) <= self._now)
            or (early and object_name(kind, each) in early)
        ]

    def at_work(self, names: Iterable[str]) -> Retirement | None:
        """Who announced of late that any of these is being deleted, and may be at it."""
        for name in names:
            for by in self._retirements.doomed_by(name.partition("/")[0], digest_of(name)):
                if self._now - DAY < self._time(by) <= self._now + _AHEAD:
                    return self._retirements.records[by]
        return None

    def undated(self) -> dict[str, list[str]]:
        """Objects retired by a clock that knew no date, and by no other, by the reason: nobody knows when."""
        found: dict[str, list[str]] = {}
        for record in self._retirements.records.values():
            if record.action == RETIRE and record.time < EARLIEST:
                for kind in record.objects:
                    retired = self._retirements.retired(kind)
                    found.setdefault(record.reason, []).extend(
                        object_name(kind, each)
                        for each in record.digests(kind)
                        if each in retired and self.since(kind, each) < EARLIEST
                    )
        return {reason: names for reason, names in found.items() if names}

    def _said(self, kind: str, digest: bytes) -> Set[bytes]:
        known = self._retirements
        return known.retired_by(kind, digest) or known.doomed_by(kind, digest)

    def _time(self, by: bytes) -> int:
        if by not in self._told:
            time = self._retirements.records[by].time
            came = self._store.arrived(object_name(KIND, by))
            if came is not None and EARLIEST <= came <= self._now + _AHEAD:
                time = came if time > self._now + _AHEAD else max(time, came)
            self._told[by] = time
        return self._told[by]
