"""Files that only their owner can read, on Windows."""

from __future__ import annotations

import ctypes
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
        descriptor.set_whole_list(api.extended(path), _only_us("OICI"))
        _check(path)

    def new_folder(self, path: str) -> None:
        """What is made in it later is closed as well."""
        with _closed("OICI") as security:
            if not api.kernel32().CreateDirectoryW(api.extended(path), ctypes.byref(security)):
                raise api.failed(path=path)

    def create(self, path: str) -> int:
        """See core.platform.PrivateFiles."""
        if sys.platform != "win32":
            raise OSError("a part of Windows")
        import msvcrt

        with _closed("") as security:
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


@contextmanager
def _closed(flags: str) -> Iterator[api.SecurityAttributes]:
    with descriptor.in_memory(_only_us(flags)) as made:
        yield api.SecurityAttributes(ctypes.sizeof(api.SecurityAttributes), made.value, False)


def _only_us(flags: str) -> str:
    return f"D:P(A;{flags};FA;;;{descriptor.current_user()})(A;{flags};FA;;;SY)"


def _check(path: str) -> None:
    """Raises Exposed when anybody but this user, the system and administrators has any right."""
    parsed = descriptor.parse(descriptor.read(api.extended(path)))
    ours = {descriptor.canonical(account) for account in (descriptor.current_user(), *_TRUSTED)}
    if parsed.owner not in ours or not parsed.has_list or parsed.entries is None or "NO_ACC" in parsed.flags:
        raise Exposed
    if any(entry.type in _ALLOWS and entry.account not in ours for entry in parsed.entries):
        raise Exposed
