"""Access lists set by Windows itself, as any other program there may do. (Wine's icacls does nothing.)"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

_ACCESS = 0x4  # DACL_SECURITY_INFORMATION


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
