"""Current and networks on macOS.

Current: IOKit's power sources (<IOKit/ps/IOPowerSources.h>). Networks: whether one is expensive is told by
Network.framework alone, to a block on a queue that nothing here can make without a compiler: not known.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import c_bool, c_char_p, c_int, c_long, c_uint32, c_void_p
from functools import cache
from typing import Any, Final, NamedTuple

from ...core.platform import Energy

_UTF_8: Final = 0x0800_0100  # kCFStringEncodingUTF8
_INT: Final = 9  # kCFNumberIntType
_FOUNDATION: Final = {
    "CFRelease": (None, (c_void_p,)),
    "CFArrayGetCount": (c_long, (c_void_p,)),
    "CFArrayGetValueAtIndex": (c_void_p, (c_void_p, c_long)),
    "CFDictionaryGetValue": (c_void_p, (c_void_p, c_void_p)),
    "CFStringCreateWithCString": (c_void_p, (c_void_p, c_char_p, c_uint32)),
    "CFStringGetCString": (c_bool, (c_void_p, c_char_p, c_long, c_uint32)),
    "CFNumberGetValue": (c_bool, (c_void_p, c_long, c_void_p)),
}
_SOURCES: Final = {
    "IOPSCopyPowerSourcesInfo": (c_void_p, ()),
    "IOPSCopyPowerSourcesList": (c_void_p, (c_void_p,)),
    "IOPSGetPowerSourceDescription": (c_void_p, (c_void_p, c_void_p)),
    "IOPSGetProvidingPowerSourceType": (c_void_p, (c_void_p,)),
}


class Source(NamedTuple):
    """One battery: what is left of how much, in the same unit."""

    kind: str
    left: int
    full: int


class MacPower:
    """See core.platform.Power."""

    def energy(self) -> Energy:
        """See core.platform.Power."""
        try:
            return told(*_asked())
        except (OSError, AttributeError):
            return Energy(None, None)


def told(providing: str, sources: list[Source]) -> Energy:
    """What the system's words mean: "AC Power", "Battery Power", "UPS Power"."""
    own = [each for each in sources if each.kind in ("InternalBattery", "UPS") and each.full > 0]
    left, full = sum(each.left for each in own), sum(each.full for each in own)
    return Energy(providing in ("Battery Power", "UPS Power"), left * 100 // full if full else None)


class MacConnection:
    """See core.platform.Connection."""

    def metered(self, address: str) -> bool | None:
        """Not known on this system."""
        return None


@cache
def _framework(name: str) -> ctypes.CDLL:
    if sys.platform != "darwin":
        raise OSError(f"{name} is a part of macOS")
    library = ctypes.CDLL(f"/System/Library/Frameworks/{name}.framework/{name}")
    known: dict[str, Any] = _FOUNDATION if name == "CoreFoundation" else _SOURCES
    for function, (result, arguments) in known.items():
        entry = getattr(library, function)
        entry.restype, entry.argtypes = result, arguments
    return library


def _asked() -> tuple[str, list[Source]]:
    """(what gives the current now, all batteries). Raises OSError, AttributeError."""
    cf, io = _framework("CoreFoundation"), _framework("IOKit")
    info = io.IOPSCopyPowerSourcesInfo()
    if not info:
        return "", []
    try:
        providing = _text(cf, io.IOPSGetProvidingPowerSourceType(info))
        listed = io.IOPSCopyPowerSourcesList(info)
        if not listed:
            return providing, []
        try:
            return providing, [
                _source(cf, io.IOPSGetPowerSourceDescription(info, cf.CFArrayGetValueAtIndex(listed, at)))
                for at in range(cf.CFArrayGetCount(listed))
            ]
        finally:
            cf.CFRelease(listed)
    finally:
        cf.CFRelease(info)


def _source(cf: ctypes.CDLL, description: Any) -> Source:
    if not description:
        return Source("", 0, 0)
    return Source(
        _text(cf, _value(cf, description, b"Type")),
        _number(cf, _value(cf, description, b"Current Capacity")),
        _number(cf, _value(cf, description, b"Max Capacity")),
    )


def _value(cf: ctypes.CDLL, description: Any, key: bytes) -> Any:
    name = cf.CFStringCreateWithCString(None, key, _UTF_8)
    try:
        return cf.CFDictionaryGetValue(description, name)
    finally:
        cf.CFRelease(name)


def _text(cf: ctypes.CDLL, string: Any) -> str:
    room = ctypes.create_string_buffer(256)
    if not string or not cf.CFStringGetCString(string, room, len(room), _UTF_8):
        return ""
    return room.value.decode("utf-8", "replace")


def _number(cf: ctypes.CDLL, number: Any) -> int:
    found = c_int()
    if not number or not cf.CFNumberGetValue(number, _INT, ctypes.byref(found)):
        return 0
    return found.value
