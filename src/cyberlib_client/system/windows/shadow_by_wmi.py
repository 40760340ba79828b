"""Shadow copies of NTFS volumes by WMI, without writers: Win32_ShadowCopy.Create, asked through PowerShell.

Microsoft, "Create method of the Win32_ShadowCopy class": it works on workstations as on servers, for an
administrator. Such a copy stays until somebody removes it: its number is noted in a file of whoever made it,
so that the next run removes what a killed one left. Written from the documentation; not run on a real Windows
yet.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from ..commands import asked, refusal

_CREATE: Final = (
    "$ErrorActionPreference='Stop';"
    "$r=Invoke-CimMethod -ClassName Win32_ShadowCopy -MethodName Create"
    " -Arguments @{{Volume='{volume}';Context='ClientAccessible'}};"
    'if($r.ReturnValue -ne 0){{throw "error $($r.ReturnValue)"}};'
    "$s=Get-CimInstance Win32_ShadowCopy -Filter \"ID='$($r.ShadowID)'\";"
    'Write-Output "$($s.ID) $($s.DeviceObject)"'
)
_REMOVE: Final = (
    "$ErrorActionPreference='Stop';"
    "$s=Get-CimInstance Win32_ShadowCopy -Filter \"ID='{name}'\";if($s){{$s|Remove-CimInstance}}"
)
_NAME: Final = r"\{[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}"
_MADE: Final = re.compile(rf"({_NAME}) (\\\\\?\\GLOBALROOT\\Device\\\w+)")

Ask = Callable[[str], str]
"""Runs a script and gives what it prints. Raises OSError."""


class Copy(NamedTuple):
    """`device`: where its content is reached. `remove`: never raises."""

    device: str
    remove: Callable[[], object]


class WmiCopies:
    """`notes`: a file in a folder that is there: a line for each copy that is to be removed."""

    def __init__(self, notes: str, ask: Ask | None = None) -> None:
        self._notes = notes
        self._ask = ask or _powershell
        self._mine: set[str] = set()

    def make(self, volume: str) -> Copy | str:
        """A copy of a volume ("C:\\"), or why there is none."""
        try:
            found = _MADE.search(self._ask(_CREATE.format(volume=volume)))
        except OSError as error:
            return refusal(error)
        if found is None:
            return "unsupported"
        name = found[1]
        self._mine.add(name)
        self._note([*self._noted(), name])
        return Copy(found[2], lambda: self._remove(name))

    def clear(self) -> int:
        """Removes what earlier runs left; how many."""
        return sum(self._remove(name) for name in self._noted() if name not in self._mine)

    def _remove(self, name: str) -> bool:
        """What could not be removed stays noted."""
        try:
            self._ask(_REMOVE.format(name=name))
        except OSError:
            return False
        self._note([other for other in self._noted() if other != name])
        return True

    def _noted(self) -> list[str]:
        try:
            with open(self._notes, encoding="ascii", errors="replace") as file:
                return [line.strip() for line in file if re.fullmatch(_NAME, line.strip())]
        except OSError:
            return []

    def _note(self, names: list[str]) -> None:
        with contextlib.suppress(OSError):
            if not names:
                os.unlink(self._notes)
                return
            with open(self._notes, "w", encoding="ascii") as file:
                file.writelines(name + "\n" for name in names)
                file.flush()
                os.fsync(file.fileno())


def _powershell(script: str) -> str:
    system = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32")
    program = os.path.join(system, "WindowsPowerShell", "v1.0", "powershell.exe")
    return asked(program, "-NoProfile", "-NonInteractive", "-Command", script)
