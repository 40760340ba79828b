"""Objects that were to go and stay: for a backup that relies on them, for a user who wants a version back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Final

from ..core.errors import Failed, IntegrityError, UsageError
from ..core.events import ignore
from ..core.format_v1.index import PackInfo
from ..core.format_v1.retired import RETIRE, REVIVE, SPARE, Retirement, by_kind
from ..core.ids import digest_of, object_name
from ..core.ports import OBJECT_KINDS, CancelToken, Clock, Random
from ..repository.retirements import BY_USER, INCOMPLETE, Retirements, put_retirement
from ..repository.snapshots import load_snapshots
from ..repository.vault import Vault
from .device import Identity
from .quarantine import Quarantine
from .survey import names_of, survey, told

_LOOKS: Final = 5
"""How often what is there is listed anew while others delete."""


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


def spare(
    vault: Vault,
    identity: Identity,
    random: Random,
    clock: Clock,
    names: Sequence[str],
    reason: str = "needed",
) -> None:
    """Says that these are not being deleted, whatever the records known now announced. Only of what was
    revived, and a day after the last announcement: until then who made it may be at it."""
    undoes = vault.retirements().dooms(names)
    said = Retirement(identity.device, SPARE, clock(), "", reason, by_kind(names), undoes)
    put_retirement(vault.store, vault.keys, random, said, identity.signing)


def spare_stuck(vault: Vault, identity: Identity, random: Random, clock: Clock) -> None:
    """Spares what stays although its deletion was announced, by somebody who is not at it any more."""
    retirements, names = vault.retirements(), list[str]()
    for kind in OBJECT_KINDS:
        if stuck := retirements.stuck(kind):
            names += [name for name, _ in vault.store.list(kind) if digest_of(name) in stuck]
    quarantine = Quarantine(vault.store, retirements, clock())
    names = [name for name in names if quarantine.at_work([name]) is None]
    if names:
        spare(vault, identity, random, clock, names)


def undelete(vault: Vault, identity: Identity, random: Random, clock: Clock, *digests: bytes) -> None:
    """Snapshots that were let go are there again, with all that they need, for whose sake ever it was let go:
    who is about to delete some of it looks for revivals of just that.

    Raises UsageError("not_retired"), Failed("quarantine_over") when some of it is gone or going,
    Failed("deletion_announced", device=…) when somebody said within the last day that it is going.
    """
    retirements = vault.retirements()
    aside = retirements.retired("snapshots") | retirements.doomed("snapshots")
    names: set[str] = set()
    for digest in digests:
        if digest not in aside:
            raise UsageError("not_retired")
        names |= _belonging(retirements, digest)
    needed = None if _gone(vault, names) else _needed(vault, retirements, set(digests))
    if needed is None:
        raise Failed("quarantine_over")
    names |= needed
    by = Quarantine(vault.store, retirements, clock()).at_work(names)
    if by is not None:
        raise Failed("deletion_announced", device=by.device.name)
    try:
        revive(vault, identity, random, clock, sorted(names), BY_USER)
    except IntegrityError:
        raise Failed("quarantine_over") from None
    doomed = [name for name in names if retirements.dooms([name])]
    if doomed:
        spare(vault, identity, random, clock, doomed, BY_USER)
    if vault.retirements().dooms(names) or _gone(vault, names):
        raise Failed("quarantine_over")


def _needed(vault: Vault, retirements: Retirements, digests: Set[bytes]) -> set[str] | None:
    """The retired packs that these snapshots need; None when something of them is not there any more. Of one
    that is damaged, what can be read of it counts."""
    for _ in range(_LOOKS):
        try:
            return _looked_up(vault, retirements, digests)
        except IntegrityError as error:
            if error.code != "object_missing":
                return None
            # What was listed is gone: somebody deletes at this moment, perhaps what nobody needs.
            retirements = vault.retirements()
    return None


def _looked_up(vault: Vault, retirements: Retirements, digests: Set[bytes]) -> set[str] | None:
    listed = load_snapshots(vault.store, vault.keys)
    wanted = [stored for stored in (*listed.items, *listed.retired) if stored.digest in digests]
    try:
        seen = survey(vault, retirements, wanted, [], listener=ignore, cancel=CancelToken())
        if seen.missing:
            return None
    except IntegrityError as error:
        if error.code in ("object_missing", "chunk_missing"):
            raise
        seen = survey(vault, retirements, [], wanted, listener=ignore, cancel=CancelToken())
    return set(names_of(pack for pack in seen.packs if pack.retired and (pack.needed or pack.leaving)))


def can_come_back(vault: Vault, retirements: Retirements, digests: Iterable[bytes], now: int) -> set[bytes]:
    """Those of these snapshots of which nothing is gone or going. `now`: ns since 1970."""
    belonging = {digest: _belonging(retirements, digest) for digest in digests}
    gone = _gone(vault, frozenset[str]().union(*belonging.values()))
    quarantine = Quarantine(vault.store, retirements, now)
    return {
        digest
        for digest, names in belonging.items()
        if gone.isdisjoint(names)
        and quarantine.at_work(names) is None
        and _as_it_was(vault, retirements, digest)
    }


def _as_it_was(vault: Vault, retirements: Retirements, digest: bytes) -> bool:
    """False for one that was never whole."""
    if INCOMPLETE not in retirements.reasons("snapshots", digest):
        return True
    return _is_whole(vault, {object_name("snapshots", digest)})


def _belonging(retirements: Retirements, digest: bytes) -> set[str]:
    """A snapshot, and all but other snapshots that went with it."""
    own = object_name("snapshots", digest)
    return {own, *(n for n in retirements.batch("snapshots", digest) if not n.startswith("snapshots/"))}


def _gone(vault: Vault, names: Set[str]) -> set[str]:
    """Those of these snapshots and packs that are not there any more. A pack that no index tells of may never
    have been, since anybody with the keys can name it: it counts where something is missing. Indexes are made
    anew."""
    gone: set[str] = set()
    for kind in ("packs", "snapshots"):
        wanted = {name for name in names if name.startswith(f"{kind}/")}
        if wanted:
            gone |= wanted - {item.name for item in vault.store.list(kind)}
    known = {object_name("packs", info.name) for _, info in _told(vault)} if gone else set[str]()
    unsure = {name for name in gone if name.startswith("packs/") and name not in known}
    if unsure and _is_whole(vault, names):
        gone -= unsure
    return gone


def _told(vault: Vault) -> Iterator[tuple[int, PackInfo]]:
    return told(vault, [*vault.store.list("index")])


def _is_whole(vault: Vault, names: Set[str]) -> bool:
    """Whether all that these snapshots need is there."""
    listed = load_snapshots(vault.store, vault.keys)
    wanted = [s for s in (*listed.items, *listed.retired) if object_name("snapshots", s.digest) in names]
    try:
        seen = survey(vault, vault.retirements(), wanted, [], listener=ignore, cancel=CancelToken())
    except IntegrityError:
        return False
    return not seen.missing


def likewise(
    retirements: Retirements, old: bytes, new: bytes, identity: Identity, clock: Clock
) -> Retirement | None:
    """What is to be said of a snapshot that takes the place of another: in quarantine, or brought back, as
    that one is. None: nothing."""
    objects = {"snapshots": new}
    reasons = retirements.reasons("snapshots", old)
    if reasons:
        days = retirements.promised("snapshots", old)
        return Retirement(identity.device, RETIRE, clock(), "", reasons[0], objects, quarantine=days)
    if old in retirements.wanted_back():
        return Retirement(identity.device, REVIVE, clock(), "", BY_USER, objects)
    return None
