"""Damage at rest: a flipped bit, a cut end, an object that is gone or not the one it claims to be.

Expected each time: a typed error or a named file, everything else byte for byte, and the next backup
heals what is still on the disk.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import IntegrityError, NeedsUnlock, UsageError
from cyberlib_client.repository.snapshots import load_snapshots
from cyberlib_client.repository.vault import NewSlot
from cyberlib_client.transports.memory import MemoryStore
from tests.support.trees import make_tree, told
from tests.support.vaults import (
    RECOVERY_KEY,
    VaultKit,
    open_with_key,
    open_with_passphrase,
    restored_path,
)

pytestmark = pytest.mark.faults


def _filled(tmp_path: Path, seed: int = 0) -> tuple[VaultKit, Path, dict[str, object]]:
    chance = random.Random(seed)
    folder = make_tree(
        tmp_path / "cabinet",
        {
            "patients.bin": chance.randbytes(150_000),
            "courriers": {f"lettre-{n}.txt": f"lettre fictive {n} ".encode() * 40 for n in range(30)},
            "scan.jpg": chance.randbytes(40_000),
            "vide.txt": b"",
        },
    )
    kit = VaultKit()
    kit.backup(folder)
    (folder / "courriers" / "lettre-3.txt").write_bytes(b"corrige")
    kit.backup(folder)
    return kit, folder, dict(told(folder))


def _names(kit: VaultKit, kind: str) -> list[str]:
    return sorted(n for n in kit.store.objects if n == kind or n.startswith(kind + "/"))


def _affected(kit: VaultKit) -> set[str]:
    """Paths that verification says cannot be restored from the newest snapshot."""
    result = kit.verify()
    latest = kit.snapshots().items[-1].digest
    return {a.path.decode() for a in result.affected if a.snapshot.digest == latest}


def _check_only_named_files_are_lost(
    kit: VaultKit, folder: Path, expected: dict[str, object], out: Path
) -> int:
    """Verification and restore agree on what is lost; the rest is exact. How many files that is."""
    affected = _affected(kit)
    kit.restore(out)
    got = told(restored_path(out, folder)) if restored_path(out, folder).exists() else {}
    lost = 0
    for path, item in expected.items():
        full = f"{folder}/{path}"
        covered = any(full == a or full.startswith(a.rstrip("/") + "/") for a in affected)
        if getattr(item, "kind", "") != "file" or covered:
            lost += covered and getattr(item, "kind", "") == "file"
            continue
        assert got.get(path) == item, path
    named = {path for code, path in kit.incidents if code == "content_damaged"}
    assert bool(named) == bool(affected)
    return lost


_FLIPS = [0, 3, 5, 9, 30, 60, 87, 88, 120, 0.2, 0.4, 0.6, 0.8, -200, -60, -29, -28, -10, -1]


@pytest.mark.parametrize("where", _FLIPS)
@pytest.mark.parametrize("nth", [0, 1])
def test_a_bit_flipped_in_a_pack(tmp_path: Path, where: float, nth: int) -> None:
    kit, folder, expected = _filled(tmp_path)
    name = _names(kit, "packs")[nth]
    data = bytearray(kit.store.objects[name])
    at = int(where * len(data)) if isinstance(where, float) else where
    data[at] ^= 0x10
    kit.store.objects[name] = bytes(data)
    result = kit.verify()
    assert not result.ok
    assert any(damaged == name for damaged, _ in result.damaged)
    _check_only_named_files_are_lost(kit, folder, expected, tmp_path / "out")
    kit.backup(folder, suspects=result.suspects)
    assert kit.restore(tmp_path / "healed").failed == 0
    assert told(restored_path(tmp_path / "healed", folder)) == expected


@pytest.mark.parametrize("kept", [0, 1, 87, 88, 1000, 0.5, -1])
def test_a_pack_cut_short(tmp_path: Path, kept: float) -> None:
    kit, folder, expected = _filled(tmp_path)
    name = _names(kit, "packs")[0]
    data = kit.store.objects[name]
    kit.store.objects[name] = data[: int(kept * len(data)) if isinstance(kept, float) else kept]
    assert (name, "resized") in kit.verify().damaged
    _check_only_named_files_are_lost(kit, folder, expected, tmp_path / "out")
    kit.backup(folder)  # the size alone tells: no verification is needed for healing
    assert kit.restore(tmp_path / "healed").failed == 0
    assert told(restored_path(tmp_path / "healed", folder)) == expected


def test_each_pack_missing(tmp_path: Path) -> None:
    for nth in range(2):
        kit, folder, expected = _filled(tmp_path / str(nth))
        name = _names(kit, "packs")[nth]
        del kit.store.objects[name]
        assert (name, "missing") in kit.verify().damaged
        _check_only_named_files_are_lost(kit, folder, expected, tmp_path / f"out-{nth}")
        kit.backup(folder)
        assert kit.restore(tmp_path / f"healed-{nth}").failed == 0
        assert told(restored_path(tmp_path / f"healed-{nth}", folder)) == expected


@pytest.mark.parametrize("change", ["missing", "flipped", "cut", "empty"])
def test_index_objects_are_not_needed(tmp_path: Path, change: str) -> None:
    kit, folder, expected = _filled(tmp_path)
    before, _ = kit.open().load_index(check_packs=True)
    for name in _names(kit, "index"):
        _spoil(kit.store, name, change)
    rebuilt, report = kit.open().load_index(check_packs=True)
    assert {p.name for p in rebuilt.packs} == {p.name for p in before.packs}
    assert len(list(rebuilt.segments())) == len(list(before.segments()))
    assert len(rebuilt.data) == len(before.data)
    assert len(rebuilt.trees) == len(before.trees)
    assert len(report.orphans) == 2
    assert kit.restore(tmp_path / "out").failed == 0
    assert told(restored_path(tmp_path / "out", folder)) == expected
    assert kit.backup(folder).statistics.new_bytes == 0


def _spoil(store: MemoryStore, name: str, change: str) -> None:
    data = store.objects[name]
    if change == "missing":
        del store.objects[name]
    elif change == "flipped":
        store.objects[name] = data[:100] + bytes([data[100] ^ 1]) + data[101:]
    else:
        store.objects[name] = data[: len(data) // 2] if change == "cut" else b""


@pytest.mark.parametrize("change", ["missing", "flipped", "cut", "empty"])
def test_a_spoilt_snapshot_costs_itself_alone(tmp_path: Path, change: str) -> None:
    kit, folder, expected = _filled(tmp_path)
    first, last = kit.snapshots().items
    _spoil(kit.store, f"snapshots/{first.id}", change)
    seen = kit.snapshots()
    assert [s.id for s in seen.items] == [last.id]
    codes = [p.code for p in seen.problems]
    assert codes == ["snapshot_gap" if change == "missing" else "snapshot_damaged"]
    assert kit.restore(tmp_path / "out").failed == 0
    assert told(restored_path(tmp_path / "out", folder)) == expected


@pytest.mark.parametrize("change", ["missing", "flipped", "cut", "empty"])
def test_the_vault_opens_without_one_of_its_two_slot_tables_or_its_header(
    tmp_path: Path, change: str
) -> None:
    for name in ("vault", "slots first", "slots second"):
        kit, folder, expected = _filled(tmp_path / name)
        spoilt = name if name == "vault" else _names(kit, "slots")[name.endswith("second")]
        _spoil(kit.store, spoilt, change)
        out = tmp_path / f"out {name}"
        assert kit.restore(out).failed == 0
        assert told(restored_path(out, folder)) == expected
        if change != "missing":
            assert spoilt in {damaged for damaged, _ in kit.verify().damaged}


def _replace(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


@pytest.mark.parametrize("field", ["version", "suite"])
def test_a_vault_of_a_newer_version(tmp_path: Path, field: str) -> None:
    kit, _, _ = _filled(tmp_path)
    old, new = f'"{field}":1'.encode(), f'"{field}":7'.encode()
    kit.store.objects["vault"] = _replace(kit.store.objects["vault"], old, new)
    assert kit.open().header.version == 1  # one damaged word: the slot tables hold the header as well
    for name in _names(kit, "slots"):
        newer = _replace(kit.store.objects.pop(name), old, new)
        kit.store.objects[f"slots/{sha256(newer).hex()}"] = newer
    with pytest.raises(UsageError) as caught:
        kit.open()
    assert caught.value.code == "newer_format"


def test_a_table_that_asks_for_less_work_is_refused_before_the_passphrase_is_used(
    tmp_path: Path,
) -> None:
    kit, _, _ = _filled(tmp_path)
    vault = kit.open()
    vault.add_slot(NewSlot("passphrase", "cabinet", passphrase="une phrase fictive"), kit.clock, kit.random)
    for name in _names(kit, "slots"):
        data = kit.store.objects.pop(name)
        weaker = _replace(data, b'"memory":65536', b'"memory":8')
        kit.store.objects[f"slots/{sha256(weaker).hex()}"] = weaker
    with pytest.raises(IntegrityError) as caught:
        open_with_passphrase(kit.store, "une phrase fictive")
    assert caught.value.code == "kdf_out_of_bounds"


def test_an_older_slot_table_is_refused_by_who_saw_the_newer(tmp_path: Path) -> None:
    kit, _, _ = _filled(tmp_path)
    old = {n: kit.store.objects[n] for n in _names(kit, "slots")}
    vault = kit.open()
    slot = vault.add_slot(NewSlot("recovery", "second", secret=b"s" * 32), kit.clock, kit.random)
    vault.remove_slot(slot.id)
    generation = vault.table.generation
    for name in _names(kit, "slots"):
        del kit.store.objects[name]
    kit.store.objects.update(old)
    with pytest.raises(IntegrityError) as caught:
        open_with_key(kit.store, "recovery", RECOVERY_KEY, least_generation=generation)
    assert caught.value.code == "slots_rolled_back"
    with pytest.raises(NeedsUnlock):
        open_with_key(kit.store, "recovery", b"s" * 32)


def test_packs_under_each_others_names(tmp_path: Path) -> None:
    kit, folder, expected = _filled(tmp_path)
    one, two = _names(kit, "packs")[:2]
    objects = kit.store.objects
    objects[one], objects[two] = objects[two], objects[one]
    damaged = {name for name, _ in kit.verify().damaged}
    assert {one, two} <= damaged
    kit.restore(tmp_path / "out")
    assert ("content_damaged" in {c for c, _ in kit.incidents}) or kit.incidents
    kit.backup(folder, suspects=kit.verify().suspects)
    assert kit.restore(tmp_path / "healed").failed == 0
    assert told(restored_path(tmp_path / "healed", folder)) == expected


def test_objects_of_another_vault(tmp_path: Path) -> None:
    kit, folder, expected = _filled(tmp_path)
    other = VaultKit(seed=99)
    other.backup(make_tree(tmp_path / "autre", {"a.txt": b"autre cabinet"}))
    for kind in ("packs", "index", "snapshots"):
        for name in _names(other, kind):
            kit.store.objects[name] = other.store.objects[name]
    damaged = {name.partition("/")[0] for name, _ in kit.verify().damaged}
    assert {"packs", "index"} <= damaged
    assert "snapshot_damaged" in {p.code for p in kit.snapshots().problems}
    assert kit.restore(tmp_path / "out").failed == 0
    assert told(restored_path(tmp_path / "out", folder)) == expected


def test_a_segment_pasted_from_another_pack(tmp_path: Path) -> None:
    kit, folder, expected = _filled(tmp_path)
    index, _ = kit.open().load_index(check_packs=True)
    places = [index.place(n) for n in index.segments()]
    first = next(p for p in places if p.pack is index.packs[0])
    other = next(p for p in places if p.pack is not first.pack)
    name, source = f"packs/{first.pack.name.hex()}", f"packs/{other.pack.name.hex()}"
    size = min(first.sealed_size, other.sealed_size)
    pasted = kit.store.objects[source][other.offset : other.offset + size]
    data = kit.store.objects[name]
    kit.store.objects[name] = data[: first.offset] + pasted + data[first.offset + size :]
    assert kit.store.objects[name] != data
    assert name in {damaged for damaged, _ in kit.verify().damaged}
    _check_only_named_files_are_lost(kit, folder, expected, tmp_path / "out")


def test_a_rolled_back_store_is_named_by_who_saw_the_newer_snapshot(tmp_path: Path) -> None:
    kit, _, _ = _filled(tmp_path)
    newest = kit.snapshots().items[-1]
    del kit.store.objects[f"snapshots/{newest.id}"]
    seen = load_snapshots(kit.store, kit.open().keys, seen=[newest.digest])
    assert [p.code for p in seen.problems] == ["snapshot_rollback"]


def test_a_cloned_workstation_is_named(tmp_path: Path) -> None:
    kit, folder, _ = _filled(tmp_path)
    clone = MemoryStore()
    clone.objects.update(kit.store.objects)
    kit.backup(folder)
    other = VaultKit()
    other.store, other.clock = clone, kit.clock
    other.backup(folder)
    kit.store.objects.update(clone.objects)
    assert "snapshot_fork" in {p.code for p in kit.snapshots().problems}
