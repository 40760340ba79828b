"""Disks of Windows: drives, by the serial number that a volume got when it was formatted."""

from __future__ import annotations

import ctypes
import os
import string
from typing import Final

from ...core.platform import Disk, Native
from . import api

_KINDS: Final = (2, 3)  # DRIVE_REMOVABLE, DRIVE_FIXED
_NO_QUESTIONS: Final = 1  # SEM_FAILCRITICALERRORS: a reader without a card is no matter for a window


class WindowsDisks:
    """See core.platform.Disks."""

    def present(self) -> list[Disk]:
        """All drives with a disk in them."""
        drives = api.kernel32().GetLogicalDrives()
        roots = [f"{letter}:\\" for place, letter in enumerate(string.ascii_uppercase) if drives >> place & 1]
        found = [(root, _serial(root)) for root in roots]
        return [Disk(name, root) for root, name in found if name]

    def of(self, path: Native) -> Disk | None:
        """Also for a volume that is mounted in a folder."""
        place = os.path.abspath(os.fsdecode(path))
        root = ctypes.create_unicode_buffer(32_768)
        if not api.kernel32().GetVolumePathNameW(place, root, len(root)):
            return None
        at = root.value.removeprefix("\\\\?\\")
        name = _serial(at)
        return Disk(name, at) if name else None


def _serial(root: str) -> str:
    """The serial number of the volume rooted there, "serial:…"; empty when there is none."""
    if api.kernel32().GetDriveTypeW(root) not in _KINDS:
        return ""
    before, number = api.DWORD(), api.DWORD()
    api.kernel32().SetThreadErrorMode(_NO_QUESTIONS, ctypes.byref(before))
    try:
        told = api.kernel32().GetVolumeInformationW(root, None, 0, ctypes.byref(number), None, None, None, 0)
    finally:
        api.kernel32().SetThreadErrorMode(before.value, None)
    return f"serial:{number.value:08x}" if told and number.value else ""
