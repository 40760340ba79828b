"""Finds out what a POSIX file system does to names and modes, by trying.

What the system's documents say is not enough: a Linux machine restores to an exFAT stick or a Windows
share as well as to ext4, a Mac may have a case-sensitive disk.
"""

from __future__ import annotations

import errno
import os
import sys
import unicodedata
from dataclasses import replace
from typing import Final

from .restore_model import Traits
from .restore_names import MACOS, POSIX, NameRules

_LETTERS: Final = "-é"  # has a second case and a second form
_WINDOWS_LIMIT: Final = 255
_PERMISSIONS: Final = 0o777
_ALL_BITS: Final = 0o7777
_NOT_ABOUT_NAMES: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EINTR))

if sys.platform != "win32":
    _FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

    def traits_of(directory: int, unused: bytes, seal: int) -> Traits:
        """What the file system of `directory` does. `unused`: an ASCII name to try with; nothing is left."""
        usual = replace(MACOS if sys.platform == "darwin" else POSIX, limit=_limit(directory))
        name = unused.decode("utf-8", "replace") + _LETTERS
        try:
            number = os.open(name.encode(), _FLAGS, seal, dir_fd=directory)
        except OSError:
            return Traits(usual, None)  # the first item will say what is wrong
        try:
            mode = os.fstat(number).st_mode & _ALL_BITS
            rules = _rules(directory, name, usual)
        finally:
            os.close(number)
            os.unlink(name.encode(), dir_fd=directory)
        kept = mode in (seal, seal & _PERMISSIONS)
        return Traits(rules, mode if kept else None, modes=kept)

    def _rules(directory: int, name: str, usual: NameRules) -> NameRules:
        windows = not _possible(directory, (name + ":").encode())
        return replace(
            usual,
            windows=windows,
            text=windows or not _possible(directory, name.encode() + b"\xff"),
            fold_case=_exists(directory, name.upper().encode()),
            fold_form=_exists(directory, unicodedata.normalize("NFD", name).encode()),
            limit=min(usual.limit, _WINDOWS_LIMIT) if windows else usual.limit,
        )

    def _limit(directory: int) -> int:
        try:
            limit = os.fpathconf(directory, "PC_NAME_MAX")
        except (OSError, ValueError):
            limit = 0
        return limit if limit >= 64 else POSIX.limit

    def _exists(directory: int, name: bytes) -> bool:
        try:
            os.stat(name, dir_fd=directory, follow_symlinks=False)
        except OSError:
            return False
        return True

    def _possible(directory: int, name: bytes) -> bool:
        try:
            number = os.open(name, _FLAGS, 0o600, dir_fd=directory)
        except OSError as error:
            return error.errno in _NOT_ABOUT_NAMES
        os.close(number)
        os.unlink(name, dir_fd=directory)
        return True
