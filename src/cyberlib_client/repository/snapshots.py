"""The snapshots of a vault: read, put in order, their chains checked."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from ..core.errors import IntegrityError, UsageError
from ..core.format_v1.header import SNAPSHOT
from ..core.format_v1.snapshot import MAX_SEQUENCE, Snapshot, open_snapshot
from ..core.ids import digest_of, object_name
from ..core.keys import VaultKeys
from ..core.ports import Store
from .records import read_record
from .retirements import NONE, Retirements


@dataclass(frozen=True, slots=True)
class Stored:
    """A snapshot and the 32-byte digest that names it."""

    digest: bytes
    snapshot: Snapshot

    @property
    def id(self) -> str:
        """The name users see: 64 hex digits, usually cut to the first eight."""
        return self.digest.hex()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the snapshots as the store shows them.

    `code`: "snapshot_damaged" (bytes do not open), "snapshot_unreadable" (the store does not give it
    back now), "snapshot_fork" (one device, one number, two snapshots), "snapshot_gap" (its predecessor
    is absent), "snapshot_rollback" (a snapshot this machine saw is absent). One that is there and could
    not be opened is named by the first two alone.
    """

    code: str
    name: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotList:
    """Snapshots from oldest to newest, and what is wrong with them.

    `lost`: what this machine had seen and the vault has no longer: absent, or no more what it was; not what
    the store may well give back another time. `unread`: how many are there and could not be opened.
    """

    items: list[Stored]
    problems: list[Problem]
    lost: frozenset[bytes] = frozenset()
    unread: int = 0
    retired: tuple[Stored, ...] = ()
    """Those that may go and are still there, from oldest to newest; they are not among `items`."""
    once: Set[bytes] = frozenset()
    """Digests of all that were ever retired: nobody misses them."""

    @property
    def incomplete(self) -> bool:
        """A snapshot is missing, damaged or cannot be read: these are not all."""
        return any(problem.code != "snapshot_fork" for problem in self.problems)

    def some_left(self) -> None:
        """Raises IntegrityError("no_snapshot_left") when there were snapshots and none can be read."""
        if self.problems and not self.items:
            raise IntegrityError("no_snapshot_left")

    def resolve(self, wanted: str, device: bytes | None = None) -> Stored:
        """By id, or a unique prefix of at least four digits; by `latest`, the newest of `device`, else of
        all; by `latest@NAME`, the newest of the devices of that name, in whatever capitals.

        Raises UsageError("no_snapshot"), ("snapshot_unknown"), ("snapshot_ambiguous"),
        ("device_unknown", device=…, known=…); IntegrityError("no_snapshot_left") when there were some.
        """
        self.some_left()
        latest, at, name = wanted.partition("@")
        if latest == "latest":
            if not self.items:
                raise UsageError("no_snapshot")
            own = self.latest_of(device) if device is not None and not at else None
            return self._latest_named(name) if at else own or self.items[-1]
        prefix = wanted.lower()
        found = [s for s in self.items if s.id.startswith(prefix)] if len(prefix) >= 4 else []
        if not found:
            raise UsageError("snapshot_unknown", snapshot=wanted)
        if len(found) > 1:
            raise UsageError("snapshot_ambiguous", snapshot=wanted)
        return found[0]

    def _latest_named(self, name: str) -> Stored:
        found = [s for s in self.items if s.snapshot.device.name.casefold() == name.casefold()]
        if not found:
            known = ", ".join(sorted({s.snapshot.device.name for s in self.items}))
            raise UsageError("device_unknown", device=name, known=known)
        return found[-1]

    def latest_of(self, device: bytes) -> Stored | None:
        """The newest snapshot of one device, by its number."""
        mine = [s for s in self.items if s.snapshot.device.id == device]
        return max(mine, key=lambda s: (s.snapshot.sequence, s.snapshot.time), default=None)

    def next_of(self, device: bytes) -> tuple[bytes | None, int]:
        """(the digest that a device's next snapshot follows, its number).

        A snapshot that is there and could not be opened may be the device's newest. The number leaves room
        for each: none comes twice.
        """
        made = [s for s in (*self.items, *self.retired) if s.snapshot.device.id == device]
        last = max(made, key=lambda s: (s.snapshot.sequence, s.snapshot.time), default=None)
        number = (last.snapshot.sequence if last else 0) + self.unread + 1
        return last.digest if last else None, min(number, MAX_SEQUENCE)


def load_snapshots(
    store: Store, keys: VaultKeys, seen: Iterable[bytes] = (), retirements: Retirements = NONE
) -> SnapshotList:
    """All snapshots of the store. `seen`: digests this machine remembers (see `Problem`). Of those that were
    retired none is missed."""
    items: list[Stored] = []
    problems: list[Problem] = []
    unread: dict[bytes, bool] = {}  # True: the store may give it back another time
    listed = sorted(store.list("snapshots"))
    store.prefetch(item.name for item in listed)
    for item in listed:
        try:
            digest, data = read_record(store, keys, SNAPSHOT, item)
            items.append(Stored(digest, open_snapshot(keys, data)))
        except IntegrityError as error:
            if error.code == "object_missing":
                continue  # gone since it was listed
            later = unread[digest_of(item.name)] = error.code == "store_read_error"
            problems.append(Problem("snapshot_unreadable" if later else "snapshot_damaged", item.name))
    remembered = frozenset(seen)
    once = retirements.once("snapshots")
    problems += _chain_problems(items, remembered, unread.keys() | once)
    there = {s.digest for s in items} | {digest for digest, later in unread.items() if later} | once
    aside = retirements.retired("snapshots") | retirements.doomed("snapshots")
    ordered = _in_order(items)
    return SnapshotList(
        [s for s in ordered if s.digest not in aside],
        problems,
        remembered - there,
        len(unread),
        tuple(s for s in ordered if s.digest in aside),
        once,
    )


def _in_order(items: list[Stored]) -> list[Stored]:
    """By recorded time, but each device's snapshots always by their number.

    A run whose clock was years ahead counts as made just before the one that followed it.
    """
    times: dict[bytes, int] = {}
    devices: dict[bytes, int] = {}
    for s in sorted(items, key=lambda s: (-s.snapshot.sequence, -s.snapshot.time)):
        device = s.snapshot.device.id
        devices[device] = min(s.snapshot.time, devices.get(device, s.snapshot.time))
        times[s.digest] = devices[device]
    return sorted(items, key=lambda s: (times[s.digest], s.snapshot.sequence, s.digest))


def _chain_problems(items: list[Stored], seen: Set[bytes], unread: Set[bytes]) -> list[Problem]:
    present = {s.digest for s in items} | unread
    replaced = {s.snapshot.replaces for s in items}
    numbers: dict[tuple[bytes, int], Stored] = {}
    problems = []
    for stored in items:
        snapshot = stored.snapshot
        name, device = object_name("snapshots", stored.digest), snapshot.device.name
        if snapshot.previous is not None and snapshot.previous not in present:
            problems.append(Problem("snapshot_gap", name, device))
        number = (snapshot.device.id, snapshot.sequence)
        is_anew = snapshot.replaces is not None or stored.digest in replaced
        if not is_anew and numbers.setdefault(number, stored) is not stored:
            problems.append(Problem("snapshot_fork", name, device))
    problems += [
        Problem("snapshot_rollback", object_name("snapshots", digest)) for digest in sorted(seen - present)
    ]
    return problems
