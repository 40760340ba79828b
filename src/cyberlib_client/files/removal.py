"""Removing a folder with all that was restored into it, whatever its rights are now."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
from collections.abc import Callable
from typing import Any, Final

_OWNER: Final = stat.S_IRWXU


def remove_tree(path: str) -> bool:
    """Removes a folder and what lies below it; whether nothing is left. Follows no link; never raises."""
    if os.path.islink(path):
        return False
    given = f"\\\\?\\{os.path.abspath(path)}" if sys.platform == "win32" else path
    if sys.platform != "win32":
        _open_up(given)
    if sys.version_info >= (3, 12):
        shutil.rmtree(given, onexc=lambda work, each, _error: _again(work, each))
    else:
        shutil.rmtree(given, onerror=lambda work, each, _error: _again(work, each))
    return not os.path.lexists(path)


def _open_up(path: str) -> None:
    """Folders that were restored shut let their owner in."""
    for folder, folders, _ in os.walk(path):
        for each in (folder, *(os.path.join(folder, name) for name in folders)):
            if not os.path.islink(each):
                with contextlib.suppress(OSError):
                    os.chmod(each, _OWNER)


def _again(work: Callable[..., Any], path: str) -> None:
    """Once more, as something that may be changed: on Windows a read-only file cannot be deleted."""
    with contextlib.suppress(OSError):
        if not os.path.islink(path):
            os.chmod(path, _OWNER)
        work(path)
