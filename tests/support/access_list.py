"""Access lists: POSIX ones as bytes, those of Windows set and told by Windows itself.

Any program may do so there. (Wine's icacls does nothing.)
"""

from __future__ import annotations

import ctypes
import struct
import sys
from pathlib import Path

_ACCESS = 0x4  # DACL_SECURITY_INFORMATION


def posix_access_list(*entries: tuple[int, int, int]) -> bytes:
    """As Linux keeps it (acl(5)), of entries in the order given: tag, rights, user or group, -1 for none."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


def set_access_list(path: Path, sddl: str) -> None:
    """`sddl`: "D:(A;;FA;;;SY)…"."""
    if sys.platform != "win32":
        raise OSError("a part of Windows")
    advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
    descriptor = ctypes.c_void_p()
    convert = advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
    convert.argtypes = (ctypes.c_wchar_p, ctypes.c_ulong, ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)
    advapi32.SetFileSecurityW.argtypes = (ctypes.c_wchar_p, ctypes.c_ulong, ctypes.c_void_p)
    if not convert(sddl, 1, ctypes.byref(descriptor), None):
        raise ctypes.WinError(ctypes.get_last_error())
    if not advapi32.SetFileSecurityW(str(path), _ACCESS, descriptor):
        raise ctypes.WinError(ctypes.get_last_error())


def access_list(path: Path) -> str:
    """The same of a file or folder, as it is now."""
    if sys.platform != "win32":
        raise OSError("a part of Windows")
    advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
    room, needed = ctypes.create_string_buffer(64 * 1024), ctypes.c_ulong()
    get = advapi32.GetFileSecurityW
    get.argtypes = (ctypes.c_wchar_p, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p)
    if not get(str(path), _ACCESS, room, len(room), ctypes.byref(needed)):
        raise ctypes.WinError(ctypes.get_last_error())
    text = ctypes.c_wchar_p()
    convert = advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW
    convert.argtypes = (
        ctypes.c_void_p,
        ctypes.c_ulong,
        ctypes.c_ulong,
        ctypes.POINTER(ctypes.c_wchar_p),
        ctypes.c_void_p,
    )
    if not convert(room, 1, _ACCESS, ctypes.byref(text), None):
        raise ctypes.WinError(ctypes.get_last_error())
    return text.value or ""
