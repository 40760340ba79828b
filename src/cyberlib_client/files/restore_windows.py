"""Writing below an open directory on Windows.

There are no calls relative to a directory handle in Windows' documented interface, so paths are used,
in the form that allows any length and gives names no meaning (`\\\\?\\C:\\…`). Three things keep a
write where it belongs:

- every directory written to is held open without the right of others to delete it, and while a
  handle below it is open Windows does not let a directory be renamed: it cannot be exchanged;
- links of every kind (reparse points) are opened as themselves and refused;
- the path of what was opened is asked back from its handle and must be the one that was meant, which
  also unmasks short names (`PROGRA~1`).

A file being written is marked to vanish when its handle is closed, whoever closes it: of a restore
that is killed nothing remains but whole files.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
import sys
from collections.abc import Hashable, Mapping
from contextlib import suppress
from typing import Final

from ..core.platform import Metadata
from ..core.ports import Buffer
from ..core.windows_paths import extended
from . import restore_winapi as api
from .restore_model import PART, EntryMeta, Exchanged, Existing, Held, Identity, Traits, Wishes
from .restore_names import WINDOWS

_OPEN_LIMIT: Final = 4096
_PRIVATE: Final = 0o700
_RIGHTS: Final = "windows:sddl"

if sys.platform == "win32":

    class WindowsPlace:
        """See `Place`."""

        reopens_files = False  # a closed file would vanish

        def __init__(self, metadata: Metadata | None, wishes: Wishes) -> None:
            self._metadata = metadata
            self._wishes = wishes
            self.open_limit = _OPEN_LIMIT
            self.user = 0
            self._token = PART + b"%d-%s-" % (os.getpid(), os.urandom(4).hex().encode())
            self._parts = itertools.count()

        # Directories

        def open_root(self, path: str, make: bool) -> tuple[Held, Identity]:
            full = extended(os.path.abspath(path))
            if make and not os.path.isdir(full):  # the top of a drive is refused, not told to be there
                with suppress(FileExistsError):
                    os.makedirs(os.path.dirname(full), exist_ok=True)
                    os.mkdir(full, _PRIVATE)
            # The user named it: links up to here are theirs, and are followed once.
            handle = api.open_handle(
                full, api.LIST_DIRECTORY, api.SHARE_READ_WRITE, api.OPEN_EXISTING, api.BACKUP_SEMANTICS
            )
            held = Held(handle, api.close_handle)
            found = api.information(handle)
            if not found.attributes & api.ATTRIBUTE_DIRECTORY:
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            held.path = api.final_path(handle).rstrip("\\")
            return held, Identity(found.volume, found.file_id)

        def usual(self) -> Traits:
            return Traits(WINDOWS, seal=0)  # no mode: the file vanishes by itself

        def traits(self, directory: Held) -> Traits:
            return self.usual()

        def make_directory(self, directory: Held, name: bytes) -> None:
            os.mkdir(_child(directory, name))

        def open_directory(self, directory: Held, name: bytes, ours: bool) -> tuple[Held, Identity]:
            held = _open_item(directory, name, api.LIST_DIRECTORY, api.SHARE_READ_WRITE)
            found = api.information(held.number)
            if not _is_directory(found) or not _is_called(held, name):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            return held, Identity(found.volume, found.file_id)

        def finish_directory(self, directory: Held, meta: EntryMeta) -> list[str]:
            return self._dressed(directory.path, meta)

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
            file = _create(directory, name)
            if made is not None:
                made.append(self.identity(file))
            api.write_at(file.number, data if isinstance(data, bytes) else bytes(data), 0)
            return self._finished(file, meta)

        def create_part(self, directory: Held, name: bytes, size: int, sparse: bool) -> tuple[Held, Identity]:
            file = _create(directory, name)
            if sparse:
                api.set_sparse(file.number)
            api.set_size(file.number, size)
            return file, self.identity(file)

        def open_part(self, directory: Held, name: bytes, identity: Identity) -> Held:
            raise NotImplementedError("reopens_files is False")

        def pwrite(self, part: Held, data: Buffer, offset: int) -> None:
            api.write_at(part.number, data if isinstance(data, bytes) else bytes(data), offset)

        def discard(self, part: Held) -> None:
            with suppress(OSError):
                api.set_size(part.number, 0)

        def finish_part(self, part: Held, size: int, meta: EntryMeta) -> list[str]:
            if api.information(part.number).size != size:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return self._finished(part, meta)

        def _finished(self, file: Held, meta: EntryMeta) -> list[str]:
            """The content is whole: it may stay. Other metadata comes with its name (`finish_last`)."""
            if self._wishes.flush:
                api.flush(file.number)
            api.set_doomed(file.number, False)
            return _timed(file, meta)

        def finish_last(self, directory: Held, name: bytes, meta: EntryMeta) -> list[str]:
            if not (self._wishes.acl or self._wishes.owner or any(k != _RIGHTS for k in meta.extras or ())):
                return []  # all that most files have, and that few restores ask for
            return self._dressed(_open_item(directory, name, api.READ_ATTRIBUTES, api.SHARE_ALL).path, meta)

        def _dressed(self, path: str, meta: EntryMeta) -> list[str]:
            """Everything but content. By path: its directory is held open, so it leads to the same place."""
            lost: list[str] = []
            extras, wishes = meta.extras, self._wishes
            if extras and self._metadata is not None:
                lost += self._metadata.apply(path, extras, want_acl=wishes.acl, want_owner=wishes.owner)
            flags = api.BACKUP_SEMANTICS | api.OPEN_REPARSE_POINT
            try:
                handle = api.open_handle(path, api.WRITE_ATTRIBUTES, api.SHARE_ALL, api.OPEN_EXISTING, flags)
                lost += _timed(Held(handle, api.close_handle), meta)
            except OSError:
                lost.append("time")
            if extras and self._metadata is not None:
                lost += self._metadata.apply_last(path, extras, want_owner=wishes.owner)
            return lost

        # Names

        def rename_new(self, directory: Held, old: bytes, new: bytes) -> None:
            os.rename(_child(directory, old), _child(directory, new))  # never overwrites on Windows

        def replace(self, directory: Held, old: bytes, new: bytes) -> None:
            os.replace(_child(directory, old), _child(directory, new))

        def remove(self, directory: Held, name: bytes, made: Identity | None = None) -> None:
            path = _child(directory, name)
            try:
                if made is not None and self._identity_at(directory, name) != made:
                    return
                if os.path.isdir(path) and os.path.islink(path):
                    os.rmdir(path)
                else:
                    os.unlink(path)
            except OSError:
                pass  # gone; the first error is the one to tell

        def look(self, directory: Held, name: bytes, seal: int | None, size: int) -> Existing | None:
            try:
                held = _open_item(directory, name, api.READ_ATTRIBUTES, api.SHARE_ALL)
            except FileNotFoundError:
                return None
            found = api.information(held.number)
            # What has another name and answers to this one by its short form is not to be entered.
            is_directory = _is_directory(found) and _is_called(held, name)
            return Existing(is_directory, found.size, found.mtime_ns, unfinished=False)

        # What is there already

        def names(self, directory: Held) -> list[bytes]:
            at = directory.path + "\\"  # Python lists no drive's top without it
            return [name.encode("utf-8", "surrogatepass") for name in os.listdir(at)]

        def open_same(
            self, directory: Held, name: bytes, size: int, owner: int | None, *, touch: bool = True
        ) -> Held | None:
            try:
                held = _open_item(directory, name, api.GENERIC_READ, api.SHARE_ALL)
            except OSError:
                return None
            found = api.information(held.number)
            odd = found.attributes & (api.ATTRIBUTE_DIRECTORY | api.ATTRIBUTE_REPARSE_POINT)
            return held if not odd and found.size == size and _is_called(held, name) else None

        def identity(self, file: Held) -> Identity:
            found = api.information(file.number)
            return Identity(found.volume, found.file_id)

        def _identity_at(self, directory: Held, name: bytes) -> Identity:
            return self.identity(_open_item(directory, name, api.READ_ATTRIBUTES, api.SHARE_ALL))

        def read(self, file: Held, offset: int, size: int) -> bytes:
            return api.read_at(file.number, size, offset)

        def is_link(self, directory: Held, name: bytes, target: bytes) -> bool:
            try:
                says = os.readlink(_child(directory, name))
            except (OSError, ValueError):
                return False
            return _plain(says) == _plain(_link_text(target))

        def is_special(self, directory: Held, name: bytes, kind: int, device: int) -> bool:
            return False

        def dress_again(self, item: Held, meta: EntryMeta, linked: Hashable) -> list[str]:
            found = api.information(item.number)
            late = found.mtime_ns // 100 != meta.mtime_ns // 100
            if found.links > 1 and linked is None:
                return ["time"] if late else []
            now: Mapping[str, bytes] = {}
            if meta.extras and self._metadata is not None:
                with suppress(OSError):
                    now = self._metadata.read(item.path, is_symlink=False)
            extras = {key: value for key, value in (meta.extras or {}).items() if now.get(key) != value}
            return self._dressed(item.path, meta._replace(extras=extras)) if late or extras else []

        def dress_unopened(self, directory: Held, name: bytes, kind: int, meta: EntryMeta) -> list[str]:
            try:
                return _timed(_open_item(directory, name, api.WRITE_ATTRIBUTES, api.SHARE_ALL), meta)
            except OSError:
                return ["time"]

        # Links and special files

        def symlink(
            self, directory: Held, name: bytes, target: bytes, folder: bool, meta: EntryMeta
        ) -> list[str]:
            os.symlink(_link_text(target), _child(directory, name), target_is_directory=folder)
            return self.dress_unopened(directory, name, stat.S_IFLNK, meta)

        def link(self, first: Held, first_name: bytes, made: Identity, directory: Held, name: bytes) -> None:
            os.link(_child(first, first_name), _child(directory, name))
            if self._identity_at(directory, name) != made:
                os.unlink(_child(directory, name))
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

        def special(self, directory: Held, name: bytes, kind: int, device: int, meta: EntryMeta) -> list[str]:
            raise OSError(errno.ENOTSUP, "Operation not supported")

        # Parts

        def part_name(self) -> bytes:
            return self._token + b"%d" % next(self._parts)

        def leftovers(self, directory: Held) -> list[bytes]:
            return []  # a part vanishes with its handle

    def _child(directory: Held, name: bytes) -> str:
        return directory.path + "\\" + name.decode("utf-8", "surrogatepass")

    def _link_text(target: bytes) -> str:
        """A link of Windows says what it said; one of another system, what its names are called here."""
        if b"\\" not in target:
            names = [n if n in (b"", b".", b"..") else WINDOWS.on_disk(n) for n in target.split(b"/")]
            target = b"\\".join(names)
        try:
            return target.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return target.decode("utf-8", "replace")

    def _plain(link: str) -> str:
        """Without what the system puts before the absolute path that a link says."""
        return link.removeprefix("\\\\?\\")

    def _open_item(directory: Held, name: bytes, access: int, share: int) -> Held:
        """The item itself, never what it leads to, in this very directory."""
        flags = api.BACKUP_SEMANTICS | api.OPEN_REPARSE_POINT
        handle = api.open_handle(
            _child(directory, name), access | api.READ_ATTRIBUTES, share, api.OPEN_EXISTING, flags
        )
        return _checked(directory, Held(handle, api.close_handle))

    def _create(directory: Held, name: bytes) -> Held:
        """A new file that vanishes when it is closed, until `_finished` says otherwise."""
        access = api.GENERIC_WRITE | api.READ_ATTRIBUTES | api.DELETE
        handle = api.open_handle(
            _child(directory, name),
            access,
            api.SHARE_READ_WRITE,
            api.CREATE_NEW,
            api.OPEN_REPARSE_POINT,
        )
        held = Held(handle, api.close_handle)
        api.set_doomed(handle, True)
        return _checked(directory, held)

    def _checked(directory: Held, held: Held) -> Held:
        held.path = api.final_path(held.number, os.path.splitdrive(directory.path)[0])
        if held.path.rpartition("\\")[0].casefold() != directory.path.casefold():
            raise Exchanged(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return held

    def _is_called(held: Held, name: bytes) -> bool:
        wanted = name.decode("utf-8", "surrogatepass")
        return held.path.rpartition("\\")[2].casefold() == wanted.casefold()

    def _is_directory(found: api.Info) -> bool:
        both = api.ATTRIBUTE_DIRECTORY | api.ATTRIBUTE_REPARSE_POINT
        return found.attributes & both == api.ATTRIBUTE_DIRECTORY

    def _timed(held: Held, meta: EntryMeta) -> list[str]:
        try:
            api.set_time(held.number, meta.mtime_ns)
        except OSError:
            return ["time"]
        return []
