"""One directory at a time: what is in it, in order, without what is left out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final, NamedTuple

from .entries import is_folder
from .read import Native


class Found(NamedTuple):
    """An item of a directory: its name in the vault, the path the system takes, its status.

    `folder`: a directory to enter; a link or a Windows junction is none.
    """

    name: bytes
    path: Native
    stat: os.stat_result
    folder: bool


_WINDOWS: Final = sys.platform == "win32"

Problem = Callable[[bytes, OSError], None]


def list_directory(path: Native, problem: Problem) -> list[Found]:
    """What a directory holds, in order of names.

    An item whose status cannot be read goes to `problem`; one that vanished meanwhile is passed over.
    Raises OSError when the directory itself cannot be read.
    """
    found: list[Found] = []
    with os.scandir(path) as entries:
        for entry in entries:
            name = entry.name
            if isinstance(name, str):
                name = name.encode("utf-8", "surrogatepass")
            try:
                # Windows' listings tell neither device nor number of a file, and lag behind its times.
                status = os.lstat(entry.path) if _WINDOWS else entry.stat(follow_symlinks=False)
                folder = is_folder(entry)
            except FileNotFoundError:
                continue
            except OSError as error:
                problem(name, error)
                continue
            found.append(Found(name, entry.path, status, folder))
    found.sort()  # names differ, so nothing behind them is ever compared
    return found
