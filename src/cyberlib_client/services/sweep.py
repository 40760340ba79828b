"""Frees space: what no snapshot needs is retired, packs that are mostly dead are written anew, and what has
been retired for long enough is deleted.

Nothing is locked, and any number of machines may do this at once, beside backups. Whatever is retired stays
as it is until its quarantine is over; before anything is deleted, all that snapshots need is looked up again;
and who deletes announces it, looks for revivals, and only then deletes (see `commit.keep_retired`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from ..core.dating import EARLIEST
from ..core.errors import CyberlibError, Failed, IntegrityError
from ..core.events import Listener
from ..core.format_v1.retired import PURGE, RETIRE, SPARE, Retirement, by_kind
from ..core.ids import digest_of, object_name
from ..core.ports import CancelToken, Clock, Random
from ..repository.retirements import KIND, Retirements, put_retirement
from ..repository.snapshots import SnapshotList, Stored
from ..repository.vault import Vault
from .device import Identity
from .memory import memory_told
from .quarantine import DAY, Quarantine
from .repack import lookups_of, put_indexes, repack
from .revive import revive, spare_stuck
from .settle import settled
from .survey import PackUse, Survey, holders, names_of, survey
from .waste import USUAL, Limits, Plan, choose, replaceable

QUARANTINE: Final = 30 * DAY
"""Nanoseconds between the retirement of an object and its end."""

_HIDE: Final = frozenset({"snapshot_damaged", "snapshot_unreadable", "snapshot_rollback"})
"""Problems with which a snapshot may be there, or come back, whose needs nobody knows."""

_LONGEST: Final = DAY
"""A survey older than this is no ground to retire anything."""

_FRESH: Final = 3600 * 10**9
_LOOK: Final = 500
"""Objects that are deleted between two looks at the clock, and after so many ns at the records."""

_AT_ONCE: Final = 200_000
"""Objects that one record names at most: it stays far below what a reader accepts."""


@dataclass(slots=True)
class Freed:
    """What a sweep did, or would do. Bytes as they are stored.

    `retired`: of packs that may go, now or by this sweep; `rewritten`: of packs written anew, `dead` bytes of
    which are needed no more; `into`: of those that replace them (none by a look); `purged`: bytes deleted;
    `waiting`: bytes in quarantine afterwards. `kept`: objects that a store which counts the quarantine itself
    keeps for now.
    """

    snapshots: list[Stored] = field(default_factory=list)
    retired: int = 0
    retired_packs: int = 0
    rewritten: int = 0
    into: int = 0
    dead: int = 0
    purged: int = 0
    purged_snapshots: int = 0
    revived: int = 0
    waiting: int = 0
    kept: int = 0
    total: int = 0
    needed: int = 0


@dataclass(frozen=True)
class Sweep:
    """What a sweep is asked to do. `going`: snapshots to retire; `dry`: look, change nothing;
    `despite`: snapshots that are damaged or missing are given up. `erase`: ids, by kind of
    segment, none of which is to stay in any pack unless something needs it. `early`: objects whose quarantine
    is waived. `renew`: bytes of packs of former root secrets that are written anew."""

    going: Sequence[Stored] = ()
    reason: str = "policy"
    quarantine: int = QUARANTINE
    limits: Limits = USUAL
    dry: bool = False
    despite: bool = False
    erase: Mapping[int, Set[bytes]] = field(default_factory=dict)
    early: Set[str] = frozenset()
    renew: int = 0


@memory_told
def sweep(
    vault: Vault,
    identity: Identity,
    snapshots: SnapshotList,
    asked: Sweep,
    *,
    clock: Clock,
    random: Random,
    listener: Listener,
    cancel: CancelToken,
) -> Freed:
    """Does it. Stopped anywhere, it leaves a vault that lacks nothing.

    Raises Failed("retention_frozen", since=…) while an alarm stands, IntegrityError("retention_needs_whole",
    name=…) when the vault is damaged, Stopped, and what the store raises.
    """
    begun = clock()
    retirements = vault.retirements()
    _check(retirements, snapshots, despite=asked.despite)
    work = _Work(vault, identity, asked, clock, random, listener, cancel, begun)
    try:
        seen = work.look(snapshots, retirements)
    except IntegrityError as error:
        gone = error.code == "object_missing"
        raise _damage(vault, retirements, str(error.facts.get("name", error.code)), gone=gone) from None
    if seen.missing:
        raise _damage(vault, retirements, f"{seen.missing} chunks", gone=False)
    return work.do(seen, retirements, snapshots)


def _damage(vault: Vault, before: Retirements, name: str, *, gone: bool) -> CyberlibError:
    """What to say when something is not there: another machine may be deleting at this moment."""
    if gone or vault.retirements().records.keys() != before.records.keys():
        return Failed("vault_changed", at=vault.store.location)
    return IntegrityError("retention_needs_whole", name=name)


def _check(retirements: Retirements, snapshots: SnapshotList, *, despite: bool) -> None:
    for record in retirements.freezes.values():
        raise Failed("retention_frozen", device=record.device.name)
    bad = list(retirements.damaged)
    if not despite:
        bad += [problem.name for problem in snapshots.problems if problem.code in _HIDE]
    if bad:
        raise IntegrityError("retention_needs_whole", name=bad[0])


class _Work:
    """One sweep at work."""

    def __init__(
        self,
        vault: Vault,
        identity: Identity,
        asked: Sweep,
        clock: Clock,
        random: Random,
        listener: Listener,
        cancel: CancelToken,
        begun: int,
    ) -> None:
        self._vault = vault
        self._identity = identity
        self._asked = asked
        self._clock = clock
        self._random = random
        self._listener = listener
        self._cancel = cancel
        self._begun = begun
        self._freed = Freed(snapshots=list(asked.going))
        self._told: dict[bytes, int] = {}

    def _quarantine(self, retirements: Retirements) -> Quarantine:
        return Quarantine(self._vault.store, retirements, self._begun, self._told)

    def _due(self, retirements: Retirements, kind: str) -> list[bytes]:
        """Objects of a kind whose quarantine is over."""
        return self._quarantine(retirements).due(kind, self._asked.quarantine, self._asked.early)

    def look(self, snapshots: SnapshotList, retirements: Retirements) -> Survey:
        going = {stored.digest for stored in self._asked.going}
        due = set(self._due(retirements, "snapshots")) | retirements.doomed("snapshots")
        staying = [s for s in snapshots.items if s.digest not in going]
        leaving = [s for s in snapshots.items if s.digest in going]
        leaving += [s for s in snapshots.retired if s.digest not in due]
        return survey(
            self._vault, retirements, staying, leaving, listener=self._listener, cancel=self._cancel
        )

    def do(self, seen: Survey, retirements: Retirements, snapshots: SnapshotList) -> Freed:
        asked, freed = self._asked, self._freed
        month, root = self._vault.epoch(self._begun), self._vault.keys.number
        plan = choose(seen.packs, month, asked.limits, root, asked.renew)
        if asked.erase:
            self._erase(seen, plan)
        freed.total = sum(pack.size for pack in seen.packs)
        freed.needed = sum(pack.size * pack.needed // max(pack.total, 1) for pack in seen.packs)
        freed.retired = sum(pack.size for pack in plan.retire)
        freed.retired_packs = len(plan.retire)
        freed.rewritten = sum(pack.size for pack in plan.rewrite)
        freed.dead = sum(pack.size - pack.size * pack.needed // max(pack.total, 1) for pack in plan.rewrite)
        due = self._due_packs(seen, retirements)
        freed.purged = sum(pack.size for pack in due)
        freed.waiting = sum(pack.size for pack in seen.packs if pack.retired) - freed.purged
        freed.waiting += freed.retired + freed.rewritten
        if not asked.dry:
            self._rescue(seen)
            self._date(retirements)
            spare_stuck(self._vault, self._identity, self._random, self._clock)
            self._retire(seen, plan.retire, plan.rewrite)
            self._purge(due, self._left_over(seen, retirements), snapshots)
            self._settle(seen, snapshots)
        return freed

    def _erase(self, seen: Survey, plan: Plan) -> None:
        """Packs with what is to go are written anew, whether it pays or not."""
        holding = holders(self._vault, seen, self._asked.erase)
        chosen = {pack.name for pack in (*plan.retire, *plan.rewrite)}
        for pack in seen.packs:
            stays = pack.needed or not pack.retired  # one that is needed after all is revived before this
            if pack.name in holding and stays and pack.name not in chosen:
                (plan.rewrite if pack.needed else plan.retire).append(pack)

    # ---- what must stay after all ------------------------------------------------------------------

    def _rescue(self, seen: Survey) -> None:
        """Packs that were retired and that a snapshot needs which stays: two machines did not know of each
        other, or a backup did not know of a retirement."""
        names = names_of(pack for pack in seen.packs if pack.retired and pack.needed)
        if names:
            revive(self._vault, self._identity, self._random, self._clock, names)
            self._freed.revived = len(names)

    def _date(self, retirements: Retirements) -> None:
        """What a clock without a date retired: its quarantine begins now."""
        if self._begun >= EARLIEST:
            for reason, names in self._quarantine(retirements).undated().items():
                self._say(RETIRE, names, reason=reason)

    # ---- retiring ----------------------------------------------------------------------------------

    def _retire(self, seen: Survey, dead: list[PackUse], rewrite: list[PackUse]) -> None:
        vault, cancel = self._vault, self._cancel
        gone = {pack.name for pack in (*dead, *rewrite)}
        indexes = replaceable(seen, gone, self._asked.limits)
        if not (gone or indexes or self._asked.going):
            return
        made = repack(
            vault, seen, rewrite, epoch=vault.epoch(self._begun), random=self._random, cancel=cancel
        )
        self._freed.into = sum(info.size for info in made)
        put_indexes(vault, seen, indexes, gone, made, self._random, cancel)
        self._prove({info.name: info.size for info in made})
        cancel.check()
        if self._clock() - self._begun > _LONGEST:
            raise Failed("retention_took_long")
        old = {seen.indexes[number].name for number in indexes}
        names = [object_name("snapshots", stored.digest) for stored in self._asked.going]
        names += [*names_of((*dead, *rewrite)), *sorted(old), *lookups_of(vault, old)]
        self._say(RETIRE, names)
        vault.store.retire(names)

    def _prove(self, made: dict[bytes, int]) -> None:
        """What replaces other packs is there, before those may go."""
        present = {digest_of(item.name): item.size for item in self._vault.store.list("packs")}
        if any(present.get(name) != size for name, size in made.items()):
            raise Failed("vault_changed", at=self._vault.store.location)

    def _say(self, action: str, names: Sequence[str], undoes: bytes = b"", reason: str = "") -> bytes:
        """The records that say it, end to end."""
        said_in: list[bytes] = []
        promised = -(-self._asked.quarantine // DAY) if action == RETIRE else 0
        for at in range(0, len(names), _AT_ONCE):
            objects = by_kind(names[at : at + _AT_ONCE])
            said = Retirement(
                self._identity.device,
                action,
                self._clock(),
                reason=reason or self._asked.reason,
                objects=objects,
                undoes=undoes,
                quarantine=promised,
            )
            keys = self._vault.keys
            digest, _ = put_retirement(self._vault.store, keys, self._random, said, self._identity.signing)
            said_in.append(digest)
        return b"".join(said_in)

    # ---- deleting ----------------------------------------------------------------------------------

    def _due_packs(self, seen: Survey, retirements: Retirements) -> list[PackUse]:
        """Packs whose quarantine is over and that nothing needs, nor would need if it came back."""
        due = set(self._due(retirements, "packs"))
        return [pack for pack in seen.packs if pack.name in due and not pack.needed and not pack.leaving]

    def _left_over(self, seen: Survey, retirements: Retirements) -> dict[str, int]:
        """Packs whose deletion was announced and that no index names any more, with their sizes: it was cut
        short, or their store kept them. The survey passed them over, and missed nothing."""
        doomed, known = retirements.doomed("packs"), {pack.name for pack in seen.packs}
        due = {each for each in self._due(retirements, "packs") if each in doomed and each not in known}
        if not due:
            return {}
        return {
            item.name: item.size for item in self._vault.store.list("packs") if digest_of(item.name) in due
        }

    def _purge(self, due: Sequence[PackUse], left_over: Mapping[str, int], snapshots: SnapshotList) -> None:
        vault, now = self._vault, self._vault.retirements()
        there = {object_name("snapshots", s.digest) for s in snapshots.retired}
        names = [n for d in self._due(now, "snapshots") if (n := object_name("snapshots", d)) in there]
        for kind in ("lookups", "index", KIND):
            listed = {item.name for item in vault.store.list(kind)}
            names += [n for d in self._due(now, kind) if (n := object_name(kind, d)) in listed]
        sizes = {object_name("packs", pack.name): pack.size for pack in due} | dict(left_over)
        names += sizes
        if not names:
            return
        # Also what was announced before, and was cut short or is kept by its store: an old word counts for
        # nobody at work.
        announced = self._say(PURGE, names)
        self._cancel.check()
        left, gone = self._going(names), set[str]()
        spared = sorted(set(names) - set(left))
        if spared:  # revived before it was announced: who did that need not know
            self._say(SPARE, spared, announced)
        looked = self._clock()
        for at in range(0, len(left), _LOOK):
            some = left[at : at + _LOOK]
            if abs(self._clock() - looked) > _FRESH:  # asleep: others may have taken back what we meant
                some, looked = self._going(some), self._clock()
            gone |= set(vault.store.purge(some))
        self._freed.purged_snapshots = sum(name.startswith("snapshots/") for name in left)
        self._freed.kept = len(left) - len(gone)
        self._freed.purged = sum(size for name, size in sizes.items() if name in gone)
        self._freed.waiting += sum(sizes.get(name, 0) for name in left if name not in gone)
        vault.store.retire([name for name in left if name not in gone])

    def _going(self, names: Sequence[str]) -> list[str]:
        """Those that are still retired, as the records say now."""
        now = self._vault.retirements()
        return [name for name in names if digest_of(name) in now.retired(name.partition("/")[0])]

    def _settle(self, seen: Survey, snapshots: SnapshotList) -> None:
        """Records of which nothing is left make room for one."""
        vault, quarantine = self._vault, self._asked.quarantine
        now = vault.retirements()
        objects = settled(
            vault, now, snapshots, seen.named, now=self._begun, age=2 * max(quarantine, _LONGEST)
        )
        if objects:
            said = Retirement(self._identity.device, RETIRE, self._clock(), "", "settled", objects)
            put_retirement(vault.store, vault.keys, self._random, said, self._identity.signing)
            vault.store.retire([object_name(KIND, digest) for digest in said.digests(KIND)])
