"""This workstation at its host: where, under which id, and which keeper holds its key."""

from __future__ import annotations

import os

import msgspec

from ..core.errors import Failed
from ..core.format_v1.malformed import MALFORMED
from .credentials import KeeperKind
from .private_file import read_file
from .profile import Profile

_FILE = "host.json"


class HostAccess(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url`: `https://host[:port]`. `device`: the id that the host gave; empty while it is not heard.
    `secret`: under which name the keeper holds the key's seed. `ca`: certificates to trust, PEM, instead of
    the system's; empty for the system's. `key`: the host's, which signs receipts (hex)."""

    url: str
    device: str
    name: str
    keeper: KeeperKind
    secret: str
    ca: str = ""
    key: str = ""


def read_host_access(profile: Profile) -> HostAccess | None:
    """What is noted, or None. Failed("host_note_damaged", at=…)."""
    path = _path(profile)
    data = read_file(path)
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=HostAccess)
    except MALFORMED:
        raise Failed("host_note_damaged", at=path) from None


def sound_host_access(profile: Profile) -> HostAccess | None:
    """The same for who declares the machine, perhaps anew: None where it is damaged. Raises as
    `read_file`."""
    try:
        return read_host_access(profile)
    except Failed as error:
        if error.code != "host_note_damaged":
            raise
        return None


def write_host_access(profile: Profile, access: HostAccess) -> None:
    """Notes it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(_path(profile), msgspec.json.encode(access))


def _path(profile: Profile) -> str:
    return os.path.join(profile.credentials, _FILE)
