"""What opens a vault, and what came of a change there, as plain values.

Apart from what makes them, which is slow to load and large: a window loads these alone."""

from __future__ import annotations

import msgspec


class SlotInfo(msgspec.Struct, frozen=True):
    """One way into the vault. `kind`: "passphrase", "recovery", "device" or "escrow". `here`: this
    workstation's."""

    id: str
    kind: str
    name: str
    created: str
    here: bool


class SlotAdded(msgspec.Struct, frozen=True):
    """The new slot. `words`: of a new recovery key, null when they went to `words_file`."""

    slot: SlotInfo
    words: list[str] | None = None
    words_file: str | None = None


class SlotRemoved(msgspec.Struct, frozen=True):
    """The slot that was removed; with `here` it was this workstation's. `left`: what opens the vault now."""

    slot: SlotInfo
    left: list[SlotInfo]


class VaultKey(msgspec.Struct, frozen=True):
    """`changes`: how often the vault's key was changed. `exposed_packs`, `exposed_bytes`: what was written
    before and is still stored, which a former key opens."""

    changes: int
    exposed_packs: int
    exposed_bytes: int


class KeyRotated(msgspec.Struct, frozen=True):
    """The vault has a new key. `slots`: what opens it now. `gone`: what opened it before. `words`:
    the 24 new words, null when they went to `words_file`."""

    key: VaultKey
    slots: list[SlotInfo]
    gone: list[SlotInfo]
    words: list[str] | None = None
    words_file: str | None = None


class KeyRewritten(msgspec.Struct, frozen=True):
    """`rewritten`: bytes of packs that were written anew. Those stay readable by a former key in quarantine,
    to `until`, or empty; `key` counts them."""

    key: VaultKey
    rewritten: int
    until: str


class RecoveryKitMade(msgspec.Struct, frozen=True):
    """`file`: the PDF, of its owner alone, to be printed and then deleted. `slot`: which it opens."""

    file: str
    slot: SlotInfo


class RecoveryKitChecked(msgspec.Struct, frozen=True):
    """The words open the vault, by `slot`. `newer`: how many kits were made after it."""

    slot: SlotInfo
    newer: int


class KeyChangedTold(msgspec.Struct, frozen=True):
    """The vault has a new key, and the kit of its words is in `kit`; or, where that could not be written
    because of `problem` (a code), these are the 24 `words`. `gone`: how many ways in fell."""

    key: VaultKey
    gone: int
    kit: RecoveryKitMade | None
    words: list[str]
    problem: str


class VaultMade(msgspec.Struct, frozen=True):
    """`device`: this workstation's name. `unlock`: "keychain", "file" or "ask". `words`: the 24 words,
    or null when they went to `words_file`."""

    at: str
    id: str
    profile: str
    device: str
    unlock: str
    slots: list[SlotInfo]
    words: list[str] | None = None
    words_file: str | None = None


class VaultOpened(msgspec.Struct, frozen=True):
    """As `VaultMade`, for a vault that was there."""

    at: str
    id: str
    profile: str
    device: str
    unlock: str
    slots: list[SlotInfo]
