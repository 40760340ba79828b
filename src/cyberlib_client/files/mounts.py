"""The table of mounts of Linux, and what changed in it."""

from __future__ import annotations

import os
import re
from typing import Final

_TABLE: Final = "/proc/self/mountinfo"
_READ: Final = 1 << 16


class MountTable:
    """Mount points of this process. `fd`: readable with priority (POLLPRI) when the table changed, None where
    there is none. For one thread."""

    def __init__(self) -> None:
        try:
            self.fd: int | None = os.open(_TABLE, os.O_RDONLY)
        except OSError:
            self.fd = None
        self.points: frozenset[bytes] = frozenset()
        """All paths at which something was mounted when it was asked last."""
        self._known = self._now()

    def close(self) -> None:
        """Lets go of it."""
        if self.fd is not None:
            os.close(self.fd)

    def changed(self) -> list[bytes]:
        """Paths at which there is another file system than when this was asked last, outer ones first."""
        before, self._known = self._known, self._now()
        return sorted(
            point
            for point in before.keys() | self._known.keys()
            if before.get(point) != self._known.get(point)
        )

    def _now(self) -> dict[bytes, bytes]:
        """The number of what is mounted at each path. What comes by being looked at, and goes when it is not
        (autofs), is left out: looking at it because it came would never end."""
        points: dict[bytes, bytes] = {}
        automatic: set[bytes] = set()
        all_points: set[bytes] = set()
        for line in self._read().splitlines():
            fields, _, rest = line.partition(b" - ")
            number, _, _, _, point = fields.split(b" ")[:5]
            point = _plain(point)
            points[point] = number
            all_points.add(point)
            if rest.startswith(b"autofs "):
                automatic.add(point)
        self.points = frozenset(all_points)
        return {point: number for point, number in points.items() if point not in automatic}

    def _read(self) -> bytes:
        if self.fd is None:
            return b""
        os.lseek(self.fd, 0, os.SEEK_SET)
        parts = []
        while part := os.read(self.fd, _READ):
            parts.append(part)
        return b"".join(parts)


def _plain(field: bytes) -> bytes:
    """Blanks and backslashes stand as three octal digits."""
    return re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), field)
