"""What a machine keeps of being let in, and of letting others in.

approvals/asked.json      at the new machine: its request, with its key and words, until the vault is open
approvals/granted.json    at the old one: slots it made for new machines, until they were taken or refused
"""

from __future__ import annotations

import os
from typing import Final, TypeVar

import msgspec

from ..core.errors import IntegrityError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file, remove_file
from .profile import Profile

_FOLDER: Final = "approvals"
_ASKED: Final = "asked.json"
_GRANTED: Final = "granted.json"

T = TypeVar("T")


class Asked(msgspec.Struct, frozen=True):
    """`seed` of the request's key; `words`: shown to people, never sent; `at`: address of the vault."""

    seed: bytes
    words: list[str]
    request: bytes
    at: str


class Granted(msgspec.Struct, frozen=True):
    """`slot`: id of the one that was made for a new machine; `answer`: what the host is handed."""

    slot: str
    answer: bytes


def read_asked(profile: Profile) -> Asked | None:
    """The request that waits, or None. IntegrityError("approval_note_damaged", at=…)."""
    return _read(profile, _ASKED, Asked)


def write_asked(profile: Profile, asked: Asked) -> None:
    """Keeps it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(_path(profile, _ASKED), msgspec.json.encode(asked))


def forget_asked(profile: Profile) -> None:
    """Removes it with its key; absent is no error."""
    remove_file(_path(profile, _ASKED))


def read_granted(profile: Profile) -> dict[str, Granted]:
    """By request. IntegrityError("approval_note_damaged", at=…)."""
    return _read(profile, _GRANTED, dict[str, Granted]) or {}


def write_granted(profile: Profile, granted: dict[str, Granted]) -> None:
    """Keeps them. Raises Failed("profile_full"), ("profile_denied")."""
    if granted:
        profile.write(_path(profile, _GRANTED), msgspec.json.encode(granted))
    else:
        remove_file(_path(profile, _GRANTED))


def _read(profile: Profile, name: str, kind: type[T]) -> T | None:
    data = read_file(_path(profile, name))
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=kind)
    except MALFORMED:
        raise IntegrityError("approval_note_damaged", at=_path(profile, name)) from None


def _path(profile: Profile, name: str) -> str:
    return os.path.join(profile.root, _FOLDER, name)
