"""When each pack of the vault, or object of a copy, was last read whole: a cache. Without it, all are to be
read anew, in 30 days.

Ten bytes a pack: the beginning of its name, and a day. So 100 TB take 64 MB, a usual vault a few kB.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from typing import Final

from ..core.errors import CyberlibError
from .private_file import read_file
from .profile import Profile

DAY: Final = 86_400 * 10**9
_MAGIC: Final = b"read1\n"
_HEAD: Final = struct.Struct("<16sHH")
_ROW: Final = struct.Struct("<8sH")
_END: Final = struct.Struct("<I")
_ONLY_SEEN: Final = 0x8000
_DOUBTED: Final = _ONLY_SEEN
_FROM: Final = 18_262  # 1 January 2020: 89 years fit


def moment_of(day: int) -> int:
    """The beginning of a day that `day_of` gave, in ns since 1970."""
    return (day + _FROM) * DAY


def day_of(wall: int) -> int:
    """The day of a moment in ns since 1970, as they are counted here."""
    return min(max(wall // DAY - _FROM, 1), _ONLY_SEEN - 1)


class PacksRead:
    """`structure`: the day on which trees were last checked; `portion`: of the last portion that was read
    whole; 0 for never."""

    def __init__(self, vault: str) -> None:
        self.vault = vault
        self.structure = 0
        self.portion = 0
        self._days: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._days)

    def since(self, pack: bytes) -> int:
        """The day on which a pack was last read, or else first seen; 0 when it was not seen yet, or is
        doubted."""
        return self._days.get(pack[:8], 0) & ~_ONLY_SEEN

    def is_read(self, pack: bytes) -> bool:
        """Whether it was read, ever."""
        return not self._days.get(pack[:8], _ONLY_SEEN) & _ONLY_SEEN

    def read(self, pack: bytes, day: int) -> None:
        """It was read whole and is sound."""
        self._days[pack[:8]] = day

    def doubt(self, pack: bytes) -> None:
        """It was read and is not sound."""
        self._days[pack[:8]] = _DOUBTED

    def is_doubted(self, pack: bytes) -> bool:
        """Whether it was not sound when it was read last."""
        return self._days.get(pack[:8]) == _DOUBTED

    def keep(self, packs: Collection[bytes], day: int) -> None:
        """These are all that there are: others are forgotten, new ones seen from today on. Nothing is of
        after today: a clock was wrong."""
        self.structure = self.structure if self.structure <= day else 0
        self.portion = self.portion if self.portion <= day else 0
        known = self._days
        self._days = {}
        for pack in packs:
            last = known.get(pack[:8], 0)
            late = last != _DOUBTED and not 0 < last & ~_ONLY_SEEN <= day
            self._days[pack[:8]] = day | _ONLY_SEEN if late else last

    def within(self, day: int, days: int) -> int:
        """How many were read on that day or in the days before it."""
        return sum(0 <= day - last < days for last in self._days.values() if not last & _ONLY_SEEN)

    def oldest(self) -> int:
        """The day since which the pack that waits longest has not been read; 0 when there is none."""
        return min((day for last in self._days.values() if (day := last & ~_ONLY_SEEN)), default=0)


def read_packs_read(profile: Profile, vault: str, path: str = "") -> PacksRead:
    """As it was written last; empty when the file is absent, damaged or of another vault. `path`: another
    file than the vault's own, a copy's."""
    found = PacksRead(vault)
    try:
        data = read_file(path or profile.packs_read) or b""
    except CyberlibError:
        return found
    body, end = data[: -_END.size], data[-_END.size :]
    if not body.startswith(_MAGIC) or _END.pack(zlib.crc32(body)) != end:
        return found
    body = body[len(_MAGIC) :]
    if len(body) < _HEAD.size or (len(body) - _HEAD.size) % _ROW.size:
        return found
    owner, structure, portion = _HEAD.unpack_from(body)
    if owner.hex() != vault:
        return found
    found.structure, found.portion = structure, portion
    found._days.update(_ROW.iter_unpack(body[_HEAD.size :]))
    return found


def write_packs_read(profile: Profile, read: PacksRead, path: str = "") -> bool:
    """Keeps it; False when that failed, which costs reading again."""
    head = _MAGIC + _HEAD.pack(bytes.fromhex(read.vault), read.structure, read.portion)
    body = head + b"".join(_ROW.pack(*row) for row in read._days.items())
    try:
        profile.write(path or profile.packs_read, body + _END.pack(zlib.crc32(body)))
    except CyberlibError:
        return False
    return True
