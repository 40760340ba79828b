"""Where the current comes from on Linux: the kernel's own files (Documentation/power/power_supply_class)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from ...core.platform import Energy

_ROOT: Final = "/sys/class/power_supply"
_OF_THE_MACHINE: Final = ("Battery", "UPS")


class LinuxPower:
    """See core.platform.Power. `root`: where the kernel shows its supplies."""

    def __init__(self, root: str = _ROOT) -> None:
        self._root = root

    def energy(self) -> Energy:
        """Batteries of mice and telephones are of no account (`scope`)."""
        try:
            names = sorted(os.listdir(self._root))
        except OSError:
            return Energy(None, None)
        supplies = [os.path.join(self._root, name) for name in names]
        batteries = [each for each in supplies if _is_battery(each)]
        if not batteries:
            return Energy(False, None)
        return Energy(_on_battery(batteries, _lines(supplies)), _percent(batteries))


def _is_battery(supply: str) -> bool:
    return (
        _read(supply, "type") in _OF_THE_MACHINE
        and _read(supply, "scope") != "Device"
        and _read(supply, "present") != "0"
    )


def _lines(supplies: list[str]) -> list[str]:
    """What each line from outside says: mains, USB."""
    told = [_read(each, "online") for each in supplies if _read(each, "type") not in _OF_THE_MACHINE]
    return [each for each in told if each]


def _on_battery(batteries: list[str], lines: list[str]) -> bool | None:
    """A battery that gives while the mains are there helps a weak charger: that is not to be on battery."""
    states = {_read(each, "status") for each in batteries}
    if any(line != "0" for line in lines):
        return False
    if lines or "Discharging" in states:
        return True
    return None if states <= {"", "Unknown"} else False


def _percent(batteries: list[str]) -> int | None:
    for kind in ("energy", "charge"):
        amounts = [(_number(each, f"{kind}_now"), _number(each, f"{kind}_full")) for each in batteries]
        known = [(now, full) for now, full in amounts if now is not None and full]
        if len(known) == len(batteries):
            now, full = sum(each for each, _ in known), sum(each for _, each in known)
            return max(0, min(100, now * 100 // full))
    shares = [*_known(_number(each, "capacity") for each in batteries)]
    return max(0, min(100, sum(shares) // len(shares))) if shares else None


def _known(numbers: Iterator[int | None]) -> Iterator[int]:
    return (each for each in numbers if each is not None)


def _number(supply: str, name: str) -> int | None:
    text = _read(supply, name)
    try:
        return int(text)
    except ValueError:
        return None


def _read(supply: str, name: str) -> str:
    """Empty for what is not there, or cannot be told just now (ENODEV)."""
    try:
        with open(os.path.join(supply, name), encoding="ascii", errors="replace") as file:
            return file.read(256).strip()
    except OSError:
        return ""
