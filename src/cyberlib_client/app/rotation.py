"""Verifying in portions: what was read when, and how much of the vault within thirty days."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from ..repository.index import PackRow
from ..services.rotation import Choose, portion
from ..state.packs_read import day_of, read_packs_read, write_packs_read
from ..state.walked import Walked, read_walked, write_walked
from . import bootstrap
from .session import Session
from .shares import ReadShare, share_as_of
from .workplace import Notice

_KEPT_EVERY: Final = 60.0
"""Seconds between two writings while packs are read: what a crash costs."""

_STRUCTURE: Final = 7
"""Days between two walks of all trees by portions."""


class Rounds:
    """What one verification reads of it, and adds to it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read = read_packs_read(session.profile, session.vault.id)
        self._today = day_of(bootstrap.clock())
        self._kept = time.monotonic()
        nothing = Walked(self._today, set())
        kept = None if session.copy else read_walked(session.profile, session.vault.id, self._today)
        self._walked = kept or nothing
        self.sound: set[bytes] = set()
        """Packs that were read now, and are what was stored."""

    @property
    def is_walk_due(self) -> bool:
        """Whether a portion is to walk the trees too."""
        return not self._read.structure or self._today - self._read.structure >= _STRUCTURE

    @property
    def walked(self) -> set[bytes]:
        """Folders that a walk found whole which was cut short, and those of the one at work."""
        return self._walked.whole

    def portion(self) -> Choose:
        """What is to be read today."""
        return portion(self._read, self._today, self._session.settings.verification.days)

    def is_proven(self, pack: bytes) -> bool:
        """Whether it was read before and every chunk in it compared."""
        return self._read.is_read(pack)

    def listed(self, packs: Sequence[PackRow]) -> None:
        """These are there."""
        self._read.keep([pack.name for pack in packs], self._today)

    def was_read(self, pack: bytes, reason: str) -> None:
        """A pack was read; `reason`: what is wrong with it, or empty."""
        if not reason:
            self.sound.add(pack)
            self._read.read(pack, self._today)
        if time.monotonic() - self._kept > _KEPT_EVERY:
            self.keep()

    def ended(self, *, walked: bool, portion: bool) -> None:
        """A verification came to its end."""
        if walked:
            self._read.structure = self._today
            self._walked.whole.clear()
        if portion:
            self._read.portion = self._today

    def close(self) -> None:
        """However the verification ended: what it did is kept for the next one."""
        self.keep()
        write_walked(self._session.profile, self._session.vault.id, self._walked)

    def keep(self) -> None:
        """For the next one. What cannot be written is told, and read again."""
        self._kept = time.monotonic()
        if not write_packs_read(self._session.profile, self._read):
            self._session.notify(Notice("state_not_written", {"at": self._session.profile.state}))

    def share(self) -> ReadShare:
        """As it is now."""
        return share_as_of(self._read, self._today)
