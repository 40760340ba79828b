"""Crash reports, priority and names on Windows."""

from __future__ import annotations

import ctypes
import os
from typing import Final

from ...core.platform import OwnerNames
from . import api
from .api import DWORD

# SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX: no dialog on a machine nobody sits
# at, and none of the reports with memory in them that the second would start.
_SILENT: Final = 0x1 | 0x2 | 0x8000
_BELOW_NORMAL: Final = 0x4000  # BELOW_NORMAL_PRIORITY_CLASS
_PROCESS_IO_PRIORITY: Final = 33  # ProcessIoPriority
_IO_PRIORITY_LOW: Final = 1
_DNS_HOST_NAME: Final = 1  # ComputerNameDnsHostname: not cut at 15 letters, not in capitals


class WindowsProcess:
    """See core.platform.Process."""

    def forbid_core_dumps(self) -> None:
        """For this process and what it starts."""
        api.kernel32().SetErrorMode(_SILENT)

    def give_memory_back(self) -> None:
        """Windows does."""

    def stand_back(self) -> None:
        """Not PROCESS_MODE_BACKGROUND_BEGIN, which keeps a process to 32 MiB of memory at a time. There is no
        documented call for a process's priority at disks; this one is what tools use, and may refuse."""
        kernel32 = api.kernel32()
        me = kernel32.GetCurrentProcess()
        kernel32.SetPriorityClass(me, _BELOW_NORMAL)
        low = ctypes.c_uint32(_IO_PRIORITY_LOW)
        api.ntdll().NtSetInformationProcess(me, _PROCESS_IO_PRIORITY, ctypes.byref(low), 4)


class WindowsMachine:
    """See core.platform.Machine. Windows has no numbers for owners: descriptors name them."""

    def machine_name(self) -> str:
        """See core.platform.Machine."""
        size = DWORD(256)
        name = ctypes.create_unicode_buffer(size.value)
        if api.kernel32().GetComputerNameExW(_DNS_HOST_NAME, name, ctypes.byref(size)) and name.value:
            return name.value
        return os.environ.get("COMPUTERNAME") or "localhost"

    def user_name(self) -> str:
        """See core.platform.Machine."""
        size = DWORD(257)
        name = ctypes.create_unicode_buffer(size.value)
        if api.advapi32().GetUserNameW(name, ctypes.byref(size)) and name.value:
            return name.value
        return os.environ.get("USERNAME") or "?"

    def owner_names(self, users: set[int], groups: set[int]) -> OwnerNames:
        """See core.platform.Machine."""
        return {"users": {}, "groups": {}}
