"""The Win32 functions used here, with their documented prototypes (Microsoft Learn).

A library is loaded at its first call, so that these modules can be imported anywhere. Failure is an
OSError with the system's number in `winerror`.
"""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import c_int, c_void_p
from ctypes.wintypes import BYTE, HANDLE, LARGE_INTEGER, LPCWSTR, LPWSTR, WCHAR
from functools import cache
from typing import Any, Final

from ...core import windows_paths
from ...core.platform import Native

# ctypes.wintypes makes these eight bytes long on other systems.
DWORD = ctypes.c_uint32
BOOL = ctypes.c_int32

NO_HANDLE: Final = c_void_p(-1).value  # INVALID_HANDLE_VALUE
GENERIC_READ: Final = 0x8000_0000
GENERIC_WRITE: Final = 0x4000_0000
READ_ATTRIBUTES: Final = 0x80  # FILE_READ_ATTRIBUTES
SHARE_ALL: Final = 0x7
CREATE_NEW: Final = 1
OPEN_EXISTING: Final = 3
FOLDERS_TOO: Final = 0x0200_0000  # FILE_FLAG_BACKUP_SEMANTICS
THE_LINK_ITSELF: Final = 0x0020_0000  # FILE_FLAG_OPEN_REPARSE_POINT

FILE_NOT_FOUND: Final = 2
ACCESS_DENIED: Final = 5
INVALID_FUNCTION: Final = 1
HANDLE_EOF: Final = 38
NOT_SUPPORTED: Final = 50
INVALID_PARAMETER: Final = 87
CALL_NOT_IMPLEMENTED: Final = 120
NOT_FOUND: Final = 1168


class StreamData(ctypes.Structure):
    """WIN32_FIND_STREAM_DATA."""

    _fields_ = (("size", LARGE_INTEGER), ("name", WCHAR * (260 + 36)))


class SecurityAttributes(ctypes.Structure):
    """SECURITY_ATTRIBUTES."""

    _fields_ = (("length", DWORD), ("descriptor", c_void_p), ("inherit", BOOL))


class Privilege(ctypes.Structure):
    """TOKEN_PRIVILEGES with room for one."""

    _pack_ = 4
    _fields_ = (("count", DWORD), ("luid", LARGE_INTEGER), ("attributes", DWORD))


class Credential(ctypes.Structure):
    """CREDENTIALW."""

    _fields_ = (
        ("flags", DWORD),
        ("type", DWORD),
        ("target", LPWSTR),
        ("comment", LPWSTR),
        ("last_written", DWORD * 2),
        ("blob_size", DWORD),
        ("blob", ctypes.POINTER(BYTE)),
        ("persist", DWORD),
        ("attribute_count", DWORD),
        ("attributes", c_void_p),
        ("alias", LPWSTR),
        ("user", LPWSTR),
    )


Prototypes = dict[str, tuple[Any, tuple[Any, ...]]]
"""{function: (type of its result, types of its arguments)}"""

_P: Final = ctypes.POINTER
_PROTOTYPES: Final[dict[str, Prototypes]] = {
    "kernel32": {
        "CloseHandle": (BOOL, (HANDLE,)),
        "CreateDirectoryW": (BOOL, (LPCWSTR, _P(SecurityAttributes))),
        "CreateFileW": (
            HANDLE,
            (LPCWSTR, DWORD, DWORD, _P(SecurityAttributes), DWORD, DWORD, HANDLE),
        ),
        "FindClose": (BOOL, (HANDLE,)),
        "FindFirstStreamW": (HANDLE, (LPCWSTR, c_int, _P(StreamData), DWORD)),
        "FindNextStreamW": (BOOL, (HANDLE, _P(StreamData))),
        "FlushFileBuffers": (BOOL, (HANDLE,)),
        "GetComputerNameExW": (BOOL, (c_int, LPWSTR, _P(DWORD))),
        "GetCurrentProcess": (HANDLE, ()),
        "GetFileAttributesW": (DWORD, (LPCWSTR,)),
        "GetFinalPathNameByHandleW": (DWORD, (HANDLE, LPWSTR, DWORD, DWORD)),
        "GetLogicalDrives": (DWORD, ()),
        "GetVolumeInformationW": (
            BOOL,
            (LPCWSTR, LPWSTR, DWORD, _P(DWORD), _P(DWORD), _P(DWORD), LPWSTR, DWORD),
        ),
        "GetVolumeNameForVolumeMountPointW": (BOOL, (LPCWSTR, LPWSTR, DWORD)),
        "GetVolumePathNameW": (BOOL, (LPCWSTR, LPWSTR, DWORD)),
        "LocalFree": (c_void_p, (c_void_p,)),
        "SetErrorMode": (DWORD, (DWORD,)),
        "SetThreadErrorMode": (BOOL, (DWORD, _P(DWORD))),
        "SetPriorityClass": (BOOL, (HANDLE, DWORD)),
        "SetFileAttributesW": (BOOL, (LPCWSTR, DWORD)),
    },
    "ntdll": {
        "NtSetInformationProcess": (c_int, (HANDLE, c_int, c_void_p, DWORD)),
    },
    "advapi32": {
        "AdjustTokenPrivileges": (BOOL, (HANDLE, BOOL, _P(Privilege), DWORD, c_void_p, c_void_p)),
        "ConvertSecurityDescriptorToStringSecurityDescriptorW": (
            BOOL,
            (c_void_p, DWORD, DWORD, _P(LPWSTR), _P(DWORD)),
        ),
        "ConvertSidToStringSidW": (BOOL, (c_void_p, _P(LPWSTR))),
        "ConvertStringSecurityDescriptorToSecurityDescriptorW": (
            BOOL,
            (LPCWSTR, DWORD, _P(c_void_p), _P(DWORD)),
        ),
        "CredDeleteW": (BOOL, (LPCWSTR, DWORD, DWORD)),
        "CredFree": (None, (c_void_p,)),
        "CredReadW": (BOOL, (LPCWSTR, DWORD, DWORD, _P(_P(Credential)))),
        "CredWriteW": (BOOL, (_P(Credential), DWORD)),
        "GetFileSecurityW": (BOOL, (LPCWSTR, DWORD, c_void_p, DWORD, _P(DWORD))),
        "GetSecurityDescriptorDacl": (BOOL, (c_void_p, _P(BOOL), _P(c_void_p), _P(BOOL))),
        "GetSecurityDescriptorGroup": (BOOL, (c_void_p, _P(c_void_p), _P(BOOL))),
        "GetSecurityDescriptorOwner": (BOOL, (c_void_p, _P(c_void_p), _P(BOOL))),
        "GetSecurityInfo": (
            DWORD,
            (HANDLE, c_int, DWORD, c_void_p, c_void_p, c_void_p, c_void_p, _P(c_void_p)),
        ),
        "GetTokenInformation": (BOOL, (HANDLE, c_int, c_void_p, DWORD, _P(DWORD))),
        "GetUserNameW": (BOOL, (LPWSTR, _P(DWORD))),
        "LookupPrivilegeValueW": (BOOL, (LPCWSTR, LPCWSTR, _P(LARGE_INTEGER))),
        "OpenProcessToken": (BOOL, (HANDLE, DWORD, _P(HANDLE))),
        "SetFileSecurityW": (BOOL, (LPCWSTR, DWORD, c_void_p)),
        "SetSecurityInfo": (DWORD, (HANDLE, c_int, DWORD, c_void_p, c_void_p, c_void_p, c_void_p)),
    },
}


@cache
def _library(name: str) -> ctypes.CDLL:
    return library_of(name, _PROTOTYPES[name])


def library_of(name: str, prototypes: Prototypes) -> ctypes.CDLL:
    """A library of Windows of which these functions are called; to be loaded once."""
    if sys.platform != "win32":
        raise OSError(f"{name} is a part of Windows")
    library = ctypes.WinDLL(name, use_last_error=True)
    for function, (result, arguments) in prototypes.items():
        entry = getattr(library, function)
        entry.restype, entry.argtypes = result, arguments
    return library


def kernel32() -> ctypes.CDLL:
    """Files, volumes, processes."""
    return _library("kernel32")


def advapi32() -> ctypes.CDLL:
    """Security and credentials."""
    return _library("advapi32")


def ntdll() -> ctypes.CDLL:
    """What no other library offers."""
    return _library("ntdll")


def last_error() -> int:
    """Number of what went wrong in this thread's last call."""
    if sys.platform == "win32":
        return ctypes.get_last_error()
    return 0


def failed(number: int | None = None, path: str | None = None) -> OSError:
    """The error to raise for the last call, or for the number that a function returned."""
    code = last_error() if number is None else number
    if sys.platform == "win32":
        return OSError(None, ctypes.FormatError(code).rstrip(". "), path, code)  # as Python's own
    return OSError(code, "a part of Windows", path)


def extended(path: Native) -> str:
    """The form of a path that may be longer than 260 characters and is taken as it is ("\\\\?\\")."""
    text = os.fsdecode(path)
    if text.startswith("\\\\?\\"):
        return text  # abspath would take off what names may end with only in this form
    return windows_paths.extended(os.path.abspath(text))


def path_of(target: Native | int) -> str:
    """Extended path of a path or of an open file (a C runtime descriptor). Raises OSError."""
    if not isinstance(target, int):
        return extended(target)
    if sys.platform != "win32":
        raise OSError("a part of Windows")
    import msvcrt

    room = ctypes.create_unicode_buffer(32_768)
    if not kernel32().GetFinalPathNameByHandleW(msvcrt.get_osfhandle(target), room, len(room), 0):
        raise failed()
    return room.value
