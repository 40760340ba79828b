"""What stands in for the Volume Shadow Copy Service: COM objects with tables of functions, in this process.

It keeps to the order of calls that Microsoft's documentation asks for, answers a call out of turn as the
service does, and counts what it gave away. Places in the tables are the order of the methods in Microsoft's
headers vsbackup.h, vss.h and vswriter.h, written down here once more. For Windows and Wine: a BSTR is theirs.
"""

from __future__ import annotations

import ctypes
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from ctypes import POINTER, c_bool, c_int32, c_uint32, c_void_p, c_wchar_p
from dataclasses import dataclass, field
from typing import Any

from cyberlib_client.system.windows.com import Guid
from cyberlib_client.system.windows.vss_api import ComponentInfo, Doors, SnapshotProperties

UNKNOWN = ("QueryInterface", "AddRef", "Release")
BACKUP = (
    *UNKNOWN, "GetWriterComponentsCount", "GetWriterComponents", "InitializeForBackup", "SetBackupState",
    "InitializeForRestore", "SetRestoreState", "GatherWriterMetadata", "GetWriterMetadataCount",
    "GetWriterMetadata", "FreeWriterMetadata", "AddComponent", "PrepareForBackup", "AbortBackup",
    "GatherWriterStatus", "GetWriterStatusCount", "FreeWriterStatus", "GetWriterStatus", "SetBackupSucceeded",
    "SetBackupOptions", "SetSelectedForRestore", "SetRestoreOptions", "SetAdditionalRestores",
    "SetPreviousBackupStamp", "SaveAsXML", "BackupComplete", "AddAlternativeLocationMapping",
    "AddRestoreSubcomponent", "SetFileRestoreStatus", "AddNewTarget", "SetRangesFilePath", "PreRestore",
    "PostRestore", "SetContext", "StartSnapshotSet", "AddToSnapshotSet", "DoSnapshotSet", "DeleteSnapshots",
    "ImportSnapshots", "BreakSnapshotSet", "GetSnapshotProperties", "Query", "IsVolumeSupported",
    "DisableWriterClasses", "EnableWriterClasses", "DisableWriterInstances", "ExposeSnapshot",
    "RevertToSnapshot", "QueryRevertStatus",
)  # fmt: skip
ASYNC = (*UNKNOWN, "Cancel", "Wait", "QueryStatus")
METADATA = (
    *UNKNOWN, "GetIdentity", "GetFileCounts", "GetIncludeFile", "GetExcludeFile", "GetComponent",
    "GetRestoreMethod", "GetAlternateLocationMapping", "GetBackupSchema", "GetDocument", "SaveAsXML",
    "LoadFromXML",
)  # fmt: skip
COMPONENT = (
    *UNKNOWN, "GetComponentInfo", "FreeComponentInfo", "GetFile", "GetDatabaseFile", "GetDatabaseLogFile",
    "GetDependency",
)  # fmt: skip
FILES = (*UNKNOWN, "GetPath", "GetFilespec", "GetRecursive", "GetAlternateLocation", "GetBackupTypeMask")

BAD_STATE = 0x8004_2301
PENDING, FINISHED, CANCELLED = 0x4_2309, 0x4_230A, 0x4_230B
STABLE, FAILED_AT_FREEZE = 1, 9
USER_DATA = 3

_system = ctypes.WinDLL("oleaut32")
_system.SysAllocString.restype, _system.SysAllocString.argtypes = c_void_p, (c_wchar_p,)


def text(value: str) -> int:
    """A new BSTR."""
    return int(_system.SysAllocString(value))


@dataclass
class Writer:
    """`files`: (kind of getter, folder, names, recursive), the getter as the table names it."""

    name: str
    files: Sequence[tuple[str, str, str, bool]] = ()
    usage: int = USER_DATA
    state: int = STABLE
    error: int = 0
    id: bytes = field(default_factory=lambda: uuid.uuid4().bytes_le)


@dataclass
class Service:
    """`devices`: {volume: where its copy is}. `refuse`: {method: results of its next calls, before it works}.
    `ends`: {method: result of what it starts}; one that is PENDING never ends. `told`: all calls, in order.
    `alive`: objects that somebody holds."""

    devices: dict[str, str]
    writers: list[Writer] = field(default_factory=list)
    refuse: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    arguments: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    alive: int = 0
    freed: int = 0
    inside: set[int] = field(default_factory=set)
    _kept: list[Any] = field(default_factory=list)
    _done: set[str] = field(default_factory=set)
    _copies: dict[bytes, str] = field(default_factory=dict)

    def doors(self) -> Doors:
        """As a requester comes in."""
        return Doors(self._enter, self._create, self._free)

    def _enter(self) -> Callable[[], None]:
        thread = threading.get_ident()
        self.inside.add(thread)
        return lambda: self.inside.discard(thread)

    def _create(self, where: Any) -> int:
        where._obj.value = self._object(BACKUP, self._backup())
        return 0

    def _free(self, where: Any) -> None:
        self.freed += 1

    def _object(
        self, order: Sequence[str], methods: dict[str, tuple[Callable[..., int], tuple[Any, ...]]]
    ) -> int:
        """An object with one holder; its table has each place of the interface."""
        held = [1]
        self.alive += 1

        def release(_: int) -> int:
            held[0] -= 1
            self.alive -= held[0] == 0
            return held[0]

        table = (c_void_p * len(order))()
        for place, name in enumerate(order):
            work, types = methods.get(name, (lambda *_: BAD_STATE, ()))
            called = release if name == "Release" else self._guarded(name, work, held)
            entry = ctypes.WINFUNCTYPE(c_int32, c_void_p, *types)(called)
            self._kept.append(entry)
            table[place] = ctypes.cast(entry, c_void_p)
        pointer = (c_void_p * 1)(ctypes.addressof(table))
        self._kept += [table, pointer]
        return ctypes.addressof(pointer)

    def _guarded(self, name: str, work: Callable[..., int], held: list[int]) -> Callable[..., int]:
        def called(_: int, *arguments: Any) -> int:
            self.told.append(name)
            self.arguments[name] = arguments
            if threading.get_ident() not in self.inside or held[0] <= 0:
                self.told.append(f"{name}: of another thread, or of an object that is gone")
                return _signed(0x8001_010E)  # RPC_E_WRONG_THREAD
            if self.refuse[name]:
                return _signed(self.refuse[name].pop(0))
            return _signed(work(*arguments))

        return called

    def _backup(self) -> dict[str, tuple[Callable[..., int], tuple[Any, ...]]]:
        new, number, guid = (POINTER(c_void_p),), (POINTER(c_uint32),), POINTER(Guid)

        def then(name: str, *needed: str) -> Callable[..., int]:
            def work(*_: Any) -> int:
                if not self._done.issuperset(needed):
                    return BAD_STATE
                self._done.add(name)
                return 0

            return work

        def begun(name: str, *needed: str) -> Callable[[Any], int]:
            def work(where: Any) -> int:
                if not self._done.issuperset(needed):
                    return BAD_STATE
                where[0] = self._object(ASYNC, self._async(name))
                return 0

            return work

        def add(volume: str, provider: Guid, copy: Any) -> int:
            if "StartSnapshotSet" not in self._done or any(provider.bytes):
                return BAD_STATE
            copy[0] = Guid.from_buffer_copy(uuid.uuid4().bytes_le)
            self._copies[bytes(copy[0].bytes)] = volume
            return 0

        def supported(_: Guid, volume: str, where: Any) -> int:
            where[0] = volume in self.devices
            return 0

        def properties(copy: Guid, where: Any) -> int:
            if "DoSnapshotSet" not in self._done:
                return BAD_STATE
            volume = self._copies[bytes(copy.bytes)]
            where[0].device, where[0].volume, where[0].id = self.devices[volume], volume, copy
            return 0

        ready = ("InitializeForBackup", "SetContext", "SetBackupState")
        return {
            "InitializeForBackup": (then("InitializeForBackup"), (c_void_p,)),
            "SetContext": (then("SetContext", ready[0]), (c_int32,)),
            "SetBackupState": (then("SetBackupState", ready[0]), (c_bool, c_bool, c_int32, c_bool)),
            "GatherWriterMetadata": (begun("GatherWriterMetadata", *ready), new),
            "GetWriterMetadataCount": (self._count("GatherWriterMetadata"), number),
            "GetWriterMetadata": (self._metadata, (c_uint32, guid, *new)),
            "FreeWriterMetadata": (then("FreeWriterMetadata", "GatherWriterMetadata"), ()),
            "StartSnapshotSet": (then("StartSnapshotSet", "GatherWriterMetadata"), (guid,)),
            "IsVolumeSupported": (supported, (Guid, c_wchar_p, POINTER(c_int32))),
            "AddToSnapshotSet": (add, (c_wchar_p, Guid, guid)),
            "PrepareForBackup": (begun("PrepareForBackup", "StartSnapshotSet"), new),
            "DoSnapshotSet": (begun("DoSnapshotSet", "PrepareForBackup"), new),
            "GatherWriterStatus": (begun("GatherWriterStatus", "PrepareForBackup"), new),
            "GetWriterStatusCount": (self._count("GatherWriterStatus"), number),
            "GetWriterStatus": (
                self._status,
                (c_uint32, guid, guid, *new, POINTER(c_int32), POINTER(c_int32)),
            ),
            "FreeWriterStatus": (then("FreeWriterStatus", "GatherWriterStatus"), ()),
            "GetSnapshotProperties": (properties, (Guid, POINTER(SnapshotProperties))),
            "BackupComplete": (begun("BackupComplete", "DoSnapshotSet"), new),
            "AbortBackup": (then("AbortBackup"), ()),
        }

    def _async(self, name: str) -> dict[str, tuple[Callable[..., int], tuple[Any, ...]]]:
        state = [self.ends.get(name, FINISHED)]

        def status(where: Any, _: Any) -> int:
            where[0] = _signed(state[0])
            if state[0] == FINISHED:
                self._done.add(name)
            return 0

        def cancel() -> int:
            state[0] = CANCELLED
            return 0

        return {
            "Cancel": (cancel, ()),
            "Wait": (lambda milliseconds: 0, (c_uint32,)),
            "QueryStatus": (status, (POINTER(c_int32), c_void_p)),
        }

    def _count(self, needed: str) -> Callable[[Any], int]:
        def work(where: Any) -> int:
            if needed not in self._done:
                return BAD_STATE
            where[0] = len(self.writers)
            return 0

        return work

    def _metadata(self, at: int, instance: Any, where: Any) -> int:
        writer = self.writers[at]
        instance[0] = Guid.from_buffer_copy(writer.id)

        def identity(own: Any, kind: Any, name: Any, usage: Any, source: Any) -> int:
            own[0] = Guid.from_buffer_copy(writer.id)
            name[0], usage[0], source[0] = text(writer.name), writer.usage, 1
            return 0

        def counts(included: Any, excluded: Any, components: Any) -> int:
            included[0], excluded[0], components[0] = 0, 0, 1
            return 0

        def component(_: int, pointer: Any) -> int:
            pointer[0] = self._object(COMPONENT, self._component(writer))
            return 0

        guid, number = POINTER(Guid), POINTER(c_uint32)
        methods = {
            "GetIdentity": (identity, (guid, guid, POINTER(c_void_p), POINTER(c_int32), POINTER(c_int32))),
            "GetFileCounts": (counts, (number, number, number)),
            "GetComponent": (component, (c_uint32, POINTER(c_void_p))),
        }
        where[0] = self._object(METADATA, methods)
        return 0

    def _component(self, writer: Writer) -> dict[str, tuple[Callable[..., int], tuple[Any, ...]]]:
        files = {
            getter: [each[1:] for each in writer.files if each[0] == getter]
            for getter in ("GetFile", "GetDatabaseFile", "GetDatabaseLogFile")
        }
        info = ComponentInfo()
        info.files, info.databases, info.logs = (len(each) for each in files.values())
        held = [0]
        self._kept.append(info)

        def told(where: Any) -> int:
            where[0] = ctypes.pointer(info)
            held[0] += 1
            self.alive += 1
            return 0

        def free(_: Any) -> int:
            held[0] -= 1
            self.alive -= 1
            return 0

        def getter(name: str) -> Callable[[int, Any], int]:
            def work(at: int, where: Any) -> int:
                where[0] = self._object(FILES, _files(*files[name][at]))
                return 0

            return work

        each = {name: (getter(name), (c_uint32, POINTER(c_void_p))) for name in files}
        where = POINTER(POINTER(ComponentInfo))
        return {
            "GetComponentInfo": (told, (where,)),
            "FreeComponentInfo": (free, (POINTER(ComponentInfo),)),
            **each,
        }

    def _status(self, at: int, instance: Any, kind: Any, name: Any, state: Any, error: Any) -> int:
        writer = self.writers[at]
        instance[0] = Guid.from_buffer_copy(writer.id)
        name[0], state[0], error[0] = text(writer.name), writer.state, _signed(writer.error)
        return 0


def _files(folder: str, names: str, recursive: bool) -> dict[str, tuple[Callable[..., int], tuple[Any, ...]]]:
    def told(value: str) -> Callable[[Any], int]:
        def work(where: Any) -> int:
            where[0] = text(value)
            return 0

        return work

    def deep(where: Any) -> int:
        where[0] = recursive
        return 0

    new = (POINTER(c_void_p),)
    return {
        "GetPath": (told(folder), new),
        "GetFilespec": (told(names), new),
        "GetRecursive": (deep, (POINTER(c_bool),)),
    }


def _signed(code: int) -> int:
    return c_int32(code).value
