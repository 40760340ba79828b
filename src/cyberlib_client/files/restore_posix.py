"""Writing below an open directory on Linux, macOS and other POSIX systems.

Every call names one item of a directory held open (`dir_fd`) and refuses links (`O_NOFOLLOW`): no
exchange of a directory for a link can make a write land elsewhere.

A small file is made under its own name in one go. Until its last byte is written it carries the
mode `SEAL`, which lets nobody but a superuser read it and which no file has by accident: an
interrupted restore never leaves a half-written file that somebody could take for a whole one, and
the next restore to the same place replaces it (`Existing.unfinished`). Measured per small file, this
costs what a bare creation costs, where a temporary name and a rename cost 40 to 75 % more.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
import sys
from collections.abc import Hashable
from contextlib import suppress
from typing import Final

from ..core.platform import Metadata
from ..core.ports import Buffer
from .restore_model import PART, EntryMeta, Exchanged, Existing, Held, Identity, Traits, Wishes
from .restore_names import MACOS, POSIX

SEAL: Final = 0o1200
"""Owner may write, nobody may read; the sticky bit means nothing on a file, and some systems clear it."""

_FLAGS: Final = "macos:flags"
_PRIVATE: Final = 0o700
_PRIVATE_FILE: Final = 0o600
_NO_LINKS: Final = frozenset((errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV))
_NO_FILE: Final = frozenset((errno.ENXIO, errno.ELOOP, errno.EMLINK, errno.EISDIR))
"""A fifo that nobody reads, a link, a directory; FreeBSD says EMLINK of a link."""
_NOT_A_DIRECTORY: Final = frozenset((errno.ENOTDIR, errno.ELOOP, errno.ENXIO))

if sys.platform != "win32":
    from .restore_calls import identity_of, in_use, is_file, link_same, remove, stat_of, write_rest
    from .restore_dress import PERMISSIONS, Dress, chmod_unopened, drop_inherited, drop_list, hands_down_lists
    from .restore_groups import for_any_group, group_differs
    from .restore_root import open_root
    from .restore_traits import traits_of

    _CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    _ENTER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

    class PosixPlace:
        """See `Place`."""

        reopens_files = True

        def __init__(self, metadata: Metadata | None, wishes: Wishes) -> None:
            self._dress = Dress(metadata, wishes)
            self.user = os.geteuid()
            self._group = os.getegid()
            # A quarter of what this process may open: the store, the database and the rest need some too.
            self.open_limit = max(16, min(4096, os.sysconf("SC_OPEN_MAX") // 4))
            node = os.fsencode(os.uname().nodename)[:32].replace(b"/", b"")
            self._mine = PART + node + b"-"
            self._token = b"%s%d-%s-" % (self._mine, os.getpid(), os.urandom(4).hex().encode())
            self._parts = itertools.count()

        # Directories

        def open_root(self, path: str, make: bool) -> tuple[Held, Identity]:
            return self._entered(open_root(path, make))

        def usual(self) -> Traits:
            return Traits(MACOS if sys.platform == "darwin" else POSIX, SEAL)

        def traits(self, directory: Held) -> Traits:
            return traits_of(directory.number, self.part_name(), SEAL)

        def make_directory(self, directory: Held, name: bytes) -> None:
            os.mkdir(name, _PRIVATE, dir_fd=directory.number)

        def open_directory(self, directory: Held, name: bytes, ours: bool) -> tuple[Held, Identity]:
            try:
                number = os.open(name, _ENTER, dir_fd=directory.number)
            except OSError as error:
                if error.errno in _NOT_A_DIRECTORY:
                    raise NotADirectoryError(*error.args) from None
                raise
            if not ours:
                return self._entered(number)
            held = Held(number, os.close)
            found = os.fstat(number)
            if found.st_uid != self.user:
                raise Exchanged
            held.owner = self.user
            if found.st_gid == self._group:
                # So has a new file in it, whether the system gives it the maker's group or the directory's.
                held.gives = self.user, self._group
            if directory.hands_down:
                drop_inherited(number)
            return held, identity_of(found)

        def _entered(self, number: int) -> tuple[Held, Identity]:
            """A directory that was there. One of another user's may get a list to hand down at any time."""
            held = Held(number, os.close)
            found = os.fstat(number)
            held.owner = found.st_uid
            held.hands_down = found.st_uid != self.user or hands_down_lists(number)
            return held, identity_of(found)

        def finish_directory(self, directory: Held, meta: EntryMeta) -> list[str]:
            return self._dress.all(directory.number, meta) + self._dress.barred(directory.number, meta)

        # Files

        def write(
            self,
            directory: Held,
            name: bytes,
            data: Buffer,
            meta: EntryMeta,
            seal: int | None,
            made: list[Identity] | None = None,
        ) -> list[str]:
            where = directory.number
            number = os.open(name, _CREATE, _PRIVATE_FILE if seal is None else SEAL, dir_fd=where)
            lost: list[str] = []
            ours: Identity | None = None
            try:
                found = os.fstat(number)
                ours = identity_of(found)
                done = os.write(number, data)
                if done != len(data):
                    write_rest(number, memoryview(data)[done:], done)
                if directory.hands_down:
                    drop_list(number)
                mode, user, group, mtime_ns, extras = meta
                mode &= self._dress.bits
                # setuid and the like only once the owner was set and that worked.
                given = directory.gives == (user, group) and mode <= PERMISSIONS
                if extras or (self._dress.wants_owner and not given):
                    lost, mode = self._dress.most(number, meta)
                    ours = identity_of(os.fstat(number))
                elif group_differs(mode) and found.st_gid != group:
                    mode = for_any_group(mode)
                try:
                    os.utime(number, ns=(mtime_ns, mtime_ns))
                except (OSError, OverflowError):
                    lost.append("time")
                try:
                    os.fchmod(number, mode)  # last: from here on the file is whole
                except OSError:
                    if seal is not None:
                        raise
                    lost.append("mode")
            except BaseException:
                self.remove(directory, name, ours)  # while it is open: nothing else has its number
                with suppress(OSError):
                    os.close(number)
                raise
            try:
                os.close(number)  # some file systems say only now that the disk is full
            except BaseException:
                self.remove(directory, name, ours)
                raise
            if made is not None:
                made.append(ours)
            return lost

        def create_part(self, directory: Held, name: bytes, size: int, sparse: bool) -> tuple[Held, Identity]:
            number = os.open(name, _CREATE, _PRIVATE_FILE, dir_fd=directory.number)
            held = Held(number, os.close)
            ours = identity_of(os.fstat(number))
            try:
                if directory.hands_down:
                    drop_list(number)
                os.ftruncate(number, size)
            except BaseException:
                self.remove(directory, name, ours)
                raise
            return held, ours

        def open_part(self, directory: Held, name: bytes, identity: Identity) -> Held:
            flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a fifo is not waited for
            try:
                number = os.open(name, flags, dir_fd=directory.number)
            except OSError as error:
                if error.errno in _NO_FILE:
                    raise Exchanged from None
                raise
            held = Held(number, os.close)
            if not is_file(os.fstat(number), identity):
                raise Exchanged
            return held

        def pwrite(self, part: Held, data: Buffer, offset: int) -> None:
            done = os.pwrite(part.number, data, offset)
            if done != len(data):
                write_rest(part.number, memoryview(data)[done:], offset + done)

        def discard(self, part: Held) -> None:
            with suppress(OSError):
                os.ftruncate(part.number, 0)

        def finish_part(self, part: Held, size: int, meta: EntryMeta) -> list[str]:
            if os.fstat(part.number).st_size != size:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return self._dress.all(part.number, meta)

        def finish_last(self, directory: Held, name: bytes, meta: EntryMeta) -> list[str]:
            if not meta.extras or _FLAGS not in meta.extras:
                return []
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            try:
                held = Held(os.open(name, flags, dir_fd=directory.number), os.close)
            except OSError:
                return [_FLAGS]
            return self._dress.barred(held.number, meta)

        # Names

        def rename_new(self, directory: Held, old: bytes, new: bytes) -> None:
            where = directory.number
            try:
                os.link(old, new, src_dir_fd=where, dst_dir_fd=where, follow_symlinks=False)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
            else:
                os.unlink(old, dir_fd=where)
                return
            # A directory, or a file system without links: between the look and the rename a second
            # program could still make a file of that name.
            if stat_of(where, new) is not None:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            os.rename(old, new, src_dir_fd=where, dst_dir_fd=where)

        def replace(self, directory: Held, old: bytes, new: bytes) -> None:
            os.replace(old, new, src_dir_fd=directory.number, dst_dir_fd=directory.number)

        def remove(self, directory: Held, name: bytes, made: Identity | None = None) -> None:
            remove(directory.number, name, made)

        def look(self, directory: Held, name: bytes, seal: int | None, size: int) -> Existing | None:
            found = stat_of(directory.number, name)
            if found is None:
                return None
            unfinished = (
                seal is not None
                and found.st_mode == stat.S_IFREG | seal
                and found.st_uid == self.user
                and found.st_size <= size
            )
            is_directory = stat.S_ISDIR(found.st_mode)
            return Existing(is_directory, found.st_size, found.st_mtime_ns, unfinished, found.st_uid)

        # What is there already

        def open_same(
            self, directory: Held, name: bytes, size: int, owner: int | None, *, touch: bool = True
        ) -> Held | None:
            found = stat_of(directory.number, name)
            if found is None or (stat.S_IFMT(found.st_mode), found.st_size) != (stat.S_IFREG, size):
                return None
            if found.st_uid not in (self.user, owner):
                return None
            try:
                held = self._opened(directory.number, name)
            except PermissionError:
                if found.st_uid != self.user or not touch:
                    return None
                # Its owner may not read it: so it was recorded, and the mode is set again if it is the same.
                mode = stat.S_IMODE(found.st_mode)
                chmod_unopened(directory.number, name, found, mode | stat.S_IRUSR)
                try:
                    held = self._opened(directory.number, name)
                finally:
                    chmod_unopened(directory.number, name, found, mode)
            now = os.fstat(held.number)
            same = (now.st_uid, now.st_size, identity_of(now)) == (found.st_uid, size, identity_of(found))
            return held if same else None

        def _opened(self, where: int, name: bytes) -> Held:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            return Held(os.open(name, flags, dir_fd=where), os.close)

        def identity(self, file: Held) -> Identity:
            return identity_of(os.fstat(file.number))

        def read(self, file: Held, offset: int, size: int) -> bytes:
            return os.pread(file.number, size, offset)

        def is_link(self, directory: Held, name: bytes, target: bytes) -> bool:
            try:
                return os.readlink(name, dir_fd=directory.number) == target
            except OSError:
                return False

        def is_special(self, directory: Held, name: bytes, kind: int, device: int) -> bool:
            found = stat_of(directory.number, name)
            if found is None or stat.S_IFMT(found.st_mode) != kind:
                return False
            return kind == stat.S_IFIFO or found.st_rdev == device

        def dress_again(self, item: Held, meta: EntryMeta, linked: Hashable) -> list[str]:
            return self._dress.again(item.number, meta, linked)

        def dress_unopened(self, directory: Held, name: bytes, kind: int, meta: EntryMeta) -> list[str]:
            return self._dress.named(directory.number, name, kind, meta, new=False)

        # Links and special files

        def symlink(
            self, directory: Held, name: bytes, target: bytes, folder: bool, meta: EntryMeta
        ) -> list[str]:
            os.symlink(target, name, dir_fd=directory.number)
            return self._dress.named(directory.number, name, stat.S_IFLNK, meta, new=True)

        def link(self, first: Held, first_name: bytes, made: Identity, directory: Held, name: bytes) -> None:
            link_same(first.number, first_name, made, directory.number, name)

        def special(self, directory: Held, name: bytes, kind: int, device: int, meta: EntryMeta) -> list[str]:
            where = directory.number
            if kind == stat.S_IFIFO:
                os.mkfifo(name, _PRIVATE_FILE, dir_fd=where)
            else:
                try:
                    os.mknod(name, kind | _PRIVATE_FILE, device, dir_fd=where)
                except OverflowError:
                    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from None
            return self._dress.named(where, name, kind, meta, new=True)

        # Parts

        def part_name(self) -> bytes:
            return self._token + b"%d" % next(self._parts)

        def leftovers(self, directory: Held) -> list[bytes]:
            return [
                name
                for name in self.names(directory)
                if name.startswith(self._mine) and not in_use(name[len(self._mine) :])
            ]

        def names(self, directory: Held) -> list[bytes]:
            return [os.fsencode(name) for name in os.listdir(directory.number)]
