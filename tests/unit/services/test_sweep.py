"""Space is freed: what goes, what stays, what comes back, and what happens at the worst moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.errors import CyberlibError, Failed, IntegrityError, UsageError
from cyberlib_client.core.events import ignore
from cyberlib_client.core.format_v1.retired import FREEZE, PURGE, RETIRE, THAW, Retirement, by_kind
from cyberlib_client.core.ids import KIB, digest_of, object_name
from cyberlib_client.core.ports import Buffer, CancelToken
from cyberlib_client.repository.retirements import BY_USER, Retirements, put_retirement
from cyberlib_client.repository.snapshots import Stored
from cyberlib_client.services.quarantine import Quarantine
from cyberlib_client.services.revive import undelete
from cyberlib_client.services.sweep import Freed, Sweep, sweep
from cyberlib_client.services.waste import Limits
from cyberlib_client.transports.memory import MemoryStore
from tests.support.light import Files, Station, read_files
from tests.support.vaults import DAY, FixedClock, VaultKit, make_vault

ONE, TWO, THREE = {"a": b"one" * 500}, {"a": b"two" * 500}, {"a": b"one" * 500, "b": b"three" * 200}


class Hooked(MemoryStore):
    """Calls `at_put`, `at_delete` with the name of each object before it is put or deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.at_put: Callable[[str], None] = lambda _name: None
        self.at_delete: Callable[[str], None] = lambda _name: None
        self.arrived = lambda _name: None  # type: ignore[method-assign]

    def put(self, name: str, *parts: Buffer) -> None:
        self.at_put(name)
        super().put(name, *parts)

    def delete(self, name: str) -> None:
        self.at_delete(name)
        super().delete(name)


class Place:
    """A vault with two workstations, A and B."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.store = Hooked()
        opened = make_vault(self.store, clock=self.clock)
        self.a, self.b = (Station(opened, self.store, name, self.clock, n) for n, name in enumerate("AB"))

    def backup(self, station: Station, files: Files) -> Stored:
        return finish(station.backup(files))

    def sweep(self, station: Station, *going: Stored, **asked: Any) -> Freed:
        vault = station.vault()
        return sweep(
            vault,
            station.identity,
            station.snapshots(vault),
            Sweep(going, **asked),
            clock=self.clock,
            random=station.random,
            listener=ignore,
            cancel=CancelToken(),
        )

    def files_of(self, stored: Stored) -> dict[str, bytes]:
        self.a.died()
        return read_files(self.a.vault(), stored)

    def packs(self) -> set[str]:
        return {item.name for item in self.store.list("packs")}

    def say(self, action: str, names: Sequence[str], undoes: bytes = b"") -> bytes:
        vault = self.b.vault()
        said = Retirement(self.b.identity.device, action, self.clock(), "", "test", by_kind(names), undoes)
        return put_retirement(self.store, vault.keys, self.b.random, said, self.b.identity.signing)[0]

    def undelete(self, stored: Stored) -> None:
        undelete(self.b.vault(), self.b.identity, self.b.random, self.clock, stored.digest)


def finish(run: Iterator[Stored | None]) -> Stored:
    for made in run:
        if made is not None:
            return made
    raise AssertionError("a run without a snapshot")


@pytest.fixture
def place() -> Place:
    return Place()


# ---- the usual way ------------------------------------------------------------------------------------


def test_what_only_they_need_goes_with_snapshots_after_thirty_days(place: Place) -> None:
    first = place.backup(place.a, ONE)
    before = place.packs()
    last = place.backup(place.a, TWO)
    freed = place.sweep(place.a, first)
    assert freed.retired_packs == len(before) == 1
    assert place.packs() >= before, "a pack is deleted before its quarantine is over"
    place.clock.advance(29 * DAY)
    assert place.sweep(place.a).purged == 0
    place.clock.advance(2 * DAY)
    assert place.sweep(place.a).purged > 0
    assert not place.packs() & before
    assert place.files_of(last) == TWO
    listed = place.a.snapshots(place.a.vault())
    assert [s.digest for s in listed.items] == [last.digest]
    assert not listed.problems, "a snapshot that was let go is missed"
    assert not listed.retired


@pytest.mark.parametrize(("promised", "days"), [(0, 30), (7, 30), (90, 90), (-5, 30), (10**6, 366)])
def test_the_longer_of_two_quarantines_counts(place: Place, promised: int, days: int) -> None:
    device, time = place.a.identity.device, place.clock()
    record = Retirement(device, RETIRE, time, objects={"packs": bytes(32)}, quarantine=promised)
    told = Quarantine(place.store, Retirements({bytes(32): record}), time + days * DAY)
    assert told.until("packs", bytes(32), 30 * DAY) == time + days * DAY
    assert told.due("packs", 30 * DAY) == [bytes(32)]
    early = Quarantine(place.store, Retirements({bytes(32): record}), time + days * DAY - 1)
    assert not early.due("packs", 30 * DAY)


def test_what_somebody_promised_to_keep_stays_whatever_others_chose(place: Place) -> None:
    first = place.backup(place.a, ONE)
    before = place.packs()
    place.backup(place.a, TWO)
    place.sweep(place.a, first, quarantine=60 * DAY)
    place.clock.advance(31 * DAY)
    assert place.sweep(place.b, quarantine=7 * DAY).purged == 0
    assert place.packs() >= before, "another machine's quarantine ended this one"
    place.clock.advance(30 * DAY)
    assert place.sweep(place.b, quarantine=7 * DAY).purged > 0
    assert not place.packs() & before


@pytest.mark.parametrize("days", [-400, 4000])
def test_a_wrong_date_neither_ends_nor_prolongs_a_quarantine(place: Place, days: int) -> None:
    """Where the store knows when what it says came."""
    gone, _, came = place.backup(place.a, ONE), place.backup(place.a, TWO), place.clock()
    place.clock.advance(days * DAY)
    place.sweep(place.b, gone)
    place.clock.now = came
    place.store.arrived = lambda _name: came  # type: ignore[method-assign]
    for late, left in ((0, 1), (29, 1), (31, 0)):
        place.clock.now = came + late * DAY
        place.sweep(place.a)
        assert len(place.a.snapshots(place.a.vault()).retired) == left, late


def test_the_quarantine_of_what_a_clock_without_a_date_let_go_begins_when_that_is_seen(place: Place) -> None:
    gone, last = place.backup(place.a, ONE), place.backup(place.a, TWO)
    now, place.clock.now = place.clock.now, 5000
    place.sweep(place.b, gone, reason="user")
    for late, left in ((0, 1), (29, 1), (31, 0)):
        place.clock.now = now + late * DAY
        assert place.sweep(place.a, dry=True).purged == 0 or not left
        place.sweep(place.a)
        listed = place.a.snapshots(place.a.vault())
        assert len(listed.retired) == left, late
        for each in listed.retired:
            assert place.a.vault().retirements().reasons("snapshots", each.digest) == ["user"]
    assert place.files_of(last) == TWO


def test_lies_about_a_deletion_keep_nothing_from_coming_back(place: Place) -> None:
    """Whoever has the keys says that all is going, along with what never was."""
    first, last = place.backup(place.a, ONE), place.backup(place.a, TWO)
    kinds = ("snapshots", "packs", "index")
    names = [name for kind in kinds for name, _ in place.store.list(kind)]
    for action in (RETIRE, PURGE):
        place.say(action, [*names, object_name("packs", bytes(32)), object_name("index", bytes(32))])
    with pytest.raises(Failed, match="deletion_announced"):
        place.undelete(first)
    assert not place.a.snapshots(place.a.vault()).items
    place.clock.advance(DAY + 1)
    undelete(place.b.vault(), place.b.identity, place.b.random, place.clock, first.digest, last.digest)
    place.clock.advance(40 * DAY)
    assert place.sweep(place.a).purged == 0
    assert {name for kind in kinds for name, _ in place.store.list(kind)} >= set(names)
    assert (place.files_of(first), place.files_of(last)) == (ONE, TWO)
    assert [s.digest for s in place.a.snapshots(place.a.vault()).items] == [first.digest, last.digest]
    packs = place.packs()
    place.backup(place.b, {**TWO, "more": b"more"})
    assert len(place.packs()) == len(packs) + 1, "what was spared is not relied upon"


def test_what_was_announced_and_not_let_go_is_there_again_after_a_day(place: Place) -> None:
    """Who announced it was killed before it said that it spares what came back."""
    first = place.backup(place.a, ONE)
    place.say(PURGE, [object_name("snapshots", first.digest), *place.packs()])
    for hours, there in ((0, 0), (23, 0), (2, 1)):
        place.clock.advance(hours * DAY // 24)
        place.sweep(place.b)
        assert len(place.a.snapshots(place.a.vault()).items) == there
    assert place.files_of(first) == ONE


def test_that_somebody_brought_a_snapshot_back_is_not_forgotten(place: Place) -> None:
    """When many records of what is gone make room for one."""
    stored, vault = place.backup(place.a, ONE), place.b.vault()
    name = object_name("snapshots", stored.digest)
    back = Retirement(place.b.identity.device, "revive", place.clock(), "", BY_USER, by_kind([name]))
    digest, _ = put_retirement(place.store, vault.keys, place.b.random, back, place.b.identity.signing)
    for n in range(20):
        place.say(RETIRE, [object_name("packs", bytes([n]) * 32)])
    for _ in range(3):
        place.clock.advance(61 * DAY)
        place.sweep(place.a)
    assert len(list(place.store.list("retired"))) < 20, "nothing made room"
    assert place.a.vault().retirements().wanted_back() == {stored.digest}
    assert digest in place.a.vault().retirements().records


def test_a_look_changes_nothing(place: Place) -> None:
    first = place.backup(place.a, ONE)
    place.backup(place.a, TWO)
    before = dict(place.store.objects)
    freed = place.sweep(place.a, first, dry=True)
    assert freed.retired_packs == 1
    assert place.store.objects == before


def test_a_snapshot_in_quarantine_comes_back_with_its_content(place: Place) -> None:
    first = place.backup(place.a, ONE)
    second = place.backup(place.a, TWO)
    place.backup(place.a, {"c": b"c"})
    place.sweep(place.a, first, second)
    place.clock.advance(29 * DAY)
    place.undelete(first)
    place.clock.advance(40 * DAY)
    place.sweep(place.b)
    vault = place.a.vault()
    assert first.digest in {s.digest for s in place.a.snapshots(vault).items}
    assert place.files_of(first) == ONE
    assert object_name("snapshots", second.digest) not in place.store.objects, "it was not asked for"


def test_after_its_quarantine_nothing_comes_back(place: Place) -> None:
    first = place.backup(place.a, ONE)
    last = place.backup(place.a, TWO)
    with pytest.raises(UsageError, match="not_retired"):
        place.undelete(last)
    place.sweep(place.a, first)
    place.clock.advance(31 * DAY)
    kept = dict(place.store.objects)
    place.sweep(place.a)
    with pytest.raises(Failed, match="quarantine_over"):
        place.undelete(first)
    place.clock.advance(2 * DAY)
    with pytest.raises(Failed, match="quarantine_over"):
        place.undelete(first)
    name = object_name("snapshots", first.digest)
    place.store.put(name, kept[name])  # a copy put back by hand
    with pytest.raises(Failed, match="quarantine_over"):
        place.undelete(first)


def test_what_comes_back_while_somebody_is_about_to_delete_keeps_all_it_needs(place: Place) -> None:
    """Also what was let go at another time, with another snapshot, and whose quarantine is over."""
    shared = {"shared": b"x" * 50_000}
    other = place.backup(place.a, shared)
    first = place.backup(place.a, shared | ONE)
    place.backup(place.a, TWO)
    place.sweep(place.a, first)
    place.clock.advance(10 * DAY)
    place.sweep(place.a, other)
    place.clock.advance(31 * DAY)
    done: list[str] = []

    def at_put(name: str) -> None:
        if name.startswith("retired/") and not done:  # the announcement
            done.append(name)
            place.undelete(first)

    place.store.at_put = at_put
    assert place.sweep(place.a).purged_snapshots == 1
    assert done
    assert first.digest in {s.digest for s in place.a.snapshots(place.a.vault()).items}
    assert place.files_of(first) == shared | ONE


@pytest.mark.parametrize("going", [0, 1])
def test_what_comes_back_does_not_wait_for_what_it_can_do_without(place: Place, going: int) -> None:
    """Two packs in quarantine hold the same, and one of them is being deleted."""
    runs = [place.a.backup(ONE), place.b.backup(ONE)]
    for _step in range(2):
        for run in runs:
            next(run)  # each sends its pack, and knows nothing of the other's
    packs = sorted(place.packs())
    assert len(packs) == 2
    first, second = map(finish, runs)
    third = place.backup(place.a, ONE)
    place.backup(place.a, TWO)
    for stored in (first, second, third):
        place.clock.advance(DAY)
        place.sweep(place.a, stored)
    assert place.a.vault().retirements().retired("packs") == set(map(digest_of, packs))
    place.say(PURGE, [packs[going]])
    place.undelete(second)
    assert place.files_of(second) == ONE


def test_nothing_comes_back_of_which_a_part_is_gone(place: Place) -> None:
    """It was announced, by one whose clock was ahead, and never deleted; what it needs went with others."""
    shared = {"shared": b"x" * 50_000}
    other = place.backup(place.a, shared)
    first = place.backup(place.a, shared | ONE)
    place.backup(place.a, TWO)
    place.sweep(place.a, first, quarantine=90 * DAY)
    place.sweep(place.a, other)
    place.say(PURGE, [object_name("snapshots", first.digest)])
    place.clock.advance(31 * DAY)
    place.sweep(place.a)
    try:
        place.undelete(first)
    except Failed as error:
        assert error.code == "quarantine_over"
        assert first.digest not in {s.digest for s in place.a.snapshots(place.a.vault()).items}
    else:
        assert place.files_of(first) == shared | ONE


def test_packs_that_are_mostly_dead_are_written_anew(tmp_path: Path) -> None:
    kit = VaultKit()
    for name in "abcdefgh":
        (tmp_path / name).write_bytes(kit.random(40 * KIB))
    first = kit.backup(tmp_path).snapshot
    for name in "abcdefg":
        (tmp_path / name).unlink()
    kit.backup(tmp_path)
    freed = kit.sweep(first)
    assert freed.rewritten > 5 * freed.into > 0
    kit.clock.advance(31 * DAY)
    kit.sweep()
    assert sum(item.size for item in kit.store.list("packs")) < 200 * KIB
    assert kit.verify().ok
    kit.restore(tmp_path / "out")


def test_many_small_packs_and_indexes_become_few(tmp_path: Path) -> None:
    kit = VaultKit()
    for number in range(20):
        (tmp_path / str(number)).write_bytes(kit.random(2 * KIB))
        kit.backup(tmp_path)
    assert len(list(kit.store.list("packs"))) >= 20
    kit.sweep()
    kit.clock.advance(31 * DAY)
    kit.sweep()
    assert len(list(kit.store.list("packs"))) <= 2
    assert len(list(kit.store.list("index"))) <= 2
    assert kit.verify().ok
    assert len(kit.snapshots().items) == 20


# ---- at the worst moment ------------------------------------------------------------------------------


def test_a_backup_revives_what_it_relies_on_and_somebody_let_go(place: Place) -> None:
    first = place.backup(place.b, ONE)
    place.backup(place.b, TWO)
    run = place.a.backup(THREE)
    next(run)  # it knows of the pack with "one"
    place.sweep(place.b, first)
    made = finish(run)
    place.clock.advance(31 * DAY)
    place.b.died()
    place.sweep(place.b)
    assert place.files_of(made) == THREE


def test_a_backup_begins_again_when_what_it_relies_on_is_being_deleted(place: Place) -> None:
    first = place.backup(place.b, ONE)
    place.backup(place.b, TWO)
    run = place.a.backup(THREE)
    next(run)
    place.sweep(place.b, first)
    place.clock.advance(31 * DAY)
    place.sweep(place.b)
    with pytest.raises(Failed, match="vault_changed"):
        finish(run)
    assert place.files_of(place.backup(place.a, THREE)) == THREE


def test_a_machine_that_slept_before_its_commit_looks_again(place: Place) -> None:
    """All was proven to be there; then a month passes, in which it went."""
    first = place.backup(place.b, ONE)
    place.backup(place.b, TWO)
    run = place.a.backup(THREE)
    for _ in range(4):
        assert next(run) is None
    place.sweep(place.b, first)
    place.clock.advance(31 * DAY)
    place.sweep(place.b)
    with pytest.raises(Failed, match="vault_changed"):
        next(run)
    assert place.files_of(place.backup(place.a, THREE)) == THREE


def test_a_machine_that_slept_in_the_middle_of_its_commit_takes_it_back(place: Place) -> None:
    """The snapshot arrives a month after all was proven to be there."""
    first = place.backup(place.b, ONE)
    last = place.backup(place.b, TWO)
    run = place.a.backup(THREE)

    def a_month_passes(name: str) -> None:
        if name.startswith("snapshots/"):
            place.store.at_put = lambda _name: None
            place.sweep(place.b, first)
            place.clock.advance(31 * DAY)
            place.sweep(place.b)
            place.clock.advance(2 * DAY)

    place.store.at_put = a_month_passes
    with pytest.raises(Failed, match="vault_changed"):
        finish(run)
    listed = place.a.snapshots(place.a.vault())
    assert [s.digest for s in listed.items] == [last.digest]
    assert len(listed.retired) == 1
    with pytest.raises(Failed, match="quarantine_over"):
        place.undelete(listed.retired[0])
    assert place.files_of(place.backup(place.a, THREE)) == THREE
    assert place.sweep(place.b).purged == 0


def test_what_is_revived_after_the_survey_is_not_deleted(place: Place) -> None:
    """The backup commits after the sweep looked, and before it announces: the announcement comes too late."""
    first = place.backup(place.b, ONE)
    place.backup(place.b, TWO)
    run = place.a.backup(THREE)
    next(run)
    place.sweep(place.b, first)
    place.clock.advance(31 * DAY)
    made: list[Stored] = []

    def meanwhile(name: str) -> None:
        if name.startswith("retired/") and not made:
            place.store.at_put = lambda _name: None
            made.append(finish(run))

    place.store.at_put = meanwhile
    place.sweep(place.b)
    assert made, "the backup never had its turn"
    assert place.files_of(made[0]) == THREE


def test_what_somebody_let_go_by_mistake_is_revived(place: Place) -> None:
    made = place.backup(place.a, ONE)
    place.say(RETIRE, sorted(place.packs()))
    place.clock.advance(31 * DAY)
    assert place.sweep(place.b).revived == 1
    assert place.files_of(made) == ONE


def test_a_running_backup_keeps_its_packs(place: Place) -> None:
    """Before its snapshot is there nothing tells that they are needed, but that they are young."""
    place.backup(place.b, ONE)
    run = place.a.backup({"x": b"new" * 300})
    next(run)
    next(run)
    before = place.packs()
    assert place.sweep(place.b).retired_packs == 0
    assert place.packs() == before
    assert place.files_of(finish(run)) == {"x": b"new" * 300}


def test_what_a_run_left_behind_goes_after_two_months(place: Place) -> None:
    kept = place.backup(place.b, ONE)
    run = place.a.backup({"x": b"new" * 300})
    next(run)
    next(run)
    run.close()  # type: ignore[attr-defined]
    place.clock.advance(70 * DAY)
    assert place.sweep(place.b).retired_packs == 1
    place.clock.advance(31 * DAY)
    place.sweep(place.b)
    assert len(place.packs()) == 1
    assert place.files_of(kept) == ONE


# ---- refusals -----------------------------------------------------------------------------------------


def test_nothing_goes_while_an_alarm_stands(place: Place) -> None:
    first = place.backup(place.a, ONE)
    place.backup(place.a, TWO)
    freeze = place.say(FREEZE, ())
    with pytest.raises(Failed, match="retention_frozen"):
        place.sweep(place.a, first)
    place.say(THAW, (), undoes=freeze)
    assert place.sweep(place.a, first).retired_packs == 1


def damaged_node(place: Place, stored: Stored) -> None:
    name = sorted(place.packs())[0]
    data = bytearray(place.store.objects[name])
    data[200] ^= 1
    place.store.objects[name] = bytes(data)


def damaged_snapshot(place: Place, stored: Stored) -> None:
    name = object_name("snapshots", stored.digest)
    place.store.objects[name] = place.store.objects[name][:-1] + b"?"


def damaged_record(place: Place, stored: Stored) -> None:
    place.store.objects["retired/" + "0" * 64] = b"nonsense"


def lost_pack(place: Place, stored: Stored) -> None:
    del place.store.objects[sorted(place.packs())[0]]


@pytest.mark.parametrize("damage", [damaged_node, damaged_snapshot, damaged_record, lost_pack])
def test_nothing_goes_from_a_damaged_vault(place: Place, damage: Callable[[Place, Stored], None]) -> None:
    first = place.backup(place.a, ONE)
    other = place.backup(place.b, ONE)
    place.backup(place.a, {"c": b"c"})
    damage(place, other)
    before = dict(place.store.objects)
    place.a.died()
    with pytest.raises(IntegrityError, match="retention_needs_whole"):
        place.sweep(place.a, first)
    assert place.store.objects == before


def test_a_purge_that_was_cut_short_is_finished(place: Place) -> None:
    first = place.backup(place.a, ONE)
    last = place.backup(place.a, TWO)
    gone = place.packs()
    place.sweep(place.a, first)
    place.clock.advance(31 * DAY)
    names = [object_name("snapshots", first.digest)]
    place.say(PURGE, names)
    place.store.delete(names[0])
    place.a.died()
    place.sweep(place.a)
    assert len(place.packs()) < len(gone)
    assert place.files_of(last) == TWO


def test_packs_whose_indexes_went_before_the_purge_was_cut_short_go_too(place: Place) -> None:
    first = place.backup(place.a, ONE)
    last = place.backup(place.a, TWO)
    old = place.packs()
    place.sweep(place.a, first, limits=Limits(stale=0.01))
    place.clock.advance(31 * DAY)
    deleted: list[str] = []

    def cut(name: str) -> None:
        if name.startswith("packs/"):
            raise Failed("store_gone", at="memory")
        deleted.append(name)

    place.store.at_delete = cut
    with pytest.raises(Failed, match="store_gone"):
        place.sweep(place.a)
    assert any(name.startswith("index/") for name in deleted), "it was cut elsewhere"
    place.store.at_delete = lambda _name: None
    place.a.died()
    assert place.sweep(place.a).purged > 0
    assert len(place.packs()) < len(old)
    assert place.files_of(last) == TWO


def test_errors_of_the_store_are_told_and_lose_nothing(place: Place) -> None:
    first = place.backup(place.a, ONE)
    last = place.backup(place.a, TWO)

    def full(name: str) -> None:
        raise Failed("store_full", at="memory")

    place.store.at_put = full
    with pytest.raises(CyberlibError, match="store_full"):
        place.sweep(place.a, first, limits=Limits(many=1))
    place.store.at_put = lambda _name: None
    assert place.files_of(first) == ONE
    assert place.files_of(last) == TWO


def test_what_is_brought_back_at_the_last_moment_is_listed_again(place: Place) -> None:
    """Between the look of who deletes and the announcement: neither knows of the other at first."""
    first = place.backup(place.a, ONE)
    place.backup(place.a, TWO)
    place.sweep(place.a, first)
    place.clock.advance(31 * DAY)
    done: list[str] = []

    def meanwhile(name: str) -> None:
        if name.startswith("retired/") and not done:
            done.append(name)
            place.undelete(first)

    place.store.at_put = meanwhile
    place.sweep(place.a)
    assert done
    place.a.died()
    assert first.digest in {s.digest for s in place.a.snapshots(place.a.vault()).items}
    assert place.files_of(first) == ONE
    place.clock.advance(40 * DAY)
    place.sweep(place.a)
    assert place.files_of(first) == ONE
