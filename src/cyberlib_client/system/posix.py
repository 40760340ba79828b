"""What Linux and macOS have in common."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from ..core.platform import Native, OwnerNames

_NICE: Final = 10
# A folder on the network or behind FUSE may have nothing to flush.
_NO_SYNC: Final = frozenset((errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF))

if sys.platform != "win32":
    import fcntl
    import grp
    import pwd
    import resource

    class PosixVolumes:
        """See core.platform.Volumes."""

        def sync_directory(self, path: Native) -> None:
            """fsync; on macOS down to the platters, which fsync there does not do."""
            number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                _flush(number)
            except OSError as error:
                if error.errno not in _NO_SYNC:
                    raise
            finally:
                os.close(number)

        def syncs_whole(self, path: Native) -> bool:
            """Any user may."""
            return True

        def sync_volume(self, target: Native | int) -> None:
            """As `_sync` does it; a path is opened for it."""
            if isinstance(target, int):
                self._sync(target)
                return
            number = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
            try:
                self._sync(number)
            finally:
                os.close(number)

        def _sync(self, number: int) -> None:
            """sync(2): all file systems, where nothing better is known."""
            os.sync()

    def _flush(number: int) -> None:
        if sys.platform == "darwin":
            try:
                fcntl.fcntl(number, fcntl.F_FULLFSYNC)
            except OSError:
                pass  # not every file system knows it: plain fsync below
            else:
                return
        os.fsync(number)

    class PosixMachine:
        """See core.platform.Machine."""

        def machine_name(self) -> str:
            """The first part of the host name."""
            return os.uname().nodename.partition(".")[0] or "localhost"

        def user_name(self) -> str:
            """From the password database, as the environment may say anything."""
            try:
                return pwd.getpwuid(os.geteuid()).pw_name
            except KeyError:  # a container's made-up user
                return f"uid {os.geteuid()}"

        def owner_names(self, users: set[int], groups: set[int]) -> OwnerNames:
            """One look-up per id, which a directory service may answer slowly: ask once per snapshot."""
            return {
                "users": _known(users, lambda number: pwd.getpwuid(number).pw_name),
                "groups": _known(groups, lambda number: grp.getgrgid(number).gr_name),
            }

    def nice() -> None:
        """Half of the way to the last: still a share when somebody else never rests."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, max(_NICE, os.getpriority(os.PRIO_PROCESS, 0)))

    def no_core_files() -> None:
        """No core file for this process nor for what it starts."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _known(numbers: Iterable[int], name_of: Callable[[int], str]) -> dict[int, str]:
    found = {}
    for number in sorted(numbers):
        try:
            found[number] = name_of(number)
        except (KeyError, OverflowError):
            continue  # an owner that no longer has an account, or never had one here
    return found
