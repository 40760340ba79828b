"""File systems of Windows."""

from __future__ import annotations

import ctypes
import os

from ...core.platform import Native
from . import api


class WindowsVolumes:
    """See core.platform.Volumes."""

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

    def syncs_whole(self, path: Native) -> bool:
        """Only an administrator may open a volume, and a network share has none to open. Tried for real: some
        file systems let themselves be opened and know no flush of the whole."""
        place = os.path.abspath(os.fsdecode(path))
        while not os.path.lexists(place) and os.path.dirname(place) != place:
            place = os.path.dirname(place)
        try:
            self.sync_volume(place)
        except OSError:
            return False
        return True

    def sync_volume(self, target: Native | int) -> None:
        """FlushFileBuffers of the volume: all files of it ("FlushFileBuffers", Microsoft Learn)."""
        handle = _open_volume(api.path_of(target))
        try:
            if not api.kernel32().FlushFileBuffers(handle):
                raise api.failed()
        finally:
            api.kernel32().CloseHandle(handle)

    def is_remote(self, path: Native) -> bool:
        """By the kind of the drive, or that of a share's path."""
        text = os.path.abspath(os.fsdecode(path))
        if text.startswith("\\\\?\\"):
            text = "\\\\" + text[8:] if text[4:8].upper() == "UNC\\" else text[4:]
        drive = os.path.splitdrive(text)[0]
        return drive.startswith("\\\\") or api.kernel32().GetDriveTypeW(drive + "\\") == _REMOTE_DRIVE


_REMOTE_DRIVE = 4  # DRIVE_REMOTE


def _mounted_at(path: Native) -> ctypes.Array[ctypes.c_wchar]:
    root = ctypes.create_unicode_buffer(32_768)
    if not os.path.lexists(path):
        raise FileNotFoundError(api.FILE_NOT_FOUND, os.strerror(2), os.fsdecode(path))
    if not api.kernel32().GetVolumePathNameW(os.path.abspath(os.fsdecode(path)), root, len(root)):
        raise api.failed()
    return root


def _open_volume(path: Native) -> int:
    """A handle to the volume itself; its name has no last backslash, or it would be its root folder."""
    name = ctypes.create_unicode_buffer(64)  # \\?\Volume{GUID}\ and a zero
    root = _mounted_at(path).value.removeprefix("\\\\?\\")
    if not api.kernel32().GetVolumeNameForVolumeMountPointW(root, name, len(name)):
        raise api.failed()
    handle = api.kernel32().CreateFileW(
        name.value.rstrip("\\"), api.GENERIC_WRITE, api.SHARE_ALL, None, api.OPEN_EXISTING, 0, None
    )
    if handle == api.NO_HANDLE:
        raise api.failed()
    return int(handle)
