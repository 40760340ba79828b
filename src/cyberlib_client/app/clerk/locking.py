"""The lock of a window that somebody left. It outlives the window, and the clerk."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ...core.errors import CyberlibError
from ...state.credentials import read_slots_seen
from ...state.profile import Profile
from ...state.window_lock import WindowLock, read_window_lock, write_window_lock
from ..unlock import require_one_of

if TYPE_CHECKING:
    from ..session import Session


class Lock:
    """Whether somebody has to give a secret before anything of the vault is told."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        noted = read_window_lock(profile)
        self._noted = noted or WindowLock()
        self._by: int | None = 0 if noted is not None else None

    @property
    def stands(self) -> bool:
        """For a question that is asked now."""
        return self._by is not None

    @property
    def knows_secrets(self) -> bool:
        """Whether what opens the vault is known while that is out of reach."""
        return bool(self._noted.slots)

    def holds(self, number: int) -> bool:
        """Whether the question of this number was asked after somebody left."""
        return self._by is not None and number > self._by

    def set(self, number: int, opened: Session | None) -> None:
        """Somebody leaves, by the question with this number. `opened`: whose vault is open, if one is. From
        any thread. A profile that takes no note of it is locked for as long as this window is there."""
        self._by = number
        with contextlib.suppress(CyberlibError):
            if opened is not None:
                slots = [slot for slot in opened.vault.table.slots if slot.type != "device"]
                self._noted = WindowLock(opened.vault.id, slots)
            write_window_lock(self._profile, self._noted)

    def lift(self) -> None:
        """Whoever is there gave a secret."""
        self._by = None
        with contextlib.suppress(CyberlibError):
            self._profile.remove(self._profile.window_lock)

    def lift_for(self, session: Session) -> bool:
        """Whether it stands, once it is lifted where it was of another vault than the profile has now: nobody
        could give the secret of that one. Raises Failed("settings_damaged")."""
        place = session.settings.vault
        if self.stands and (place is None or self._noted.vault not in ("", place.id)):
            self._noted = WindowLock()
            self.lift()
        return self.stands

    def proven(self, session: Session, secret: str) -> bool:
        """Whether the secret is known to open the vault that is out of reach; False where nothing is known of
        it. Raises NeedsUnlock("wrong_secret"), UsageError("recovery_…")."""
        vault = self._noted.vault
        removed = read_slots_seen(self._profile, vault).removed
        known = [slot for slot in self._noted.slots if slot.id not in removed]
        if not self.stands or vault != session.place.id or not known:
            return False
        require_one_of(known, vault, secret)
        return True
