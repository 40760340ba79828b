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


class EscrowTold(msgspec.Struct, frozen=True):
    """`policy`: its number, 0 where none is known here; `fingerprint`: of it. `needed`: officers that it
    takes. `who`, `since`: the consent's. `left`: this machine has the papers of one that ended."""

    state: State
    policy: int = 0
    host: str = ""
    fingerprint: str = ""
    needed: int = 0
    officers: list[EscrowOfficer] = []
    who: str = ""
    since: str = ""
    left: bool = False


class EscrowJoined(msgspec.Struct, frozen=True):
    """`files`: policy, deposit and consent, to be handed to the host; nothing in them opens anything."""

    files: list[str]
    escrow: EscrowTold
    slots: list[SlotInfo]


class EscrowLeft(msgspec.Struct, frozen=True):
    """`file`: the withdrawal, "" where none was wanted. `signed`: this machine had the papers to sign one."""

    file: str
    signed: bool
    slots: list[SlotInfo]


class EscrowAsked(msgspec.Struct, frozen=True):
    """A request of this machine. `words`: to be read to each officer. `again`: it was made before."""

    file: str
    vault: str
    words: list[str]
    needed: int
    officers: list[EscrowOfficer]
    time: str
    again: bool


class EscrowOpened(msgspec.Struct, frozen=True):
    """The vault is open, and has a new passphrase, `slot`. `connected`: this machine was not before."""

    at: str
    id: str
    device: str
    connected: bool
    slot: SlotInfo
    slots: list[SlotInfo]
