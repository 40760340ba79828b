"""What is told of a machine that takes another's place by an answer file, as plain values."""

from __future__ import annotations

from typing import Literal

import msgspec

from .adopting_told import Adoption
from .slots import SlotInfo

Step = Literal["declared", "terms", "asked", "place", "opened", "folders", "backup"]


class Replacement(msgspec.Struct, frozen=True):
    """`done`: steps behind, in their order. `waiting`: why it goes on at the next call, "" when all is done:
    "approval_waiting", "approval_held", "escrow_held", "escrow_waiting"; `words`: to be typed at another
    machine, or read to each officer, meanwhile; `opens`: until when it is held. `name`: this machine;
    `previous`: the one whose place it took.
    `unread`: files and folders that the backup has no sound copy of."""

    host: str
    name: str
    previous: str
    done: list[Step]
    waiting: str = ""
    words: list[str] = []
    opens: str = ""
    slots: list[SlotInfo] = []
    adoption: Adoption | None = None
    snapshot: str = ""
    unread: int = 0

    @property
    def exit_code(self) -> int:
        """As of the folders; 3 also where the backup could not read all; 5 while somebody has to let this
        machine in."""
        if self.waiting:
            return 5
        restored = self.adoption.exit_code if self.adoption is not None else 0
        return restored or (3 if self.unread else 0)
