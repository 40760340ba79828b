"""What a restore brought back, file by file, as a window shows it."""

from __future__ import annotations

from typing import Final

import msgspec

MOST_ITEMS: Final = 20_000
"""Items that are told one by one."""


class BroughtItem(msgspec.Struct, frozen=True):
    """`path`: in the snapshot. `outcome`: "written", "kept_both", "replaced", "identical", "skipped",
    "refused" (by the system) or "failed". `reason`: code of the incident that says why, or empty; `detail`:
    its own."""

    path: str
    outcome: str
    reason: str = ""
    detail: str = ""


class Brought(msgspec.Struct, frozen=True):
    """`to`: the folder, as the user knows it; empty for where things were. `files`: written in this run.
    `failed`, `kept_both`, `skipped`, `identical`: as `RestoreDone`. `more`: items that are not in `items`."""

    to: str
    files: int
    bytes: int
    directories: int
    identical: int
    skipped: int
    kept_both: int
    replaced: int
    failed: int
    seconds: float
    exit_code: int
    items: list[BroughtItem]
    more: int = 0
