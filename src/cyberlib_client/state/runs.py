"""How the last runs ended, newest last: a cache, without names of files."""

from __future__ import annotations

import msgspec

from ..core.errors import CyberlibError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file
from .profile import Profile

KEPT = 500


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """One run. Times in ns since 1970; `error` is a code, empty when it was done."""

    command: str
    started: int
    ended: int
    exit: int
    error: str = ""
    snapshot: str = ""
    files: int = 0
    bytes: int = 0
    stored: int = 0


def read_runs(profile: Profile) -> list[Run]:
    """Those remembered; damaged lines are left out."""
    runs = []
    for line in _lines(profile):
        try:
            runs.append(msgspec.json.decode(line, type=Run))
        except MALFORMED:
            continue
    return runs


def add_run(profile: Profile, run: Run) -> None:
    """Remembers a run. Never fails one: what cannot be written is forgotten."""
    try:
        kept = [*_lines(profile)[-KEPT + 1 :], msgspec.json.encode(run)]
        profile.write(profile.runs, b"\n".join(kept) + b"\n")
    except CyberlibError:
        return


def _lines(profile: Profile) -> list[bytes]:
    try:
        return [line for line in (read_file(profile.runs) or b"").split(b"\n") if line]
    except CyberlibError:
        return []
