"""Watches of Windows: ReadDirectoryChangesW ("Obtaining Directory Change Notifications", Microsoft Learn), a
handle and a thread for each source.

watchdog's observer would not do: it keeps what it was told until nothing has changed for a second, which on a
busy server never comes, and takes a buffer that Windows gave up filling for one without events.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import threading
from collections.abc import Iterator
from ctypes import c_void_p
from ctypes.wintypes import BOOL, DWORD, HANDLE, LPCWSTR
from functools import cache
from typing import Any, Final

from .watch_items import Items
from .watch_ports import NotWatched, Place, Told

_LIST: Final = 0x1  # FILE_LIST_DIRECTORY
_SHARE_ALL: Final = 0x7
_OPEN_EXISTING: Final = 3
_OF_FOLDERS_OVERLAPPED: Final = 0x0200_0000 | 0x4000_0000  # FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OVERLAPPED
_NO_HANDLE: Final = c_void_p(-1).value
_PENDING: Final = 997

# Names of files and folders, attributes, size, last write, creation, security. Not the last access: reading
# a file, as a backup does, is no change of it.
_CHANGES: Final = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x40 | 0x100
_ADDED, _RENAMED_TO = 1, 5
_ROOM: Final = 64_000
_HEAD: Final = struct.Struct("<III")  # offset of the next one, action, bytes of its name


class _Overlapped(ctypes.Structure):
    _fields_ = (
        ("internal", c_void_p),
        ("internal_high", c_void_p),
        ("offset", DWORD),
        ("offset_high", DWORD),
        ("event", HANDLE),
    )


@cache
def _kernel32() -> Any:
    library = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    pointer, number = ctypes.POINTER(_Overlapped), ctypes.POINTER(DWORD)
    for name, result, arguments in (
        ("CancelIoEx", BOOL, (HANDLE, pointer)),
        ("CloseHandle", BOOL, (HANDLE,)),
        ("CreateEventW", HANDLE, (c_void_p, BOOL, BOOL, LPCWSTR)),
        ("CreateFileW", HANDLE, (LPCWSTR, DWORD, DWORD, c_void_p, DWORD, DWORD, HANDLE)),
        ("GetOverlappedResult", BOOL, (HANDLE, pointer, number, BOOL)),
        ("ReadDirectoryChangesW", BOOL, (HANDLE, c_void_p, DWORD, BOOL, DWORD, number, pointer, c_void_p)),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _failed() -> OSError:
    failed: OSError = ctypes.WinError(ctypes.get_last_error())  # type: ignore[attr-defined,unused-ignore]
    return failed


class DirectoryWatches:
    """See `watch.Watches`."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._readers: list[_Reader] = []

    def add(self, place: Place) -> None:
        """See `watch.Watches`. What changes after it returned is told."""
        path = os.fsdecode(place.native)
        try:
            self._readers.append(_Reader(self._told, place, path))
        except OSError as error:
            raise NotWatched("failed" if os.path.isdir(path) else "missing") from error

    def alive(self) -> bool:
        """See `watch.Watches`."""
        return all(reader.thread.is_alive() for reader in self._readers)

    def close(self) -> None:
        """See `watch.Watches`."""
        for reader in self._readers:
            reader.close()


class _Reader:
    """One source. While it is watched Windows lets nobody rename a folder above it, nor eject its disk."""

    def __init__(self, told: Told, place: Place, path: str) -> None:
        """Raises OSError."""
        self._told = told
        self._place = place
        self._path = path
        self._items = Items(told, place)
        self._closing = False
        self._buffer = ctypes.create_string_buffer(_ROOM)
        self._handle = _kernel32().CreateFileW(
            path, _LIST, _SHARE_ALL, None, _OPEN_EXISTING, _OF_FOLDERS_OVERLAPPED, None
        )
        if self._handle == _NO_HANDLE:
            raise _failed()
        self._overlapped = _Overlapped(event=_kernel32().CreateEventW(None, True, False, None))
        try:
            self._ask()
        except OSError:
            self._free()
            raise
        self.thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self.thread.start()

    def close(self) -> None:
        self._closing = True
        _kernel32().CancelIoEx(self._handle, None)
        self.thread.join()
        self._free()

    def _free(self) -> None:
        _kernel32().CloseHandle(self._handle)
        _kernel32().CloseHandle(self._overlapped.event)

    def _ask(self) -> None:
        """From the first call on, the system keeps what changes until it is asked again."""
        asked = _kernel32().ReadDirectoryChangesW(
            self._handle,
            self._buffer,
            _ROOM,
            self._place.single is None,
            _CHANGES,
            None,
            ctypes.byref(self._overlapped),
            None,
        )
        if not asked and ctypes.get_last_error() != _PENDING:  # type: ignore[attr-defined,unused-ignore]
            raise _failed()
        if self._closing:  # `close` may have come before there was anything to cancel
            _kernel32().CancelIoEx(self._handle, None)

    def _answer(self) -> bytes:
        moved = DWORD()
        overlapped = ctypes.byref(self._overlapped)
        if not _kernel32().GetOverlappedResult(self._handle, overlapped, ctypes.byref(moved), True):
            raise _failed()
        return ctypes.string_at(self._buffer, moved.value)

    def _run(self) -> None:
        try:
            while True:
                notices = self._answer()
                self._ask()
                if notices:
                    self._tell(notices)
                else:  # more had changed than there is room for
                    self._told.lost("overflow")
        except OSError:
            if not self._closing:
                self._told.lost("failed" if os.path.isdir(self._path) else "source_gone")

    def _tell(self, notices: bytes) -> None:
        for action, name in _parse(notices):
            path = os.path.join(self._path, name)
            is_folder = False
            with contextlib.suppress(OSError, ValueError):
                is_folder = os.path.isdir(path)
            inner = name.replace("\\", "/").encode("utf-8", "surrogatepass")
            self._items.changed(
                self._place.path + b"/" + inner, is_folder, new=action in (_ADDED, _RENAMED_TO)
            )


def _parse(notices: bytes) -> Iterator[tuple[int, str]]:
    """(what happened, name below the source) from FILE_NOTIFY_INFORMATION."""
    at = 0
    while True:
        following, action, size = _HEAD.unpack_from(notices, at)
        name = notices[at + _HEAD.size : at + _HEAD.size + size]
        yield action, name.decode("utf-16-le", "surrogatepass")
        if not following:
            return
        at += following
