"""Whether the process that began something is still there.

Each process that has something to end holds a lock on a file of its own; the system lets go of it whatever
happens to the process, also when the power fails. Numbers of processes would be used again.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from ..core.errors import Busy, CyberlibError
from .profile import Profile

Locks = Callable[[str], AbstractContextManager[object]]
"""Makes the lock of a path: entering raises Busy while another is within, Failed when it cannot be made."""

BEGINNING: Final = "at-work-"
_NAME: Final = re.compile("[0-9a-f]{16}")
"""Of those made here: whatever else a damaged history names is no path of ours to lock or remove."""
_TRIES: Final = 5


class Presence:
    """This process among those that use a profile. Nothing raises."""

    def __init__(self, profile: Profile, locks: Locks) -> None:
        self._profile = profile
        self._locks = locks
        self._held: AbstractContextManager[object] | None = None
        self._name = ""

    def show(self) -> str:
        """The name under which this process is there, until `leave`. Where no file can be made it is one
        that is soon taken for gone."""
        tries = 0 if self._held is not None else _TRIES
        for _ in range(tries):
            self._name = secrets.token_hex(8)
            path = self._path(self._name)
            try:
                self._profile.make_file(path)
                lock = self._locks(path)
                lock.__enter__()
            except Busy:  # somebody looks whether it is left behind
                continue
            except CyberlibError:
                self._remove(self._name)
                break
            if os.path.exists(path):
                self._held = lock
                break
            lock.__exit__(None, None, None)  # it was taken for left behind before it was locked
        return self._name

    def leave(self) -> None:
        """What began under the name has ended."""
        if self._held is not None:
            self._held.__exit__(None, None, None)
            self._held = None
            self._remove(self._name)

    def is_gone(self, name: object) -> bool:
        """Whether that process, of any machine's past, is there no more."""
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return True
        if name == self._name and self._held is not None:
            return False
        path = self._path(name)
        if not os.path.isfile(path) or os.path.islink(path):
            return True
        try:
            with self._locks(path):
                pass
        except Busy:
            return False
        except CyberlibError:
            return False  # not known: somebody who can look will tell
        self._remove(name)
        return True

    def clean_up(self) -> None:
        """Removes files that gone processes left."""
        with contextlib.suppress(OSError):
            for entry in os.listdir(self._profile.state):
                if entry.startswith(BEGINNING):
                    self.is_gone(entry.removeprefix(BEGINNING))

    def _path(self, name: str) -> str:
        return os.path.join(self._profile.state, BEGINNING + name)

    def _remove(self, name: str) -> None:
        with contextlib.suppress(OSError):
            os.unlink(self._path(name))
