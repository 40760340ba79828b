"""A store in a folder: one file an object, written whole or not at all.

    vault
    slots/<hex>   index/<hex>   lookups/<hex>   snapshots/<hex>
    packs/<first two digits>/<hex>   and parity/ likewise, in a second copy that has it
    tmp/          files being written; what a crash leaves here is removed by a later put

A put writes a file under `tmp/`, flushes it to the disk, renames it into place and flushes the
folder: after a power cut the object is whole or absent (the order LevelDB, Git and SQLite rely on;
see Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014).
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator

from ..core.errors import CyberlibError, Failed, IntegrityError, Unreachable
from ..core.ports import PARITY, Buffer, StoredObject, check_kind, check_object_name
from ..core.windows_paths import extended
from .folder_files import flush_folder, is_link, open_file, read_part, replace_file
from .nearby import Nearby

_HEX = re.compile(r"[0-9a-f]{64}\Z")
_PREFIX = re.compile(r"[0-9a-f]{2}\Z")
_UNFINISHED = re.compile(r"[0-9a-f]{32}\Z")
_STALE = 24 * 3600  # seconds: an unfinished file older than this belongs to no living run

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}

_SPREAD = ("packs", PARITY)  # many: some file systems take but some thousand long names a folder


class FolderStore(Nearby):
    """Objects as files below `root`. Safe to use from several threads and processes."""

    def __init__(self, root: str) -> None:
        self._location = os.path.abspath(root)
        # What the system is asked for; on Windows in the form that knows no longest path.
        self._root = extended(self._location)
        self._folders: set[str] = set()
        self._swept = False
        self._volume: int | None = None

    @classmethod
    def make(cls, root: str) -> FolderStore:
        """The store of a folder that is made if it is absent, readable by its owner alone; on Windows by
        those whom the folder above lets in."""
        store = cls(root)
        with store._translated("vault"):
            store._make_folders(store._root)
        return store

    def stay(self) -> None:
        """From now on this store is there as long as the volume is that has it now: of a disk that is pulled
        out, the folder is left that it was mounted on, which must not fill up with what was meant for it."""
        with self._translated("vault"):
            self._volume = os.stat(self._root).st_dev

    @property
    def location(self) -> str:
        return self._location

    @property
    def puts_at_once(self) -> int:
        return 0

    @property
    def may_delete(self) -> bool:
        return True

    def put(self, name: str, *parts: Buffer) -> None:
        path = self._path(name)
        with self._translated(name):
            self._refuse_links(os.path.dirname(path))
            there = _kind_of(path)
            if there != stat.S_IFREG:
                self._sweep()
                # A link or a fifo that somebody put there is no object: it gives way, not what it leads to.
                move = replace_file if there else None
                try:
                    self._create(path, parts, move)
                except FileNotFoundError:
                    # Somebody emptied the store since its folders were made: make them again.
                    self._folders.clear()
                    self._create(path, parts, move)
            # Also for an object that was there: who put it may have died before this line.
            flush_folder(os.path.dirname(path))

    def replace(self, name: str, *parts: Buffer) -> None:
        path = self._path(name)
        with self._translated(name):
            self._refuse_links(os.path.dirname(path))
            self._create(path, parts, replace_file)
            flush_folder(os.path.dirname(path))

    def _create(
        self, path: str, parts: tuple[Buffer, ...], move: Callable[[str, str], None] | None = None
    ) -> None:
        temporary = os.path.join(self._folder("tmp"), os.urandom(16).hex())
        try:
            self._write(temporary, parts)
            self._folder(os.path.dirname(path))
            (move or self._move)(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def _write(self, path: str, parts: tuple[Buffer, ...]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        fd = os.open(path, flags, 0o600)
        try:
            for part in parts:
                view = memoryview(part)
                while view:
                    view = view[os.write(fd, view) :]
            os.fsync(fd)
        finally:
            os.close(fd)

    def _move(self, temporary: str, path: str) -> None:
        if sys.platform == "win32":
            try:
                os.rename(temporary, path)  # never replaces on Windows
            except FileExistsError:
                os.unlink(temporary)
            return
        # Two runs may store the same object at once: the bytes are equal, replacing is harmless.
        os.rename(temporary, path)

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        with self._translated(name), os.fdopen(open_file(self._path(name)), "rb", buffering=0) as file:
            if offset:
                file.seek(offset)
            return file.read() if length is None else read_part(file.fileno(), length)

    def size(self, name: str) -> int | None:
        with self._translated(name):
            try:
                return os.stat(self._path(name)).st_size
            except FileNotFoundError:
                self._check_root()
                return None

    def arrived(self, name: str) -> int | None:
        with self._translated(name):
            try:
                return os.lstat(self._path(name)).st_mtime_ns
            except FileNotFoundError:
                return None

    def list(self, kind: str) -> Iterator[StoredObject]:
        check_kind(kind)
        folder = os.path.join(self._root, kind)
        with self._translated(kind):
            folders = [folder]
            if kind in _SPREAD:
                folders = [e.path for e in _entries(folder) if _PREFIX.match(e.name) and e.is_dir()]
            found = [item for each in folders for item in _objects(kind, each)]
            if not found:
                self._check_root()
        return iter(found)

    def delete(self, name: str) -> None:
        path = self._path(name)
        with self._translated(name):
            self._refuse_links(os.path.dirname(path))
            try:
                os.unlink(path)
            except FileNotFoundError:
                self._check_root()
                return
            flush_folder(os.path.dirname(path))

    def _path(self, name: str) -> str:
        check_object_name(name)
        kind, _, digits = name.partition("/")
        parts = (kind, digits[:2], digits) if kind in _SPREAD else (kind, digits)
        return os.path.join(self._root, *parts) if digits else os.path.join(self._root, name)

    def _check_root(self) -> None:
        """A disk that is not plugged in is no empty store. FileNotFoundError."""
        if not self._is_there():
            raise FileNotFoundError(errno.ENOENT, "no such folder", self._root)

    def _is_there(self) -> bool:
        try:
            status = os.stat(self._root)
        except OSError:
            return False
        return stat.S_ISDIR(status.st_mode) and self._volume in (None, status.st_dev)

    def _folder(self, path: str) -> str:
        path = os.path.join(self._root, path)
        self._refuse_links(path)
        if path not in self._folders:
            self._check_root()  # and never write beside that disk under the same name
            self._make_folders(path)
            self._folders.add(path)
        return path

    def _refuse_links(self, folder: str) -> None:
        """Before a folder of the store is changed: OSError when it, or one above it there, is a link.

        Whoever writes to the store could lead us to somebody's documents. Reading may follow: what it finds
        is authenticated.
        """
        while len(folder) > len(self._root):
            if is_link(folder):
                raise OSError(errno.ELOOP, "a link in the place of a folder", folder)
            folder = os.path.dirname(folder)

    def _make_folders(self, path: str) -> None:
        missing = []
        while not os.path.isdir(path):
            missing.append(path)
            if path == os.path.dirname(path):
                raise FileNotFoundError(errno.ENOENT, "no such drive", path)
            path = os.path.dirname(path)
        for each in reversed(missing):
            with contextlib.suppress(FileExistsError):
                os.mkdir(each, 0o700)
            flush_folder(os.path.dirname(each))

    def _sweep(self) -> None:
        """Removes what runs that died long ago left half written; once for each store object.

        Whoever writes to the folder may have put a link to somebody's documents in the place of `tmp`.
        """
        if self._swept:
            return
        self._swept = True
        folder = os.path.join(self._root, "tmp")
        if is_link(folder):
            return
        before = time.time() - _STALE
        for entry in _entries(folder):
            if not _UNFINISHED.match(entry.name):
                continue
            with contextlib.suppress(OSError):
                if entry.stat(follow_symlinks=False).st_mtime < before:
                    os.unlink(entry.path)

    @contextlib.contextmanager
    def _translated(self, name: str) -> Iterator[None]:
        """Turns the system's errors into ours."""
        try:
            yield
        except OSError as error:
            raise self._error(error, name) from None

    def _error(self, error: OSError, name: str) -> CyberlibError:
        if isinstance(error, FileNotFoundError):
            if not self._is_there():
                return Unreachable("store_absent", at=self._location)
            return IntegrityError("object_missing", name=name)
        if error.errno in _FULL:
            return Failed("store_full", at=self._location)
        if error.errno in _DENIED:
            return Failed("store_denied", at=self._location, reason=error.strerror)
        if error.errno == errno.EIO:
            return IntegrityError("store_read_error", at=self._location, name=name)
        return Unreachable("store_unusable", at=self._location, reason=error.strerror or type(error).__name__)


def _objects(kind: str, folder: str) -> list[StoredObject]:
    found = []
    for entry in _entries(folder):
        if _HEX.match(entry.name):
            with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    found.append(StoredObject(f"{kind}/{entry.name}", status.st_size))
    return found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _kind_of(path: str) -> int:
    """The file type of what has this name itself, as `stat` has it; 0 for nothing."""
    try:
        return stat.S_IFMT(os.lstat(path).st_mode)
    except FileNotFoundError:
        return 0
