"""Files that only their owner can read, on Windows.

A folder that is the system's and administrators' alone, such as the profile that a service works for, stays
so: what is made in it is theirs, whoever of them makes it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from ..owner_file import LARGEST, Exposed
from . import api, descriptor
from .volumes import WindowsVolumes

# Besides the user: the system itself, and administrators, who could take any file anyway.
_TRUSTED: Final = ("SY", "BA")
_ALLOWS: Final = frozenset(("A", "OA", "XA", "ZA"))


class WindowsPrivacy:
    """See owner_file.Privacy."""

    def make_folder(self, path: str) -> None:
        """Closed from its first moment; one that was there is closed if it is open."""
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with suppress(FileExistsError):
            self.new_folder(path)
        if not os.path.isdir(path) or _is_link(path):
            raise Exposed
        descriptor.set_whole_list(api.extended(path), _only_us(path, "OICI"))
        _check(path)

    def new_folder(self, path: str) -> None:
        """What is made in it later is closed as well."""
        with _closed(path, "OICI") as security:
            if not api.kernel32().CreateDirectoryW(api.extended(path), ctypes.byref(security)):
                raise api.failed(path=path)

    def create(self, path: str) -> int:
        """See core.platform.PrivateFiles."""
        if sys.platform != "win32":
            raise OSError("a part of Windows")
        import msvcrt

        with _closed(path, "") as security:
            handle = api.kernel32().CreateFileW(
                api.extended(path), api.GENERIC_WRITE, 0, ctypes.byref(security), api.CREATE_NEW, 0, None
            )
            if handle == api.NO_HANDLE:
                raise api.failed(path=path)
        return msvcrt.open_osfhandle(handle, os.O_WRONLY)

    def read(self, folder: str, name: str) -> bytes:
        """Checks the folder too: who may write there could exchange the file."""
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            if _is_link(folder) or _is_link(path) or os.fstat(file.fileno()).st_nlink != 1:
                raise Exposed
            _check(folder)
            _check(path)
            return file.read(LARGEST + 1)

    def sync_folder(self, path: str) -> None:
        """See owner_file.Privacy."""
        WindowsVolumes().sync_directory(path)


def _is_link(path: str) -> bool:
    found = os.lstat(path)
    return bool(getattr(found, "st_reparse_tag", 0)) or stat.S_ISLNK(found.st_mode)


def hand_to_system(folder: str) -> None:
    """A folder and all below it, but nothing behind a link, become the system's and administrators' alone;
    the folder first, so that nobody else adds anything meanwhile. Raises OSError, Exposed for a link."""
    if _is_link(folder):
        raise Exposed
    _take(folder, "OICI")
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isdir(path) and not _is_link(path):
            hand_to_system(path)
        else:
            _take(path, "")


def _take(path: str, flags: str) -> None:
    if not descriptor.apply(api.extended(path), _of_system(flags), want_acl=True, want_owner=True):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), path)


@contextmanager
def _closed(path: str, flags: str) -> Iterator[api.SecurityAttributes]:
    """For what is made at a path."""
    with descriptor.in_memory(_only_us(os.path.dirname(os.path.abspath(path)), flags)) as made:
        yield api.SecurityAttributes(ctypes.sizeof(api.SecurityAttributes), made.value, False)


def _only_us(folder: str, flags: str) -> str:
    """For a folder, or what is made in it."""
    if is_of_system(folder):
        return _of_system(flags)
    return f"D:P(A;{flags};FA;;;{descriptor.current_user()})(A;{flags};FA;;;SY)"


def _of_system(flags: str) -> str:
    return f"O:BAD:P(A;{flags};FA;;;SY)(A;{flags};FA;;;BA)"


def is_of_system(folder: str) -> bool:
    """Whether a folder is there and nobody but the system and administrators has any right to it."""
    try:
        parsed = descriptor.parse(descriptor.read(api.extended(folder)))
    except OSError:
        return False
    return _allows_only(parsed, {descriptor.canonical(account) for account in _TRUSTED})


def _allows_only(parsed: descriptor.Parsed, accounts: set[str]) -> bool:
    if parsed.owner not in accounts or not parsed.has_list or parsed.entries is None:
        return False
    if "NO_ACC" in parsed.flags:
        return False
    return all(entry.account in accounts for entry in parsed.entries if entry.type in _ALLOWS)


def _check(path: str) -> None:
    """Raises Exposed when anybody but this user, the system and administrators has any right."""
    parsed = descriptor.parse(descriptor.read(api.extended(path)))
    ours = {descriptor.canonical(account) for account in (descriptor.current_user(), *_TRUSTED)}
    if not _allows_only(parsed, ours):
        raise Exposed
