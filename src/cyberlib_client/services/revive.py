"""Objects that were to go and stay: for a backup that relies on them, for a user who wants a version back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..core.errors import Failed, IntegrityError, UsageError
from ..core.format_v1.retired import REVIVE, Retirement, by_kind
from ..core.ids import digest_of, object_name
from ..core.ports import Clock, Random
from ..repository.retirements import BY_USER, Retirements, put_retirement
from ..repository.vault import Vault
from .device import Identity


def revive(
    vault: Vault,
    identity: Identity,
    random: Random,
    clock: Clock,
    names: Sequence[str],
    reason: str = "needed",
) -> None:
    """Takes back what the records known now say of these objects; `Retirements.doomed` tells afterwards
    which are being deleted all the same. IntegrityError("object_missing") where a store that counts the
    quarantine itself has deleted one."""
    undoes = vault.retirements().marks(names)
    vault.store.revive(names)
    retirement = Retirement(identity.device, REVIVE, clock(), "", reason, by_kind(names), undoes)
    put_retirement(vault.store, vault.keys, random, retirement, identity.signing)


def undelete(vault: Vault, identity: Identity, random: Random, clock: Clock, digest: bytes) -> None:
    """A snapshot that was let go is there again, with all that was let go for its sake.

    Raises UsageError("not_retired"), Failed("quarantine_over") when some of it is gone or going.
    """
    retirements = vault.retirements()
    own = object_name("snapshots", digest)
    if digest not in retirements.retired("snapshots"):
        raise UsageError("not_retired")
    batch = retirements.batch("snapshots", digest)
    names = [name for name in batch if name == own or not name.startswith("snapshots/")]
    _still_there(vault, retirements, names)
    try:
        revive(vault, identity, random, clock, names, BY_USER)
    except IntegrityError:
        raise Failed("quarantine_over") from None
    _still_there(vault, vault.retirements(), names)


def can_come_back(vault: Vault, retirements: Retirements, digests: Iterable[bytes]) -> set[bytes]:
    """Those of these retired snapshots of which nothing is gone or going."""
    there: dict[str, set[str]] = {}
    found: set[bytes] = set()
    for digest in digests:
        names = [
            name
            for name in retirements.batch("snapshots", digest)
            if not name.startswith("snapshots/") or digest_of(name) == digest
        ]
        for kind in {name.partition("/")[0] for name in names} - there.keys():
            there[kind] = {item.name for item in vault.store.list(kind)}
        if all(
            name in there[kind] and digest_of(name) not in retirements.doomed(kind)
            for name in names
            for kind in (name.partition("/")[0],)
        ):
            found.add(digest)
    return found


def _still_there(vault: Vault, retirements: Retirements, names: Sequence[str]) -> None:
    there: dict[str, set[str]] = {}
    for name in names:
        kind = name.partition("/")[0]
        if kind not in there:
            there[kind] = {item.name for item in vault.store.list(kind)}
        if digest_of(name) in retirements.doomed(kind) or name not in there[kind]:
            raise Failed("quarantine_over")
