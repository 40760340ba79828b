"""What the writing on POSIX systems asks of one name in an open directory: most of all, what bears it."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from typing import Final

from .restore_model import Identity

if sys.platform != "win32":
    _SEEN: Final = os.O_NOFOLLOW | os.O_CLOEXEC

    def identity_of(found: os.stat_result) -> Identity:
        return Identity(found.st_dev, found.st_ino, found.st_uid)

    def is_file(found: os.stat_result, made: Identity) -> bool:
        """Whether what was found is the regular file `made`."""
        return stat.S_ISREG(found.st_mode) and identity_of(found) == made

    def stat_of(where: int, name: bytes) -> os.stat_result | None:
        """What bears the name, a link itself; None when nothing does."""
        try:
            return os.stat(name, dir_fd=where, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def remove(where: int, name: bytes, made: Identity | None) -> None:
        """Removes what bears the name, if it is the file `made` (None: whatever it is); never fails."""
        # Gone, or not ours to remove any more: the first error is the one to tell.
        with suppress(OSError):
            if made is None or is_file(os.stat(name, dir_fd=where, follow_symlinks=False), made):
                os.unlink(name, dir_fd=where)

    def link_same(first: int, first_name: bytes, made: Identity, where: int, name: bytes) -> None:
        """A second name of the file `made`. FileNotFoundError when another bears its first name by now.

        The first name may stand in a folder of somebody who is not let into the second's.
        """
        if sys.platform == "linux":
            number = os.open(first_name, os.O_PATH | _SEEN, dir_fd=first)
            try:
                if not is_file(os.fstat(number), made):
                    raise _gone()
                # To the very file that was compared, wherever it is now (proc(5)).
                os.link(b"/proc/self/fd/%d" % number, name, dst_dir_fd=where, follow_symlinks=True)
            finally:
                os.close(number)
            return
        os.link(first_name, name, src_dir_fd=first, dst_dir_fd=where, follow_symlinks=False)
        if not is_file(os.stat(name, dir_fd=where, follow_symlinks=False), made):
            os.unlink(name, dir_fd=where)
            raise _gone()

    def _gone() -> FileNotFoundError:
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    def write_rest(number: int, rest: memoryview, offset: int) -> None:
        """What a first write left over: a full disk lets part of it through, then says so."""
        while rest:
            done = os.pwrite(number, rest, offset)
            rest, offset = rest[done:], offset + done

    def in_use(rest: bytes) -> bool:
        """True unless `rest` of a name that it made tells of a process that is no more: `pid-token-number` of
        a part, with something behind of what was tried out on the file system."""
        fields = rest.split(b"-")
        if len(fields) < 3 or not fields[0].isdigit():
            return True
        try:
            os.kill(int(fields[0]), 0)
        except ProcessLookupError:
            return False
        except (OSError, OverflowError):
            pass
        return True
