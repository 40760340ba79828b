"""Small files that only their owner reads, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
from collections.abc import Iterator

from ..core.errors import CyberlibError, Failed
from ..core.platform import PrivateFiles

_FULL = {errno.ENOSPC, errno.EDQUOT}
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""A pipe in the place of a file is not waited for."""
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{8}\.new")
_STALE = 24 * 3600  # seconds: an unfinished file further from now than this belongs to no living process
LARGEST = 16 * 1024 * 1024
"""Bytes: far more than any file of ours has."""


def make_private_folder(private: PrivateFiles, path: str) -> None:
    """The folder, made with those above it if absent; only its owner may enter it.

    Raises Failed("profile_full", at=…) or ("profile_denied", at=…, reason=…).
    """
    with translated(path):
        _make_above(path)
        if not os.path.isdir(path):
            with contextlib.suppress(FileExistsError):
                private.new_folder(path)


def _make_above(path: str) -> None:
    """Folders on the way, closed to others whatever the umask is."""
    missing = []
    folder = os.path.dirname(path)
    while folder and not os.path.isdir(folder) and folder != os.path.dirname(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for each in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(each, 0o700)


def write_private(private: PrivateFiles, path: str, data: bytes) -> None:
    """Replaces the file by `data`; after a power cut it is the old one or the new one.

    Raises as `make_private_folder`.
    """
    folder = os.path.dirname(path)
    temporary = os.path.join(folder, f".{os.path.basename(path)}.{os.urandom(4).hex()}.new")
    with translated(path):
        try:
            write_new(private, temporary, data)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        _flush_folder(folder)


def write_new(private: PrivateFiles, path: str, data: bytes) -> None:
    """A new file on the disk, readable by its owner alone. Raises OSError, FileExistsError among them."""
    fd = private.create(path)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        os.fsync(fd)
    finally:
        os.close(fd)


def clear_unfinished(folder: str, now: float) -> None:
    """Removes what processes that were killed in `write_private` left in a folder, secrets among it. `now`:
    seconds since 1970. Never raises."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _UNFINISHED.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    if abs(now - entry.stat(follow_symlinks=False).st_mtime) > _STALE:
                        os.unlink(entry.path)


def read_file(path: str) -> bytes | None:
    """The file's bytes, or None when it is absent. Raises as `make_private_folder`."""
    with translated(path):
        try:
            fd = os.open(path, _READ)
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            with open(fd, "rb", closefd=False) as file:
                data = file.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise OSError(errno.EFBIG, "too large")
            return data
        finally:
            os.close(fd)


def remove_file(path: str) -> None:
    """Absent is no error. Raises as `make_private_folder`."""
    with translated(path), contextlib.suppress(FileNotFoundError):
        os.unlink(path)


@contextlib.contextmanager
def translated(path: str) -> Iterator[None]:
    """Turns the system's errors about the profile into ours."""
    try:
        yield
    except OSError as error:
        raise _error(error, path) from None


def _error(error: OSError, path: str) -> CyberlibError:
    if error.errno in _FULL:
        return Failed("profile_full", at=path)
    return Failed("profile_denied", at=path, reason=error.strerror or type(error).__name__)


def _flush_folder(path: str) -> None:
    if sys.platform == "win32":
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
