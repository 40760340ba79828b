"""Repair puts back what something still tells, only adds, and may end anywhere."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import Failed
from cyberlib_client.core.events import ignore
from cyberlib_client.core.format_v1.retired import PURGE, Retirement
from cyberlib_client.core.ids import digest_of
from cyberlib_client.core.ports import Buffer, CancelToken
from cyberlib_client.repository.retirements import put_retirement
from cyberlib_client.services.repair import Mender, Repair
from cyberlib_client.services.verify import VerifyResult
from cyberlib_client.transports.memory import MemoryStore
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, make_identity, restored_path

pytestmark = pytest.mark.faults


class Killed(BaseException):
    """The process is gone."""


class Faulty(MemoryStore):
    """Ends the process before its n-th change, or is full from there on; `before` is called at each."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None
        self.full = False
        self.changes = 0
        self.before: Callable[[], None] = lambda: None

    def _change(self) -> None:
        self.before()
        self.changes += 1
        if self.left is not None:
            if not self.left:
                raise Failed("store_full", at="memory") if self.full else Killed
            self.left -= 1

    def put(self, name: str, *parts: Buffer) -> None:
        self._change()
        super().put(name, *parts)

    def replace(self, name: str, *parts: Buffer) -> None:
        self._change()
        super().replace(name, *parts)

    def delete(self, name: str) -> None:
        if not self.full:
            self._change()
        super().delete(name)


class Damaged(NamedTuple):
    """A vault in which much is wrong, what it was, and the folder that was saved."""

    kit: VaultKit
    store: Faulty
    whole: dict[str, bytes]
    folder: Path


def flip(objects: dict[str, bytes], name: str, at: int) -> None:
    data = bytearray(objects[name])
    data[at] ^= 0x20
    objects[name] = bytes(data)


def names(objects: dict[str, bytes], kind: str) -> list[str]:
    return sorted(name for name in objects if name.startswith(f"{kind}/"))


@pytest.fixture
def damaged(tmp_path: Path) -> Damaged:
    """All index objects gone or damaged, header and a slot table damaged, a pack damaged, one gone."""
    store = Faulty()
    kit, folder = VaultKit(store), tmp_path / "cabinet"
    chance = random.Random(7)
    for number in range(3):
        make_tree(folder / f"d{number}", {"a": chance.randbytes(20_000), "b": chance.randbytes(3_000)})
        kit.backup(folder)
    whole = dict(store.objects)
    first, *others = names(whole, "index")
    flip(store.objects, first, 200)
    for name in others:
        del store.objects[name]
    flip(store.objects, "vault", 5)
    flip(store.objects, names(whole, "slots")[0], 30)
    packs = sorted(names(whole, "packs"), key=lambda name: len(whole[name]))
    flip(store.objects, packs[-1], 5_000)
    del store.objects[packs[-2]]
    store.changes = 0
    return Damaged(kit, store, whole, folder)


def copy_of(whole: dict[str, bytes]) -> MemoryStore:
    copy = MemoryStore()
    copy.objects = dict(whole)
    return copy


def repair(kit: VaultKit, copy: MemoryStore | None = None, *, apply: bool = True) -> Repair:
    """As `cyberlib repair --read-data --from`."""
    mender = Mender(
        kit.open(), apply=apply, random=kit.random, listener=ignore, cancel=CancelToken(), clock=kit.clock
    )
    mender.small_objects()
    mender.index()
    mender.lookups()
    if copy is not None:
        mender.copy_from(copy, kit.verify())
        if apply:
            mender.index()
    return mender.done


def check(damaged: Damaged, to: Path) -> VerifyResult:
    found = damaged.kit.verify()
    assert found.ok, (found.damaged, found.affected)
    assert damaged.kit.restore(to).failed == 0
    assert told(restored_path(to, damaged.folder)) == told(damaged.folder)
    packs = names(damaged.store.objects, "packs")
    assert all(sha256(damaged.store.objects[name]) == digest_of(name) for name in packs)
    return found


def test_a_preview_tells_what_repair_does_and_changes_nothing(damaged: Damaged, tmp_path: Path) -> None:
    before = dict(damaged.store.objects)
    preview = repair(damaged.kit, copy_of(damaged.whole), apply=False)
    assert damaged.store.objects == before
    assert set(preview.names("header") + preview.names("slots")) >= {"vault"}
    assert len(preview.names("index")) == len(names(before, "packs"))
    done = repair(damaged.kit, copy_of(damaged.whole))
    assert (done.names("header"), done.names("slots")) == (preview.names("header"), preview.names("slots"))
    assert done.names("copied") == preview.names("copied")
    check(damaged, tmp_path / "out")
    again = repair(damaged.kit, copy_of(damaged.whole))
    assert again.fixes == [], "nothing is left to do"


def test_the_index_comes_back_from_nothing(damaged: Damaged, tmp_path: Path) -> None:
    store = damaged.store
    store.objects = {n: data for n, data in damaged.whole.items() if not n.startswith(("index/", "lookups/"))}
    done = repair(damaged.kit)
    assert sorted(done.names("index")) == names(damaged.whole, "packs")
    index, report = damaged.kit.open().load_index()
    before = copy_of(damaged.whole)
    store.objects, kept = before.objects, store.objects
    known, _ = damaged.kit.open().load_index()
    store.objects = kept
    assert {pack.name for pack in index.packs} == {pack.name for pack in known.packs}
    assert len(index.data) == len(known.data) and len(index.trees) == len(known.trees)
    assert (report.damaged, done.strange) == ([], [])
    check(damaged, tmp_path / "out")


def test_killed_before_any_change_and_run_again(damaged: Damaged, tmp_path: Path) -> None:
    copy, start = copy_of(damaged.whole), dict(damaged.store.objects)
    repair(damaged.kit, copy)
    total = damaged.store.changes
    assert total >= 7
    for number in range(total):
        damaged.store.objects, damaged.store.left = dict(start), number
        with pytest.raises(Killed):
            repair(damaged.kit, copy)
        assert start.keys() <= damaged.store.objects.keys(), "what lay there, even damaged, lies there"
        damaged.store.left = None
        repair(damaged.kit, copy)
        check(damaged, tmp_path / f"out-{number}")


def test_a_full_disk_loses_nothing_and_there_is_room_later(damaged: Damaged, tmp_path: Path) -> None:
    copy, start = copy_of(damaged.whole), dict(damaged.store.objects)
    repair(damaged.kit, copy)
    damaged.store.full = True
    seen = 0
    for number in range(6):
        damaged.store.objects, damaged.store.left = dict(start), number
        with pytest.raises(Failed) as failed:
            repair(damaged.kit, copy)
        assert failed.value.code == "store_full"
        damaged.store.left = None
        kept = damaged.store.objects
        seen += len(kept) > len(start)
        assert start.keys() <= kept.keys(), "what lies there damaged is still of use"
        repair(damaged.kit, copy)
        check(damaged, tmp_path / f"out-{number}")
    assert seen, "some of it was put back before the disk was full"


def test_what_is_damaged_meanwhile_is_found_and_repaired_by_the_next(
    damaged: Damaged, tmp_path: Path
) -> None:
    copy, hit = copy_of(damaged.whole), list[str]()

    def damage() -> None:
        made = set(names(damaged.store.objects, "index")) - set(damaged.whole)
        if made and not hit:
            hit.append(made.pop())
            flip(damaged.store.objects, hit[0], 120)
            pack = names(damaged.store.objects, "packs")[0]
            flip(damaged.store.objects, pack, 300)
            hit.append(pack)

    damaged.store.before = damage
    repair(damaged.kit, copy)
    damaged.store.before = lambda: None
    assert len(hit) == 2
    repair(damaged.kit, copy)
    check(damaged, tmp_path / "out")


def test_a_copy_gives_nothing_that_is_not_what_its_name_says(damaged: Damaged) -> None:
    copy = copy_of(damaged.whole)
    for name in names(copy.objects, "packs"):
        flip(copy.objects, name, 400)
    before = {name: damaged.store.objects.get(name) for name in names(damaged.whole, "packs")}
    assert repair(damaged.kit, copy).names("copied") == []
    assert {name: damaged.store.objects.get(name) for name in before} == before
    assert not damaged.kit.verify().ok


def test_packs_of_which_nothing_tells_come_from_the_copy(damaged: Damaged, tmp_path: Path) -> None:
    """Their index objects are gone as well, here."""
    for name in names(damaged.whole, "packs")[1:]:
        damaged.store.objects.pop(name, None)
    repair(damaged.kit, copy_of(damaged.whole))
    check(damaged, tmp_path / "out")


def test_snapshots_that_are_gone_come_from_the_copy(damaged: Damaged, tmp_path: Path) -> None:
    first, *_ = (stored.digest.hex() for stored in damaged.kit.snapshots().items)
    del damaged.store.objects[f"snapshots/{first}"]
    assert f"snapshots/{first}" in repair(damaged.kit, copy_of(damaged.whole)).names("copied")
    assert len(damaged.kit.snapshots().items) == 3
    check(damaged, tmp_path / "out")


def test_two_at_once_and_a_backup_between(damaged: Damaged, tmp_path: Path) -> None:
    copy, inside = copy_of(damaged.whole), list[int]()

    def other() -> None:
        damaged.store.before = lambda: None  # what it does is not interrupted itself
        if len(inside) < 4:
            inside.append(len(inside))
            if len(inside) % 2 == 0:
                repair(damaged.kit, copy)
            else:
                make_tree(damaged.folder, {f"new{len(inside)}": bytes([len(inside)]) * 5_000})
                damaged.kit.backup(damaged.folder)
        damaged.store.before = other

    damaged.store.before = other
    repair(damaged.kit, copy)
    assert len(inside) >= 2
    damaged.store.before = lambda: None
    repair(damaged.kit, copy)
    check(damaged, tmp_path / "out")


def test_a_store_that_lets_nobody_delete_keeps_what_is_damaged(
    damaged: Damaged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Faulty, "may_delete", False)
    done = repair(damaged.kit, copy_of(damaged.whole))
    assert "vault" in done.kept and any(name.startswith("packs/") for name in done.kept)
    assert len(done.names("index")) == len(names(damaged.whole, "packs"))
    assert any(name.startswith("packs/") for name in done.names("copied")), "what is not there is put"
    # What cannot be replaced is stored in other packs, once, and nothing is lost.
    assert done.names("anew") == [name for name in done.kept if name.startswith("packs/")]
    found = damaged.kit.verify()
    assert not found.affected and {name for name, _ in found.damaged} >= set(done.names("anew"))
    again = repair(damaged.kit, copy_of(damaged.whole))
    assert (again.names("anew"), again.names("copied")) == ([], [])


def test_killed_while_content_is_stored_anew(damaged: Damaged, monkeypatch: pytest.MonkeyPatch) -> None:
    copy, start = copy_of(damaged.whole), dict(damaged.store.objects)
    monkeypatch.setattr(Faulty, "may_delete", False)
    assert repair(damaged.kit, copy, apply=False).names("anew"), "a preview tells of it"
    assert damaged.store.objects == start
    repair(damaged.kit, copy)
    for number in range(damaged.store.changes):
        damaged.store.objects, damaged.store.left = dict(start), number
        with pytest.raises(Killed):
            repair(damaged.kit, copy)
        damaged.store.left = None
        repair(damaged.kit, copy)
        assert not damaged.kit.verify().affected


def test_what_goes_on_purpose_is_not_brought_back(damaged: Damaged) -> None:
    """Neither from a copy, which has it yet, nor into an index; though other packs are missed and sought."""
    store, kit = damaged.store, damaged.kit
    store.objects = dict(damaged.whole)
    gone, missed, *_ = names(damaged.whole, "packs")
    vault = kit.open()
    device = make_identity(vault)
    said = Retirement(device.device, PURGE, 1, objects={"packs": digest_of(gone)})
    put_retirement(store, vault.keys, kit.random, said, device.signing)
    for name in (gone, missed, *names(damaged.whole, "index")):
        del store.objects[name]
    done = repair(kit, copy_of(damaged.whole))
    assert missed in done.names("copied") and gone not in done.names("copied")
    assert gone not in store.objects
    store.objects[gone] = damaged.whole[gone]  # its deletion has not come that far yet
    for name in names(store.objects, "index"):
        del store.objects[name]
    assert gone not in repair(kit).names("index")


def test_a_copy_that_holds_more_gives_nothing_that_is_not_missed(damaged: Damaged) -> None:
    damaged.store.objects = dict(damaged.whole)
    extra = b"not of this vault"
    copy = copy_of(damaged.whole)
    copy.objects[f"packs/{sha256(extra).hex()}"] = extra
    before = dict(damaged.store.objects)
    repair(damaged.kit, copy)
    assert damaged.store.objects == before
