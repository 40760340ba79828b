"""The snapshots of a vault: read, put in order, their chains checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..core.errors import IntegrityError, UsageError
from ..core.format_v1.header import SNAPSHOT
from ..core.format_v1.snapshot import Snapshot, open_snapshot
from ..core.ids import object_name
from ..core.keys import VaultKeys
from ..core.ports import Store
from .records import read_record


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

    `code`: "snapshot_damaged" (bytes do not open), "snapshot_fork" (one device, one number, two
    snapshots), "snapshot_gap" (its predecessor is absent), "snapshot_rollback" (a snapshot this
    machine saw is absent).
    """

    code: str
    name: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotList:
    """Snapshots from oldest to newest, and what is wrong with them."""

    items: list[Stored]
    problems: list[Problem]

    def resolve(self, wanted: str) -> Stored:
        """By id, a unique prefix of at least four digits, or `latest`.

        Raises UsageError("no_snapshot"), ("snapshot_unknown"), ("snapshot_ambiguous").
        """
        if wanted == "latest":
            if not self.items:
                raise UsageError("no_snapshot")
            return self.items[-1]
        prefix = wanted.lower()
        found = [s for s in self.items if s.id.startswith(prefix)] if len(prefix) >= 4 else []
        if not found:
            raise UsageError("snapshot_unknown", snapshot=wanted)
        if len(found) > 1:
            raise UsageError("snapshot_ambiguous", snapshot=wanted)
        return found[0]

    def latest_of(self, device: bytes) -> Stored | None:
        """The newest snapshot of one device, by its number."""
        mine = [s for s in self.items if s.snapshot.device.id == device]
        return max(mine, key=lambda s: (s.snapshot.sequence, s.snapshot.time), default=None)


def load_snapshots(store: Store, keys: VaultKeys, seen: Iterable[bytes] = ()) -> SnapshotList:
    """All snapshots of the store. `seen`: digests this machine remembers (see `Problem`)."""
    items: list[Stored] = []
    problems: list[Problem] = []
    for item in sorted(store.list("snapshots")):
        try:
            digest, data = read_record(store, keys, SNAPSHOT, item)
            items.append(Stored(digest, open_snapshot(keys, data)))
        except IntegrityError:
            problems.append(Problem("snapshot_damaged", item.name))
    return SnapshotList(_in_order(items), problems + _chain_problems(items, seen))


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


def _chain_problems(items: list[Stored], seen: Iterable[bytes]) -> list[Problem]:
    present = {s.digest for s in items}
    numbers: dict[tuple[bytes, int], Stored] = {}
    problems = []
    for stored in items:
        snapshot = stored.snapshot
        name, device = object_name("snapshots", stored.digest), snapshot.device.name
        if snapshot.previous is not None and snapshot.previous not in present:
            problems.append(Problem("snapshot_gap", name, device))
        if numbers.setdefault((snapshot.device.id, snapshot.sequence), stored) is not stored:
            problems.append(Problem("snapshot_fork", name, device))
    problems += [
        Problem("snapshot_rollback", object_name("snapshots", digest))
        for digest in seen
        if digest not in present
    ]
    return problems
