"""What a backup does about damage: it relies upon nothing that it knows, or could know, to be damaged."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.ids import KIND_TREE, object_name
from cyberlib_client.transports.memory import MemoryStore
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, restored_path, vault_path

pytestmark = pytest.mark.faults


def _names(kit: VaultKit, kind: str) -> list[str]:
    return sorted(name for name in kit.store.objects if name.startswith(kind + "/"))


def _flip(kit: VaultKit, name: str, at: int) -> None:
    data = bytearray(kit.store.objects[name])
    data[at] ^= 0x10
    kit.store.objects[name] = bytes(data)


def _digest(name: str) -> bytes:
    return bytes.fromhex(name.split("/")[1])


def _tree_segments(kit: VaultKit) -> list[tuple[str, int, int]]:
    """(pack, offset, size) of every segment of nodes."""
    index, _ = kit.open().load_index(check_packs=True)
    places = [index.place(number) for number in index.segments()]
    return [
        (object_name("packs", place.pack.name), place.offset, place.sealed_size)
        for place in places
        if place.kind == KIND_TREE
    ]


def _whole(kit: VaultKit, folder: Path, to: Path) -> None:
    assert kit.restore(to).failed == 0
    assert told(restored_path(to, folder)) == told(folder)


@pytest.fixture
def kit() -> VaultKit:
    return VaultKit(MemoryStore())


def _grown(kit: VaultKit, folder: Path) -> None:
    """Snapshots in several packs, the newest of which relies upon nodes in all."""
    chance = random.Random(3)
    make_tree(
        folder, {"a": {"x": chance.randbytes(300)}, "b": {"y": b"why", "large": chance.randbytes(20_000)}}
    )
    kit.backup(folder)
    make_tree(folder / "c", {"z": chance.randbytes(5_000), "d": {"e": b"deep"}})
    kit.backup(folder)
    make_tree(folder / "f", {"last": b"one"})
    kit.backup(folder)


def test_a_bit_of_each_segment_of_nodes(kit: VaultKit, tmp_path: Path) -> None:
    """No verification names it: the run itself meets it, and relies upon nothing in that pack."""
    folder = tmp_path / "cabinet"
    _grown(kit, folder)
    whole = dict(kit.store.objects)
    segments = _tree_segments(kit)
    assert len({pack for pack, _, _ in segments}) == 3
    for number, (pack, offset, size) in enumerate(segments):
        kit.store.objects = dict(whole)
        _flip(kit, pack, offset + size // 2)
        done = kit.backup(folder)
        assert done.suspects == {_digest(pack)}
        assert done.replaced == [pack]
        _whole(kit, folder, tmp_path / f"out-{number}")
        latest = kit.snapshots().items[-1].digest
        assert [a for a in kit.verify().affected if a.snapshot.digest == latest] == []


def test_damage_in_several_packs_at_once(kit: VaultKit, tmp_path: Path) -> None:
    folder = tmp_path / "cabinet"
    _grown(kit, folder)
    packs = set()
    for pack, offset, size in _tree_segments(kit):
        _flip(kit, pack, offset + size // 2)
        packs.add(_digest(pack))
    make_tree(folder, {"new": b"since"})
    assert kit.backup(folder).suspects == packs
    _whole(kit, folder, tmp_path / "out")
    again = kit.backup(folder, suspects=frozenset(packs))
    assert (again.replaced, again.statistics.new_bytes) == ([], 0)


def test_a_run_that_begins_again_tells_each_incident_once(kit: VaultKit, tmp_path: Path) -> None:
    folder = tmp_path / "cabinet"
    _grown(kit, folder)
    pack, offset, size = max(_tree_segments(kit), key=lambda found: found[2])
    _flip(kit, pack, offset + size // 2)
    done = kit.backup(folder, tmp_path / "away")
    missing = ("source_missing", vault_path(tmp_path / "away").decode())
    assert kit.incidents == [missing]
    assert [(i.code, i.path) for i in done.incidents] == [missing]
    assert (done.unread, done.snapshot.snapshot.incident_count) == (1, 1)


def test_a_plain_verification_suspects_the_pack_of_nodes_it_cannot_read(
    kit: VaultKit, tmp_path: Path
) -> None:
    folder = tmp_path / "cabinet"
    _grown(kit, folder)
    whole = dict(kit.store.objects)
    for pack, offset, size in _tree_segments(kit):
        kit.store.objects = dict(whole)
        _flip(kit, pack, offset + size // 2)
        found = kit.verify(percent=0)
        assert not found.ok
        assert found.suspects == {_digest(pack)}
        assert (pack, "damaged") in found.damaged


def test_what_is_damaged_stays_so_while_another_folder_is_backed_up(kit: VaultKit, tmp_path: Path) -> None:
    folder, other = tmp_path / "cabinet", make_tree(tmp_path / "autre", {"o": b"ther"})
    _grown(kit, folder)
    _flip(kit, *_data_segment(kit))
    suspects = kit.verify().suspects
    assert len(suspects) == 1
    suspects = kit.backup(other, suspects=suspects).suspects
    kit.backup(folder, suspects=suspects)
    _whole(kit, folder, tmp_path / "out")


def test_a_file_that_is_away_on_the_day_and_comes_back(kit: VaultKit, tmp_path: Path) -> None:
    folder = tmp_path / "cabinet"
    _grown(kit, folder)
    _flip(kit, *_data_segment(kit))
    suspects = kit.verify().suspects
    (folder / "b").rename(tmp_path / "away")
    (folder / "a").rename(tmp_path / "away too")
    suspects = kit.backup(folder, suspects=suspects).suspects
    (tmp_path / "away").rename(folder / "b")
    (tmp_path / "away too").rename(folder / "a")
    kit.backup(folder, suspects=suspects)
    _whole(kit, folder, tmp_path / "out")


def test_a_suspect_that_left_the_vault_is_none_any_more(kit: VaultKit, tmp_path: Path) -> None:
    folder = tmp_path / "cabinet"
    _grown(kit, folder)
    pack, at = _data_segment(kit)
    _flip(kit, pack, at)
    suspects = kit.backup(folder, suspects=kit.verify().suspects).suspects
    assert suspects == {_digest(pack)}
    del kit.store.objects[pack]
    done = kit.backup(folder, suspects=suspects)
    assert (done.suspects, done.replaced) == (frozenset(), [])
    _whole(kit, folder, tmp_path / "out")


def _data_segment(kit: VaultKit) -> tuple[str, int]:
    """(pack, where a bit matters) of the first run's content."""
    index, _ = kit.open().load_index(check_packs=True)
    places = [index.place(number) for number in index.segments()]
    place = max((p for p in places if p.kind != KIND_TREE), key=lambda p: p.sealed_size)
    return object_name("packs", place.pack.name), place.offset + place.sealed_size // 2


class _Failing(MemoryStore):
    """Does not give back some objects."""

    def __init__(self) -> None:
        super().__init__()
        self.failing: set[str] = set()

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        if name in self.failing:
            raise IntegrityError("store_read_error", at=self.location, name=name)
        return super().get(name, offset, length)


def test_nodes_that_the_disk_does_not_give_back(tmp_path: Path) -> None:
    """The run relies on them no more than on damaged ones, and remembers the pack once it has ended well."""
    store = _Failing()
    kit, folder = VaultKit(store), tmp_path / "cabinet"
    _grown(kit, folder)
    for number, pack in enumerate(sorted({pack for pack, _, _ in _tree_segments(kit)})):
        store.failing.add(pack)
        suspects = kit.backup(folder).suspects
        assert _digest(pack) in suspects
        _whole(kit, folder, tmp_path / f"out-{number}")
