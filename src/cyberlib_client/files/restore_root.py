"""Opening the folder that somebody chose for a restore, on POSIX systems."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from typing import Final

_PRIVATE: Final = 0o700

if sys.platform != "win32":
    import fcntl

    _ENTER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC

    def open_root(path: str, make: bool) -> int:
        """A descriptor of the folder; `make`: made if it is missing, with those above it, each private, and
        locked for as long as the descriptor is open.

        The system resolves the path, not we: so its own rules about links of others (Linux:
        fs.protected_symlinks) hold. Raises BlockingIOError when another restore holds the lock.
        """
        path = path.rstrip("/") or "/"
        if make:
            _make_private(path)
        number = _opened(path)
        if make:
            try:
                _lock(number)
            except BaseException:
                os.close(number)
                raise
        return number

    def _opened(path: str) -> int:
        try:
            return os.open(path, _ENTER | os.O_NOFOLLOW)
        except OSError:
            found = os.lstat(path)
            if not stat.S_ISLNK(found.st_mode):
                raise
        if os.geteuid() == 0 and found.st_uid != 0:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))  # another chose where it leads
        return os.open(path, _ENTER)

    def _make_private(path: str) -> None:
        """Whatever the umask is: who restores elsewhere than in a folder of theirs lets nobody in."""
        missing = []
        while path and not os.path.lexists(path):
            missing.append(path)
            path = os.path.dirname(path)
        for each in reversed(missing):
            with suppress(FileExistsError):
                os.mkdir(each, _PRIVATE)

    def _lock(number: int) -> None:
        """Two restores at once would take each other's unfinished files for those of a dead one."""
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            pass  # a file system without locks
