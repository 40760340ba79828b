"""What the ransomware alarm remembers: `alarm.json` in the profile. Not a cache: the device's past is what
new signs are compared with, and an alarm stands until somebody takes it back.

It holds numbers, endings of names, and the paths of decoys; no name of a file of the user's.
"""

from __future__ import annotations

import msgspec

from ..core.errors import IntegrityError
from ..core.format_v1.malformed import MALFORMED
from ..core.signs import Alarm, Past
from .private_file import read_file
from .profile import Profile

KEPT = 20


class Canary(msgspec.Struct, frozen=True):
    """A decoy: its path, as `os.fsencode` gives it, and the SHA-256 of its content in hex."""

    path: bytes
    digest: str


class Dismissed(msgspec.Struct, frozen=True):
    """An alarm that somebody took back at `at` (ns), and why in their words."""

    at: int
    reason: str
    alarm: Alarm


class Alarms(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole file. `vault`: id of the vault whose backups it tells of; `files`: how many the last whole
    run had; `endings`: of the files that look lost, since the alarm."""

    vault: str = ""
    files: int = 0
    past: Past = Past()
    alarm: Alarm | None = None
    endings: tuple[str, ...] = ()
    canaries: tuple[Canary, ...] = ()
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
