"""Current and clocks on Windows (Microsoft Learn: GetSystemPowerStatus, QueryUnbiasedInterruptTime,
GetTickCount64). Python's own `time.monotonic` counts the time that Windows slept."""

from __future__ import annotations

import ctypes
from ctypes import c_ubyte, c_uint64
from functools import cache
from typing import Final

from ...core.platform import Energy
from . import api
from .api import BOOL, DWORD

_UNKNOWN: Final = 255
_NO_BATTERY: Final = 128


class _Status(ctypes.Structure):
    """SYSTEM_POWER_STATUS."""

    _fields_ = (
        ("line", c_ubyte),
        ("battery", c_ubyte),
        ("percent", c_ubyte),
        ("saver", c_ubyte),
        ("seconds", DWORD),
        ("full_seconds", DWORD),
    )


@cache
def _kernel32() -> ctypes.CDLL:
    prototypes: api.Prototypes = {
        "GetSystemPowerStatus": (BOOL, (ctypes.POINTER(_Status),)),
        "GetTickCount64": (c_uint64, ()),
        "QueryUnbiasedInterruptTime": (BOOL, (ctypes.POINTER(c_uint64),)),
    }
    return api.library_of("kernel32", prototypes)


class WindowsPower:
    """See core.platform.Power."""

    def energy(self) -> Energy:
        """See core.platform.Power."""
        status = _Status()
        if not _kernel32().GetSystemPowerStatus(ctypes.byref(status)):
            return Energy(None, None)
        return told(status.line, status.battery, status.percent)


def told(line: int, battery: int, percent: int) -> Energy:
    """What the three bytes of the system mean."""
    if battery != _UNKNOWN and battery & _NO_BATTERY:
        return Energy(False, None)
    on_battery = {0: True, 1: False}.get(line)
    return Energy(on_battery, percent if percent <= 100 else None)


class WindowsClocks:
    """See core.platform.Clocks."""

    def awake(self) -> float:
        """Without sleep and hibernation, in steps of about 15 ms."""
        ticks = c_uint64()
        if not _kernel32().QueryUnbiasedInterruptTime(ctypes.byref(ticks)):
            raise api.failed()
        return ticks.value / 10**7

    def going(self) -> float:
        """With both."""
        return int(_kernel32().GetTickCount64()) / 1000
