"""Whether a network is metered on Windows: its Network List Manager (Microsoft Learn: INetworkCostManager),
which is told the address that the traffic goes to, and answers for the interface that it takes."""

from __future__ import annotations

import ctypes
import ipaddress
import struct
import sys
from ctypes import POINTER, c_char_p, c_int32, c_void_p
from functools import cache
from typing import Final
from uuid import UUID

from . import api, com
from .api import DWORD

_CLASS: Final = UUID("DCB00C01-570F-4A9B-8D69-199FDBA5723B").bytes_le  # CLSID_NetworkListManager
_INTERFACE: Final = UUID("DCB00008-570F-4A9B-8D69-199FDBA5723B").bytes_le  # IID_INetworkCostManager
_CLSCTX_ALL: Final = 0x17
_METERED: Final = (
    0x2 | 0x4 | 0x10000 | 0x40000
)  # NLM_CONNECTION_COST: fixed, variable, over its limit, roaming
_UNRESTRICTED: Final = 0x1
_RELEASE, _GET_COST = 2, 3  # places in the interface's table of functions
_INET, _INET6 = 2, 23
_ROOM: Final = 128  # NLM_SOCKADDR


@cache
def _ole32() -> ctypes.CDLL:
    prototypes: api.Prototypes = {
        "CoInitializeEx": (c_int32, (c_void_p, DWORD)),
        "CoUninitialize": (None, ()),
        "CoCreateInstance": (c_int32, (c_char_p, c_void_p, DWORD, c_char_p, POINTER(c_void_p))),
    }
    return api.library_of("ole32", prototypes)


class WindowsConnection:
    """See core.platform.Connection."""

    def metered(self, address: str) -> bool | None:
        """See core.platform.Connection."""
        try:
            where = socket_address(address) if address else None
            cost = _cost(where)
        except (OSError, ValueError):
            return None
        return judged(cost)


def judged(cost: int) -> bool | None:
    """What a NLM_CONNECTION_COST means."""
    if cost & _METERED:
        return True
    return False if cost & _UNRESTRICTED else None


def socket_address(address: str) -> bytes:
    """A sockaddr in the room of a NLM_SOCKADDR. Raises ValueError."""
    number = ipaddress.ip_address(address)
    if number.version == 4:
        made = struct.pack("<HH", _INET, 0) + number.packed
    else:
        made = struct.pack("<HHI", _INET6, 0, 0) + number.packed
    return made.ljust(_ROOM, b"\0")


def _cost(where: bytes | None) -> int:
    """Raises OSError."""
    if sys.platform != "win32":
        raise OSError("a part of Windows")
    entered = _ole32().CoInitializeEx(None, com.MULTITHREADED)  # fails where another was chosen: as good
    try:
        manager = c_void_p()
        _check(_ole32().CoCreateInstance(_CLASS, None, _CLSCTX_ALL, _INTERFACE, ctypes.byref(manager)))
        try:
            cost = DWORD()
            target = None if where is None else ctypes.create_string_buffer(where, _ROOM)
            get_cost = com.function(manager, _GET_COST, c_int32, POINTER(DWORD), c_void_p)
            _check(get_cost(manager, ctypes.byref(cost), target))
            return cost.value
        finally:
            com.function(manager, _RELEASE, DWORD)(manager)
    finally:
        if entered >= 0:
            _ole32().CoUninitialize()


def _check(code: int) -> None:
    if code < 0:
        raise OSError(code, "the Network List Manager does not answer")
