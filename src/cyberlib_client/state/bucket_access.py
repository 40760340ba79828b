"""How this workstation gets into its bucket: which keeper holds the access key, whom it trusts."""

from __future__ import annotations

import os

import msgspec

from ..core.errors import Failed
from ..core.format_v1.malformed import MALFORMED
from .credentials import KeeperKind
from .private_file import read_file, remove_file
from .profile import Profile

_FILE = "bucket.json"


class BucketAccess(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`secret`: under which name the keeper holds the access key; empty when none is kept. `ca`: certificates
    to trust, PEM, instead of the system's; empty for the system's."""

    keeper: KeeperKind = "keychain"
    secret: str = ""
    ca: str = ""


def read_bucket_access(profile: Profile, of: str = "") -> BucketAccess:
    """What is noted; nothing where nothing is. `of`: for a second copy, its name among these notes.
    Failed("credentials_damaged", at=…)."""
    path = _path(profile, of)
    data = read_file(path)
    if data is None:
        return BucketAccess()
    try:
        return msgspec.json.decode(data, type=BucketAccess)
    except MALFORMED:
        raise Failed("credentials_damaged", at=path) from None


def write_bucket_access(profile: Profile, access: BucketAccess, of: str = "") -> None:
    """Notes it. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(_path(profile, of), msgspec.json.encode(access))


def forget_bucket_access(profile: Profile, of: str = "") -> None:
    """Removes the note; the keeper is the caller's business."""
    remove_file(_path(profile, of))


def noted_buckets(profile: Profile) -> list[str]:
    """Of what there are notes: names of second copies, and "" for the vault itself."""
    try:
        names = os.listdir(profile.credentials)
    except OSError:
        return []
    found = [name.removesuffix(".json") for name in names if name.endswith(".json")]
    copies = sorted(name.removeprefix("bucket-") for name in found if name.startswith("bucket-"))
    return [""] * (_FILE in names) + copies


def _path(profile: Profile, of: str) -> str:
    return os.path.join(profile.credentials, f"bucket-{of}.json" if of else _FILE)
