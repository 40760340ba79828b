"""The Volume Shadow Copy Service as a requester sees it: places, types and numbers.

From Microsoft's headers vsbackup.h, vss.h, vswriter.h and vserror.h, and the pages of Microsoft Learn of the
same names. The order of a header's methods is that of the table.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, c_bool, c_int32, c_int64, c_uint32, c_void_p, c_wchar_p
from functools import cache
from typing import Any, ClassVar, Final, NamedTuple

from . import api, com
from .api import BOOL, DWORD
from .com import Guid, Interface, Methods

CONTEXT_BACKUP: Final = 0  # VSS_CTX_BACKUP: with writers; gone once nobody holds it
COPY: Final = 5  # VSS_BT_COPY

ASYNC_PENDING: Final = 0x0004_2309
ASYNC_FINISHED: Final = 0x0004_230A
ASYNC_CANCELLED: Final = 0x0004_230B

IN_PROGRESS: Final = 0x8004_2316  # VSS_E_SNAPSHOT_SET_IN_PROGRESS
NOT_SUPPORTED: Final = frozenset(
    (
        0x8004_230C,  # VSS_E_VOLUME_NOT_SUPPORTED
        0x8004_2308,  # VSS_E_OBJECT_NOT_FOUND: a name of a volume that is none, such as of SUBST
        0x8004_230E,  # VSS_E_VOLUME_NOT_SUPPORTED_BY_PROVIDER
        0x8004_232C,  # VSS_E_NESTED_VOLUME_LIMIT
        0x8004_232D,  # VSS_E_VOLUME_NOT_LOCAL
    )
)
OUT_OF_STORAGE: Final = frozenset(
    (0x8004_231F, 0x8004_2317)  # VSS_E_INSUFFICIENT_STORAGE, ..._MAXIMUM_NUMBER_OF_SNAPSHOTS_REACHED
)
TOO_BUSY: Final = frozenset((0x8004_2313, 0x8004_2314))  # VSS_E_FLUSH_WRITES_TIMEOUT, ..._HOLD_WRITES_TIMEOUT

WRITER_ERRORS: Final = {
    0: "writer_error",
    0x8004_23F0: "writer_torn",  # VSS_E_WRITERERROR_INCONSISTENTSNAPSHOT
    0x8004_23F1: "writer_resources",  # ..._OUTOFRESOURCES
    0x8004_23F2: "writer_timeout",  # ..._TIMEOUT
    0x8004_23F3: "writer_retry",  # ..._RETRYABLE
    0x8004_23F4: "writer_error",  # ..._NONRETRYABLE
}

WELL: Final = range(1, 6)
"""VSS_WRITER_STATE: stable, or waiting for what comes next. 0 is unknown, all above are failures."""

USERS_DATA: Final = (3, 4)
"""VSS_USAGE_TYPE: a user's data, other; the system's own writers list each file of Windows."""

_P: Final = POINTER
_NEW: Final = (_P(c_void_p),)  # where an object, or a text, is put
_NUMBER: Final = (_P(c_uint32),)


class SnapshotProperties(ctypes.Structure):
    """VSS_SNAPSHOT_PROP."""

    _fields_ = (
        ("id", Guid),
        ("set", Guid),
        ("count", c_int32),
        ("device", c_wchar_p),
        ("volume", c_wchar_p),
        ("origin", c_wchar_p),
        ("service", c_wchar_p),
        ("exposed_name", c_wchar_p),
        ("exposed_path", c_wchar_p),
        ("provider", Guid),
        ("attributes", c_int32),
        ("created", c_int64),
        ("status", c_int32),
    )


class ComponentInfo(ctypes.Structure):
    """VSS_COMPONENTINFO."""

    _fields_ = (
        ("type", c_int32),
        ("logical_path", c_void_p),
        ("name", c_void_p),
        ("caption", c_void_p),
        ("icon", c_void_p),
        ("icon_size", c_uint32),
        ("restore_metadata", c_bool),
        ("notify", c_bool),
        ("selectable", c_bool),
        ("selectable_for_restore", c_bool),
        ("flags", DWORD),
        ("files", c_uint32),
        ("databases", c_uint32),
        ("logs", c_uint32),
        ("dependencies", c_uint32),
    )


class BackupComponents(Interface):
    """IVssBackupComponents: one backup."""

    methods: ClassVar[Methods] = {
        "InitializeForBackup": (5, (c_void_p,)),
        "SetBackupState": (6, (c_bool, c_bool, c_int32, c_bool)),
        "GatherWriterMetadata": (9, _NEW),
        "GetWriterMetadataCount": (10, _NUMBER),
        "GetWriterMetadata": (11, (c_uint32, _P(Guid), _P(c_void_p))),
        "FreeWriterMetadata": (12, ()),
        "PrepareForBackup": (14, _NEW),
        "AbortBackup": (15, ()),
        "GatherWriterStatus": (16, _NEW),
        "GetWriterStatusCount": (17, _NUMBER),
        "FreeWriterStatus": (18, ()),
        "GetWriterStatus": (
            19,
            (c_uint32, _P(Guid), _P(Guid), _P(c_void_p), _P(c_int32), _P(c_int32)),
        ),
        "BackupComplete": (27, _NEW),
        "SetContext": (35, (c_int32,)),
        "StartSnapshotSet": (36, (_P(Guid),)),
        "AddToSnapshotSet": (37, (c_wchar_p, Guid, _P(Guid))),
        "DoSnapshotSet": (38, _NEW),
        "GetSnapshotProperties": (42, (Guid, _P(SnapshotProperties))),
        "IsVolumeSupported": (44, (Guid, c_wchar_p, _P(BOOL))),
    }


class Async(Interface):
    """IVssAsync: what goes on while its starter waits."""

    methods: ClassVar[Methods] = {
        "Cancel": (3, ()),
        "Wait": (4, (DWORD,)),
        "QueryStatus": (5, (_P(c_int32), c_void_p)),
    }


class WriterMetadata(Interface):
    """IVssExamineWriterMetadata: what a writer says of itself."""

    methods: ClassVar[Methods] = {
        "GetIdentity": (3, (_P(Guid), _P(Guid), _P(c_void_p), _P(c_int32), _P(c_int32))),
        "GetFileCounts": (4, _NUMBER * 3),
        "GetComponent": (7, (c_uint32, _P(c_void_p))),
    }


class WriterComponent(Interface):
    """IVssWMComponent: what a writer takes care of: a database, or a group of files."""

    methods: ClassVar[Methods] = {
        "GetComponentInfo": (3, (_P(_P(ComponentInfo)),)),
        "FreeComponentInfo": (4, (_P(ComponentInfo),)),
        "GetFile": (5, (c_uint32, _P(c_void_p))),
        "GetDatabaseFile": (6, (c_uint32, _P(c_void_p))),
        "GetDatabaseLogFile": (7, (c_uint32, _P(c_void_p))),
    }


class FileDescription(Interface):
    """IVssWMFiledesc: a folder, and which names in it."""

    methods: ClassVar[Methods] = {
        "GetPath": (3, _NEW),
        "GetFilespec": (4, _NEW),
        "GetRecursive": (5, (_P(c_bool),)),
    }


class Doors(NamedTuple):
    """How a thread comes to the service. `enter`: see `com.enter`. `create`: fills a pointer with a new
    backup, and returns an HRESULT. `free`: what properties of a snapshot hold."""

    enter: Callable[[], Callable[[], None]]
    create: Callable[[Any], int]
    free: Callable[[Any], object]


def doors() -> Doors:
    """Those of this system. Raises OSError where the service is no part of it."""
    library = _vssapi()
    create, free = library.CreateVssBackupComponentsInternal, library.VssFreeSnapshotPropertiesInternal
    return Doors(com.enter, create, free)


@cache
def _vssapi() -> ctypes.CDLL:
    try:
        return api.library_of(
            "vssapi",
            {
                "CreateVssBackupComponentsInternal": (c_int32, _NEW),
                "VssFreeSnapshotPropertiesInternal": (None, (_P(SnapshotProperties),)),
            },
        )
    except AttributeError as error:
        raise OSError(None, str(error)) from None
