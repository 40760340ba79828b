"""The few Windows calls that a restore needs and Python has not: files by handle (kernel32).

Source of names and values: Microsoft Learn, "fileapi.h" and "winbase.h".
"""

from __future__ import annotations

import sys
from typing import Final, NamedTuple

READ_ATTRIBUTES: Final = 0x0080
WRITE_ATTRIBUTES: Final = 0x0100
LIST_DIRECTORY: Final = 0x0001
DELETE: Final = 0x00010000
GENERIC_READ: Final = 0x80000000
GENERIC_WRITE: Final = 0x40000000
SHARE_READ_WRITE: Final = 0x1 | 0x2
SHARE_ALL: Final = 0x1 | 0x2 | 0x4
CREATE_NEW: Final = 1
OPEN_EXISTING: Final = 3
BACKUP_SEMANTICS: Final = 0x02000000
"""Needed to open a directory."""
OPEN_REPARSE_POINT: Final = 0x00200000
"""Open the link itself, not what it leads to."""
ATTRIBUTE_DIRECTORY: Final = 0x10
ATTRIBUTE_REPARSE_POINT: Final = 0x400

_END_OF_FILE_INFO: Final = 6
_DISPOSITION_INFO: Final = 4
_NAME_INFO: Final = 2
_HANDLE_EOF: Final = 38
_MORE_DATA: Final = 234
_LONGEST_PATH: Final = 32_768
_SET_SPARSE: Final = 0x000900C4
_EPOCH: Final = 116_444_736_000_000_000
"""1970 in units of 100 ns since 1601."""
_LATEST: Final = 0x7FFF_FFFF_FFFF_FFFF
_AT_ONCE: Final = 16 * 1024 * 1024


class Info(NamedTuple):
    """What a handle leads to. `attributes`: ATTRIBUTE_… bits. `mtime_ns`: since 1970. `links`: its names."""

    attributes: int
    volume: int
    file_id: int
    size: int
    mtime_ns: int
    links: int


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _INVALID: Final = wintypes.HANDLE(-1).value

    class _Information(ctypes.Structure):
        _fields_ = (
            ("attributes", wintypes.DWORD),
            ("created", wintypes.FILETIME),
            ("accessed", wintypes.FILETIME),
            ("written", wintypes.FILETIME),
            ("volume", wintypes.DWORD),
            ("size_high", wintypes.DWORD),
            ("size_low", wintypes.DWORD),
            ("links", wintypes.DWORD),
            ("index_high", wintypes.DWORD),
            ("index_low", wintypes.DWORD),
        )

    class _Overlapped(ctypes.Structure):
        _fields_ = (
            ("internal", ctypes.c_void_p),
            ("internal_high", ctypes.c_void_p),
            ("offset_low", wintypes.DWORD),
            ("offset_high", wintypes.DWORD),
            ("event", wintypes.HANDLE),
        )

    _kernel.CreateFileW.restype = wintypes.HANDLE
    _kernel.CreateFileW.argtypes = [
        wintypes.LPCWSTR,
        wintypes.DWORD,
        wintypes.DWORD,
        ctypes.c_void_p,
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.HANDLE,
    ]
    _kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    _kernel.GetFileInformationByHandle.argtypes = [wintypes.HANDLE, ctypes.POINTER(_Information)]
    _kernel.GetFinalPathNameByHandleW.restype = wintypes.DWORD
    _kernel.GetFinalPathNameByHandleW.argtypes = [
        wintypes.HANDLE,
        wintypes.LPWSTR,
        wintypes.DWORD,
        wintypes.DWORD,
    ]
    _kernel.SetFileTime.argtypes = [
        wintypes.HANDLE,
        ctypes.c_void_p,
        ctypes.POINTER(wintypes.FILETIME),
        ctypes.POINTER(wintypes.FILETIME),
    ]
    _kernel.SetFileInformationByHandle.argtypes = [
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.DWORD,
    ]
    _kernel.GetFileInformationByHandleEx.argtypes = _kernel.SetFileInformationByHandle.argtypes
    _kernel.WriteFile.argtypes = [
        wintypes.HANDLE,
        ctypes.c_char_p,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
        ctypes.POINTER(_Overlapped),
    ]
    _kernel.ReadFile.argtypes = [
        wintypes.HANDLE,
        ctypes.c_void_p,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
        ctypes.POINTER(_Overlapped),
    ]
    _kernel.FlushFileBuffers.argtypes = [wintypes.HANDLE]
    _kernel.DeviceIoControl.argtypes = [
        wintypes.HANDLE,
        wintypes.DWORD,
        ctypes.c_void_p,
        wintypes.DWORD,
        ctypes.c_void_p,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
        ctypes.c_void_p,
    ]

    def _done(worked: int) -> None:
        if not worked:
            raise ctypes.WinError(ctypes.get_last_error())

    def open_handle(path: str, access: int, share: int, creation: int, flags: int) -> int:
        """A handle that `close_handle` must be given back; OSError as `open` raises it."""
        handle = _kernel.CreateFileW(path, access, share, None, creation, flags, None)
        if handle is None or handle == _INVALID:
            raise ctypes.WinError(ctypes.get_last_error())
        return int(handle)

    def close_handle(handle: int) -> None:
        """Lets go of a handle."""
        _kernel.CloseHandle(handle)

    def information(handle: int) -> Info:
        """What the handle leads to."""
        found = _Information()
        _done(_kernel.GetFileInformationByHandle(handle, ctypes.byref(found)))
        written = found.written.dwHighDateTime << 32 | found.written.dwLowDateTime
        return Info(
            found.attributes,
            found.volume,
            found.index_high << 32 | found.index_low,
            found.size_high << 32 | found.size_low,
            (written - _EPOCH) * 100,
            found.links,
        )

    def final_path(handle: int, volume: str = "") -> str:
        r"""Where the open item really is, all links followed: `\\?\C:\…`.

        `volume` (`\\?\C:`) completes the answer of Wine, which cannot give long ones whole.
        """
        size = 1024
        buffer = ctypes.create_unicode_buffer(size)
        while length := _kernel.GetFinalPathNameByHandleW(handle, buffer, size, 0):
            if length < size:
                return buffer.value
            size = length + 1
            buffer = ctypes.create_unicode_buffer(size)
        if ctypes.get_last_error() != _MORE_DATA or not volume:
            _done(0)
        name = (ctypes.c_ubyte * (4 + 2 * _LONGEST_PATH))()  # length in bytes, then the path on its volume
        _done(_kernel.GetFileInformationByHandleEx(handle, _NAME_INFO, name, len(name)))
        length = int.from_bytes(bytes(name[:4]), "little")
        return volume + bytes(name[4 : 4 + length]).decode("utf-16-le", "surrogatepass")

    def set_time(handle: int, mtime_ns: int) -> None:
        """Last access and last write, in steps of 100 ns."""
        units = max(0, min(mtime_ns // 100 + _EPOCH, _LATEST))
        when = wintypes.FILETIME(units & 0xFFFF_FFFF, units >> 32)
        _done(_kernel.SetFileTime(handle, None, ctypes.byref(when), ctypes.byref(when)))

    def set_doomed(handle: int, doomed: bool) -> None:
        """Whether the file goes when its handle is closed, as it is when the process dies."""
        flag = ctypes.c_ubyte(doomed)
        _done(_kernel.SetFileInformationByHandle(handle, _DISPOSITION_INFO, ctypes.byref(flag), 1))

    def set_size(handle: int, size: int) -> None:
        """The length of the file; what is new reads as zero."""
        length = ctypes.c_longlong(size)
        _done(_kernel.SetFileInformationByHandle(handle, _END_OF_FILE_INFO, ctypes.byref(length), 8))

    def set_sparse(handle: int) -> None:
        """Parts never written take no room, where the file system can do that."""
        returned = wintypes.DWORD()
        _kernel.DeviceIoControl(handle, _SET_SPARSE, None, 0, None, 0, ctypes.byref(returned), None)

    def flush(handle: int) -> None:
        """What was written to the file is on the disk."""
        _done(_kernel.FlushFileBuffers(handle))

    def read_at(handle: int, size: int, offset: int) -> bytes:
        """Up to `size` bytes (16 MiB at most) at `offset`, fewer at the end of the file."""
        room = ctypes.create_string_buffer(size)
        where = _Overlapped(None, None, offset & 0xFFFF_FFFF, offset >> 32, None)
        got = wintypes.DWORD()
        done = _kernel.ReadFile(handle, room, size, ctypes.byref(got), ctypes.byref(where))
        _done(done or ctypes.get_last_error() == _HANDLE_EOF)
        return room.raw[: got.value]

    def write_at(handle: int, data: bytes, offset: int) -> None:
        """All of `data` at `offset`."""
        for start in range(0, len(data), _AT_ONCE):
            part = data if len(data) <= _AT_ONCE else data[start : start + _AT_ONCE]
            at = offset + start
            where = _Overlapped(None, None, at & 0xFFFF_FFFF, at >> 32, None)
            written = wintypes.DWORD()
            _done(_kernel.WriteFile(handle, part, len(part), ctypes.byref(written), ctypes.byref(where)))
            if written.value != len(part):
                raise ctypes.WinError(112)  # ERROR_DISK_FULL
