"""Disks of macOS: the volumes below /Volumes and the system's own, by their UUIDs."""

from __future__ import annotations

import ctypes
import os
import sys
import uuid
from typing import Final

if sys.platform == "darwin":
    from ...core.platform import Disk, Native

    _VOLUMES: Final = "/Volumes"

    class MacDisks:
        """See core.platform.Disks."""

        def present(self) -> list[Disk]:
            """All that Finder would show."""
            try:
                names = sorted(os.listdir(_VOLUMES))
            except OSError:
                names = []
            found: dict[str, Disk] = {}
            for at in ("/", *(os.path.join(_VOLUMES, name) for name in names)):
                name = _uuid(at) if os.path.ismount(at) else ""
                if name:
                    found.setdefault(name, Disk(name, at))
            return list(found.values())

        def of(self, path: Native) -> Disk | None:
            """Of the folder that its volume is mounted on."""
            at = os.path.realpath(os.fsdecode(path))
            while at != os.path.dirname(at) and not os.path.ismount(at):
                at = os.path.dirname(at)
            name = _uuid(at)
            return Disk(name, at) if name else None

    class _AttrList(ctypes.Structure):
        """struct attrlist of <sys/attr.h>."""

        _fields_ = (
            ("bitmapcount", ctypes.c_uint16),
            ("reserved", ctypes.c_uint16),
            ("common", ctypes.c_uint32),
            ("volume", ctypes.c_uint32),
            ("directory", ctypes.c_uint32),
            ("file", ctypes.c_uint32),
            ("fork", ctypes.c_uint32),
        )

    _BITMAPS: Final = 5
    _VOL_INFO: Final = 0x8000_0000
    _VOL_UUID: Final = 0x0004_0000

    def _uuid(at: str) -> str:
        """By getattrlist(2); empty for a volume that has none, as one of the network."""
        wanted = _AttrList(_BITMAPS, 0, 0, _VOL_INFO | _VOL_UUID, 0, 0, 0)
        told = ctypes.create_string_buffer(64)
        libc = ctypes.CDLL(None, use_errno=True)
        done = libc.getattrlist(
            os.fsencode(at), ctypes.byref(wanted), told, ctypes.c_size_t(len(told)), ctypes.c_ulong(0)
        )
        length = int.from_bytes(told.raw[:4], sys.byteorder)
        if done or length < 4 + 16 or not any(told.raw[4:20]):
            return ""
        return f"uuid:{uuid.UUID(bytes=told.raw[4:20])}"
