"""What client and host say to each other about the end of a contract; on the wire as in `wire`."""

from __future__ import annotations

from .shapes import Answer, Hex32, Key, Name, Struct, Time


class LeavingAcceptance(Struct, frozen=True):
    """The organisation has all that it is owed and has looked at it. `manifest`: SHA-256 of `manifest.json`
    of its kit. `name`: as its holder signs, where that is another than the session's account."""

    contract_key: Key
    manifest: Hex32
    name: Name | None = None


class LeavingTold(Answer, frozen=True):
    """`erased_from`: when the host may begin to erase; null while the contract is alive. `restore_until`:
    when what is stored can no longer be read, with or without an acceptance."""

    requested: Time | None
    delivered: Time | None
    accepted: Time | None
    terminated: Time | None
    erased_from: Time | None
    restore_until: Time | None
    erased: Time | None
