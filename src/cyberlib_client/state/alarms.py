"""What the ransomware alarm remembers: `alarm.json` in the profile. Not a cache: the device's past is what
new signs are compared with, and an alarm stands until somebody takes it back.

It holds numbers, endings of names, and the paths of decoys; no name of a file of the user's.
"""

from __future__ import annotations

import os
import re
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from ..core.errors import IntegrityError
from ..core.format_v1.malformed import MALFORMED
from ..core.signs import Alarm, Number, Past
from .private_file import read_file
from .profile import Profile

KEPT = 20
CANARIES_MOST: Final = 1000
"""Five times as many as are placed."""
CANARY_NAME: Final = re.compile(rb"(\.000-inventaire-\d{4}\.docx|zzz-recapitulatif-\d{4}\.xlsx)")
_DIGEST: Final = re.compile("[0-9a-f]{64}")


class Canary(msgspec.Struct, frozen=True):
    """A decoy: its path, as `os.fsencode` gives it, and the SHA-256 of its content in hex. ValueError for
    what cannot be one: what is listed is read, and removed one day."""

    path: bytes
    digest: str

    def __post_init__(self) -> None:
        path = os.fsdecode(self.path)
        name = os.fsencode(os.path.basename(path))
        if not os.path.isabs(path) or b"\0" in self.path or not CANARY_NAME.fullmatch(name):
            raise ValueError("no decoy")
        if not _DIGEST.fullmatch(self.digest):
            raise ValueError("no digest")


class Dismissed(msgspec.Struct, frozen=True):
    """An alarm that somebody took back at `at` (ns), and why in their words."""

    at: Number
    reason: str
    alarm: Alarm


class Alarms(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole file. `vault`: id of the vault whose backups it tells of; `files`: how many the last whole
    run had; `endings`: of the files that look lost, since the alarm."""

    vault: str = ""
    files: Number = 0
    past: Past = Past()
    alarm: Alarm | None = None
    endings: tuple[str, ...] = ()
    canaries: Annotated[tuple[Canary, ...], Meta(max_length=CANARIES_MOST)] = ()
    dismissed: tuple[Dismissed, ...] = ()


def read_alarms(profile: Profile) -> Alarms:
    """What is remembered; nothing at first. IntegrityError("alarm_damaged", at=…); raises as `read_file`."""
    data = read_file(profile.alarm)
    if data is None:
        return Alarms()
    try:
        return msgspec.json.decode(data, type=Alarms)
    except MALFORMED:
        raise IntegrityError("alarm_damaged", at=profile.alarm) from None


def write_alarms(profile: Profile, alarms: Alarms) -> None:
    """Remembers it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(profile.alarm, msgspec.json.encode(alarms))
