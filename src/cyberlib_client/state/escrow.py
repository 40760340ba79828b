"""What this machine keeps of its vault's escrow, and of a request for what was entrusted.

escrow/policy, deposit, consent    what the customer agreed to; both sides keep it
escrow/leaving                     the withdrawal, once there is one
escrow/asked.json                  a request that waits for answers, with its key, until the vault is open
"""

from __future__ import annotations

import os
from typing import Final

import msgspec

from ..core.errors import IntegrityError
from ..core.format_v1.malformed import MALFORMED
from .private_file import read_file, remove_file
from .profile import Profile

_FOLDER: Final = "escrow"
_JOINED: Final = ("policy", "deposit", "consent")
_LEAVING: Final = "leaving"
_ASKED: Final = "asked.json"


class Entrusted(msgspec.Struct, frozen=True):
    """The documents as they were signed and sent. `leaving`: empty while the consent stands."""

    policy: bytes
    deposit: bytes
    consent: bytes
    leaving: bytes = b""


class Asked(msgspec.Struct, frozen=True):
    """A request of this machine: `seed` of the key that was made for it, and the documents it is
    about. `at`: where the vault is, "" where that was not said."""

    seed: bytes
    request: bytes
    policy: bytes
    deposit: bytes
    at: str = ""


def read_entrusted(profile: Profile) -> Entrusted | None:
    """What is kept; None where nothing is, or not all of it. Raises as `read_file`."""
    policy, deposit, consent = (read_file(_path(profile, name)) for name in _JOINED)
    if policy is None or deposit is None or consent is None:
        return None
    return Entrusted(policy, deposit, consent, read_file(_path(profile, _LEAVING)) or b"")


def write_entrusted(profile: Profile, kept: Entrusted) -> None:
    """Keeps it in the place of what was kept. Raises Failed("profile_full"), ("profile_denied")."""
    remove_file(_path(profile, _LEAVING))
    for name in _JOINED:
        profile.write(_path(profile, name), getattr(kept, name))
    if kept.leaving:
        profile.write(_path(profile, _LEAVING), kept.leaving)


def read_asked(profile: Profile) -> Asked | None:
    """The request that waits, or None. IntegrityError("escrow_asked_damaged", at=…)."""
    data = read_file(_path(profile, _ASKED))
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=Asked)
    except MALFORMED:
        raise IntegrityError("escrow_asked_damaged", at=_path(profile, _ASKED)) from None


def write_asked(profile: Profile, asked: Asked) -> None:
    """Keeps it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(_path(profile, _ASKED), msgspec.json.encode(asked))


def forget_asked(profile: Profile) -> None:
    """Removes it with its key; absent is no error."""
    remove_file(_path(profile, _ASKED))


def _path(profile: Profile, name: str) -> str:
    return os.path.join(profile.root, _FOLDER, name)
