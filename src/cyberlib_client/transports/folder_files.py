"""The files of a store in a folder: opened without following links, moved into place, flushed."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time

# Whoever writes to the folder may put links and fifos there: follow nothing, wait for nothing.
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_READ |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_LINKS = {errno.ELOOP, errno.EMLINK}  # what O_NOFOLLOW says of a link; FreeBSD has its own word

_TRIES = 20
_MOMENT = 0.05  # seconds


def is_link(path: str) -> bool:
    """Also a junction of Windows, which Python counts among links from 3.12 on alone."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return False
    if sys.platform == "win32":
        return status.st_reparse_tag in (stat.IO_REPARSE_TAG_SYMLINK, stat.IO_REPARSE_TAG_MOUNT_POINT)
    return stat.S_ISLNK(status.st_mode)


def open_file(path: str) -> int:
    """A descriptor of a regular file; anything else is no object. FileNotFoundError."""
    try:
        fd = _descriptor(path)
    except OSError as error:
        if error.errno in _LINKS:
            raise FileNotFoundError(errno.ENOENT, "a link", path) from None
        raise
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise FileNotFoundError(errno.ENOENT, "no regular file", path)
    return fd


def _descriptor(path: str) -> int:
    tries = _TRIES if os.name == "nt" else 1
    while True:
        try:
            return os.open(path, _READ)
        except PermissionError:
            # On Windows whoever renames a file there, or searches it for viruses, has it for a moment.
            tries -= 1
            if not tries:
                raise
            time.sleep(_MOMENT)


def read_part(fd: int, length: int) -> bytes:
    """So many bytes from where the file stands; fewer at its end."""
    data = os.read(fd, length)
    if len(data) == length or not data:
        return data
    parts, left = [data], length - len(data)
    while left and (data := os.read(fd, left)):
        parts.append(data)
        left -= len(data)
    return b"".join(parts)


def flush_folder(path: str) -> None:
    """Makes a new or renamed entry survive a power cut; Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def replace_file(temporary: str, path: str) -> None:
    """Puts a file in the place of another, in one step."""
    tries = _TRIES if os.name == "nt" else 1
    while True:
        try:
            os.replace(temporary, path)
            return
        except PermissionError:  # on Windows: whoever reads it has it for a moment
            tries -= 1
            if not tries:
                raise
            time.sleep(_MOMENT)
