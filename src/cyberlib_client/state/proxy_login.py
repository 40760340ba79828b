"""Which keeper holds the name and password for a proxy: they are sent to that proxy, and to no other."""

from __future__ import annotations

import os

import msgspec

from ..core.errors import Failed
from ..core.format_v1.malformed import MALFORMED
from .credentials import KeeperKind
from .private_file import read_file, remove_file
from .profile import Profile

_FILE = "proxy.json"


class ProxyLogin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`proxy`: `http://host:port`. `secret`: under which name the keeper holds `user:password`."""

    proxy: str
    keeper: KeeperKind
    secret: str


def read_proxy_login(profile: Profile) -> ProxyLogin | None:
    """What is noted, or None. Failed("credentials_damaged", at=…)."""
    path = _path(profile)
    data = read_file(path)
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=ProxyLogin)
    except MALFORMED:
        raise Failed("credentials_damaged", at=path) from None


def write_proxy_login(profile: Profile, login: ProxyLogin) -> None:
    """Notes it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(_path(profile), msgspec.json.encode(login))


def forget_proxy_login(profile: Profile) -> None:
    """Removes the note; the keeper is the caller's business."""
    remove_file(_path(profile))


def _path(profile: Profile) -> str:
    return os.path.join(profile.credentials, _FILE)
