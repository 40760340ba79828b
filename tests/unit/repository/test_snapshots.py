"""Snapshots in order, whatever clocks say, and what is wrong with them told by name."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import IntegrityError, UsageError
from cyberlib_client.core.format_v1.snapshot import Snapshot, seal_snapshot
from cyberlib_client.core.ids import object_name
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.repository.snapshots import SnapshotList, load_snapshots
from cyberlib_client.services.device import Identity, identity
from cyberlib_client.transports.memory import MemoryStore

KEYS = VaultKeys(bytes(range(32)), bytes(range(16)))
HOUR = 3600 * 10**9
NOW = 1_700_000_000 * 10**9


def device(name: str) -> Identity:
    return identity(KEYS, random.Random(name).randbytes(48), name)


class Chain:
    """A store with snapshots, made one after the other by each device."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self._last: dict[str, tuple[int, bytes | None]] = {}
        self._salts = random.Random(0)

    def add(self, name: str, time: int) -> bytes:
        """A snapshot of a device; its digest."""
        number, previous = self._last.get(name, (0, None))
        digest = self.put(name, time, number + 1, previous)
        self._last[name] = (number + 1, digest)
        return digest

    def put(self, name: str, time: int, sequence: int, previous: bytes | None) -> bytes:
        me = device(name)
        snapshot = Snapshot(
            me.device, sequence, self._salts.randbytes(20), time, time, "linux", "0", previous=previous
        )
        data = seal_snapshot(KEYS, self._salts.randbytes(32), snapshot, me.signing)
        self.store.put(object_name("snapshots", sha256(data)), data)
        return sha256(data)

    def load(self, *seen: bytes) -> SnapshotList:
        return load_snapshots(self.store, KEYS, seen)

    def problems(self, *seen: bytes) -> list[tuple[str, str, str]]:
        return [(p.code, p.name, p.device) for p in self.load(*seen).problems]


def order(chain: Chain) -> list[tuple[str, int]]:
    return [(s.snapshot.device.name, s.snapshot.sequence) for s in chain.load().items]


# ---- order ----------------------------------------------------------------------------------------


def test_an_empty_store() -> None:
    chain = Chain()
    assert (chain.load().items, chain.load().problems) == ([], [])
    with pytest.raises(UsageError) as refused:
        chain.load().resolve("latest")
    assert refused.value.code == "no_snapshot"


def test_snapshots_that_are_all_lost_are_not_taken_for_none() -> None:
    chain = Chain()
    first = chain.add("a", NOW)
    name = object_name("snapshots", first)
    whole = chain.store.objects[name]
    chain.store.objects[name] = whole[:-1]
    for wanted in ("latest", "latest@a", first.hex(), first.hex()[:8]):
        with pytest.raises(IntegrityError) as refused:
            chain.load().resolve(wanted)
        assert refused.value.code == "no_snapshot_left"
    del chain.store.objects[name]
    with pytest.raises(IntegrityError) as refused:
        chain.load(first).resolve("latest")
    assert refused.value.code == "no_snapshot_left"
    with pytest.raises(UsageError) as nothing:
        chain.load().resolve("latest")
    assert nothing.value.code == "no_snapshot"


def test_by_time_over_all_devices() -> None:
    chain = Chain()
    for hour, name in enumerate(["a", "b", "a", "a", "b"]):
        chain.add(name, NOW + hour * HOUR)
    assert order(chain) == [("a", 1), ("b", 1), ("a", 2), ("a", 3), ("b", 2)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-(2**62), 2**62)), max_size=12))
def test_a_devices_snapshots_stay_in_order_whatever_its_clock_says(runs: list[tuple[str, int]]) -> None:
    chain = Chain()
    for name, time in runs:
        chain.add(name, time)
    found = order(chain)
    assert len(found) == len(runs)
    for name in "abc":
        mine = [number for device_name, number in found if device_name == name]
        assert mine == sorted(mine)
        newest = chain.load().latest_of(device(name).device.id)
        assert (newest.snapshot.sequence if newest else 0) == len(mine)


def test_a_clock_ten_years_ahead_does_not_make_a_run_the_newest_for_ever() -> None:
    chain = Chain()
    chain.add("a", NOW)
    chain.add("a", NOW + 10 * 365 * 24 * HOUR)
    chain.add("b", NOW + HOUR)
    chain.add("a", NOW + 2 * HOUR)
    assert order(chain) == [("a", 1), ("b", 1), ("a", 2), ("a", 3)]


def test_a_clock_ten_years_behind_does_not_hide_what_went_before() -> None:
    chain = Chain()
    chain.add("a", NOW)
    chain.add("a", NOW - 10 * 365 * 24 * HOUR)
    assert order(chain) == [("a", 1), ("a", 2)]
    assert chain.load().resolve("latest").snapshot.sequence == 2


def test_the_order_is_always_the_same() -> None:
    chain = Chain()
    for name in "abcdef":
        chain.add(name, NOW)
    first = order(chain)
    objects = list(chain.store.objects.items())
    random.Random(1).shuffle(objects)
    chain.store.objects = dict(objects)
    assert order(chain) == first


def test_latest_of_one_device_or_of_all() -> None:
    chain = Chain()
    for hour, name in enumerate(["a", "b", "a", "B"]):
        chain.add(name, NOW + hour * HOUR)
    found = chain.load()

    def latest(name: str | None, wanted: str = "latest") -> tuple[str, int]:
        made = found.resolve(wanted, device(name).device.id if name else None).snapshot
        return made.device.name, made.sequence

    assert [latest(name) for name in ("a", "b", "c", None)] == [("a", 2), ("b", 1), ("B", 1), ("B", 1)]
    assert latest("b", "latest@A") == ("a", 2)
    assert latest("a", "latest@b") == ("B", 1)
    with pytest.raises(UsageError) as refused:
        found.resolve("latest@c")
    assert (refused.value.code, refused.value.facts["known"]) == ("device_unknown", "B, a, b")


# ---- names ----------------------------------------------------------------------------------------


def test_snapshots_are_found_by_their_first_digits() -> None:
    chain = Chain()
    digests = [chain.add("a", NOW + n) for n in range(5)]
    found = chain.load()
    for digest in digests:
        for length in (4, 8, 63, 64):
            assert found.resolve(digest.hex()[:length]).digest == digest
        assert found.resolve(digest.hex()[:8].upper()).digest == digest
        for wrong in (digest.hex()[:3], digest.hex() + "0", digest.hex()[:7] + "x", "", "latest ", "-1"):
            with pytest.raises(UsageError) as refused:
                found.resolve(wrong)
            assert refused.value.code == "snapshot_unknown"
            assert refused.value.facts == {"snapshot": wrong}
    assert found.resolve("latest").digest == digests[-1]


def test_digits_that_two_snapshots_share() -> None:
    chain = Chain()
    found = chain.load()
    by_start: dict[str, list[bytes]] = {}
    for number in range(600):
        digest = chain.add("a", NOW + number)
        by_start.setdefault(digest.hex()[:4], []).append(digest)
    found = chain.load()
    start, both = next((s, d) for s, d in by_start.items() if len(d) > 1)
    with pytest.raises(UsageError) as refused:
        found.resolve(start)
    assert refused.value.code == "snapshot_ambiguous"
    assert found.resolve(both[0].hex()[:20]).digest == both[0]


# ---- what is wrong --------------------------------------------------------------------------------


def test_a_sound_chain_has_no_problem() -> None:
    chain = Chain()
    digests = [chain.add(name, NOW + n) for n, name in enumerate("aabba")]
    assert chain.problems(*digests) == []


def test_a_snapshot_left_out_is_told_by_the_one_that_follows() -> None:
    chain = Chain()
    one, two, three = (chain.add("a", NOW + n) for n in range(3))
    chain.store.delete(object_name("snapshots", two))
    assert chain.problems() == [("snapshot_gap", object_name("snapshots", three), "a")]
    chain.store.delete(object_name("snapshots", one))
    assert chain.problems() == [("snapshot_gap", object_name("snapshots", three), "a")]


def test_the_newest_left_out_is_told_by_who_saw_it() -> None:
    chain = Chain()
    seen = [chain.add("a", NOW + n) for n in range(3)]
    chain.store.delete(object_name("snapshots", seen[-1]))
    assert chain.problems() == [], "nobody else can know"
    assert chain.problems(*seen) == [("snapshot_rollback", object_name("snapshots", seen[-1]), "")]


def test_a_store_set_back_is_told_by_who_saw_the_newer() -> None:
    chain = Chain()
    chain.add("a", NOW)
    old = dict(chain.store.objects)
    head = chain.add("a", NOW + HOUR)
    chain.store.objects = old
    assert [code for code, _, _ in chain.problems(head)] == ["snapshot_rollback"]


def test_two_runs_under_one_number_are_a_fork() -> None:
    """A cloned machine, or a store that shows one half to each of us."""
    chain = Chain()
    first = chain.add("a", NOW)
    second = chain.add("a", NOW + HOUR)
    other = chain.put("a", NOW + HOUR, 2, first)
    problems = chain.problems()
    assert [code for code, _, _ in problems] == ["snapshot_fork"]
    assert problems[0][1] in {object_name("snapshots", digest) for digest in (second, other)}
    assert len(chain.load().items) == 3


def test_a_snapshot_under_another_ones_name_is_damage() -> None:
    """Otherwise the oldest one could stand in for the newest that we remember."""
    chain = Chain()
    old, new = chain.add("a", NOW), chain.add("a", NOW + HOUR)
    chain.store.objects[object_name("snapshots", new)] = chain.store.objects[object_name("snapshots", old)]
    assert chain.problems(old, new) == [("snapshot_damaged", object_name("snapshots", new), "")]
    assert chain.load(old, new).lost == {new}
    assert len(chain.load().items) == 1


class Worn(MemoryStore):
    """A disk that does not give back the objects in `lost` today; those in `gone` go once they are listed."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        super().__init__()
        self.objects = objects
        self.lost: set[str] = set()
        self.gone: set[str] = set()

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        if name in self.lost:
            raise IntegrityError("store_read_error", at="disk", name=name)
        if name in self.gone:
            self.delete(name)
        return super().get(name, offset, length)


def worn(chain: Chain, *digests: bytes) -> Worn:
    chain.store = disk = Worn(chain.store.objects)
    disk.lost = {object_name("snapshots", digest) for digest in digests}
    return disk


def test_a_snapshot_that_cannot_be_read_is_told_once_and_is_not_absent() -> None:
    chain = Chain()
    one, two, three = (chain.add("a", NOW + n) for n in range(3))
    for lost in (one, two, three):
        worn(chain, lost)
        assert chain.problems(three) == [("snapshot_unreadable", object_name("snapshots", lost), "")]
        assert chain.load(three).incomplete
        assert chain.load(three).lost == frozenset()
    damaged = chain.store.objects[object_name("snapshots", two)][:-1]
    chain.store.objects[object_name("snapshots", two)] = damaged
    worn(chain)
    assert chain.problems(two, three) == [("snapshot_damaged", object_name("snapshots", two), "")]


def test_a_snapshot_deleted_while_all_are_read_is_absent() -> None:
    chain = Chain()
    one, two, three = (chain.add("a", NOW + n) for n in range(3))
    worn(chain).gone = {object_name("snapshots", two)}
    assert [code for code, _, _ in chain.problems(one, two, three)] == ["snapshot_gap", "snapshot_rollback"]
    assert chain.load(two).lost == {two}


@pytest.mark.parametrize("spoilt", [1, 2, 3])
@pytest.mark.parametrize("how", ["worn", "damaged"])
def test_the_next_snapshot_never_takes_the_number_of_one_that_cannot_be_opened(how: str, spoilt: int) -> None:
    """The disk may give it back tomorrow, a copy of the vault may hold it."""
    chain = Chain()
    digests = [chain.add("a", NOW + n) for n in range(4)]
    chain.add("b", NOW)
    whole = dict(chain.store.objects)
    names = [object_name("snapshots", digest) for digest in digests[-spoilt:]]
    if how == "worn":
        worn(chain, *digests[-spoilt:])
    else:
        chain.store.objects.update({name: whole[name][:-1] for name in names})
    for _ in range(3):
        previous, number = chain.load().next_of(device("a").device.id)
        assert previous is not None
        put = chain.put("a", NOW + 9, number, previous)
        whole[object_name("snapshots", put)] = chain.store.objects[object_name("snapshots", put)]
    chain.store = MemoryStore()
    chain.store.objects = whole
    assert chain.problems() == []


def test_a_device_counts_on_by_one_when_all_can_be_read() -> None:
    chain = Chain()
    old, newest = chain.add("a", NOW), chain.add("a", NOW + HOUR)
    assert chain.load().next_of(device("a").device.id) == (newest, 3)
    assert chain.load().next_of(device("new").device.id) == (None, 1)
    worn(chain, chain.add("b", NOW), old)
    assert chain.load(newest).next_of(device("a").device.id) == (newest, 5)
    assert chain.load().next_of(device("new").device.id) == (None, 3)


@pytest.mark.parametrize("wrong", [b"", b"CLBS", bytes(88), bytes(5000)])
def test_what_is_no_snapshot_is_set_aside(wrong: bytes) -> None:
    chain = Chain()
    good = chain.add("a", NOW)
    chain.store.put(object_name("snapshots", sha256(wrong)), wrong)
    chain.store.put(object_name("snapshots", bytes(32)), wrong)
    assert {code for code, _, _ in chain.problems()} == {"snapshot_damaged"}
    assert len(chain.problems()) == 2
    assert [s.digest for s in chain.load().items] == [good]


def test_a_snapshot_of_another_vault_is_set_aside() -> None:
    chain = Chain()
    chain.add("a", NOW)
    other = VaultKeys(bytes(32), bytes(16))
    me = identity(other, bytes(48), "a")
    data = seal_snapshot(other, bytes(32), Snapshot(me.device, 1, bytes(20), 1, 1, "", ""), me.signing)
    chain.store.put(object_name("snapshots", sha256(data)), data)
    assert [code for code, _, _ in chain.problems()] == ["snapshot_damaged"]


def test_ten_years_of_snapshots_are_in_order() -> None:
    chain = Chain()
    for day in range(600):
        chain.add("ab"[day % 2], NOW + day * 24 * HOUR)
    items = chain.load().items
    assert all(a.snapshot.time < b.snapshot.time for a, b in pairwise(items))
    assert chain.problems() == []
