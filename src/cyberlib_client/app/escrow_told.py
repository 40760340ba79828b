"""What is told of an escrow, as plain values."""

from __future__ import annotations

from typing import Literal

import msgspec

from .keys_told import SlotInfo

State = Literal["off", "on", "elsewhere"]
"""Whether officers have parts that open the vault; "elsewhere": another machine agreed and
has the papers."""


class EscrowOfficer(msgspec.Struct, frozen=True):
    """One who holds parts."""

    id: str
    name: str
    organisation: str


class ReleaseShown(msgspec.Struct, frozen=True):
    """A request at the host. `state`: "waiting" until `opens`, then "open"; "cancelled", "left" or "expired".
    `here`: of this machine; `words`: what it reads out to officers, none of another's. `answered`: by how
    many of them."""

    id: str
    state: str
    workstation: str
    here: bool
    asked: str
    opens: str
    answered: int
    words: list[str]


class EscrowTold(msgspec.Struct, frozen=True):
    """`policy`: its number, 0 where none is known here; `fingerprint`: of it. `needed`: officers that it
    takes. `who`, `since`: the consent's. `left`: this machine has the papers of one that ended.
    `at_host`: whether the host has what was entrusted; null where no host has a part in it."""

    state: State
    policy: int = 0
    host: str = ""
    fingerprint: str = ""
    needed: int = 0
    officers: list[EscrowOfficer] = []
    who: str = ""
    since: str = ""
    left: bool = False
    at_host: bool | None = None
    releases: list[ReleaseShown] = []


class EscrowOffer(msgspec.Struct, frozen=True):
    """A policy before it is agreed to, and the text that is."""

    told: EscrowTold
    text: str


class EscrowJoined(msgspec.Struct, frozen=True):
    """`files`: policy, deposit and consent; nothing in them opens anything. `handed_in`: to
    the host."""

    files: list[str]
    handed_in: bool
    escrow: EscrowTold
    slots: list[SlotInfo]


class EscrowLeft(msgspec.Struct, frozen=True):
    """`file`: the withdrawal, "" where none was wanted. `signed`: this machine had the papers to sign one.
    `handed_in`: the host has it, and has destroyed what it had."""

    file: str
    signed: bool
    handed_in: bool
    slots: list[SlotInfo]


class EscrowAsked(msgspec.Struct, frozen=True):
    """A request of this machine. `words`: to be read to each officer. `again`: it was made before. `file`:
    "" where none was wanted; `opens`: when the host asks the officers, "" where it has no part in it."""

    file: str
    opens: str
    vault: str
    words: list[str]
    needed: int
    officers: list[EscrowOfficer]
    time: str
    again: bool


class EscrowStanding(msgspec.Struct, frozen=True):
    """How this machine's request stands. `at`: the vault, "" where that was not said. `state`: as of a
    `ReleaseShown`; "files" where no host has a part in it, "unknown" while the host does not answer.
    `answered`: by how many officers, of `needed`."""

    at: str
    state: str
    workstation: str
    words: list[str]
    needed: int
    officers: list[EscrowOfficer]
    time: str
    opens: str = ""
    answered: int = 0


class EscrowOpened(msgspec.Struct, frozen=True):
    """The vault is open, and has a new passphrase, `slot`. `connected`: this machine was not before."""

    at: str
    id: str
    device: str
    connected: bool
    slot: SlotInfo
    slots: list[SlotInfo]
