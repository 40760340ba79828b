"""Files that only their owner can read, on Linux and macOS."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from typing import Final

from .owner_file import LARGEST, Exposed

_OTHERS: Final = 0o077  # an ACL that lets somebody in shows in the group's bits too (acl(5))
_FOLDER: Final = 0o700
_FILE: Final = 0o600

if sys.platform != "win32":
    from .posix import PosixVolumes

    _OPEN_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    # Without waiting: somebody may have put a fifo there.
    _OPEN_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    _CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

    class PosixPrivacy:
        """See owner_file.Privacy."""

        def make_folder(self, path: str) -> None:
            """An open folder of ours is closed to others; a link, or somebody else's folder, is refused."""
            _make_folders(os.path.abspath(path))
            number = _open_folder(path)
            try:
                os.fchmod(number, _FOLDER)
            finally:
                os.close(number)

        def new_folder(self, path: str) -> None:
            """See core.platform.PrivateFiles."""
            os.mkdir(path, _FOLDER)

        def create(self, path: str) -> int:
            """See core.platform.PrivateFiles."""
            return os.open(path, _CREATE, _FILE)

        def read(self, folder: str, name: str) -> bytes:
            """Checks what it has opened, so that nothing can be exchanged in between."""
            where = _open_folder(folder)
            try:
                _check_closed(os.fstat(where))
                number = _open(name, _OPEN_FILE, where)
            finally:
                os.close(where)
            with open(number, "rb") as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
                    raise Exposed
                _check_closed(found)
                return file.read(LARGEST + 1)

        def sync_folder(self, path: str) -> None:
            """See owner_file.Privacy."""
            PosixVolumes().sync_directory(path)

    def _make_folders(path: str) -> None:
        """With those above it, whatever the umask is."""
        if not os.path.lexists(path):
            _make_folders(os.path.dirname(path))
            with suppress(FileExistsError):
                os.mkdir(path, _FOLDER)

    def _open_folder(path: str) -> int:
        number = _open(path, _OPEN_FOLDER)
        if os.fstat(number).st_uid != os.geteuid():
            os.close(number)
            raise Exposed
        return number

    def _open(path: str, flags: int, folder: int | None = None) -> int:
        try:
            return os.open(path, flags, dir_fd=folder)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK, errno.ENXIO):
                raise Exposed from None  # a link, or no file at all
            raise

    def _check_closed(found: os.stat_result) -> None:
        if found.st_uid != os.geteuid() or found.st_mode & _OTHERS:
            raise Exposed
