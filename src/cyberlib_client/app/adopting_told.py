"""What is told of an old machine's folders taken over, as plain values."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..core.events import Incident

Place = Literal["known", "there", "absent", "file", "none"]
"""Of a folder here: "known": protected already; "there"; "absent": a restore puts it there; "file": it was a
single file, restored by hand; "none": this system has no place for it, or nobody named one."""


ScheduleState = Literal["unknown", "usual", "offered", "taken", "kept"]
"""Of the other machine's schedule: "unknown": its snapshot does not tell; "usual": it had chosen none;
"offered": it is taken with the folders; "taken"; "kept": this machine has its own, which stays."""


class AdoptedFolder(msgspec.Struct, frozen=True):
    """`source`: as the old machine's snapshot has it; `to`: here, as this system writes it, or empty;
    `others`: where else it might be. `adopted`: it is protected now. The rest: what the other machine left
    out of it, in force here once it is adopted."""

    source: str
    to: str
    place: Place
    others: list[str] = []
    adopted: bool = False
    exclude: list[str] = []
    one_file_system: bool = False
    default_exclusions: bool = True


class Adoption(msgspec.Struct, frozen=True):
    """Folders of the snapshot of `device`, a machine of `system`, made at `time`. `files`, `bytes`: restored;
    `failed`: items not restored whole, which `incidents` name. `machine`: the name it was asked for by."""

    snapshot: str
    device: str
    system: str
    time: str
    folders: list[AdoptedFolder]
    restored: bool = False
    files: int = 0
    bytes: int = 0
    failed: int = 0
    incidents: list[Incident] = []
    schedule: ScheduleState = "unknown"
    machine: str = ""

    @property
    def exit_code(self) -> int:
        """7 when what was stored is damaged, 3 when something was not restored whole."""
        if any(incident.code == "content_damaged" for incident in self.incidents):
            return 7
        return 3 if self.failed else 0
