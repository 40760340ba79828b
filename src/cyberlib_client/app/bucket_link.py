"""The line to this workstation's bucket: with which access key, and where that is kept."""

from __future__ import annotations

import configparser
from collections.abc import Callable
from typing import Final

import msgspec

from ..core.errors import CyberlibError, Failed, NeedsUnlock, UsageError
from ..state.bucket_access import (
    BucketAccess,
    forget_bucket_access,
    read_bucket_access,
    write_bucket_access,
)
from ..state.credentials import KeeperKind
from ..state.profile import Profile
from ..state.settings import VaultSettings
from ..transports.s3.place import Place, place_of
from ..transports.s3.signing import AccessKey
from ..transports.s3.store import S3Store
from . import bootstrap
from .certificates import read_ca
from .line import line_of
from .workplace import BucketGiven, Notice, Workplace, read_secret_file

KEY_VARIABLES: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_LONGEST: Final = 4096


def store_at(work: Workplace, location: str, given: BucketGiven, of: str = "") -> S3Store:
    """The vault in a bucket, or a copy of it whose access is kept under the name `of`; its connections end
    with the command.

    The access key: of the file that is given, else of the environment, else the one kept. Raises as
    `place_of`, UsageError("secret_file_…"), ("bucket_key_unclear", at=…), ("ca_file_unreadable", at=…),
    NeedsUnlock("bucket_key_missing"), and what keepers raise.
    """
    place = place_of(location, given.endpoint, given.region)
    access = read_bucket_access(work.profile, of)
    if of and access == BucketAccess():  # often the same storage
        access = read_bucket_access(work.profile)
    ca = read_ca(given.ca_file) if given.ca_file is not None else access.ca
    key = given_key(work, given) or _key_of_environment(work) or _kept_key(work.profile, access)
    if key is None:
        raise NeedsUnlock("bucket_key_missing", at=place.location)
    line = line_of(work, ca)
    store = S3Store(place, key, line, bootstrap.clock)
    work.closing.callback(store.close)
    return store


def new_store_at(work: Workplace, location: str, given: BucketGiven, of: str = "") -> S3Store:
    """The same for a vault to be made. UsageError("bucket_not_empty", at=…) if something else is there."""
    store = store_at(work, location, given, of)
    if store.size("vault") is None and not store.is_empty():
        raise UsageError("bucket_not_empty", at=store.location)
    return store


def settings_of(location: str, vault: str, given: BucketGiven) -> VaultSettings:
    """What a profile notes of its vault in a bucket."""
    place: Place = place_of(location, given.endpoint, given.region)
    return VaultSettings(place.location, vault, place.endpoint, place.region)


def given_key(work: Workplace, given: BucketGiven) -> AccessKey | None:
    """The access key that was typed, or that of the file that is given, if one is: two lines, or what other
    programs call "credentials". Raises UsageError("secret_file_…"), ("bucket_key_unclear", at=…),
    ("bucket_key_typed")."""
    if given.key is not None:
        if not _is_key(*given.key):
            raise UsageError("bucket_key_typed")
        return AccessKey(*given.key)
    if given.key_file is None:
        return None
    text = read_secret_file(work, given.key_file)
    key = _key_in(text)
    if key is None:
        raise UsageError("bucket_key_unclear", at=given.key_file)
    return key


def keep(work: Workplace, given: BucketGiven, keeper: KeeperKind | None, of: str = "") -> Callable[[], None]:
    """Keeps the access key and the certificates that were given, in the place of earlier ones; how to undo
    that. `of`: as in `store_at`.

    `keeper`: None to keep no key, which a notice tells. What the environment gives is not kept.
    Raises what keepers raise, Failed("profile_full"), ("profile_denied").
    """
    before = read_bucket_access(work.profile, of)
    key = given_key(work, given)
    access = before
    if given.ca_file is not None:
        access = msgspec.structs.replace(access, ca=read_ca(given.ca_file))
    if key is not None and keeper is None:
        work.notify(Notice("bucket_key_not_kept", {}))
    elif key is not None and keeper is not None:
        secret = f"bucket-{bootstrap.random(8).hex()}"
        data = msgspec.json.encode([key.id, key.secret, key.token])
        bootstrap.keeper(keeper, work.profile).store(secret, data)
        access = msgspec.structs.replace(access, keeper=keeper, secret=secret)
    if access == before:
        return lambda: None

    def undo() -> None:
        if access.secret != before.secret:
            forget(work, access)
        if before == BucketAccess():
            forget_bucket_access(work.profile, of)
        else:
            write_bucket_access(work.profile, before, of)

    try:
        write_bucket_access(work.profile, access, of)
    except CyberlibError:
        undo()
        raise
    return undo


def drop(work: Workplace, of: str) -> None:
    """Forgets how to get to a copy in a bucket."""
    access = read_bucket_access(work.profile, of)
    if access.secret:
        forget(work, access)
    forget_bucket_access(work.profile, of)


def forget(work: Workplace, access: BucketAccess) -> None:
    """Forgets an access key that came to nothing, or that another has replaced."""
    try:
        bootstrap.keeper(access.keeper, work.profile).remove(access.secret)
    except CyberlibError as error:
        work.notify(Notice(error.code, dict(error.facts)))


def _kept_key(profile: Profile, access: BucketAccess) -> AccessKey | None:
    data = bootstrap.keeper(access.keeper, profile).load(access.secret) if access.secret else None
    if data is None:
        return None
    try:
        return AccessKey(*msgspec.json.decode(data, type=tuple[str, str, str]))
    except msgspec.MsgspecError:
        raise Failed("credentials_damaged", at=profile.credentials) from None


def _key_of_environment(work: Workplace) -> AccessKey | None:
    key, secret, token = (work.environ.get(name, "") for name in KEY_VARIABLES)
    return AccessKey(key, secret, token) if _is_key(key, secret, token) else None


def _key_in(text: str) -> AccessKey | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 2 and not lines[0].startswith("["):
        values = [line.partition("=")[2].strip() if _is_named(line) else line for line in lines]
        return AccessKey(*values) if _is_key(*values) else None
    sections = configparser.RawConfigParser()
    try:
        sections.read_string(text)
    except configparser.Error:
        return None
    names = [name for name in sections.sections() if sections.has_option(name, "aws_access_key_id")]
    # One, or the one that is called so: which of several is meant is not for us to guess.
    name = "default" if "default" in names else names[0] if len(names) == 1 else ""
    if not name:
        return None
    values = [sections.get(name, variable.lower(), fallback="") for variable in KEY_VARIABLES]
    return AccessKey(*values) if _is_key(*values) else None


def _is_named(line: str) -> bool:
    return line.partition("=")[0].strip().upper() in KEY_VARIABLES


def _is_key(key: str, secret: str, token: str = "") -> bool:
    """Fit for a header, which holds one line of ASCII."""
    told = (key, secret, token)
    return bool(key and secret) and all(len(t) <= _LONGEST and _is_plain(t) for t in told)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
