"""What happened in meetings with support, one JSON object a line: state/guidance.jsonl of each side."""

from __future__ import annotations

import os
from typing import Final, Literal

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile

_FILE: Final = "guidance.jsonl"
_MOST: Final = 2_000


class LoggedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """`side`: whose log it is; `meeting`: the beginning of what the host calls it; `helper`: as they named
    themselves. `done`, `what` and `count` as in `app.guidance.told.GuidedLine`; at support no names."""

    time: str
    side: Literal["customer", "support"]
    meeting: str
    done: str
    what: str = ""
    count: int = 0
    helper: str = ""


def read_guidance_log(profile: Profile) -> list[LoggedLine]:
    """Oldest first; a line that is none is passed over, a file that is not read counts as none."""
    try:
        data = read_file(_path(profile)) or b""
    except CyberlibError:
        return []
    found = []
    for line in data.splitlines():
        try:
            found.append(msgspec.json.decode(line, type=LoggedLine))
        except MALFORMED:
            continue
    return found


def add_guidance_log(profile: Profile, lines: list[LoggedLine]) -> bool:
    """Adds lines, and drops the oldest of many; False where that failed."""
    kept = [*read_guidance_log(profile), *lines][-_MOST:]
    try:
        profile.write(_path(profile), b"".join(msgspec.json.encode(each) + b"\n" for each in kept))
    except CyberlibError:
        return False
    return True


def _path(profile: Profile) -> str:
    return os.path.join(profile.state, _FILE)
