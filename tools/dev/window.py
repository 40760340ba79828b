"""Whether a window can be shown here: its 250 MB are then installed for the demonstration."""

from __future__ import annotations

import os
import sys


def can_be_seen() -> bool:
    """Whether somebody sits before a screen."""
    screen = sys.platform in ("win32", "darwin") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())
    return screen and sys.stderr.isatty()
