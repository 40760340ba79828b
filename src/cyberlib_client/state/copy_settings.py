"""The tables `[[copies]]` and `[copying]` of the settings: second copies of the vault."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from ..core.plan import read_duration

NAME: Final = re.compile(r"[^\W_][\w .-]{0,39}")
_EVERY: Final = (3600, 366 * 86_400)


class CopySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One copy.

    `at`: its place, as it was when it was added. `disk`: the lasting id of the disk that it is on, empty for
    a share or a bucket; `folder`: its folder there, from the disk's root. `every`: how often it is made by
    itself, empty for by hand alone. `parity`: with what repairs a disk that loses bits. `elsewhere`: it is
    kept at another place than the practice. `endpoint`, `region`: of a bucket's storage.
    """

    name: str
    at: str
    disk: str = ""
    folder: str = ""
    every: str = "1 d"
    parity: bool = False
    elsewhere: bool = False
    endpoint: str = ""
    region: str = ""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or not self.at:
            raise ValueError("copy")
        read_every(self.every)


class CopyingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`remind`: after how long without a copy, on whichever disk, that is told. `check`: within how long the
    agent reads all of each copy again, in portions while its disk is there; empty: by hand alone."""

    remind: str = "30 d"
    check: str = "90 d"

    def __post_init__(self) -> None:
        read_every(self.remind)
        read_every(self.check)


def read_every(text: str) -> int:
    """Seconds; 0 for an empty text. Raises ValueError."""
    if not text:
        return 0
    seconds = read_duration(text)
    if not _EVERY[0] <= seconds <= _EVERY[1]:
        raise ValueError(text)
    return seconds
