"""Second copies as places to read from and write to."""

from __future__ import annotations

import os

import msgspec

from ..core.errors import Unreachable, UsageError
from ..core.ports import Store
from ..state.copies import CopyState, read_copies
from ..state.copy_settings import CopySettings
from ..state.settings import Settings, VaultSettings
from ..transports.folder import FolderStore
from . import bootstrap, stores
from .known_disks import folder_of
from .times import iso_time
from .workplace import BucketGiven, Notice, Workplace


def store_of(work: Workplace, vault: str, copy: CopySettings) -> Store:
    """The store of a copy of the vault with that id. Raises Unreachable("copy_not_here", name=…, days=…), and
    for a bucket as `bucket_link.store_at`."""
    if stores.is_bucket(copy.at):
        from . import bucket_link

        given = BucketGiven(copy.endpoint, copy.region)
        return bucket_link.store_at(work, copy.at, given, access_of(copy.name))
    folder = folder_of(copy)
    if folder is None:
        state = read_copies(work.profile, vault).get(copy.name, CopyState())
        days = (bootstrap.clock() - state.seen) // (86_400 * 10**9) if state.seen is not None else None
        raise Unreachable(
            "copy_not_here", name=copy.name, days=days if days is not None and days > 1 else None
        )
    return stayed(FolderStore(folder))


def place_of(settings: Settings, copy: str) -> VaultSettings:
    """Where a copy is, as of the profile's vault: by its name, or its place. UsageError("no_vault")."""
    found = next((each for each in settings.copies if each.name == copy), None)
    vault = settings.vault or VaultSettings("", "")
    if found is None:
        at = copy if stores.is_bucket(copy) else os.path.abspath(copy)
        return msgspec.structs.replace(vault, at=at, endpoint="", region="")
    at = found.at if stores.is_bucket(found.at) else folder_of(found) or found.at
    return msgspec.structs.replace(vault, at=at, endpoint=found.endpoint, region=found.region)


def read_store(work: Workplace, settings: Settings, copy: str) -> Store:
    """The store of a copy to read from, by its name or its place. Raises as `store_of`, and as
    `stores.store_at`."""
    found = next((each for each in settings.copies if each.name == copy), None)
    if found is not None:
        return store_of(work, settings.vault.id if settings.vault is not None else "", found)
    if stores.is_bucket(copy):
        from . import bucket_link

        return bucket_link.store_at(work, copy, work.bucket or BucketGiven())
    if stores.is_host(copy):
        raise UsageError("copy_at_host", at=copy)
    return stores.store_at(copy, work)


def tell_reading(work: Workplace, settings: Settings, copy: str, store: Store) -> None:
    """A notice of what is read instead of the vault, and of when it was made, as far as that is known."""
    states = read_copies(work.profile, settings.vault.id) if settings.vault is not None else {}
    state = states.get(copy, CopyState())
    time = iso_time(state.begun // 10**9 * 10**9) if state.begun is not None else None
    work.notify(Notice("reading_copy", {"at": store.location, "time": time}))


def stayed(store: FolderStore) -> FolderStore:
    """A folder that is gone once its volume is."""
    store.stay()
    return store


def access_of(name: str) -> str:
    """Under which name the access key of a copy in a bucket is kept."""
    return f"copy-{name.encode().hex()}"
