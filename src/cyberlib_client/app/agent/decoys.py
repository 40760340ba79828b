"""Decoys of the ransomware alarm, as the agent minds them: whether one was touched, by its times and size.

What became of it is for a worker to find out, which reads it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import Final

from ...core.errors import CyberlibError
from ...core.windows_paths import extended
from ...files.names import to_vault_path
from ...state.alarms import read_alarms
from ...state.profile import Profile

_Look = tuple[int, int, int] | None
_UNSEEN: Final = (-1, -1, -1)


class Decoys:
    """Those of a profile. For one thread; nothing raises. Only folders of which something was heard are
    looked into: one on a disk that does not answer would hold up the agent."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._stamp: _Look = None
        self._known: dict[bytes, dict[str, _Look]] = {}

    def touched(self, folders: Iterable[bytes]) -> bool:
        """Whether a decoy in one of these folders (vault paths), of which something changed, is not as it was
        when it was asked last, or when the last run looked at it. Once for each time."""
        found = False
        if not self._known or any(folder in self._known for folder in folders):
            self._read()
        for folder in folders:
            decoys = self._known.get(folder, {})
            for path, before in decoys.items():
                now = _look(path)
                found = found or (self._is_news(now) if before == _UNSEEN else now != before)
                decoys[path] = now
        return found

    def _is_news(self, now: _Look) -> bool:
        """Of a decoy never looked at here: whether it changed since a run wrote what it learned."""
        return now is None or self._stamp is None or now[0] > self._stamp[0]

    def _read(self) -> None:
        """Anew when each run has written what it learned; what was seen of decoys before stays known."""
        stamp = _look(self._profile.alarm)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        known: dict[bytes, dict[str, _Look]] = {}
        with contextlib.suppress(CyberlibError):
            for canary in read_alarms(self._profile).canaries:
                path = os.fsdecode(canary.path)
                folder = to_vault_path(os.path.dirname(path))
                before = self._known.get(folder, {})
                known.setdefault(folder, {})[path] = before.get(path, _UNSEEN)
        self._known = known


def _look(path: str) -> _Look:
    """When it changed, its size and number."""
    with contextlib.suppress(OSError):
        status = os.lstat(extended(path))
        return max(status.st_mtime_ns, status.st_ctime_ns), status.st_size, status.st_ino
    return None
