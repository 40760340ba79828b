"""A snapshot: one signed, chained record of one run. The only object that commits anything.

A signed record (magic "CLBS", see `signed`): `body` is msgpack of `Snapshot`, the purpose of its signature
`cyberlib/v1/snapshot`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..errors import IntegrityError
from ..ids import ID_SIZE, NAME_SIZE
from ..keys import VaultKeys
from ..ports import Buffer
from .header import SNAPSHOT
from .malformed import MALFORMED
from .signed import DEVICE_ID_SIZE, Device, certify, check_signed, open_signed, parts, seal_signed

_SIGN: Final = b"cyberlib/v1/snapshot"

MAX_SEQUENCE: Final = 2**53
"""No device gets there by backing up: a forged number must not keep it from making the next snapshot."""

MAX_INCIDENTS: Final = 1000
"""Incidents listed in a snapshot; `incident_count` tells how many there were."""


class Statistics(msgspec.Struct, frozen=True, omit_defaults=True):
    """Counts of one run; bytes are bytes of the user's files but `stored`, bytes put in the store."""

    files: int = 0
    directories: int = 0
    others: int = 0
    bytes: int = 0
    new_files: int = 0
    changed_files: int = 0
    new_bytes: int = 0
    stored: int = 0


class HookRun(NamedTuple):
    """How a command of the user's ended. `when`: "before" or "after". `exit`: None when it was killed, or
    could not be started. `detail`: the end of what it wrote, when it failed."""

    name: str
    when: str
    exit: int | None
    milliseconds: int
    timed_out: bool
    detail: str

    @property
    def failed(self) -> bool:
        """Whether it did anything but end well."""
        return self.exit != 0


class SourceRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is left out of one source, as the user chose. `path`: as in `sources` of the snapshot."""

    path: bytes
    exclude: list[str] = []
    one_file_system: bool = False
    default_exclusions: bool = True


class Setup(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the machine was set to, for the one that takes its place. `schedule`: what was chosen of it, as
    the program's settings write it; empty for what is usual."""

    sources: list[SourceRules] = []
    schedule: dict[str, bool | str | list[str]] = {}


class Snapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one run protected. Times in ns since 1970; paths are vault paths in bytes.

    `root`: node id of the tree that holds every source at its full path. `sequence` counts a
    device's snapshots from 1; `previous` is the digest that names the one before. `replaces`:
    the digest of the one that this was written for anew, without something, with that one's number and
    `previous`. `owners` and `groups` give names to the numbers of entries. `setup`: None where
    it is not known.
    """

    device: Device
    sequence: int
    root: bytes
    started: int
    time: int
    system: str
    client: str
    previous: bytes | None = None
    sources: list[bytes] = []
    label: str = ""
    user: str = ""
    statistics: Statistics = Statistics()
    incidents: list[tuple[str, bytes, str]] = []
    incident_count: int = 0
    owners: dict[int, str] = {}
    groups: dict[int, str] = {}
    hooks: list[HookRun] = []
    replaces: bytes | None = None
    setup: Setup | None = None


_encoder = msgspec.msgpack.Encoder()
_body_decoder = msgspec.msgpack.Decoder(Snapshot)


def seal_snapshot(keys: VaultKeys, salt: bytes, snapshot: Snapshot, signing: Ed25519PrivateKey) -> bytes:
    """The bytes of a snapshot object, signed by its device."""
    return seal_signed(keys, SNAPSHOT, salt, _SIGN, _encoder.encode(snapshot), signing)


def open_snapshot(keys: VaultKeys, data: Buffer) -> Snapshot:
    """A snapshot whose certificate and signature hold.

    Raises IntegrityError("bad_snapshot") or IntegrityError("bad_signature").
    """
    record = open_signed(keys, SNAPSHOT, data)
    try:
        body, signatures = parts(record)
        snapshot = _body_decoder.decode(body)
    except MALFORMED:
        raise IntegrityError("bad_snapshot") from None
    device = snapshot.device
    check_signed(keys, device, _SIGN, body, signatures)
    if (
        len(snapshot.root) != ID_SIZE
        or len(device.id) != DEVICE_ID_SIZE
        or not 1 <= snapshot.sequence <= MAX_SEQUENCE
        or (snapshot.previous is not None and len(snapshot.previous) != NAME_SIZE)
        or (snapshot.replaces is not None and len(snapshot.replaces) != NAME_SIZE)
    ):
        raise IntegrityError("bad_snapshot")
    return snapshot


__all__ = [
    "DEVICE_ID_SIZE",
    "MAX_INCIDENTS",
    "MAX_SEQUENCE",
    "Device",
    "HookRun",
    "Setup",
    "Snapshot",
    "SourceRules",
    "Statistics",
    "certify",
    "open_snapshot",
    "seal_snapshot",
]
