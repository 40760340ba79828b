"""Shadow copies of NTFS volumes, by WMI: Win32_ShadowCopy.Create, asked through PowerShell.

Microsoft, "Create method of the Win32_ShadowCopy class": the context ClientAccessible makes a copy without
writers, on workstations as on servers; it takes an administrator. Databases in it are as after a power cut.
Written from the documentation; not run on a real Windows yet.
"""

from __future__ import annotations

import os
import re

from ...core.platform import Native, Taken
from ..commands import asked, refusal

_CREATE = (
    "$ErrorActionPreference='Stop';"
    "$r=Invoke-CimMethod -ClassName Win32_ShadowCopy -MethodName Create"
    " -Arguments @{{Volume='{volume}';Context='ClientAccessible'}};"
    'if($r.ReturnValue -ne 0){{throw "error $($r.ReturnValue)"}};'
    "$s=Get-CimInstance Win32_ShadowCopy -Filter \"ID='$($r.ShadowID)'\";"
    'Write-Output "$($s.ID) $($s.DeviceObject)"'
)
_REMOVE = "Get-CimInstance Win32_ShadowCopy -Filter \"ID='{name}'\" | Remove-CimInstance"
_MADE = re.compile(r"(\{[0-9A-Fa-f-]{36}\}) (\\\\\?\\GLOBALROOT\\Device\\\w+)")


class ShadowCopies:
    """See core.platform.VolumeSnapshots."""

    def take(self, path: Native, tag: str, *, whole: bool) -> Taken | str:
        """Of the drive of a path. Volumes mounted in folders are junctions, which no backup enters."""
        drive = os.path.splitdrive(os.fsdecode(path).removeprefix("\\\\?\\"))[0]
        if not re.fullmatch(r"[A-Za-z]:", drive):
            return "unsupported"
        volume = drive + "\\"
        try:
            found = _MADE.search(_powershell(_CREATE.format(volume=volume)))
        except OSError as error:
            return refusal(error)
        if found is None:
            return "unsupported"
        name = found[1]

        def release() -> None:
            try:
                _powershell(_REMOVE.format(name=name))
            except OSError:
                return

        return Taken(volume, found[2] + "\\", release)

    def clear(self, path: Native, tag: str) -> int:
        """None: Windows keeps no tag with a copy, and removes the oldest by itself when it needs room."""
        return 0


def _powershell(script: str) -> str:
    system = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32")
    program = os.path.join(system, "WindowsPowerShell", "v1.0", "powershell.exe")
    return asked(program, "-NoProfile", "-NonInteractive", "-Command", script)
