"""Snapshots, entries and what a search finds, as plain values. Apart from what makes them, which is slow to
load and large."""

from __future__ import annotations

from typing import Literal

import msgspec


class HookRunInfo(msgspec.Struct, frozen=True):
    """How a command of the user's ended that ran with the backup. `when`: "before" or "after". `exit`: null
    when it was killed (`timed_out`: after its time) or could not be started. `detail`: the end of what it
    wrote, when it failed."""

    name: str
    when: str
    exit: int | None
    seconds: float
    timed_out: bool
    detail: str


class SnapshotInfo(msgspec.Struct, frozen=True):
    """One snapshot. `previous`: id of the same device's one before, or null. Bytes are bytes of the user's
    files; `stored` is what the run added to the vault. `missing`: of `sources`, those that were not there.
    `incidents` counts, `unread` is in the report."""

    id: str
    time: str
    started: str
    device: str
    user: str
    system: str
    label: str
    sequence: int
    previous: str | None
    sources: list[str]
    files: int
    directories: int
    others: int
    bytes: int
    new_files: int
    changed_files: int
    new_bytes: int
    stored: int
    incidents: int
    missing: list[str]
    hooks: list[HookRunInfo]


class EntryInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file, directory or other item. `mode`: permission bits. `target`: of a symbolic link. `native`:
    the path as Windows writes it, when it was saved there.

    `inconsistent`: it changed while it was saved. `missing`: why there is no content ("unreadable",
    "placeholder"), empty when there is. `consistency`: of a file, "still" (nothing changed it while it was
    read), "captured" (a database, by its own interface), "volume" (a database, in a snapshot of its volume),
    "application" (the same, set in order for it by its program), "raw" (copied while a program had it open,
    or changed it); empty of anything else.
    """

    path: str
    kind: str
    size: int
    modified: str
    mode: int
    uid: int
    gid: int
    owner: str = ""
    group: str = ""
    target: str = ""
    native: str = ""
    inconsistent: bool = False
    missing: str = ""
    consistency: str = ""


class FoundInfo(msgspec.Struct, frozen=True):
    """A path and the snapshots that hold it: how many, the oldest (`first`) and the newest.

    Of `versions`: those that show it in one state, `entry`. Of `find`: all, in whatever state, and `entry`
    is how the newest shows it.
    """

    entry: EntryInfo
    first: str
    last: str
    first_time: str
    last_time: str
    snapshots: int


class Listed(msgspec.Struct, frozen=True, gc=False):
    """What a window shows of an `EntryInfo`: it may hold a hundred thousand."""

    path: str
    kind: Literal["file", "directory", "symlink", "fifo", "socket", "character_device", "block_device"]
    size: int
    modified: str
    native: str = ""
    missing: str = ""


class FoundListed(msgspec.Struct, frozen=True, gc=False):
    """The same of a `FoundInfo`."""

    entry: Listed
    last: str
    last_time: str
