"""Shadow copies of volumes on Windows: with writers where the service answers, else without them."""

from __future__ import annotations

import ntpath
import os
import re
from collections.abc import Callable, Sequence
from typing import Final

from ...core.platform import Native
from ...core.volume_snapshots import Taken, Whose
from .shadow_by_wmi import Ask, WmiCopies
from .vss import NoShadow, Requester, Shadow
from .vss_api import Doors, doors

_FINAL: Final = frozenset(("unsupported", "no_rights", "no_storage", "shadow_busy", "volume_busy"))
"""Reasons for which another way would fail as well."""


class ShadowCopies:
    """See core.volume_snapshots. `doors`: the service's; `ask`: runs a script of PowerShell."""

    def __init__(self, doors: Callable[[], Doors] = doors, ask: Ask | None = None) -> None:
        self._doors = doors
        self._ask = ask
        self._by_wmi: dict[str, WmiCopies] = {}

    def take(
        self,
        path: Native,
        whose: Whose,
        *,
        whole: bool,
        beside: Sequence[Native],
        check_cancel: Callable[[], None],
    ) -> Taken | str:
        """Of the drives of the paths. Volumes mounted in folders are junctions, which no backup enters."""
        volume = _drive(path)
        if volume is None:
            return "unsupported"
        others = {drive for other in beside if (drive := _drive(other)) is not None}
        volumes = [volume, *sorted(others - {volume})]
        try:
            requester = Requester(self._doors())
            return _taken(requester, requester.make(volumes, check_cancel), volumes)
        except NoShadow as none:
            reason = none.reason
        except OSError as error:
            reason = f"refused: {error.strerror or error}"
        if reason in _FINAL:
            return reason
        made = self._copies(whose).make(volume)
        if isinstance(made, str):
            return made
        return Taken(volume, made.device + "\\", made.remove, unasked=reason)

    def clear(self, path: Native, whose: Whose) -> int:
        """Those without writers: Windows itself removes the others."""
        return self._copies(whose).clear()

    def _copies(self, whose: Whose) -> WmiCopies:
        if whose.notes not in self._by_wmi:
            self._by_wmi[whose.notes] = WmiCopies(whose.notes, self._ask)
        return self._by_wmi[whose.notes]


def _taken(requester: Requester, shadow: Shadow, volumes: list[str]) -> Taken:
    def in_order(path: Native) -> bool:
        plain = ntpath.normcase(os.fsdecode(path).removeprefix("\\\\?\\"))
        return any(files.holds(plain) for files in shadow.files)

    beside = tuple(
        Taken(volume, shadow.devices[volume] + "\\", requester.end, in_order)
        for volume in volumes[1:]
        if volume in shadow.devices
    )
    failed = {failure.writer: failure.reason for failure in shadow.failed}
    at = shadow.devices[volumes[0]] + "\\"
    return Taken(volumes[0], at, requester.end, in_order, beside, failed)


def _drive(path: Native) -> str | None:
    drive = ntpath.splitdrive(os.fsdecode(path).removeprefix("\\\\?\\"))[0]
    return drive.upper() + "\\" if re.fullmatch(r"[A-Za-z]:", drive) else None
