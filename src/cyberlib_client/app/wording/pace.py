"""How fast a job goes, for those who watch it."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, Literal

_WINDOW: Final = 15.0
"""Seconds over which the speed is taken: long enough not to jump, short enough to follow."""

_RESTS: Final = 3
"""Over a slow or limited line all stands still until a pack has left: as many such rests at least."""


class Pace:
    """How fast a job goes, in bytes a second."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int, int]] = []

    def mark(self, now: float, done: int, new: int) -> None:
        """Notes what is done at a moment (seconds): bytes, and those of them that were not in the vault."""
        marks = self._marks
        if len(marks) > 1 and marks[-2][1:] == marks[-1][1:] == (done, new):
            marks.pop()  # still at rest
        marks.append((now, done, new))
        longest = max((b[0] - a[0] for a, b in pairwise(marks)), default=0.0)
        window = max(_WINDOW, _RESTS * longest)
        self._marks = [each for each in marks if now - each[0] <= window]

    @property
    def marked(self) -> bool:
        """Whether anything is known yet."""
        return bool(self._marks)

    def speed(self, which: Literal[1, 2] = 1) -> float:
        """Of all that is done (1), or of what is new (2)."""
        first, last = self._marks[0], self._marks[-1]
        return (last[which] - first[which]) / (last[0] - first[0]) if last[0] > first[0] else 0.0
