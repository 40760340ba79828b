"""Owner, attributes, mode and times of what is restored on Linux, macOS and other POSIX systems.

In this order: a new owner clears setuid, and a read-only file takes no attributes. What cannot be set
never costs the content: every method returns the names of what it could not set.

Rights are given to nobody for whom they were not recorded: see `restore_groups`, and `again` for what
was there before, which somebody else may still hold open.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from typing import Final

from ..core.platform import NOT_APPLICABLE, Metadata
from .restore_groups import bounds_list, for_any_group, group_differs, list_for_any_group, without_list
from .restore_model import EntryMeta, Wishes

PERMISSIONS: Final = 0o777
_ALL_BITS: Final = 0o7777
_RUNS_AS_OWNER: Final = stat.S_ISUID | stat.S_ISGID
_PRIVATE: Final = 0o700
_PRIVATE_FILE: Final = 0o600
_ACCESS_LIST: Final = "acl:access"
_LISTS: Final = frozenset((_ACCESS_LIST, "acl:default"))
_CAPABILITIES: Final = ("xattr:security.", "xattr-hex:" + b"security.".hex())
_LISTED: Final = frozenset((_ACCESS_LIST, NOT_APPLICABLE + _ACCESS_LIST))
_NO_LIST: Final = frozenset((errno.ENODATA, errno.ENOTSUP))
_ACCESS, _DEFAULT = "system.posix_acl_access", "system.posix_acl_default"

if sys.platform != "win32":

    class Dress:
        """Sets metadata as `wishes` say. `bits`: those of a mode that may be set."""

        def __init__(self, metadata: Metadata | None, wishes: Wishes) -> None:
            self._metadata = metadata
            self._wishes = wishes
            self._user = os.geteuid()
            self._names: dict[tuple[int, int], set[Hashable]] = {}
            self.wants_owner = wishes.owner
            self.bits = _ALL_BITS if wishes.owner else PERMISSIONS

        def most(self, number: int, meta: EntryMeta) -> tuple[list[str], int]:
            """(what could not be set, the mode to set last): owner, attributes and ACLs of an open item."""
            lost: list[str] = []
            mode = meta.mode & self.bits
            if self.wants_owner:
                attempt(lost, "owner", lambda: os.chown(number, meta.uid, meta.gid))
                if lost:
                    mode &= PERMISSIONS
                    attempt([], "", lambda: os.chown(number, -1, meta.gid))

            def group() -> int:
                return os.fstat(number).st_gid

            lost += self._attributes(number, meta, group)
            return lost, self._mode(mode, meta, lost, group)

        def all(self, number: int, meta: EntryMeta) -> list[str]:
            """Everything but what bars all change (`barred`) of an open item."""
            lost, mode = self.most(number, meta)
            attempt(lost, "mode", lambda: os.fchmod(number, mode))
            attempt(lost, "time", lambda: _set_time(number, meta.mtime_ns))
            return lost

        def again(self, number: int, meta: EntryMeta, linked: Hashable) -> list[str]:
            """The same for an item that was there, as far as it differs; `linked`: see `Place.dress_again`.

            What belongs to another user, or has a name elsewhere, is left alone: only told. Nothing here gets
            setuid, setgid or capabilities: whoever made it may still have it open for writing.
            """
            found = os.fstat(number)
            now = self._attributes_of(number) if meta.extras else {}
            meta, refused = self._harmless(found, now, meta)
            meta = meta._replace(extras=self._fitting(meta, lambda: self._group_to_be(found, meta)))
            differs = self._differing(found, meta)
            if not self._is_ours(found, meta) or not self._all_names_known(found, linked):
                return differs + refused
            wanted = {k: v for k, v in (meta.extras or {}).items() if self._wishes.acl or k not in _LISTS}
            if not differs and all(now.get(key) == value for key, value in wanted.items()):
                return refused
            rights = "mode" in differs or "owner" in differs
            if rights or meta.extras:
                attempt([], "", lambda: os.fchmod(number, _PRIVATE))
            if rights:  # a mode that gives more to the group gives more to all whom a list names
                attempt([], "", lambda: drop_list(number))
            return self.all(number, meta) + self.barred(number, meta) + refused

        def barred(self, number: int, meta: EntryMeta) -> list[str]:
            """Flags that forbid every change, renaming too."""
            if self._metadata is None or not meta.extras:
                return []
            return self._metadata.apply_last(number, meta.extras, want_owner=self.wants_owner)

        def named(self, where: int, name: bytes, kind: int, meta: EntryMeta, *, new: bool) -> list[str]:
            """Everything of an item that cannot be opened: a link, a fifo, a device; `kind` as in `stat`.

            `new`: just made by this process. Whatever else is found there is left alone.
            """
            try:
                if sys.platform != "linux":  # nothing there holds what cannot be opened: it goes by its name
                    return self._found(os.lstat(name, dir_fd=where), (where, name), kind, meta, new)
                number = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=where)
                try:
                    return self._found(os.fstat(number), number, kind, meta, new)
                finally:
                    os.close(number)
            except OSError:  # gone, or another's
                return ["mode", "time"]

        def _found(
            self, found: os.stat_result, item: int | tuple[int, bytes], kind: int, meta: EntryMeta, new: bool
        ) -> list[str]:
            if stat.S_IFMT(found.st_mode) != kind:
                return ["mode", "time"]
            ours = found.st_uid == self._user if new else self._is_ours(found, meta)
            if not ours or found.st_nlink > 1:
                return self._differing(found, meta)
            if new:
                return self._unopened(item, kind, meta)
            meta, refused = self._harmless(found, {}, meta)
            if not meta.extras and not self._differing(found, meta):
                return refused
            return self._unopened(item, kind, meta) + refused

        def _unopened(self, item: int | tuple[int, bytes], kind: int, meta: EntryMeta) -> list[str]:
            """`item`: its descriptor (O_PATH), or (directory, name)."""
            lost: list[str] = []
            where, name = (None, b"/proc/self/fd/%d" % item) if isinstance(item, int) else item
            follow = where is None  # to the item itself, wherever it is now (proc(5))

            def group() -> int:
                return os.stat(name, dir_fd=where, follow_symlinks=follow).st_gid

            def chmod(mode: int) -> None:
                os.chmod(name, mode, dir_fd=where, follow_symlinks=follow)

            mode = meta.mode & self.bits
            if self.wants_owner:
                owner = (meta.uid, meta.gid)
                attempt(lost, "owner", lambda: os.chown(name, *owner, dir_fd=where, follow_symlinks=follow))
                if lost:
                    mode &= PERMISSIONS
            if kind != stat.S_IFLNK:
                attempt([], "", lambda: chmod(_PRIVATE_FILE))
                attempt([], "", lambda: drop_list(name))
            if isinstance(item, int):
                lost += self._attributes(item, meta, group)
            else:
                lost += meta.extras or ()
            if kind != stat.S_IFLNK:
                mode = self._mode(mode, meta, lost, group)
                attempt(lost, "mode", lambda: chmod(mode))
            times = (meta.mtime_ns, meta.mtime_ns)
            attempt(lost, "time", lambda: os.utime(name, ns=times, dir_fd=where, follow_symlinks=follow))
            return lost

        # What was there

        def _is_ours(self, found: os.stat_result, meta: EntryMeta) -> bool:
            return found.st_uid == self._user or (self.wants_owner and found.st_uid == meta.uid)

        def _all_names_known(self, found: os.stat_result, linked: Hashable) -> bool:
            if stat.S_ISDIR(found.st_mode) or found.st_nlink == 1:
                return True
            if linked is None:
                return False
            names = self._names.setdefault((found.st_dev, found.st_ino), set())
            names.add(linked)  # one name may be met twice: as its own item, and as another's second version
            return len(names) >= found.st_nlink

        def _harmless(
            self, found: os.stat_result, now: Mapping[str, bytes], meta: EntryMeta
        ) -> tuple[EntryMeta, list[str]]:
            """(what may be set of an item that was there with the attributes `now`, what not). A directory of
            ours runs nothing."""
            if stat.S_ISDIR(found.st_mode) and found.st_uid == self._user:
                return meta, []
            same_owner = (found.st_uid, found.st_gid) == (meta.uid, meta.gid)
            has = found.st_mode if same_owner or not self.wants_owner else 0
            barred = meta.mode & self.bits & _RUNS_AS_OWNER & ~has
            refused = ["mode"] if barred else []
            extras = meta.extras
            if extras and self.wants_owner:
                rights = [
                    key
                    for key, value in extras.items()
                    if key.lower().startswith(_CAPABILITIES) and now.get(key) != value
                ]
                refused += rights
                extras = {key: value for key, value in extras.items() if key not in rights}
            return meta._replace(mode=meta.mode & ~barred, extras=extras), refused

        def _differing(self, found: os.stat_result, meta: EntryMeta) -> list[str]:
            differs = []
            if self.wants_owner and (found.st_uid, found.st_gid) != (meta.uid, meta.gid):
                differs.append("owner")
            if not stat.S_ISLNK(found.st_mode):
                group = self._group_to_be(found, meta)
                if stat.S_IMODE(found.st_mode) != self._mode(meta.mode & self.bits, meta, [], lambda: group):
                    differs.append("mode")
            if found.st_mtime_ns != meta.mtime_ns:
                differs.append("time")
            return differs

        def _group_to_be(self, found: os.stat_result, meta: EntryMeta) -> int:
            return meta.gid if self.wants_owner else found.st_gid

        def _attributes_of(self, number: int) -> Mapping[str, bytes]:
            with suppress(OSError):
                if self._metadata is not None:
                    return self._metadata.read(number, is_symlink=False)
            return {}

        # Rights

        def _mode(self, mode: int, meta: EntryMeta, lost: list[str], group: Callable[[], int]) -> int:
            """The mode for an item with attributes as recorded, but for what was `lost`."""
            if (access := (meta.extras or {}).get(_ACCESS_LIST)) is not None:
                given = self._wishes.acl and self._metadata is not None
                if given and bounds_list(access) and _LISTED.isdisjoint(lost):
                    return mode
                mode = without_list(mode, access)
            if not group_differs(mode) or group() == meta.gid:
                return mode
            return for_any_group(mode)

        def _attributes(self, number: int, meta: EntryMeta, group: Callable[[], int]) -> list[str]:
            if not meta.extras or self._metadata is None:
                return []
            wishes = self._wishes
            extras = self._fitting(meta, group)
            return self._metadata.apply(number, extras, want_acl=wishes.acl, want_owner=wishes.owner)

        def _fitting(self, meta: EntryMeta, group: Callable[[], int]) -> Mapping[str, bytes]:
            """The attributes to set: access lists as the item's group may have them."""
            extras = meta.extras or {}
            if not self._wishes.acl or _LISTS.isdisjoint(extras) or group() == meta.gid:
                return extras
            return {k: list_for_any_group(v) if k in _LISTS else v for k, v in extras.items()}

    def attempt(lost: list[str], what: str, change: Callable[[], None]) -> None:
        """Metadata that this file system or this user cannot set is named in `lost`."""
        try:
            change()
        except (OSError, OverflowError):
            lost.append(what)

    def hands_down_lists(directory: int) -> bool:
        """Whether what is made in an open directory gets an access list from it."""
        if sys.platform != "linux":
            return False
        try:
            os.getxattr(directory, _DEFAULT)
        except OSError as error:
            return error.errno not in _NO_LIST
        return True

    def drop_list(item: int | bytes, name: str = _ACCESS) -> None:
        """Takes the access list from an item. To be called while the mode's group bits, which may be the
        bounds of the list, give the group nothing."""
        if sys.platform == "linux":
            try:
                os.removexattr(item, name)
            except OSError as error:
                if error.errno not in _NO_LIST:
                    raise

    def drop_inherited(directory: int) -> None:
        """Takes from a new directory both lists that it got from the one above."""
        drop_list(directory)
        drop_list(directory, _DEFAULT)

    def chmod_unopened(where: int, name: bytes, found: os.stat_result, mode: int) -> None:
        """The mode of what was found under a name, reached without opening it or following a link."""
        if sys.platform != "linux":
            os.chmod(name, mode, dir_fd=where, follow_symlinks=False)
            return
        number = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=where)
        try:
            if os.path.samestat(os.fstat(number), found):
                os.chmod(f"/proc/self/fd/{number}", mode)
        finally:
            os.close(number)

    def _set_time(number: int, mtime_ns: int) -> None:
        os.utime(number, ns=(mtime_ns, mtime_ns))
