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
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from ..core.platform import Metadata
from ..core.ports import Buffer
from .restore_model import PART, EntryMeta, Exchanged, Existing, Held, Identity, Traits, Wishes

SEAL: Final = 0o1200
"""Owner may write, nobody may read, and the sticky bit, which means nothing on a file. Systems that clear
that bit when a file is made leave 0o200."""

_FLAGS: Final = "macos:flags"
_PERMISSIONS: Final = 0o777
_ALL_BITS: Final = 0o7777
_PRIVATE: Final = 0o700
_PRIVATE_FILE: Final = 0o600
_NO_LINKS: Final = frozenset((errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV))
_NOT_A_DIRECTORY: Final = frozenset((errno.ENOTDIR, errno.ELOOP, errno.ENXIO))

if sys.platform != "win32":
    from .restore_traits import traits_of

    _CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    _ENTER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

    class PosixPlace:
        """See `Place`."""

        reopens_files = True

        def __init__(self, metadata: Metadata | None, wishes: Wishes) -> None:
            self._metadata = metadata
            self._wishes = wishes
            self._bits = _ALL_BITS if wishes.owner else _PERMISSIONS
            self._wants_owner = wishes.owner
            self._user = os.geteuid()
            # A quarter of what this process may open: the store, the database and the rest need some too.
            self.open_limit = max(16, min(512, os.sysconf("SC_OPEN_MAX") // 4))
            node = os.fsencode(os.uname().nodename)[:32].replace(b"/", b"")
            self._mine = PART + node + b"-"
            self._token = b"%s%d-%s-" % (self._mine, os.getpid(), os.urandom(4).hex().encode())
            self._parts = itertools.count()

        # Directories

        def open_root(self, path: str) -> tuple[Held, Identity]:
            full = os.path.realpath(path)  # the user named it: links up to here are theirs
            try:
                os.makedirs(os.path.dirname(full), exist_ok=True)
                os.mkdir(full, _PRIVATE)
            except FileExistsError:
                pass
            number = os.open(full, _ENTER)
            return Held(number, os.close), _identity(os.fstat(number))

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
            held = Held(number, os.close)
            found = os.fstat(number)
            if ours and found.st_uid != self._user:
                raise Exchanged
            return held, _identity(found)

        def finish_directory(self, directory: Held, meta: EntryMeta) -> list[str]:
            lost, mode = self._dressed(directory.number, meta)
            _try(lost, "mode", lambda: os.fchmod(directory.number, mode))
            _try(lost, "time", lambda: _set_time(directory.number, meta.mtime_ns))
            return lost + self._barred(directory.number, meta)

        # Files

        def write(
            self, directory: Held, name: bytes, data: Buffer, meta: EntryMeta, seal: int | None
        ) -> list[str]:
            where = directory.number
            number = os.open(name, _CREATE, _PRIVATE_FILE if seal is None else SEAL, dir_fd=where)
            lost: list[str] = []
            try:
                try:
                    done = os.write(number, data)
                    if done != len(data):
                        _pwrite_all(number, memoryview(data)[done:], done)
                    mode, _, _, mtime_ns, extras = meta
                    mode &= self._bits
                    if extras or self._wants_owner:
                        lost, mode = self._dressed(number, meta)
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
                finally:
                    os.close(number)  # some file systems say only now that the disk is full
            except BaseException:
                self.remove(directory, name)
                raise
            return lost

        def create_part(self, directory: Held, name: bytes, size: int, sparse: bool) -> tuple[Held, Identity]:
            number = os.open(name, _CREATE, _PRIVATE_FILE, dir_fd=directory.number)
            held = Held(number, os.close)
            try:
                os.ftruncate(number, size)
                return held, _identity(os.fstat(number))
            except BaseException:
                self.remove(directory, name)
                raise

        def open_part(self, directory: Held, name: bytes, identity: Identity) -> Held:
            number = os.open(name, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory.number)
            held = Held(number, os.close)
            if _identity(os.fstat(number)) != identity:
                raise Exchanged
            return held

        def pwrite(self, part: Held, data: Buffer, offset: int) -> None:
            done = os.pwrite(part.number, data, offset)
            if done != len(data):
                _pwrite_all(part.number, memoryview(data)[done:], offset + done)

        def discard(self, part: Held) -> None:
            with suppress(OSError):
                os.ftruncate(part.number, 0)

        def finish_part(self, part: Held, size: int, meta: EntryMeta) -> list[str]:
            if os.fstat(part.number).st_size != size:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            lost, mode = self._dressed(part.number, meta)
            _try(lost, "mode", lambda: os.fchmod(part.number, mode))
            _try(lost, "time", lambda: _set_time(part.number, meta.mtime_ns))
            return lost

        def _dressed(self, number: int, meta: EntryMeta) -> tuple[list[str], int]:
            """(what could not be set, the mode to set last): owner, attributes and ACLs of an open item.

            Before the mode, because a read-only file takes no attributes and a new owner clears
            setuid; those bits are for the right owner only.
            """
            lost: list[str] = []
            mode = meta.mode & self._bits
            if self._wants_owner:
                _try(lost, "owner", lambda: os.chown(number, meta.uid, meta.gid))
                if lost:
                    mode &= _PERMISSIONS
            if meta.extras and self._metadata is not None:
                wishes = self._wishes
                lost += self._metadata.apply(
                    number, meta.extras, want_acl=wishes.acl, want_owner=wishes.owner
                )
            return lost, mode

        def finish_last(self, directory: Held, name: bytes, meta: EntryMeta) -> list[str]:
            if self._metadata is None or not meta.extras or _FLAGS not in meta.extras:
                return []
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            try:
                held = Held(os.open(name, flags, dir_fd=directory.number), os.close)
            except OSError:
                return [_FLAGS]
            return self._barred(held.number, meta)

        def _barred(self, number: int, meta: EntryMeta) -> list[str]:
            """Flags that forbid every change, renaming too."""
            if self._metadata is None or not meta.extras:
                return []
            return self._metadata.apply_last(number, meta.extras, want_owner=self._wishes.owner)

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
            if _stat(where, new) is not None:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            os.rename(old, new, src_dir_fd=where, dst_dir_fd=where)

        def replace(self, directory: Held, old: bytes, new: bytes) -> None:
            os.replace(old, new, src_dir_fd=directory.number, dst_dir_fd=directory.number)

        def remove(self, directory: Held, name: bytes) -> None:
            try:
                os.unlink(name, dir_fd=directory.number)
            except OSError:
                pass  # gone, or not ours to remove any more; the first error is the one to tell

        def look(self, directory: Held, name: bytes, seal: int | None, size: int) -> Existing | None:
            found = _stat(directory.number, name)
            if found is None:
                return None
            unfinished = (
                seal is not None
                and found.st_mode == stat.S_IFREG | seal
                and found.st_uid == self._user
                and found.st_size <= size
            )
            is_directory = stat.S_ISDIR(found.st_mode)
            return Existing(is_directory, found.st_size, found.st_mtime_ns, unfinished)

        # Links and special files

        def symlink(
            self, directory: Held, name: bytes, target: bytes, folder: bool, meta: EntryMeta
        ) -> list[str]:
            os.symlink(target, name, dir_fd=directory.number)
            return self._named(directory.number, name, meta)

        def link(self, first: Held, first_name: bytes, directory: Held, name: bytes) -> None:
            os.link(
                first_name,
                name,
                src_dir_fd=first.number,
                dst_dir_fd=directory.number,
                follow_symlinks=False,
            )

        def special(self, directory: Held, name: bytes, kind: int, device: int, meta: EntryMeta) -> list[str]:
            where = directory.number
            if kind == stat.S_IFIFO:
                os.mkfifo(name, _PRIVATE_FILE, dir_fd=where)
            else:
                try:
                    os.mknod(name, kind | _PRIVATE_FILE, device, dir_fd=where)
                except OverflowError:
                    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from None
            lost = self._named(where, name, meta)
            _try(lost, "mode", lambda: _chmod_special(where, name, kind, meta.mode & self._bits))
            return lost

        def _named(self, where: int, name: bytes, meta: EntryMeta) -> list[str]:
            """Owner and time of an item that cannot be opened; returns what could not be set."""
            lost = list(meta.extras or ())
            if self._wants_owner:
                owner = (meta.uid, meta.gid)
                _try(lost, "owner", lambda: os.chown(name, *owner, dir_fd=where, follow_symlinks=False))
            times = (meta.mtime_ns, meta.mtime_ns)
            _try(lost, "time", lambda: os.utime(name, ns=times, dir_fd=where, follow_symlinks=False))
            return lost

        # Parts

        def part_name(self) -> bytes:
            return self._token + b"%d" % next(self._parts)

        def leftovers(self, directory: Held) -> list[bytes]:
            names = [os.fsencode(name) for name in os.listdir(directory.number)]
            return [
                name for name in names if name.startswith(self._mine) and not _in_use(name[len(self._mine) :])
            ]

    def _identity(found: os.stat_result) -> Identity:
        return Identity(found.st_dev, found.st_ino)

    def _stat(where: int, name: bytes) -> os.stat_result | None:
        try:
            return os.stat(name, dir_fd=where, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def _pwrite_all(number: int, rest: memoryview, offset: int) -> None:
        """What a first write left over: a full disk lets part of it through, then says so."""
        while rest:
            done = os.pwrite(number, rest, offset)
            rest, offset = rest[done:], offset + done

    def _set_time(number: int, mtime_ns: int) -> None:
        os.utime(number, ns=(mtime_ns, mtime_ns))

    def _try(lost: list[str], what: str, change: Callable[[], None]) -> None:
        """Metadata that this file system or this user cannot set never costs the content."""
        try:
            change()
        except (OSError, OverflowError):
            lost.append(what)

    def _chmod_special(where: int, name: bytes, kind: int, mode: int) -> None:
        """The mode of a fifo or device, reached without opening it and without following a link."""
        if sys.platform != "linux":
            os.chmod(name, mode, dir_fd=where, follow_symlinks=False)
            return
        number = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=where)
        try:
            if stat.S_IFMT(os.fstat(number).st_mode) == kind:
                os.chmod(f"/proc/self/fd/{number}", mode)
        finally:
            os.close(number)

    def _in_use(rest: bytes) -> bool:
        """True unless `rest` of a part's name (`pid-token-number`) tells of a process that is no more."""
        fields = rest.split(b"-")
        if len(fields) != 3 or not fields[0].isdigit():
            return True
        try:
            os.kill(int(fields[0]), 0)
        except ProcessLookupError:
            return False
        except (OSError, OverflowError):
            pass
        return True
