"""What is told of new machines that ask to be let in, as plain values."""

from __future__ import annotations

import msgspec

from .keys_told import SlotInfo


class ApprovalShown(msgspec.Struct, frozen=True):
    """A request at the host. `state`: "asked"; "held" until `opens` (answered without the vault's passphrase
    or words), "open", "taken", "cancelled" or "expired". `device`: the new machine, as it calls itself.
    `here`: of this machine. `by`: the machine that let it in, or empty."""

    id: str
    state: str
    device: str
    here: bool
    asked: str
    opens: str
    by: str


class ApprovalAsked(msgspec.Struct, frozen=True):
    """`words`: six, to be typed at a machine of the practice; `at`: the vault. `again`: it waited already."""

    id: str
    at: str
    words: list[str]
    time: str
    again: bool


class ApprovalOpened(msgspec.Struct, frozen=True):
    """The vault is open here. `connected`: the profile had none before; `by`: the machine that let this one
    in."""

    at: str
    vault: str
    device: str
    by: str
    connected: bool
    slots: list[SlotInfo]
