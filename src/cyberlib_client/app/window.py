"""Opening the window, which is a program of its own: what it needs is not loaded by any command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Final

from ..core.errors import Failed
from ..core.ports import CancelToken
from .program import program

_LOOK: Final = 0.3
"""Seconds between two looks whether the window is to be closed."""


def can_be_seen(environ: Mapping[str, str]) -> bool:
    """Whether there is a window to open, and a screen to show it on."""
    screen = sys.platform in ("win32", "darwin") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & environ.keys())
    return screen and _is_installed()


def _is_installed() -> bool:
    return bool(getattr(sys, "frozen", False)) or find_spec("PySide6") is not None


def open_window(
    folder: str | None,
    language: str,
    *,
    alone: bool = False,
    cancel: CancelToken | None = None,
    more: Sequence[str] = (),
) -> int:
    """Shows the window until it is left; its exit code. `folder`: of the profile, None for this user's own.
    `alone`: it hides behind no icon, but ends when it is closed. `cancel`: closes it. `more`: of what
    the program takes.

    Raises Failed("gui_not_installed"), ("gui_not_started", reason=…)."""
    if not _is_installed():
        raise Failed("gui_not_installed")
    command = [*_program(), "--lang", language]
    if folder is not None:
        command += ["--profile", folder]
    if alone:
        command.append("--alone")
    command += more
    try:
        shown = subprocess.Popen(command)
    except OSError as error:
        raise Failed("gui_not_started", reason=error.strerror) from None
    while True:
        try:
            return shown.wait(_LOOK)
        except subprocess.TimeoutExpired:
            if cancel is not None and cancel.cancelled:
                shown.terminate()


def _program() -> list[str]:
    """Frozen, the window is the program beside this one."""
    words = program()
    if len(words) == 1:
        folder, name = os.path.split(words[0])
        return [os.path.join(folder, name.replace("cyberlib", "cyberlib-gui", 1))]
    return [*words[:-1], "cyberlib_client.gui"]
