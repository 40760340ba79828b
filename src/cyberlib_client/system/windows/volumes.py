"""File systems of Windows."""

from __future__ import annotations

import ctypes
import os
from ctypes.wintypes import ULARGE_INTEGER

from ...core.platform import Native
from . import api


class WindowsVolumes:
    """See core.platform.Volumes."""

    def volume_of(self, path: Native) -> str:
        """From the volume mounted above the path, which need not be a drive letter's."""
        root = ctypes.create_unicode_buffer(32_768)
        if not os.path.lexists(path):
            raise FileNotFoundError(api.FILE_NOT_FOUND, os.strerror(2), os.fsdecode(path))
        if not api.kernel32().GetVolumePathNameW(os.path.abspath(os.fsdecode(path)), root, len(root)):
            raise api.failed()
        kind = ctypes.create_unicode_buffer(261)
        if not api.kernel32().GetVolumeInformationW(root, None, 0, None, None, None, kind, len(kind)):
            raise api.failed()
        return kind.value.lower()

    def free_space(self, path: Native) -> int:
        """Quotas of this user included."""
        free = ULARGE_INTEGER()
        folder = os.path.abspath(os.fsdecode(path))
        if not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        if not api.kernel32().GetDiskFreeSpaceExW(folder, ctypes.byref(free), None, None):
            raise api.failed(path=folder)
        return free.value

    def sync_directory(self, path: Native) -> None:
        """NTFS writes names to its journal by itself, in order; flushing the folder hastens it where the
        rights allow."""
        where = api.extended(path)
        handle = api.kernel32().CreateFileW(
            where, api.GENERIC_WRITE, api.SHARE_ALL, None, api.OPEN_EXISTING, api.FOLDERS_TOO, None
        )
        if handle == api.NO_HANDLE:
            if api.last_error() == api.ACCESS_DENIED:
                return
            raise api.failed(path=where)
        api.kernel32().FlushFileBuffers(handle)
        api.kernel32().CloseHandle(handle)
