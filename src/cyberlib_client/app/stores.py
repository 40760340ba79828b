"""The stores that locations name: a folder of this machine or of the network, a vault at a host, a bucket."""

from __future__ import annotations

import os
import re
from collections.abc import Set
from typing import Final

from ..core.errors import Unreachable, UsageError
from ..core.ports import Store
from ..core.windows_paths import extended
from ..transports.folder import FolderStore
from .workplace import BucketGiven, Workplace

_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|[sS]3:")


def store_at(location: str, work: Workplace) -> Store:
    """The store a location names: a folder, `https://host[:port]/v1/vaults/<id>`, or `s3://bucket/prefix`,
    whose storage `work.bucket` tells.

    Raises UsageError("store_kind_unknown", at=…), ("bad_path"), ("not_a_folder", at=…),
    Unreachable("store_absent", at=…), for a host as `app.host_link.store_at`, and for a bucket as
    `app.bucket_link.store_at`.
    """
    if is_host(location):
        from . import host_link  # what speaks HTTP takes a moment to load, and a folder has no need of it

        return host_link.store_at(work, location)
    if is_bucket(location):
        from . import bucket_link, near_copies

        return near_copies.with_copies(
            work, bucket_link.store_at(work, location, work.bucket or BucketGiven())
        )
    folder = _folder(location)
    if os.path.isfile(extended(folder)):
        raise UsageError("not_a_folder", at=folder)
    if not os.path.isdir(extended(folder)):
        raise Unreachable("store_absent", at=folder)
    return FolderStore(folder)


def new_store_at(location: str, work: Workplace) -> Store:
    """The same for a vault to be made: its folder is made if it is absent.

    Raises as `check_new_store`, and what the store raises.
    """
    if is_host(location):
        from . import host_link

        return host_link.new_store_at(work, location)
    if is_bucket(location):
        from . import bucket_link, near_copies

        return near_copies.with_copies(
            work, bucket_link.new_store_at(work, location, work.bucket or BucketGiven())
        )
    check_new_store(location)
    return FolderStore.make(_folder(location))


def check_new_store(location: str) -> None:
    """Whether a vault may be made there. Raises as `store_at`, but for an absent folder, and
    UsageError("folder_not_empty", at=…)."""
    if is_host(location) or is_bucket(location):
        return
    folder = _folder(location)
    if os.path.isdir(extended(folder)) and not os.path.exists(extended(os.path.join(folder, "vault"))):
        _check_empty(folder)
    there = folder
    while not os.path.lexists(extended(there)) and there != os.path.dirname(there):
        there = os.path.dirname(there)
    if os.path.isfile(extended(there)):
        raise UsageError("not_a_folder", at=there)


def check_bucket_given(location: str, given: BucketGiven) -> None:
    """UsageError("bucket_options", at=…) where something is said of a bucket and none is meant."""
    if given != BucketGiven() and not is_bucket(location):
        raise UsageError("bucket_options", at=location)


def is_host(location: str) -> bool:
    """Whether a location is an address of a host."""
    return location.lower().startswith("https://")


def is_bucket(location: str) -> bool:
    """Whether a location is one of a bucket, well written or not: nobody means a folder called `s3:`."""
    return location.lower().startswith("s3:")


def location_folder(location: str) -> str | None:
    """The folder on this machine behind a location, None when it is elsewhere, or nowhere."""
    return None if not location or _ADDRESS.match(location) else os.path.abspath(location)


def _folder(location: str) -> str:
    folder = location_folder(location)
    if not location:  # a variable of a script that was never set: not the current folder
        raise UsageError("bad_path", path=location)
    if folder is None:
        raise UsageError("store_kind_unknown", at=location)
    require_text(folder)
    return folder


def require_text(path: str) -> None:
    """Raises UsageError("bad_path") for a path that settings and databases, which hold text, cannot name."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError("bad_path", path=path) from None


_OURS: Final = re.compile("[0-9a-f]{32,64}")

LITTER: Final = frozenset(("lost+found", "System Volume Information", "desktop.ini"))
"""With names that begin with a dot or a dollar, what systems put at the root of a disk."""


def _is_begun(folder: str, names: Set[str]) -> bool:
    """Whether nothing else is there than what a vault begins with, whose making was cut short. What is in
    `slots` opens nothing then, or there is a vault."""
    if names - {"tmp", "slots"}:
        return False
    try:
        return all(_OURS.fullmatch(each) for name in names for each in os.listdir(_below(folder, name)))
    except OSError:
        return False


def _below(folder: str, name: str) -> str:
    return extended(os.path.join(folder, name))


def _check_empty(folder: str) -> None:
    try:
        names = os.listdir(extended(folder))
    except OSError:
        return  # the store says why, in its own words
    found = {name for name in names if name not in LITTER and name[:1] not in ".$"}
    if found and not _is_begun(folder, found):
        raise UsageError("folder_not_empty", at=folder)
