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
    POLICY,
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
INCOMPLETE: Final = "incomplete"
"""The reason of a snapshot that was put and relied on what went meanwhile."""
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
        followed = {each for _, record in self._of(POLICY) for each in cut(record.undoes)}
        self._policies = [
            (digest, record) for digest, record in self._of(POLICY) if digest not in followed and record.rules
        ]

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

    def doomed_by(self, kind: str, digest: bytes) -> Set[bytes]:
        """The records that announce the deletion of an object."""
        return self._doomed.get(kind, {}).get(digest, set())

    def stuck(self, kind: str) -> Set[bytes]:
        """Objects of a kind whose deletion was announced, and that may not go: whoever announced it was
        killed, or lied."""
        return self.doomed(kind) - self.retired(kind)

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

    def retired_by(self, kind: str, digest: bytes) -> Set[bytes]:
        """The records that retire an object."""
        return self._marks.get(kind, {}).get(digest, set())

    def promised(self, kind: str, digest: bytes) -> int:
        """Days for which those who retired an object promised to keep it; 0 where nobody did."""
        return max((self.records[by].quarantine for by in self.retired_by(kind, digest)), default=0)

    def policies(self) -> list[tuple[bytes, Retirement]]:
        """Records of policies that no other has taken the place of, oldest first. Two of the same `about`
        were set by machines that did not know of each other: what either keeps stays."""
        return sorted(self._policies, key=lambda each: (each[1].time, each[0]))

    def reasons(self, kind: str, digest: bytes) -> list[str]:
        """Why it was retired."""
        return sorted({self.records[by].reason for by in self._marks.get(kind, {}).get(digest, ())})

    def marks(self, names: Iterable[str]) -> bytes:
        """The records that retire any of these, end to end: what a revival of them undoes."""
        return _together(self.retired_by(name.partition("/")[0], digest_of(name)) for name in names)

    def dooms(self, names: Iterable[str]) -> bytes:
        """The records that announce the deletion of any of these, end to end: what spares them undoes."""
        return _together(self.doomed_by(name.partition("/")[0], digest_of(name)) for name in names)

    def batch(self, kind: str, digest: bytes) -> list[str]:
        """Names of all that was retired together with an object and still is, or is `stuck` with it."""
        names: set[str] = set()
        for by in self.doomed_by(kind, digest):
            record = self.records[by]
            for other in record.objects:
                stuck = self.stuck(other)
                names.update(object_name(other, each) for each in record.digests(other) if each in stuck)
        for by in self._marks.get(kind, {}).get(digest, ()):
            record = self.records[by]
            for other in record.objects:
                marked = self._marks.get(other, {})
                names.update(object_name(other, each) for each in record.digests(other) if each in marked)
        return sorted(names)


def _together(found: Iterable[Set[bytes]]) -> bytes:
    return b"".join(sorted(frozenset().union(*found)))


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
