"""What all records together say of a vault's objects: which are retired, which are being deleted.

Records are added and never changed, by any number of machines at once, and what holds does not depend on
their order: an object is retired as long as a record retires it that no revival of it has seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..core.crypto import sha256
from ..core.errors import IntegrityError
from ..core.format_v1.header import RETIREMENT, hedged_salt
from ..core.format_v1.retired import (
    FREEZE,
    PURGE,
    RETIRE,
    REVIVE,
    SPARE,
    THAW,
    Retirement,
    cut,
    open_retirement,
    seal_retirement,
)
from ..core.ids import digest_of, object_name
from ..core.keys import VaultKeys
from ..core.ports import Random, Store
from .records import read_record

KIND: Final = "retired"

BY_USER: Final = "user"
"""The reason of what a person asked for."""
ERASURE: Final = "erasure"
"""The reason of what was written anew without something: nobody brings it back."""


class Retirements:
    """The fold of all records. `damaged`: names of those that could not be read."""

    def __init__(self, records: Mapping[bytes, Retirement], damaged: Iterable[str] = ()) -> None:
        self.records = dict(records)
        self.damaged = sorted(damaged)
        self._once = _named(self._of(RETIRE))
        self._doomed = self._left(self._of(PURGE), self._of(SPARE))
        self._marks = self._left(self._of(RETIRE), self._of(REVIVE))
        thawed = {each for _, record in self._of(THAW) for each in cut(record.undoes)}
        self.freezes = {
            digest: record
            for digest, record in self.records.items()
            if record.action == FREEZE and digest not in thawed
        }
        """Records that keep everything from being retired or deleted."""

    def _of(self, action: str) -> list[tuple[bytes, Retirement]]:
        return [(digest, record) for digest, record in self.records.items() if record.action == action]

    @staticmethod
    def _left(
        retired: list[tuple[bytes, Retirement]], revived: list[tuple[bytes, Retirement]]
    ) -> dict[str, dict[bytes, set[bytes]]]:
        """By kind and digest, the records that retire (or doom) an object and that no revival of it (or word
        that it is spared) undoes."""
        found: dict[str, dict[bytes, set[bytes]]] = {}
        for by, record in retired:
            for kind in record.objects:
                marks = found.setdefault(kind, {})
                for each in record.digests(kind):
                    marks.setdefault(each, set()).add(by)
        for _, record in revived:
            seen = set(cut(record.undoes))
            for kind in record.objects:
                marks = found.get(kind, {})
                for each in record.digests(kind):
                    if each in marks:
                        marks[each] -= seen
                        if not marks[each]:
                            del marks[each]
        return found

    def retired(self, kind: str) -> Set[bytes]:
        """Objects of a kind that may go."""
        return self._marks.get(kind, {}).keys()

    def doomed(self, kind: str) -> Set[bytes]:
        """Objects of a kind that somebody is deleting, or has deleted."""
        return self._doomed.get(kind, {}).keys()

    def once(self, kind: str) -> Set[bytes]:
        """Objects of a kind that were retired at any time: their absence is no surprise."""
        return self._once.get(kind, set())

    def for_reason(self, reason: str) -> list[str]:
        """Names of all that was retired for a reason and still is."""
        names: set[str] = set()
        for _, record in self._of(RETIRE):
            if record.reason == reason:
                for kind in record.objects:
                    marked = self._marks.get(kind, {})
                    names.update(object_name(kind, each) for each in record.digests(kind) if each in marked)
        return sorted(names)

    def wanted_back(self) -> Set[bytes]:
        """Snapshots that somebody brought back: no policy lets them go again."""
        return {
            each
            for _, record in self._of(REVIVE)
            if record.reason == BY_USER
            for each in record.digests("snapshots")
        }

    def since(self, kind: str, digest: bytes) -> int:
        """When an object was retired last, by the clocks of those who did (ns); ValueError when it is not."""
        return max(self.records[by].time for by in self._marks.get(kind, {})[digest])

    def reasons(self, kind: str, digest: bytes) -> list[str]:
        """Why it was retired."""
        return sorted({self.records[by].reason for by in self._marks.get(kind, {}).get(digest, ())})

    def marks(self, names: Iterable[str]) -> bytes:
        """The records that retire any of these, end to end: what a revival of them undoes."""
        found: set[bytes] = set()
        for name in names:
            found |= self._marks.get(name.partition("/")[0], {}).get(digest_of(name), set())
        return b"".join(sorted(found))

    def batch(self, kind: str, digest: bytes) -> list[str]:
        """Names of all that was retired together with an object and still is."""
        names: set[str] = set()
        for by in self._marks.get(kind, {}).get(digest, ()):
            record = self.records[by]
            for other in record.objects:
                marked = self._marks.get(other, {})
                names.update(object_name(other, each) for each in record.digests(other) if each in marked)
        return sorted(names)


def _named(records: list[tuple[bytes, Retirement]]) -> dict[str, set[bytes]]:
    """All that these records name, by kind."""
    found: dict[str, set[bytes]] = {}
    for _, record in records:
        for kind in record.objects:
            found.setdefault(kind, set()).update(record.digests(kind))
    return found


NONE: Final = Retirements({})


def load_retirements(store: Store, keys: VaultKeys, known: Retirements = NONE) -> Retirements:
    """All records of a store; those that are `known` are not read again. Raises what the store raises."""
    items = sorted(item for item in store.list(KIND))
    fresh = [item for item in items if digest_of(item.name) not in known.records]
    if not fresh and len(items) == len(known.records):
        return known
    store.prefetch(item.name for item in fresh)
    there = {digest_of(item.name) for item in items}
    records = {digest: record for digest, record in known.records.items() if digest in there}
    damaged: list[str] = []
    for item in fresh:
        try:
            digest, data = read_record(store, keys, RETIREMENT, item)
            records[digest] = open_retirement(keys, data)
        except IntegrityError as error:
            if error.code != "object_missing":  # gone since it was listed
                damaged.append(item.name)
    return Retirements(records, damaged)


def put_retirement(
    store: Store,
    keys: VaultKeys,
    random: Random,
    retirement: Retirement,
    signing: Ed25519PrivateKey,
) -> tuple[bytes, int]:
    """Stores one; (its digest, bytes stored)."""
    what = [
        b"".join(retirement.objects.values()),
        retirement.undoes,
        retirement.time.to_bytes(16, "big", signed=True),
    ]
    data = seal_retirement(keys, hedged_salt(keys, random, *what), retirement, signing)
    digest = sha256(data)
    store.put(object_name(KIND, digest), data)
    return digest, len(data)
