"""Copies read in portions: what was read when, so that all is read again within some months."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ..core.ids import digest_of
from ..services.rotation import portion
from ..state.copy_settings import read_every
from ..state.packs_read import DAY, day_of, moment_of, read_packs_read, write_packs_read
from ..state.profile import Profile
from . import bootstrap
from .session import Session
from .shares import ReadShare, share_as_of

_MOST: Final = 30
"""Days' portions that are read at once after days without: a disk in rotation is there now and then."""

_USUAL: Final = "90 d"
"""Of a check by hand, where the agent does none."""

_KEPT_EVERY: Final = 60.0
"""Seconds between two writings: what a crash costs."""


class _Piece(NamedTuple):
    name: bytes
    size: int


class CopyRounds:
    """What one check of a copy reads of it, and adds to it. `copy`: its name in the settings."""

    def __init__(self, session: Session, copy: str) -> None:
        self._profile = session.profile
        self._path = _path(session.profile, copy)
        self._read = read_packs_read(session.profile, session.place.id, self._path)
        self._today = day_of(bootstrap.clock())
        self._days = max(3, read_every(session.settings.copying.check or _USUAL) // 86_400)
        self._kept = time.monotonic()

    def whole(self, there: Mapping[str, int]) -> list[str]:
        """All that there is, with the sizes."""
        self._read.keep([_key(name) for name in there], self._today)
        return list(there)

    def portion(self, there: Mapping[str, int]) -> list[str]:
        """What is to be read today: what was not sound first."""
        names = self.whole(there)
        again = [name for name in names if self._read.is_doubted(_key(name))]
        pieces = [_Piece(_key(name), there[name]) for name in names]
        chosen = portion(self._read, self._today, self._days, _MOST)(pieces)
        return list(dict.fromkeys([*again, *(names[number] for number in chosen)]))

    def was_read(self, name: str, sound: bool) -> None:
        """An object of the copy was read."""
        if sound:
            self._read.read(_key(name), self._today)
        else:
            self._read.doubt(_key(name))
        if time.monotonic() - self._kept > _KEPT_EVERY:
            self.keep()

    def doubt(self, names: Iterable[str]) -> None:
        """These were met unsound elsewhere: they are read by the next portion."""
        for name in names:
            self._read.doubt(_key(name))

    def ended(self) -> None:
        """All that was to be read was."""
        self._read.portion = self._today

    def keep(self) -> None:
        """For the next one. What cannot be written is read again."""
        self._kept = time.monotonic()
        write_packs_read(self._profile, self._read, self._path)

    @property
    def since(self) -> int:
        """ns since 1970: when what waits longest was last read, or first seen."""
        oldest = self._read.oldest()
        return moment_of(oldest) if oldest else bootstrap.clock() // DAY * DAY

    def share(self) -> ReadShare:
        """How much was read lately."""
        return share_as_of(self._read, self._today, self._days)


def forget_rounds(profile: Profile, copy: str) -> None:
    """Of a copy that is taken off the settings."""
    with contextlib.suppress(OSError):
        os.unlink(_path(profile, copy))


def move_rounds(profile: Profile, copy: str, new: str) -> None:
    """Of a copy that gets another name."""
    with contextlib.suppress(OSError):
        os.replace(_path(profile, copy), _path(profile, new))


def _path(profile: Profile, copy: str) -> str:
    return os.path.join(profile.state, f"copy-read-{hashlib.sha256(copy.encode()).hexdigest()[:16]}")


def _key(name: str) -> bytes:
    return digest_of(name) if "/" in name else name.encode().ljust(32, b"\0")
