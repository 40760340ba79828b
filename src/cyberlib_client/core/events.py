"""What a running job tells: frozen records of plain values that survive a JSON round trip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job stands. Totals are None while unknown. Bytes are bytes of the user's files.

    `phase`: "backup", "restore", "verify", "repair", "preview", "copy", "parity" and "check" (of a copy); and
    without figures "unlock" (opening the vault), "survey" (what each snapshot needs is looked up; files:
    snapshots), "sync" (what was written is brought to the disk), "hook" (a command of the user's, named by
    `current`).
    """

    phase: str
    files_done: int = 0
    files_total: int | None = None
    bytes_done: int = 0
    bytes_total: int | None = None
    bytes_known: int = 0  # of bytes_done: already in the vault, not sent
    bytes_stored: int = 0  # written to the store so far, after compression
    bytes_waiting: int = 0  # compressed and encrypted, on the way to a store that is far away
    current: str = ""  # the file at work, as text fit for a screen


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that did not go as asked for; the run goes on. `code` is stable, see app.messages."""

    code: str  # "unreadable" "vanished" "inconsistent" "placeholder" "special" "name_changed" …
    path: str
    detail: str = ""  # the system's own word: "Permission denied"


Event = Progress | Incident
Listener = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """A listener for callers that do not watch."""
