"""This machine's place was taken by another: it backs up no more, and keeps no secret of the vault.

Only the host's own word counts, signed by the key that it signs receipts with: whoever answers in its place
cannot make a machine forget anything.
"""

from __future__ import annotations

from contextlib import suppress

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ..core.errors import CyberlibError, Refused
from ..state import approvals, escrow
from ..state.bucket_access import noted_buckets, read_bucket_access, write_bucket_access
from ..state.credentials import (
    forget_coming_secret,
    forget_device_secret,
    read_coming_secret,
    read_device_secret,
)
from ..state.host_access import HostAccess
from ..state.profile import Profile
from ..state.replaced import Replaced, read_replaced, write_replaced
from . import bootstrap

_PURPOSE = b"cyberlib replaced 1\n"


def heard(profile: Profile, access: HostAccess, refusal: Refused) -> Refused:
    """What the host's refusal is, when it says that this machine was replaced: noted, and its secrets wiped,
    when the host signed it; else a plain revocation, of which nothing follows."""
    facts = {name: str(refusal.facts.get(name) or "") for name in ("device", "by", "since", "signature")}
    told = Replaced(access.url, **facts)
    if told.device != access.device or not _is_signed(access.key, told):
        return Refused("host_device_revoked", at=access.url)
    write_replaced(profile, told)  # first: what is cut short is gone on with at the next start
    wipe(profile, access)
    return refused(told)


def require_not(profile: Profile, access: HostAccess) -> None:
    """Raises Refused("host_device_replaced", at=…, by=…, since=…) where another took its place; what could
    not be wiped before is wiped now."""
    told = read_replaced(profile)
    if told is not None and (told.url, told.device) == (access.url, access.device):
        wipe(profile, access)
        raise refused(told)


def refused(told: Replaced) -> Refused:
    """As it is told."""
    return Refused("host_device_replaced", at=told.url, by=told.by, since=told.since)


def wipe(profile: Profile, access: HostAccess) -> None:
    """The machine's key at the host, its secret of the vault, its keys of buckets, and what it asked
    others for. Nothing else: no file, no copy, no setting. What a keeper cannot remove now stays for the
    next time."""
    keeper = bootstrap.keeper(access.keeper, profile)
    with suppress(CyberlibError):
        if keeper.load(access.secret) is not None:
            keeper.remove(access.secret)
    with suppress(CyberlibError):
        device = read_device_secret(profile)
        if device is not None:
            bootstrap.keeper(device.keeper, profile).remove(device.name)
            forget_device_secret(profile)
    with suppress(CyberlibError):
        coming = read_coming_secret(profile)
        if coming is not None:
            bootstrap.keeper(coming.keeper, profile).remove(coming.name)
            forget_coming_secret(profile)
    for of in noted_buckets(profile):
        with suppress(CyberlibError):
            _forget_bucket_key(profile, of)
    for forget in (approvals.forget_asked, escrow.forget_asked):
        with suppress(CyberlibError):
            forget(profile)


def _forget_bucket_key(profile: Profile, of: str) -> None:
    """Whom the machine trusts there stays, for one who gives it another key."""
    kept = read_bucket_access(profile, of)
    if kept.secret:
        bootstrap.keeper(kept.keeper, profile).remove(kept.secret)
        write_bucket_access(profile, msgspec.structs.replace(kept, secret=""), of)


def _is_signed(key: str, told: Replaced) -> bool:
    message = _PURPOSE + f"{told.device}\n{told.since}\n{told.by}".encode()
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(told.signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
