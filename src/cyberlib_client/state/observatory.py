"""What this workstation told its host, and what it could not tell yet: a cache, but for runs not told."""

from __future__ import annotations

import os
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile

_FILE: Final = "observatory.json"
KNOWN: Final = 256
"""Numbers of runs that are remembered."""
MOST: Final = 64
"""Runs kept for later: the newest, as many as one request takes."""


class ToldSoFar(msgspec.Struct, frozen=True):
    """At the host `url`: the `plan` that is to be declared, and its `version` there (0: not declared yet);
    `runs` that it was not told of; `known`: numbers in the history of those that need not be told again, None
    before the first is; what it said last: planned interruptions (RFC 3339, begin and end), and
    addresses of mail that do not work, how many `releases` others asked for, and `approvals` of new machines
    wait."""

    url: str = ""
    plan: dict[str, Any] | None = None
    version: int = 0
    runs: Annotated[list[dict[str, Any]], Meta(max_length=MOST)] = []
    maintenance: list[tuple[str, str]] = []
    addresses_refused: list[str] = []
    releases: int = 0
    approvals: int = 0
    known: Annotated[list[int], Meta(max_length=KNOWN)] | None = None


def read_told(profile: Profile, url: str) -> ToldSoFar:
    """What is noted of that host; nothing when the file is absent or damaged."""
    try:
        told = msgspec.json.decode(read_file(_path(profile)) or b"{}", type=ToldSoFar)
    except (*MALFORMED, CyberlibError):
        return ToldSoFar(url)
    return told if told.url == url else ToldSoFar(url)


def write_told(profile: Profile, told: ToldSoFar) -> bool:
    """Notes it; False when that failed, which must not fail a run."""
    try:
        profile.write(_path(profile), msgspec.json.encode(told))
    except CyberlibError:
        return False
    return True


def _path(profile: Profile) -> str:
    return os.path.join(profile.state, _FILE)
