"""Owner, attributes, mode and times of what is restored on Linux, macOS and other POSIX systems.

In this order: a new owner clears setuid, and a read-only file takes no attributes. What cannot be set
never costs the content: every method returns the names of what it could not set.

A group's rights are for the recorded group. Where the item has another, which is the rule unless
owners are asked for, that group gets no more than everybody has: 0640 becomes 0600, 0775 becomes 0755.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from ..core.platform import Metadata
from .restore_model import EntryMeta, Wishes

_PERMISSIONS: Final = 0o777
_ALL_BITS: Final = 0o7777
_PRIVATE: Final = 0o700
_ACCESS_LIST: Final = "acl:access"


def group_exceeds(mode: int) -> bool:
    """Whether the group may do what others may not."""
    return bool(mode >> 3 & ~mode & 7)


def for_any_group(mode: int) -> int:
    """The mode with no more rights for the group than for everybody."""
    return mode & ~0o070 | (mode >> 3 & mode & 7) << 3


if sys.platform != "win32":

    class Dress:
        """Sets metadata as `wishes` say. `bits`: those of a mode that may be set."""

        def __init__(self, metadata: Metadata | None, wishes: Wishes) -> None:
            self._metadata = metadata
            self._wishes = wishes
            self._user = os.geteuid()
            self.wants_owner = wishes.owner
            self.bits = _ALL_BITS if wishes.owner else _PERMISSIONS

        def most(self, number: int, meta: EntryMeta) -> tuple[list[str], int]:
            """(what could not be set, the mode to set last): owner, attributes and ACLs of an open item."""
            lost: list[str] = []
            mode = meta.mode & self.bits
            if self.wants_owner:
                attempt(lost, "owner", lambda: os.chown(number, meta.uid, meta.gid))
                if lost:
                    mode &= _PERMISSIONS
                    attempt([], "", lambda: os.chown(number, -1, meta.gid))
            lost += self._attributes(number, meta.extras)
            return lost, self._mode(mode, meta, lambda: os.fstat(number).st_gid)

        def all(self, number: int, meta: EntryMeta) -> list[str]:
            """Everything but what bars all change (`barred`) of an open item."""
            lost, mode = self.most(number, meta)
            attempt(lost, "mode", lambda: os.fchmod(number, mode))
            attempt(lost, "time", lambda: _set_time(number, meta.mtime_ns))
            return lost

        def again(self, where: int, name: bytes, number: int, meta: EntryMeta, linked: bool) -> list[str]:
            """The same for an item that was there, as far as it differs; `linked`: it may have other names.

            What belongs to another user, or has a name elsewhere, is left alone: only told.
            """
            found = os.fstat(number)
            mode = self._mode(meta.mode & self.bits, meta, lambda: found.st_gid)
            differs = [
                what
                for what, other in (
                    ("owner", self.wants_owner and (found.st_uid, found.st_gid) != (meta.uid, meta.gid)),
                    ("mode", stat.S_IMODE(found.st_mode) != mode),
                    ("time", found.st_mtime_ns != meta.mtime_ns),
                )
                if other
            ]
            ours = self.wants_owner or found.st_uid == self._user
            if not ours or (found.st_nlink > 1 and not linked):
                return differs
            extras = self._differing(where, name, number, meta.extras or {})
            if not differs and not extras:
                return []
            if extras:
                attempt([], "", lambda: os.fchmod(number, _PRIVATE))
            meta = meta._replace(extras=extras)
            return self.all(number, meta) + self.barred(number, meta)

        def barred(self, number: int, meta: EntryMeta) -> list[str]:
            """Flags that forbid every change, renaming too."""
            if self._metadata is None or not meta.extras:
                return []
            return self._metadata.apply_last(number, meta.extras, want_owner=self.wants_owner)

        def named(self, where: int, name: bytes, kind: int, meta: EntryMeta) -> list[str]:
            """Everything of an item that cannot be opened: a link, a fifo, a device; `kind` as in `stat`."""
            lost: list[str] = []
            mode = meta.mode & self.bits
            if self.wants_owner:
                owner = (meta.uid, meta.gid)
                attempt(lost, "owner", lambda: os.chown(name, *owner, dir_fd=where, follow_symlinks=False))
                if lost:
                    mode &= _PERMISSIONS
            if sys.platform == "linux":
                lost += self._attributes(_below(where, name), meta.extras)
            else:  # no way to name it that nobody can turn elsewhere
                lost += meta.extras or ()
            if kind != stat.S_IFLNK:
                mode = self._mode(mode, meta, lambda: os.lstat(name, dir_fd=where).st_gid)
                attempt(lost, "mode", lambda: chmod_unopened(where, name, kind, mode))
            times = (meta.mtime_ns, meta.mtime_ns)
            attempt(lost, "time", lambda: os.utime(name, ns=times, dir_fd=where, follow_symlinks=False))
            return lost

        def _mode(self, mode: int, meta: EntryMeta, group: Callable[[], int]) -> int:
            if not group_exceeds(mode):
                return mode
            if self._wishes.acl and _ACCESS_LIST in (meta.extras or ()):
                return mode  # where there is a list, these bits bound it, and the list was asked for
            return mode if group() == meta.gid else for_any_group(mode)

        def _attributes(self, target: bytes | int, extras: Mapping[str, bytes] | None) -> list[str]:
            if not extras or self._metadata is None:
                return []
            wishes = self._wishes
            return self._metadata.apply(target, extras, want_acl=wishes.acl, want_owner=wishes.owner)

        def _differing(
            self, where: int, name: bytes, number: int, extras: Mapping[str, bytes]
        ) -> dict[str, bytes]:
            """What of `extras` an open item has not."""
            now: dict[str, bytes] = {}
            if extras and self._metadata is not None:
                with suppress(OSError):
                    now = self._metadata.read(_path_of(where, name, number), is_symlink=False)
            return {key: value for key, value in extras.items() if now.get(key) != value}

    def attempt(lost: list[str], what: str, change: Callable[[], None]) -> None:
        """Metadata that this file system or this user cannot set is named in `lost`."""
        try:
            change()
        except (OSError, OverflowError):
            lost.append(what)

    def chmod_unopened(where: int, name: bytes, kind: int, mode: int) -> None:
        """The mode of an item of a kind, reached without opening it and without following a link."""
        if sys.platform != "linux":
            os.chmod(name, mode, dir_fd=where, follow_symlinks=False)
            return
        number = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=where)
        try:
            if stat.S_IFMT(os.fstat(number).st_mode) == kind:
                os.chmod(f"/proc/self/fd/{number}", mode)
        finally:
            os.close(number)

    def _set_time(number: int, mtime_ns: int) -> None:
        os.utime(number, ns=(mtime_ns, mtime_ns))

    def _below(where: int, name: bytes) -> bytes:
        """A path to an item of an open directory, whatever becomes of the directory's own path (proc(5))."""
        return b"/proc/self/fd/%d/%s" % (where, name)

    def _path_of(where: int, name: bytes, number: int) -> bytes:
        """A path to an open item, good for looking."""
        if sys.platform == "darwin":
            import fcntl

            return fcntl.fcntl(number, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0")
        return _below(where, name)
