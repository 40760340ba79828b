"""A second copy is a vault at any moment, gets what it lacks and nothing damaged; slots and purges follow."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import CyberlibError, Failed, Stopped, Unreachable, UsageError
from cyberlib_client.core.events import Event, Incident, ignore
from cyberlib_client.core.format_v1.retired import PURGE, RETIRE, Retirement, by_kind
from cyberlib_client.core.ids import object_name
from cyberlib_client.core.ports import OBJECT_KINDS, PARITY, Buffer, CancelToken, Store, StoredObject
from cyberlib_client.repository.retirements import put_retirement
from cyberlib_client.repository.slot_tables import Tables
from cyberlib_client.repository.vault import NewSlot
from cyberlib_client.services.copied_purges import delete_from, purged_from
from cyberlib_client.services.copy_check import CopyChecked, check_copy
from cyberlib_client.services.copying import Copied, begin_copy, copy_objects, sizes
from cyberlib_client.services.device import identity
from cyberlib_client.services.stripes import Striped, bring_up_to_date, read_stripes
from cyberlib_client.transports.folder import FolderStore
from cyberlib_client.transports.memory import MemoryStore
from tests.support.trees import make_tree
from tests.support.vaults import DAY, VaultKit, open_with_key, reopened

pytestmark = pytest.mark.portable

FILES = 30


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    source = random.Random(5)
    return make_tree(
        tmp_path / "Cabinet", {f"{n}.bin": source.randbytes(2000 + 700 * n) for n in range(FILES)}
    )


@pytest.fixture
def kit(practice: Path) -> VaultKit:
    kit = VaultKit()
    kit.backup(practice)
    return kit


def copied(
    kit: VaultKit, target: Store, cancel: CancelToken | None = None, events: list[Event] | None = None
) -> Copied:
    vault = kit.open()
    begin_copy(vault, target)
    tell = events.append if events is not None else ignore
    done = copy_objects(vault.store, target, listener=tell, cancel=cancel or CancelToken())
    purged = purged_from(vault.store, target, vault.keys, vault.retirements(), kit.clock())
    if next(target.list(PARITY), None) is not None:
        striped(target, purged)
    delete_from(target, purged, CancelToken())
    return done


def striped(target: Store, purged: set[str] = frozenset()) -> Striped:  # type: ignore[assignment]
    there = {**sizes(target, OBJECT_KINDS), "vault": target.size("vault") or 0}
    return bring_up_to_date(target, there, lambda name: name in purged, ignore, CancelToken())


def checked(target: Store, vault: Store | None = None, *, repair: bool = False) -> CopyChecked:
    return check_copy(target, vault, repair=repair, listener=ignore, cancel=CancelToken())


def same(one: dict[str, bytes], other: dict[str, bytes]) -> bool:
    """Told apart by names: some objects are large."""
    assert one.keys() == other.keys()
    differ = [name for name, data in one.items() if data != other[name]]
    assert differ == []
    return True


def data_of(store: MemoryStore) -> dict[str, bytes]:
    return {name: data for name, data in store.objects.items() if not name.startswith("parity/")}


def names(store: Store) -> dict[str, int]:
    return sizes(store, OBJECT_KINDS)


def on_its_own(target: Store) -> VaultKit:
    alone = VaultKit()
    alone.store = target
    return alone


def is_whole(target: Store, practice: Path, to: Path) -> None:
    """The copy alone, opened by who knows nothing else, gives all back."""
    alone = on_its_own(target)
    result = alone.restore(to)
    assert result.files == FILES
    assert not result.failed
    assert alone.verify().ok


def test_a_copy_has_the_same_bytes_and_restores_alone(kit: VaultKit, practice: Path, tmp_path: Path) -> None:
    target = MemoryStore()
    done = copied(kit, target)
    assert same(target.objects, kit.store.objects)
    assert done.objects == sum(not name.startswith("slots/") for name in names(target))
    is_whole(target, practice, tmp_path / "out")
    again = copied(kit, target)
    assert (again.objects, again.bytes, again.present) == (0, 0, done.objects)


class StopsAfter(MemoryStore):
    """Takes so many objects and then fails as a disk does that is gone."""

    def __init__(self, puts: int) -> None:
        super().__init__()
        self.left = puts

    def put(self, name: str, *parts: Buffer) -> None:
        if name in self.objects:
            return
        if self.left == 0:
            raise Unreachable(
                "store_unusable", at=self.location, reason="Transport endpoint is not connected"
            )
        self.left -= 1
        super().put(name, *parts)


def test_wherever_it_ends_the_copy_is_a_vault_and_the_next_goes_on(
    kit: VaultKit, practice: Path, tmp_path: Path
) -> None:
    target = StopsAfter(0)
    for number in range(1000):
        target.left = 1
        try:
            copied(kit, target)
        except CyberlibError as error:
            assert error.code == "copy_gone"
        else:
            break
        if target.objects.keys() - {name for name in target.objects if name.startswith("slots/")}:
            vault = reopened(target)
            whole = sum(1 for _ in target.list("snapshots"))
            assert len(kit.snapshots().items) >= whole
            if whole:  # the last of all
                is_whole(target, practice, tmp_path / f"out{number}")
            else:
                assert vault.load_index(check_packs=True)[0].packs or not list(target.list("packs"))
    assert same(target.objects, kit.store.objects)
    assert number > 3


def test_it_stops_when_asked(kit: VaultKit) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Stopped):
        copied(kit, MemoryStore(), cancel)


def test_a_damaged_object_is_named_and_left_and_the_copys_own_is_kept(kit: VaultKit, practice: Path) -> None:
    target = MemoryStore()
    copied(kit, target)
    (practice / "new.bin").write_bytes(random.Random(9).randbytes(90_000))
    kit.backup(practice)
    old = next(name for name in target.objects if name.startswith("packs/"))
    new = next(name for name in kit.store.objects.keys() - target.objects if name.startswith("packs/"))
    kept = target.objects[old]
    for name in (old, new):
        kit.store.objects[name] = b"x" + kit.store.objects[name][1:]
    events: list[Event] = []
    done = copied(kit, target, events=events)
    assert done.damaged == [new]
    assert [(e.code, e.path) for e in events if isinstance(e, Incident)] == [("copy_source_damaged", new)]
    assert new not in target.objects
    assert target.objects[old] == kept


def test_what_a_disk_cut_short_is_put_anew(kit: VaultKit) -> None:
    target = MemoryStore()
    copied(kit, target)
    pack = next(name for name in target.objects if name.startswith("packs/"))
    target.objects[pack] = target.objects[pack][:100]
    assert copied(kit, target).replaced == [pack]
    assert same(target.objects, kit.store.objects)


def test_another_vault_is_refused_and_not_touched(kit: VaultKit) -> None:
    other = VaultKit(seed=7).store
    before = dict(other.objects)
    with pytest.raises(UsageError, match="copy_other_vault"):
        copied(kit, other)
    assert same(other.objects, before)


class Refuses(MemoryStore):
    """A store that fails with what it is given."""

    def __init__(self, error: CyberlibError) -> None:
        super().__init__()
        self.error: CyberlibError | None = None
        self.later = error

    def put(self, name: str, *parts: Buffer) -> None:
        if name.startswith("packs/"):
            raise self.later
        super().put(name, *parts)


@pytest.mark.parametrize(("code", "told"), [("store_full", "copy_full"), ("store_denied", "copy_denied")])
def test_the_copys_troubles_are_told_as_its_own(kit: VaultKit, code: str, told: str) -> None:
    with pytest.raises(Failed, match=told):
        copied(kit, Refuses(Failed(code, at="memory")))


class Swollen(MemoryStore):
    """Tells of an object of many gigabytes that somebody put among the others."""

    NAME = "packs/" + "5" * 64

    def list(self, kind: str) -> Iterator[StoredObject]:
        yield from super().list(kind)
        if kind == "packs":
            yield StoredObject(self.NAME, 100 << 30)

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        assert name != self.NAME, "it would fill the memory"
        return super().get(name, offset, length)


def test_what_is_too_large_for_an_object_is_not_read(kit: VaultKit) -> None:
    swollen = Swollen()
    swollen.objects = kit.store.objects
    events: list[Event] = []
    done = copy_objects(swollen, MemoryStore(), listener=events.append, cancel=CancelToken())
    assert done.damaged == [Swollen.NAME]
    assert [(fault.name, fault.by) for fault in checked(swollen).faults] == [(Swollen.NAME, "none")]


# ---- slots ---------------------------------------------------------------------------------------------


def secrets_of(store: Store) -> set[str]:
    return {slot.name for table, _ in Tables(store) for slot in table.slots}


def test_slots_follow_and_what_was_removed_opens_the_copy_no_more(kit: VaultKit) -> None:
    target = MemoryStore()
    key = bytes(range(1, 33))
    kit.open().add_slot(NewSlot("device", "poste", secret=key), kit.clock, kit.random)
    copied(kit, target)
    assert open_with_key(target, "device", key).id == kit.open().id
    kit.open().remove_slot("poste")
    copied(kit, target)
    assert {name for name in target.objects if name.startswith("slots/")} == {
        name for name in kit.store.objects if name.startswith("slots/")
    }
    with pytest.raises(CyberlibError, match="wrong_secret"):
        open_with_key(target, "device", key)


def test_a_copy_whose_slots_were_changed_by_itself_follows_all_the_same(kit: VaultKit) -> None:
    target, key = MemoryStore(), bytes(range(1, 33))
    kit.open().add_slot(NewSlot("device", "poste", secret=key), kit.clock, kit.random)
    copied(kit, target)
    alone = reopened(target)
    for place in range(3):
        alone.add_slot(NewSlot("device", f"autre-{place}", secret=bytes([place]) * 32), kit.clock, kit.random)
    kit.open().remove_slot("poste")
    copied(kit, target)
    assert {slot.name for slot in reopened(target).table.slots} == {"kit"}
    for secret in (key, bytes(32)):
        with pytest.raises(CyberlibError, match="wrong_secret"):
            open_with_key(target, "device", secret)
    stored = dict(target.objects)
    copied(kit, target)
    assert same(target.objects, stored)


# ---- purges --------------------------------------------------------------------------------------------


def test_what_was_purged_leaves_the_copy_and_its_parity(
    kit: VaultKit, practice: Path, tmp_path: Path
) -> None:
    (practice / "gone.bin").write_bytes(random.Random(3).randbytes(300_000))
    kit.backup(practice)
    target = MemoryStore()
    copied(kit, target)
    striped(target)
    (practice / "gone.bin").unlink()
    kit.backup(practice)
    going = kit.snapshots().items[1]
    kit.sweep(going)
    before = set(kit.store.objects)
    kit.clock.advance(60 * 24 * 3600 * 10**9)
    kit.sweep()
    purged = before - kit.store.objects.keys()
    assert purged & target.objects.keys()
    copied(kit, target)
    assert not purged & target.objects.keys()
    assert {n for n in target.objects if not n.startswith("parity/")} == kit.store.objects.keys()
    assert not purged & read_stripes(target, CancelToken()).members
    assert checked(target).faults == []
    is_whole(target, practice, tmp_path / "out")


class Dated(MemoryStore):
    """Knows when each object came, by its own clock."""

    def __init__(self, kit: VaultKit) -> None:
        super().__init__()
        self._kit = kit
        self.came: dict[str, int] = {}

    def put(self, name: str, *parts: Buffer) -> None:
        self.came.setdefault(name, self._kit.clock())
        super().put(name, *parts)

    def arrived(self, name: str) -> int | None:
        return self.came.get(name)


def test_a_stolen_key_empties_no_copy_at_once(kit: VaultKit, practice: Path) -> None:
    """Whoever has the keys says that all was let go long ago and deleted, and deletes it. A disk that is
    plugged in afterwards keeps it for thirty days. Then it goes, though the vault forgot what was said."""
    target = Dated(kit)
    kit.backup(practice)
    copied(kit, target)
    before = set(target.objects)
    vault, who = kit.open(), identity(kit.open().keys, bytes(48), "poste")
    names = [n for n in before if n.startswith(("packs/", "index/", "snapshots/"))]
    for action in (RETIRE, PURGE):
        said = Retirement(who.device, action, kit.clock() - 90 * DAY, "", "erasure", by_kind(names))
        put_retirement(vault.store, vault.keys, kit.random, said, who.signing)
    for name in names:
        kit.store.delete(name)
    for _ in range(2):
        copied(kit, target)
        assert target.objects.keys() >= before
        kit.clock.advance(29 * DAY)
    assert len(on_its_own(target).snapshots().retired) == 2
    for name in [name for name in kit.store.objects if name.startswith("retired/")]:
        kit.store.delete(name)
    kit.clock.advance(2 * DAY)
    copied(kit, target)
    assert not target.objects.keys() & set(names)


def test_what_the_vault_lost_is_not_taken_for_purged(kit: VaultKit, practice: Path) -> None:
    """Nor is what was retired, nor anything while deleting is frozen."""
    target = MemoryStore()
    copied(kit, target)
    (practice / "0.bin").write_bytes(b"another day")
    kit.backup(practice)
    kit.sweep(kit.snapshots().items[0])
    copied(kit, target)
    before = set(target.objects)
    for name in [name for name in kit.store.objects if name.startswith(("packs/", "index/"))]:
        kit.store.delete(name)
    copied(kit, target)
    assert target.objects.keys() >= before
    assert checked(target).faults == []


# ---- parity --------------------------------------------------------------------------------------------


@pytest.fixture
def protected(kit: VaultKit) -> MemoryStore:
    """A copy with many packs of like size, and parity."""
    target = MemoryStore()
    copied(kit, target)
    source = random.Random(11)
    for _ in range(20):
        data = source.randbytes(70_000 + source.randrange(50_000))
        target.put(object_name("packs", sha256(data)), data)
    done = striped(target)
    assert done.stripes >= 3
    assert not done.damaged
    return target


def damage(store: MemoryStore, name: str, how: str) -> None:
    data = store.objects[name]
    if how == "gone":
        del store.objects[name]
    elif how == "cut":
        store.objects[name] = data[: len(data) // 3]
    elif how == "longer":
        store.objects[name] = data + b"more"
    else:
        store.objects[name] = data[:7] + bytes([data[7] ^ 4]) + data[8:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("how", ["gone", "cut", "longer", "flipped"])
def test_any_two_of_a_stripe_come_back(protected: MemoryStore, how: str) -> None:
    before = data_of(protected)
    for first in range(18):
        stripe = max(read_stripes(protected, CancelToken()).found.values(), key=lambda s: len(s.members))
        shards = [*stripe.members, *stripe.files.values()]
        assert len(shards) == 18
        lost = (shards[first], shards[(first + 5) % 18])
        for name in lost:
            damage(protected, name, how)
        told = checked(protected)
        assert {fault.name for fault in told.faults if fault.by == "parity"} == {
            name for name in lost if not (how == "gone" and name.startswith("parity/"))
        }
        assert not any(fault.mended for fault in told.faults)
        checked(protected, repair=True)
        striped(protected)
        assert same(data_of(protected), before)
        assert (checked(protected).faults, checked(protected).uncovered) == ([], 0)


def test_more_than_two_damaged_objects_come_back_where_they_are_not_damaged_in_the_same_rows(
    protected: MemoryStore,
) -> None:
    before = dict(protected.objects)
    stripe = max(read_stripes(protected, CancelToken()).found.values(), key=lambda s: len(s.members))
    for place, name in enumerate(sorted(stripe.members)[:4]):
        data = bytearray(protected.objects[name])
        data[place // 2 * 65_536] ^= 1
        protected.objects[name] = bytes(data)
    assert [f.by for f in checked(protected, repair=True).faults] == ["parity"] * 4
    assert same(protected.objects, before)


def test_three_lost_of_a_stripe_are_told_and_nothing_is_made_worse(protected: MemoryStore) -> None:
    stripe = max(read_stripes(protected, CancelToken()).found.values(), key=lambda s: len(s.members))
    lost = sorted(stripe.members)[:3]
    whole = {name: protected.objects[name] for name in lost}
    for name in lost:
        damage(protected, name, "flipped")
    left = dict(protected.objects)
    told = checked(protected, repair=True)
    assert [(f.name, f.by, f.mended) for f in told.faults] == [(name, "none", False) for name in lost]
    assert same(protected.objects, left)
    vault = MemoryStore()
    vault.objects = whole
    assert [f.by for f in checked(protected, vault, repair=True).faults] == ["vault"] * 3
    assert checked(protected).faults == []


def test_stripes_are_filled_up_as_objects_come_and_cover_all(kit: VaultKit, practice: Path) -> None:
    target, held = MemoryStore(), 0
    for number in range(12):
        (practice / "day.bin").write_bytes(random.Random(100 + number).randbytes(70_000))
        kit.backup(practice)
        copied(kit, target)
        striped(target)
        stripes = read_stripes(target, CancelToken())
        assert stripes.members == {name for name in target.objects if not name.startswith("parity/")}
        held = sum(len(data) for name, data in target.objects.items() if not name.startswith("parity/"))
        short = [s for s in stripes.found.values() if len(s.members) < 16]
        classes = [max(s.members.values()).bit_length() for s in short]
        assert len(classes) == len(set(classes))
    parity = sum(len(data) for name, data in target.objects.items() if name.startswith("parity/"))
    assert parity < held


class Dies(Exception):
    """The machine went off."""


class DiesAt(MemoryStore):
    """A store whose machine goes off before one of its changes."""

    def __init__(self) -> None:
        super().__init__()
        self.left = -1

    def _live(self) -> None:
        if self.left == 0:
            raise Dies
        self.left -= 1

    def put(self, name: str, *parts: Buffer) -> None:
        self._live()
        super().put(name, *parts)

    def replace(self, name: str, *parts: Buffer) -> None:
        self._live()
        super().replace(name, *parts)

    def delete(self, name: str) -> None:
        self._live()
        super().delete(name)


def test_parity_that_is_interrupted_covers_all_that_was_covered(kit: VaultKit, practice: Path) -> None:
    target = DiesAt()
    copied(kit, target)
    striped(target)
    covered = read_stripes(target, CancelToken()).members
    (practice / "day.bin").write_bytes(random.Random(1).randbytes(70_000))
    kit.backup(practice)
    copied_only = dict(target.objects)
    for changes in range(1000):
        target.objects = dict(copied_only)
        target.left = -1
        vault = kit.open()
        begin_copy(vault, target)
        copy_objects(vault.store, target, listener=ignore, cancel=CancelToken())
        target.left = changes
        try:
            striped(target)
        except Dies:
            target.left = -1
            stripes = read_stripes(target, CancelToken())
            safe = {n for s in stripes.found.values() if len(s.files) == 2 for n in s.members}
            assert safe >= covered
            striped(target)
        assert checked(target).faults == []
        assert not checked(target).uncovered
        if target.left >= 0:
            break
    assert changes > 4


# ---- a folder ------------------------------------------------------------------------------------------


def test_a_folder_whose_volume_is_another_is_gone(kit: VaultKit, tmp_path: Path) -> None:
    target = FolderStore.make(str(tmp_path / "copy"))
    target.stay()
    copied(kit, target)
    target._volume = 1  # as if the disk had been pulled out, and its mount point were left
    with pytest.raises(Unreachable, match="copy_gone"):
        copied(kit, target)
    (tmp_path / "copy" / "vault").unlink()
    before = sorted(path for path in (tmp_path / "copy").rglob("*"))
    with pytest.raises(Unreachable, match="copy_gone"):
        copied(kit, target)
    assert sorted((tmp_path / "copy").rglob("*")) == before
