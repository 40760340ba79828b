"""What shadow copy writers say: of which files they take care, and whether they could."""

from __future__ import annotations

import ctypes
import fnmatch
import ntpath
import os
from collections.abc import Iterator
from ctypes import POINTER, byref, c_bool, c_int32, c_uint32, c_void_p
from typing import Final, NamedTuple

from . import com
from .com import Guid
from .vss_api import (
    USERS_DATA,
    WELL,
    WRITER_ERRORS,
    BackupComponents,
    ComponentInfo,
    FileDescription,
    WriterComponent,
    WriterMetadata,
)

_MOST: Final = 20_000
"""Descriptions of files that are asked for of one writer."""


class FileSet(NamedTuple):
    """Names in a folder. `folder`: as `ntpath.normcase` writes it. `names`: with * and ?."""

    folder: str
    names: str
    recursive: bool

    def holds(self, path: str) -> bool:
        """Whether a file is one of them; its path as `ntpath.normcase` writes it."""
        folder, name = ntpath.split(path)
        inside = folder == self.folder or (
            self.recursive and folder.startswith(self.folder.rstrip("\\") + "\\")
        )
        return inside and (self.names in ("*", "*.*") or fnmatch.fnmatchcase(name, self.names))


class Failure(NamedTuple):
    """A writer that could not. `reason`: a code in `WRITER_ERRORS`, or "refused: 0x…"."""

    writer: str
    reason: str


def cares(backup: BackupComponents) -> dict[str, list[FileSet]]:
    """{writer's instance: files}: of those that take care of somebody's data. Raises ComError."""
    count = c_uint32()
    backup.call("GetWriterMetadataCount", byref(count))
    found = {}
    for at in range(count.value):
        instance, pointer = Guid(), c_void_p()
        backup.call("GetWriterMetadata", at, byref(instance), byref(pointer))
        with WriterMetadata(pointer) as writer:
            if _usage(writer) in USERS_DATA:
                found[instance.text()] = list(_file_sets(writer))
    return found


def failures(backup: BackupComponents) -> tuple[set[str], list[Failure]]:
    """The instances of writers that are well, and those that failed. Raises ComError."""
    count = c_uint32()
    backup.call("GetWriterStatusCount", byref(count))
    well, failed = set(), []
    for at in range(count.value):
        instance, kind, name = Guid(), Guid(), c_void_p()
        state, error = c_int32(), c_int32()
        where = byref(instance), byref(kind), byref(name), byref(state), byref(error)
        backup.call("GetWriterStatus", at, *where)
        writer, code = com.taken(name), error.value & 0xFFFF_FFFF
        if state.value in WELL and not code:
            well.add(instance.text())
        else:
            failed.append(Failure(writer, WRITER_ERRORS.get(code) or f"refused: 0x{code:08X}"))
    return well, failed


def _usage(writer: WriterMetadata) -> int:
    instance, kind, name, usage, source = Guid(), Guid(), c_void_p(), c_int32(), c_int32()
    where = byref(instance), byref(kind), byref(name), byref(usage), byref(source)
    writer.call("GetIdentity", *where)
    com.taken(name)
    return usage.value


def _file_sets(writer: WriterMetadata) -> Iterator[FileSet]:
    left = _MOST
    included, excluded, components = c_uint32(), c_uint32(), c_uint32()
    writer.call("GetFileCounts", byref(included), byref(excluded), byref(components))
    for at in range(components.value):
        pointer = c_void_p()
        writer.call("GetComponent", at, byref(pointer))
        with WriterComponent(pointer) as component:
            for getter, number in _counts(component):
                for place in range(number):
                    if left <= 0:
                        return
                    left -= 1
                    yield _file_set(component, getter, place)


def _counts(component: WriterComponent) -> tuple[tuple[str, int], ...]:
    info = POINTER(ComponentInfo)()
    component.call("GetComponentInfo", byref(info))
    try:
        told = info.contents
        return (
            ("GetDatabaseFile", told.databases),
            ("GetDatabaseLogFile", told.logs),
            ("GetFile", told.files),
        )
    finally:
        component.call("FreeComponentInfo", info)


def _file_set(component: WriterComponent, getter: str, place: int) -> FileSet:
    pointer, recursive = c_void_p(), c_bool()
    component.call(getter, place, byref(pointer))
    with FileDescription(pointer) as description:
        folder, names = description.text("GetPath"), description.text("GetFilespec")
        description.call("GetRecursive", ctypes.byref(recursive))
    plain = ntpath.normcase(ntpath.normpath(os.path.expandvars(folder)))
    return FileSet(plain, ntpath.normcase(names).replace("[", "[[]"), recursive.value)
