"""Objects as files of a folder: `<vault>/<first two digits>/<sha256>`, written whole or not at all.

A file is written under `tmp/`, compared with what it should be, flushed to the disk, renamed into place, and
the folder flushed: what is under its own name is whole (Pillai et al., "All File Systems Are Not Created
Equal", OSDI 2014). Links lead to the host itself, which checks their seal.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from ..core.ports import Content
from ..core.problems import Problem
from ..core.signatures import link_signature
from ..core.times import SECOND, Clock
from ..core.wire import Link

_PIECE: Final = 1 << 20
_STALE_SECONDS: Final = 86_400
_FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
PREFIX: Final = "/v1/storage/"


class FolderStorage:
    """`key`: what seals links, 32 bytes that only this host has. `zone`: its number among the host's."""

    def __init__(self, root: str, key: bytes, clock: Clock, zone: int = 0) -> None:
        self._root = os.path.abspath(root)
        self._key = key
        self._clock = clock
        self._zone = f"zone={zone}&" if zone else ""
        with suppress(OSError):  # a disk that is away today must not keep the other zones from serving
            os.makedirs(os.path.join(self._root, "tmp"), mode=0o700, exist_ok=True)
            self._sweep()

    def upload_link(self, content: Content, seconds: int) -> Link:
        return self._link("PUT", content, seconds)

    def download_link(self, content: Content, seconds: int) -> Link:
        return self._link("GET", content, seconds)

    def _link(self, method: str, content: Content, seconds: int) -> Link:
        expires = self._clock() // SECOND + seconds
        path = f"{PREFIX}{content.vault}/{content.sha256}?{self._zone}"
        seal = link_signature(self._key, method, path, expires, content.size, content.sha256)
        return Link(f"{path}size={content.size}&expires={expires}&seal={seal}", {}, seconds)

    def check_link(self, method: str, content: Content, expires: int, seal: str) -> None:
        """Raises Problem("link_not_valid"), ("link_expired")."""
        path = f"{PREFIX}{content.vault}/{content.sha256}?{self._zone}"
        wanted = link_signature(self._key, method, path, expires, content.size, content.sha256)
        if not _same(wanted, seal):
            raise Problem("link_not_valid")
        if expires <= self._clock() // SECOND:
            raise Problem("link_expired")

    def check(self, content: Content) -> None:
        with _translated():
            try:
                size = os.stat(self._path(content)).st_size
            except FileNotFoundError:
                raise Problem("object_not_here") from None
        if size != content.size:
            raise Problem("size_mismatch")

    def write(self, content: Content, data: bytes) -> None:
        with self.receive(content) as receiver:
            receiver.add(data)
            receiver.finish()

    @contextmanager
    def receive(self, content: Content) -> Iterator[Receiver]:
        """Takes content piece by piece; nothing stays of what is not finished."""
        temporary = os.path.join(self._root, "tmp", os.urandom(16).hex())
        with _translated():
            file = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
            )
        try:
            yield Receiver(file, temporary, self._path(content), content)
        finally:
            os.close(file)
            with suppress(FileNotFoundError):
                os.unlink(temporary)

    def read(self, content: Content) -> Iterator[bytes]:
        return self.read_range(content, 0, content.size)

    def read_range(self, content: Content, start: int, end: int) -> Iterator[bytes]:
        """Bytes from `start` up to, not with, `end`."""
        with _translated():
            try:
                file = os.open(self._path(content), _READ)
            except FileNotFoundError:
                raise Problem("object_not_here") from None
        return _pieces(file, start, end)

    def refusal(self) -> str | None:
        if not os.path.isdir(self._root):
            raise Problem("storage_unreachable", retry_after=30)
        return None if os.access(self._root, os.R_OK | os.W_OK | os.X_OK) else "this user may not write there"

    def erase(self, vault: str) -> int:
        folder, removed = os.path.join(self._root, vault), 0
        if not os.path.isdir(self._root):  # a disk that is away has not been erased
            raise Problem("storage_unreachable", retry_after=30)
        with _translated():
            for at, _, names in os.walk(folder, topdown=False, onerror=_raise):
                for name in names:
                    os.unlink(os.path.join(at, name))
                    removed += 1
                os.rmdir(at)
            _flush(self._root)
        return removed

    def delete(self, vault: str, sha256: str) -> None:
        with _translated(), suppress(FileNotFoundError):
            os.unlink(self._path(Content(vault, sha256, 0)))

    def _path(self, content: Content) -> str:
        return os.path.join(self._root, content.vault, content.sha256[:2], content.sha256)

    def _sweep(self) -> None:
        """What a host that was killed left half received a day ago or more."""
        folder = os.path.join(self._root, "tmp")
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_mtime < time.time() - _STALE_SECONDS:
                        os.unlink(entry.path)


class Receiver:
    """An object that arrives: `add` each piece, then `finish`. For one thread at a time."""

    def __init__(self, file: int, temporary: str, path: str, content: Content) -> None:
        self._file = file
        self._temporary = temporary
        self._path = path
        self._content = content
        self._digest = hashlib.sha256()
        self._size = 0

    def add(self, piece: bytes | bytearray) -> None:
        """Raises Problem("size_mismatch") when more comes than was declared, ("storage_full")."""
        self._size += len(piece)
        if self._size > self._content.size:
            raise Problem("size_mismatch")
        self._digest.update(piece)
        view = memoryview(piece)
        with _translated():
            while view:
                view = view[os.write(self._file, view) :]

    def finish(self) -> None:
        """Puts it in its place. Raises Problem("size_mismatch"), ("hash_mismatch"), ("storage_full")."""
        if self._size != self._content.size:
            raise Problem("size_mismatch")
        if self._digest.hexdigest() != self._content.sha256:
            raise Problem("hash_mismatch")
        folder = os.path.dirname(self._path)
        with _translated():
            os.fsync(self._file)
            if not os.path.isdir(folder):
                _make(folder)
            os.replace(self._temporary, self._path)
            _flush(folder)


def _make(folder: str) -> None:
    above = os.path.dirname(folder)
    if not os.path.isdir(above):
        _make(above)
    with suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    _flush(above)


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _flush(folder: str) -> None:
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _pieces(file: int, start: int, end: int) -> Iterator[bytes]:
    try:
        with _translated():
            os.lseek(file, start, os.SEEK_SET)
            while start < end and (piece := os.read(file, min(_PIECE, end - start))):
                start += len(piece)
                yield piece
    finally:
        os.close(file)


def _same(one: str, two: str) -> bool:
    return hmac.compare_digest(one.encode(), two.encode())


@contextmanager
def _translated() -> Iterator[None]:
    """Turns the system's errors into ours."""
    try:
        yield
    except OSError as error:
        code = "storage_full" if error.errno in _FULL else "storage_unreachable"
        raise Problem(code, retry_after=None if code == "storage_full" else 30) from error
