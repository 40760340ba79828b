"""What a window is told of the first run; apart from what does it, which is slow to load."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..state.first_run import PlaceKind

StepName = Literal["welcome", "terms", "protect", "key", "backup", "proof", "done"]


class FirstRunTold(msgspec.Struct, frozen=True):
    """`wanted`: it is to be shown by itself. `step`: the first that is not done. `device`: this machine's
    name. `place`, `at`: where the vault is, or is to be; `endpoint`, `region`: of a bucket. `host`: where
    this machine is declared, "" for nowhere. `left_host`: address that was left for it; `left_key`: with its
    contract key; `left_unfit`: facts of the error about a file that was left and cannot be read. `lost`: this
    machine opened a vault before, and the settings name none any more. `asked`: the vault that another
    machine is to open to this one; `officers`: the one that officers are asked for.
    `bytes`, `files`: of the last backup."""

    wanted: bool = False
    step: StepName = "welcome"
    device: str = ""
    place: PlaceKind = ""
    at: str = ""
    endpoint: str = ""
    region: str = ""
    host: str = ""
    left_host: str = ""
    left_key: bool = False
    left_unfit: dict[str, str | int | float | None] = {}
    sources: int = 0
    vault: bool = False
    lost: bool = False
    asked: str = ""
    officers: str = ""
    words: bool = False
    files: int = 0
    bytes: int = 0


class PlaceTold(msgspec.Struct, frozen=True):
    """A folder in which a vault can be made. `free`: bytes, None when unknown. `same_disk`: it is on the
    disk of what it is to protect."""

    at: str
    free: int | None
    same_disk: bool


class BucketTold(msgspec.Struct, frozen=True):
    """A bucket in which a vault can be made."""

    at: str
    endpoint: str
    region: str


class MachineThere(msgspec.Struct, frozen=True):
    """A declared machine. `last_backup`: when, None where there was none."""

    name: str
    last_backup: str | None = None


class VaultThere(msgspec.Struct, frozen=True):
    """A vault at a host. `devices`: names of those that use it now; `machines`: the same but this one."""

    at: str
    devices: list[str]
    created: str
    bytes: int
    machines: list[MachineThere] = []


class VaultsThere(msgspec.Struct, frozen=True):
    """What a practice has at its host. `seat`: there is one for this machine. `agreed`: nobody waits for the
    terms to be accepted."""

    seat: bool
    agreed: bool
    vaults: list[VaultThere]
