"""Starts a clerk: by itself, so that one is on its way before the rest of a window is loaded."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from ...state.profile import Profile
from ..program import program

if sys.platform == "win32":
    _FLAGS: Final = subprocess.CREATE_NO_WINDOW
else:
    _FLAGS: Final = 0


def start_clerk(profile: Profile) -> subprocess.Popen[bytes]:
    """The process of a clerk, which takes questions at once. Raises OSError."""
    return subprocess.Popen(
        [*program(), "--profile", profile.root, "agent", "clerk"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=_FLAGS,
    )
