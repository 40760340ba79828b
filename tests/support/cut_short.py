"""A program that ends at one of its changes of files, as if it were killed there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

CHANGING: Final = ("replace", "rename", "link", "unlink", "mkdir", "open")
"""Functions of `os` by which files are changed."""


class Ended(BaseException):
    """The program is no more."""


class Cut:
    """Ends the program before its change number `left` in a folder, and whatever it changes there later."""

    def __init__(self, folder: Path, left: int) -> None:
        self._folder, self.left = os.fsencode(folder), left

    def counted(self, real: Any) -> Any:
        """In place of a function of `CHANGING`."""

        def call(*args: Any, **more: Any) -> Any:
            there = any(isinstance(a, str | bytes) and self._folder in os.fsencode(a) for a in args)
            reads = real.__name__ == "open" and not args[1] & (os.O_WRONLY | os.O_RDWR)
            if there and not reads:
                self.left -= 1
                if self.left < 0:
                    raise Ended
            return real(*args, **more)

        return call
