"""This workstation's credentials, but for the secret itself, which a keeper of the system holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from ..core.crypto import Sealer, committed_key, same
from ..core.errors import Failed, IntegrityError
from ..core.format_v1.malformed import MALFORMED
from ..core.keys import VaultKeys
from .private_file import read_file, remove_file
from .profile import Profile

KeeperKind = Literal["keychain", "file"]
_SALT = 32
_COMMITMENT = 32
_SECRET_NAME = re.compile(r"device-[0-9a-f]{1,32}")
_SEED_INFO = b"cyberlib/v1/identity"


class DeviceSecret(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the device secret is: which kind of keeper, under which name, and which slot it opens.
    `words_unseen`: of a slot that was about to be made with 24 words that nobody had seen by then."""

    vault: str
    keeper: KeeperKind
    name: str
    slot: str
    words_unseen: bool = False


def read_device_secret(profile: Profile) -> DeviceSecret | None:
    """What is noted, or None. Failed("credentials_damaged", at=…)."""
    return _read_device(profile, profile.device)


def read_coming_secret(profile: Profile) -> DeviceSecret | None:
    """That of a slot that was about to be made, or None: whether it is there the vault tells. Raises as
    `read_device_secret`."""
    return _read_device(profile, _coming(profile))


def _coming(profile: Profile) -> str:
    return profile.device + ".coming"


def _read_device(profile: Profile, path: str) -> DeviceSecret | None:
    data = read_file(path)
    if data is None:
        return None
    try:
        device = msgspec.json.decode(data, type=DeviceSecret)
        if not _SECRET_NAME.fullmatch(device.name):
            raise ValueError
    except MALFORMED:
        raise Failed("credentials_damaged", at=path) from None
    return device


def write_device_secret(profile: Profile, device: DeviceSecret) -> None:
    """Notes it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(profile.device, msgspec.json.encode(device))


def write_coming_secret(profile: Profile, device: DeviceSecret) -> None:
    """Notes it beside the one that counts. Raises as `write_device_secret`."""
    profile.write(_coming(profile), msgspec.json.encode(device))


def forget_coming_secret(profile: Profile) -> None:
    """Removes that note."""
    remove_file(_coming(profile))


def forget_device_secret(profile: Profile) -> None:
    """Removes the note; the keeper is the caller's business."""
    remove_file(profile.device)


class SlotsSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """What this machine has seen of a vault's slots: the newest table's generation, ids of removed slots, the
    objects that the newest table was."""

    vault: str
    generation: int = 0
    removed: frozenset[str] = frozenset()
    tables: tuple[str, ...] = ()


def read_slots_seen(profile: Profile, vault: str, damaged: Callable[[], object] = lambda: None) -> SlotsSeen:
    """What is noted of the vault with this id; nothing when that is another, or the file absent or damaged,
    which `damaged` is told.

    No cache, though nothing depends on it but that a slot that was removed stays removed: a host that puts an
    older table back would find a machine that forgot. Raises Failed("profile_denied").
    """
    try:
        data = read_file(profile.slots)
        seen = msgspec.json.decode(data, type=SlotsSeen) if data is not None else SlotsSeen(vault)
    except MALFORMED:
        damaged()
        return SlotsSeen(vault)
    return seen if seen.vault == vault else SlotsSeen(vault)


def write_slots_seen(profile: Profile, seen: SlotsSeen) -> None:
    """Notes it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(profile.slots, msgspec.json.encode(seen))


def read_identity(profile: Profile, keys: VaultKeys) -> bytes | None:
    """The seed of this workstation's identity, or None when there is none for this vault.

    Raises IntegrityError("identity_damaged", at=…).
    """
    data = read_file(profile.identity)
    if data is None:
        return None
    salt, commitment, sealed = data[:_SALT], data[_SALT : _SALT + _COMMITMENT], data[_SALT + _COMMITMENT :]
    for each in keys.every:  # the vault's root may have been renewed since
        key, expected = committed_key(each.local, salt=salt, info=_SEED_INFO)
        if same(expected, commitment):
            break
    else:
        raise IntegrityError("identity_damaged", at=profile.identity)
    try:
        return Sealer(key).open(0, sealed, _SEED_INFO)
    except IntegrityError:
        raise IntegrityError("identity_damaged", at=profile.identity) from None


def write_identity(profile: Profile, keys: VaultKeys, seed: bytes, random: Callable[[int], bytes]) -> None:
    """Keeps the seed, sealed by the vault's key. Raises Failed("profile_full"), ("profile_denied")."""
    salt = random(_SALT)
    key, commitment = committed_key(keys.local, salt=salt, info=_SEED_INFO)
    profile.write(profile.identity, salt + commitment + Sealer(key).seal(0, seed, _SEED_INFO))
