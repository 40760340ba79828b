"""Another way into this workstation's bucket: keys are exchanged, storages move."""

from __future__ import annotations

import msgspec

from ..core.errors import CyberlibError, IntegrityError, UsageError
from ..repository.vault import read_header
from ..state.bucket_access import read_bucket_access
from ..state.credentials import KeeperKind
from ..state.settings import write_settings
from . import bootstrap, bucket_link
from .session import Session
from .stores import is_bucket
from .workplace import BucketGiven


class BucketChanged(msgspec.Struct, frozen=True):
    """How this workstation gets into its bucket from now on. `key`: the access key's id. `keeper`: "keychain"
    or "file"; null when none is kept."""

    at: str
    endpoint: str
    region: str
    key: str
    keeper: str | None


def change(session: Session, given: BucketGiven, *, in_file: bool) -> BucketChanged:
    """Another access key, address or certificates for the profile's vault, once they are found to lead there.

    `in_file`: the key goes to a file rather than where the last one was. Raises UsageError("vault_elsewhere",
    at=…), ("nothing_to_change"), IntegrityError("other_vault_there", at=…), and as `bucket_link.store_at`
    and `keep`.
    """
    with bootstrap.lock(session.profile):
        place = session.fresh_settings().vault
        if place is None or not is_bucket(place.at):
            raise UsageError("vault_elsewhere", at=session.place.at)
        if given == BucketGiven():
            raise UsageError("nothing_to_change")
        before = read_bucket_access(session.profile)
        wanted = msgspec.structs.replace(
            given, endpoint=given.endpoint or place.endpoint, region=given.region or place.region
        )
        store = bucket_link.store_at(session, place.at, wanted)
        if read_header(store).id != place.id:
            raise IntegrityError("other_vault_there", at=place.at)
        keeper: KeeperKind = "file" if in_file else before.keeper
        undo = bucket_link.keep(session, wanted, keeper)
        try:
            changed = bucket_link.settings_of(place.at, place.id, wanted)
            settings = msgspec.structs.replace(session.settings, vault=changed)
            write_settings(session.profile, settings)
        except CyberlibError:
            undo()
            raise
        after = read_bucket_access(session.profile)
        if before.secret and before.secret != after.secret:
            bucket_link.forget(session, before)
    kept = after.keeper if after.secret else None
    return BucketChanged(place.at, changed.endpoint, changed.region, store.key_id, kept)
