"""What services of Windows are made and asked with, as documented (winsvc.h, Microsoft Learn)."""

from __future__ import annotations

import ctypes
import sys
from ctypes import c_int, c_void_p
from ctypes.wintypes import HANDLE, LPCWSTR, LPWSTR
from functools import cache
from typing import Any, Final

from . import api
from .api import BOOL, DWORD

NOT_THERE: Final = frozenset((api.INVALID_PARAMETER, api.CALL_NOT_IMPLEMENTED, 124))
"""How a system says that it does not know a setting: Wine knows the first few."""


class Status(ctypes.Structure):
    """SERVICE_STATUS."""

    _fields_ = (
        ("type", DWORD),
        ("state", DWORD),
        ("accepted", DWORD),
        ("exit", DWORD),
        ("own_exit", DWORD),
        ("check_point", DWORD),
        ("wait_hint", DWORD),
    )


class ProcessStatus(ctypes.Structure):
    """SERVICE_STATUS_PROCESS."""

    _fields_ = (*Status._fields_, ("process", DWORD), ("flags", DWORD))


class Description(ctypes.Structure):
    """SERVICE_DESCRIPTIONW."""

    _fields_ = (("text", LPWSTR),)


class Action(ctypes.Structure):
    """SC_ACTION. `type` 1: begin again; `delay` in milliseconds."""

    _fields_ = (("type", c_int), ("delay", DWORD))


class FailureActions(ctypes.Structure):
    """SERVICE_FAILURE_ACTIONSW. `period`: seconds without failure after which it counts anew."""

    _fields_ = (
        ("period", DWORD),
        ("message", LPWSTR),
        ("command", LPWSTR),
        ("count", DWORD),
        ("actions", ctypes.POINTER(Action)),
    )


class Flag(ctypes.Structure):
    """SERVICE_DELAYED_AUTO_START_INFO, SERVICE_FAILURE_ACTIONS_FLAG."""

    _fields_ = (("on", BOOL),)


class Number(ctypes.Structure):
    """SERVICE_SID_INFO."""

    _fields_ = (("value", DWORD),)


class Strings(ctypes.Structure):
    """SERVICE_REQUIRED_PRIVILEGES_INFOW: strings with their zeros, and another zero."""

    _fields_ = (("list", LPWSTR),)


if sys.platform == "win32":
    MAIN: Any = ctypes.WINFUNCTYPE(None, DWORD, c_void_p)
    HANDLER: Any = ctypes.WINFUNCTYPE(DWORD, DWORD, DWORD, c_void_p, c_void_p)
else:
    MAIN = ctypes.CFUNCTYPE(None, DWORD, c_void_p)
    HANDLER = ctypes.CFUNCTYPE(DWORD, DWORD, DWORD, c_void_p, c_void_p)


class Entry(ctypes.Structure):
    """SERVICE_TABLE_ENTRYW."""

    _fields_ = (("name", LPWSTR), ("main", MAIN))


_P: Final = ctypes.POINTER
_ADVAPI32: Final[api.Prototypes] = {
    "ChangeServiceConfig2W": (BOOL, (HANDLE, DWORD, c_void_p)),
    "ChangeServiceConfigW": (
        BOOL,
        (HANDLE, DWORD, DWORD, DWORD, LPCWSTR, LPCWSTR, c_void_p, LPCWSTR, LPCWSTR, LPCWSTR, LPCWSTR),
    ),
    "CloseServiceHandle": (BOOL, (HANDLE,)),
    "ControlService": (BOOL, (HANDLE, DWORD, _P(Status))),
    "CreateServiceW": (
        HANDLE,
        (HANDLE, LPCWSTR, LPCWSTR, DWORD, DWORD, DWORD, DWORD, LPCWSTR, LPCWSTR, c_void_p, LPCWSTR, LPCWSTR,
         LPCWSTR),
    ),
    "DeleteService": (BOOL, (HANDLE,)),
    "OpenSCManagerW": (HANDLE, (LPCWSTR, LPCWSTR, DWORD)),
    "OpenServiceW": (HANDLE, (HANDLE, LPCWSTR, DWORD)),
    "QueryServiceConfig2W": (BOOL, (HANDLE, DWORD, c_void_p, DWORD, _P(DWORD))),
    "QueryServiceStatusEx": (BOOL, (HANDLE, c_int, c_void_p, DWORD, _P(DWORD))),
    "RegisterServiceCtrlHandlerExW": (HANDLE, (LPCWSTR, HANDLER, c_void_p)),
    "SetServiceStatus": (BOOL, (HANDLE, _P(Status))),
    "StartServiceCtrlDispatcherW": (BOOL, (_P(Entry),)),
    "StartServiceW": (BOOL, (HANDLE, DWORD, c_void_p)),
}  # fmt: skip


@cache
def advapi32() -> ctypes.CDLL:
    """The functions of services."""
    return api.library_of("advapi32", _ADVAPI32)
