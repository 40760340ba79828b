"""COM objects by their tables of functions (Microsoft Learn, "Component Object Model").

An interface is a pointer to a pointer to a table; its functions stand there in the order in which the header
declares them, those of IUnknown first, and return an HRESULT, of which the negative ones are failures.
"""

from __future__ import annotations

import ctypes
import sys
import uuid
from collections.abc import Callable, Mapping
from ctypes import POINTER, c_int32, c_ubyte, c_void_p
from functools import cache
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from . import api
from .api import DWORD

MULTITHREADED: Final = 0  # COINIT_MULTITHREADED

ACCESS_DENIED: Final = 0x8007_0005  # E_ACCESSDENIED

_RELEASE: Final = 2
_PRIVACY: Final = 6  # RPC_C_AUTHN_LEVEL_PKT_PRIVACY
_IDENTIFY: Final = 2  # RPC_C_IMP_LEVEL_IDENTIFY


class Guid(ctypes.Structure):
    """A GUID, as functions take and give it."""

    _fields_ = (("bytes", c_ubyte * 16),)

    def text(self) -> str:
        """As "{1234ABCD-…}", the way Windows writes it."""
        return "{" + str(uuid.UUID(bytes_le=bytes(self.bytes))).upper() + "}"


class ComError(OSError):
    """A call failed. `code`: its HRESULT, as the documentation writes it: not negative."""

    def __init__(self, code: int, where: str) -> None:
        super().__init__(None, f"{where}: 0x{code & 0xFFFF_FFFF:08X}")
        self.code = code & 0xFFFF_FFFF


Methods = Mapping[str, tuple[int, tuple[Any, ...]]]
"""{name: (place in the table, types of the arguments)}"""


class Interface:
    """Somebody's object. `methods`: those that are called."""

    methods: ClassVar[Methods] = {}

    def __init__(self, pointer: c_void_p) -> None:
        if pointer.value is None:
            raise ComError(0x8000_4003, type(self).__name__)  # E_POINTER
        self._pointer = pointer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.release()

    def call(self, name: str, *arguments: object) -> int:
        """The HRESULT. Raises ComError."""
        place, types = self.methods[name]
        code = int(function(self._pointer, place, c_int32, *types)(self._pointer, *arguments))
        if code < 0:
            raise ComError(code, name)
        return code

    def text(self, name: str) -> str:
        """What a method writes to its one argument, a string."""
        found = c_void_p()
        self.call(name, ctypes.byref(found))
        return taken(found)

    def release(self) -> None:
        """To be called once; nothing may be asked afterwards."""
        function(self._pointer, _RELEASE, DWORD)(self._pointer)


def function(instance: c_void_p, place: int, result: Any, *arguments: Any) -> Any:
    """A function of an object's table; the object itself is its first argument. Raises OSError."""
    if sys.platform != "win32":
        raise OSError("a part of Windows")
    table = ctypes.cast(instance, POINTER(POINTER(c_void_p)))[0]
    return ctypes.WINFUNCTYPE(result, c_void_p, *arguments)(table[place])


def taken(text: c_void_p) -> str:
    """What stands in a BSTR, which is ours to free."""
    if text.value is None:
        return ""
    try:
        return ctypes.wstring_at(text.value)
    finally:
        _oleaut32().SysFreeString(text)


def enter() -> Callable[[], None]:
    """This thread may use COM until it calls what this returns. Raises OSError.

    The process's security is set as Microsoft advises whoever shadow copy writers call back ("Security
    Considerations for Requesters"): calls are authenticated and encrypted, and may come from any account that
    a writer runs under; the service's own objects check who calls. Who set it before keeps their own.
    """
    entered = _ole32().CoInitializeEx(None, MULTITHREADED)  # fails where somebody chose otherwise: as good
    _ole32().CoInitializeSecurity(None, -1, None, None, _PRIVACY, _IDENTIFY, None, 0, None)

    def leave() -> None:
        if entered >= 0:
            _ole32().CoUninitialize()

    return leave


@cache
def _ole32() -> ctypes.CDLL:
    prototypes: api.Prototypes = {
        "CoInitializeEx": (c_int32, (c_void_p, DWORD)),
        "CoInitializeSecurity": (
            c_int32,
            (c_void_p, c_int32, c_void_p, c_void_p, DWORD, DWORD, c_void_p, DWORD, c_void_p),
        ),
        "CoUninitialize": (None, ()),
    }
    return api.library_of("ole32", prototypes)


@cache
def _oleaut32() -> ctypes.CDLL:
    return api.library_of("oleaut32", {"SysFreeString": (None, (c_void_p,))})
