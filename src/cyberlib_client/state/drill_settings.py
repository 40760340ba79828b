"""The table `[drill]` of the settings: how often a restore is tried, and how much of it."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from ..core.plan import read_duration

OFF: Final = ("off", "none", "non", "aucun")
_EVERY: Final = (86_400, 366 * 86_400)
_MOST_FILES: Final = 10_000
_UNITS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_SIZE: Final = re.compile(r"(\d{1,9}(?:[.,]\d{1,3})?)\s*([kmgt]?)[bo]?")


class DrillSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is absent is as said here.

    `every`: from one drill to the next, "off" for none by themselves. `files`, `size`: at most so many are
    tried. `to`: the folder in which they are restored for the time of it; "" for one of the profile's.
    `organisation`: the practice's name on certificates; "" for the one that the host knows.
    """

    every: str = "30 d"
    files: int = 100
    size: str = "1 GB"
    to: str = ""
    organisation: str = ""

    def __post_init__(self) -> None:
        drill_seconds(self)
        read_size(self.size)
        if not 1 <= self.files <= _MOST_FILES or len(self.organisation) > 100:
            raise ValueError("drill")


def drill_seconds(written: DrillSettings) -> int | None:
    """Seconds from one drill to the next; None for never by themselves. Raises ValueError."""
    if written.every.strip().lower() in OFF:
        return None
    seconds = read_duration(written.every)
    if not _EVERY[0] <= seconds <= _EVERY[1]:
        raise ValueError(written.every)
    return seconds


def read_size(text: str) -> int:
    """Bytes of `500 MB` (`Mo`), `1,5 GB`, `200000`. Raises ValueError."""
    match = _SIZE.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(text)
    size = round(float(match[1].replace(",", ".")) * float(1000 ** _UNITS[match[2]]))
    if size < 1:
        raise ValueError(text)
    return size
