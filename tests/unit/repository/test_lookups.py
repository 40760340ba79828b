"""Lookups: one file of a large vault far away is found without the index of all; whatever they say."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.format_v1 import header as head
from cyberlib_client.core.format_v1.index import PackInfo, open_index
from cyberlib_client.core.format_v1.lookup import seal_lookup
from cyberlib_client.core.format_v1.pack import SegmentInfo
from cyberlib_client.core.ids import ID_SIZE, KIND_DATA, KIND_TREE, object_name
from cyberlib_client.core.words import encode
from cyberlib_client.repository.lookups import open_lookups
from cyberlib_client.repository.reader import Reader
from cyberlib_client.services import browse
from cyberlib_client.transports.folder import FolderStore
from tests.support.far import FarStore
from tests.support.vaults import RECOVERY_KEY, VaultKit, restored_path, source_of

pytestmark = pytest.mark.portable

RUNS = 4
FILES = 12
SIZE = 300_000
CHUNK = 256  # bytes, on average


@dataclass
class Scene:
    """A vault of some runs, each with an index object of its own; two of these get a lookup together."""

    kit: VaultKit
    store: FarStore
    folder: Path

    def names(self, kind: str) -> list[str]:
        return sorted(item.name for item in self.store.list(kind))

    def index_bytes(self) -> int:
        return sum(item.size for item in self.store.list("index"))

    def restored(self, to: Path, *files: Path) -> None:
        """Restores files, and compares them."""
        found = self.kit.restore(to, paths=[source_of(file).path for file in files])
        assert (found.failed, found.incidents, found.files) == (0, [], len(files))
        for file in files:
            assert restored_path(to, file).read_bytes() == file.read_bytes()

    def open_index(self, name: str) -> list[PackInfo]:
        return open_index(self.kit.open().keys, self.store.objects[name])

    def replace_lookups(self, made: dict[str, bytes]) -> None:
        """These objects instead of all lookups, each under the name that it has here."""
        for name in self.names("lookups"):
            self.store.delete(name)
        self.store.objects.update(made)

    def forge(self, lie: Lie) -> None:
        """Lookups of what `lie` makes of each index object's packs, by somebody who has the keys."""
        keys, made = self.kit.open().keys, dict[str, bytes]()
        for number, name in enumerate(self.names("index")):
            data = seal_lookup(
                keys, bytes([number]) * 32, bytes.fromhex(name[6:]), lie(self.open_index(name))
            )
            made[object_name("lookups", sha256(data))] = data
        self.replace_lookups(made)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder, store = tmp_path_factory.mktemp("Cabinet"), FarStore()
    kit, source = VaultKit(store), random.Random(7)
    for run in range(RUNS):
        for number in range(FILES):
            file = folder / f"année {run}" / f"{number:02d}.bin"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(source.randbytes(SIZE))
        kit.backup(folder)
    return Scene(kit, store, folder)


@pytest.fixture
def scene(made: Scene) -> Scene:
    """A copy to break."""
    store = FarStore()
    store.objects.update(made.store.objects)
    kit = VaultKit.__new__(VaultKit)
    kit.__dict__.update(made.kit.__dict__)
    kit.store = store
    return Scene(kit, store, made.folder)


def some_file(scene: Scene) -> Path:
    return scene.folder / "année 1" / "05.bin"


# ---- what it spares -------------------------------------------------------------------------------------


def test_index_objects_that_are_large_together_have_a_lookup_far_smaller(scene: Scene) -> None:
    """However many runs there are, no more than so much index is without."""
    assert (len(scene.names("index")), len(scene.names("lookups"))) == (RUNS, RUNS / 2)
    told = open_lookups(scene.store, scene.kit.open().keys, sorted(scene.store.list("index")))
    assert [len(each.items) for each in told] == [2, 2]
    lookups = sum(item.size for item in scene.store.list("lookups"))
    assert lookups < scene.index_bytes() / 3


def test_one_file_is_restored_without_the_index(scene: Scene, tmp_path: Path) -> None:
    scene.restored(tmp_path / "a", some_file(scene))
    store = scene.store
    assert store.bytes["index"] == 0
    told = store.bytes["lookups"] + store.bytes["packs"] - _stored_size(scene)
    assert told < scene.index_bytes() / 4
    assert sum(store.requests.values()) < 60


def _stored_size(scene: Scene) -> int:
    """Sealed bytes of the segments with which a file is read: at most two of data, and its nodes."""
    return 2 * (1 << 21) + 20_000


def test_listing_fetches_no_footer(scene: Scene) -> None:
    """Of packs, the segments of nodes alone: each once."""
    root = scene.kit.root()
    reader = scene.kit.reader()
    entry = browse.entry_at(reader, root, source_of(scene.folder).path)
    assert len(list(browse.walk(reader, entry, b""))) == RUNS * (FILES + 1)
    nodes = [
        segment.sealed_size
        for name in scene.names("index")
        for pack in scene.open_index(name)
        for segment in pack.segments
        if segment.kind == KIND_TREE
    ]
    assert 0 < scene.store.bytes["packs"] <= sum(nodes)
    assert scene.store.requests["packs"] <= len(nodes)
    assert scene.store.requests["index"] == 0


def test_what_is_kept_is_not_fetched_again(scene: Scene, tmp_path: Path) -> None:
    scene.store.keeps = True
    scene.restored(tmp_path / "a", some_file(scene))
    before = scene.store.bytes["lookups"]
    scene.restored(tmp_path / "b", some_file(scene))
    assert before == scene.store.bytes["lookups"] > 0


def test_a_file_is_given_out_and_versions_found(scene: Scene) -> None:
    reader, file = scene.kit.reader(), some_file(scene)
    entry = browse.entry_at(reader, scene.kit.root(), source_of(file).path)
    assert b"".join(browse.content(reader, entry)) == file.read_bytes()
    assert scene.store.requests["index"] == 0


def test_patterns_fetch_what_they_choose(scene: Scene, tmp_path: Path) -> None:
    found = scene.kit.restore(tmp_path / "a", include=["*/05.bin"])
    assert (found.failed, found.files) == (0, RUNS)
    assert scene.store.requests["index"] == 0


def test_all_is_restored_by_the_index(scene: Scene, tmp_path: Path) -> None:
    found = scene.kit.restore(tmp_path / "a")
    assert (found.failed, found.files) == (0, RUNS * FILES)
    assert scene.store.requests["lookups"] == 0 < scene.store.requests["index"]


def test_a_store_at_hand_gets_no_lookup(tmp_path: Path) -> None:
    kit = VaultKit()
    (tmp_path / "a").write_bytes(random.Random(1).randbytes(15_000_000))
    kit.backup(tmp_path / "a")
    assert sum(item.size for item in kit.store.list("index")) > 1 << 20
    assert list(kit.store.list("lookups")) == []


def test_what_had_no_lookup_gets_one(scene: Scene, tmp_path: Path) -> None:
    """Index objects of before, and of a run that was cut between the two."""
    scene.replace_lookups({})
    (tmp_path / "more").write_bytes(b"more")
    scene.kit.backup(scene.folder, tmp_path / "more")
    told = open_lookups(scene.store, scene.kit.open().keys, sorted(scene.store.list("index")))
    assert sum(len(each.items) for each in told) == RUNS + 1
    scene.restored(tmp_path / "a", some_file(scene))


def test_a_small_run_leaves_lookups_alone(scene: Scene, tmp_path: Path) -> None:
    before = scene.names("lookups")
    (tmp_path / "more").write_bytes(b"more")
    scene.kit.backup(tmp_path / "more")
    assert scene.names("lookups") == before
    scene.restored(tmp_path / "a", tmp_path / "more")


def test_threads_seek_at_once(scene: Scene) -> None:
    reader, keys = scene.kit.reader(), scene.kit.open().keys
    ids = [
        segment.ids[at : at + ID_SIZE]
        for name in scene.names("index")
        for pack in scene.open_index(name)
        for segment in pack.segments
        if segment.kind == KIND_DATA
        for at in range(0, len(segment.ids), ID_SIZE * 500)
    ]
    barrier = threading.Barrier(4)

    def read(which: int) -> bool:
        barrier.wait()
        return all(keys.chunk_ids.of(reader.chunk(each)) == each for each in ids[which::2])

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(read, [0, 0, 1, 1]))


# ---- whatever they say ----------------------------------------------------------------------------------


def test_without_lookups_the_index_tells(scene: Scene, tmp_path: Path) -> None:
    scene.replace_lookups({})
    scene.restored(tmp_path / "a", some_file(scene))
    assert scene.store.requests["index"] >= RUNS


@pytest.mark.parametrize("at", [4, 30, 60, 90, 130, 400, -20_000, -1])
def test_a_damaged_lookup_costs_time_alone(scene: Scene, tmp_path: Path, at: int) -> None:
    for name in scene.names("lookups"):
        data = bytearray(scene.store.objects[name])
        data[at] ^= 1
        scene.store.objects[name] = bytes(data)
    scene.restored(tmp_path / "a", *sorted(scene.folder.rglob("0?.bin")))


@pytest.mark.parametrize("left", [0, 87, 88, 107, 108, 3000, -1])
def test_a_lookup_cut_short_costs_time_alone(scene: Scene, tmp_path: Path, left: int) -> None:
    for name in scene.names("lookups"):
        scene.store.objects[name] = scene.store.objects[name][:left]
    scene.restored(tmp_path / "a", some_file(scene))


def test_a_lookup_under_another_ones_name(scene: Scene, tmp_path: Path) -> None:
    """Also twice, and an old one: each is taken for what it says itself to be."""
    first, *others = scene.names("lookups")
    for name in others:
        scene.store.objects[name] = scene.store.objects[first]
    scene.restored(tmp_path / "a", *sorted(scene.folder.rglob("05.bin")))


def test_a_lookup_of_another_vault(scene: Scene, tmp_path: Path) -> None:
    other = VaultKit(FarStore(), seed=5).open().keys
    made = {}
    for name in scene.names("index"):
        data = seal_lookup(other, bytes(32), [bytes.fromhex(name[6:])], scene.open_index(name))
        made[object_name("lookups", sha256(data))] = data
    scene.replace_lookups(made)
    scene.restored(tmp_path / "a", some_file(scene))


def test_more_lookups_than_index_objects_are_not_all_read(scene: Scene, tmp_path: Path) -> None:
    scene.store.objects.update({f"lookups/{number:064x}": bytes(1000) for number in range(1000)})
    scene.restored(tmp_path / "a", some_file(scene))
    assert scene.store.requests["lookups"] < 60


class Lie:
    """What a compromised workstation makes of an index object's packs before it seals a lookup."""

    def __call__(self, packs: list[PackInfo]) -> list[PackInfo]:
        raise NotImplementedError


class Nothing(Lie):
    def __call__(self, packs: list[PackInfo]) -> list[PackInfo]:
        return []


class WithoutSegments(Lie):
    def __call__(self, packs: list[PackInfo]) -> list[PackInfo]:
        return [PackInfo(p.name, p.size, p.header, []) for p in packs]


class NextPack(Lie):
    """Each pack's segments are told of the next one."""

    def __call__(self, packs: list[PackInfo]) -> list[PackInfo]:
        turned = [*packs[1:], *packs[:1]]
        return [PackInfo(p.name, p.size, p.header, q.segments) for p, q in zip(packs, turned, strict=True)]


class EveryPack(Lie):
    """Each chunk and node is told to be in each pack."""

    def __call__(self, packs: list[PackInfo]) -> list[PackInfo]:
        segments = [segment for pack in packs for segment in pack.segments]
        return [PackInfo(p.name, p.size, p.header, segments) for p in packs]


class OtherHeader(Lie):
    def __call__(self, packs: list[PackInfo]) -> list[PackInfo]:
        return [PackInfo(p.name, p.size, bytes(head.HEADER_SIZE), p.segments) for p in packs]


class OtherSizes(Lie):
    def __call__(self, packs: list[PackInfo]) -> list[PackInfo]:
        return [PackInfo(p.name, p.size - 1, p.header, p.segments) for p in packs]


class OtherNodes(Lie):
    """The sizes of nodes are exchanged, so that what is cut is no node."""

    def __call__(self, packs: list[PackInfo]) -> list[PackInfo]:
        def turned(s: SegmentInfo) -> SegmentInfo:
            if s.kind != KIND_TREE:
                return s
            return (
                SegmentInfo(
                    s.kind, s.offset, s.sealed_size, s.plain_size, s.codec, s.ids, [s.plain_size // 2] * 2
                )
                if len(s.sizes) == 2 and not s.plain_size % 2
                else SegmentInfo(s.kind, s.offset, s.sealed_size, s.plain_size, s.codec, s.ids, s.sizes[::-1])
            )

        return [PackInfo(p.name, p.size, p.header, [turned(s) for s in p.segments]) for p in packs]


LIES = [Nothing, WithoutSegments, NextPack, EveryPack, OtherHeader, OtherSizes, OtherNodes]


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_lookup_costs_time_alone(scene: Scene, tmp_path: Path, lie: type[Lie]) -> None:
    scene.forge(lie())
    scene.restored(tmp_path / "a", *sorted(scene.folder.rglob("05.bin")))
    reader: Reader = scene.kit.reader()
    for file in sorted(scene.folder.rglob("07.bin")):
        entry = browse.entry_at(reader, scene.kit.root(), source_of(file).path)
        assert b"".join(browse.content(reader, entry)) == file.read_bytes()


@pytest.mark.parametrize("lie", LIES)
def test_a_damaged_index_behind_a_lying_lookup(scene: Scene, tmp_path: Path, lie: type[Lie]) -> None:
    scene.forge(lie())
    for name in scene.names("index"):
        data = bytearray(scene.store.objects[name])
        data[-1] ^= 1
        scene.store.objects[name] = bytes(data)
    scene.restored(tmp_path / "a", some_file(scene))
    entry = browse.entry_at(scene.kit.reader(), scene.kit.root(), source_of(some_file(scene)).path)
    content = b"".join(browse.content(scene.kit.reader(), entry))
    assert content == some_file(scene).read_bytes()


def test_a_pack_that_is_gone_costs_its_files_alone(scene: Scene, tmp_path: Path) -> None:
    packs = [
        pack.name
        for name in scene.names("index")
        for pack in scene.open_index(name)
        if not any(segment.kind == KIND_TREE for segment in pack.segments)
    ]
    for pack in packs or [scene.open_index(scene.names("index")[0])[0].name]:
        scene.store.delete(object_name("packs", pack))
    files = sorted(scene.folder.rglob("*.bin"))
    whole = scene.kit.restore(tmp_path / "whole")
    part = scene.kit.restore(tmp_path / "part", paths=[source_of(file).path for file in files])
    assert part.failed == whole.failed
    assert {(i.code, i.path) for i in part.incidents} == {(i.code, i.path) for i in whole.incidents}


# ---- verification ---------------------------------------------------------------------------------------


def test_a_damaged_lookup_is_told_and_spare(scene: Scene) -> None:
    assert scene.kit.verify(0).damaged == []
    first, second = scene.names("lookups")
    scene.store.objects[first] = scene.store.objects[first][:-1]
    data = bytearray(scene.store.objects[second])
    data[-1] ^= 1
    scene.store.objects[second] = bytes(data)
    found = scene.kit.verify(0)
    assert sorted(found.damaged) == [(first, "damaged"), (second, "damaged")]
    assert found.spare == {first, second}
    assert found.ok
    for name in (first, second):
        scene.store.delete(name)
    assert scene.kit.verify(0).damaged == []


# ---- other readers --------------------------------------------------------------------------------------


def test_a_copy_in_a_folder_is_read_without_them(scene: Scene, tmp_path: Path) -> None:
    """By the rescue program, which knows no lookups, and by ours, which verifies them."""
    near = FolderStore.make(str(tmp_path / "coffre"))
    for name, data in scene.store.objects.items():
        near.put(name, data)
    words = tmp_path / "mots.txt"
    words.write_text(" ".join(encode(RECOVERY_KEY)), encoding="utf-8")
    rescue = Path(__file__).parents[3] / "resources" / "rescue" / "cyberlib_rescue.py"
    command = [
        sys.executable,
        str(rescue),
        near.location,
        str(tmp_path / "sorti"),
        "--words-file",
        str(words),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((tmp_path / "sorti").rglob("*.bin"))) == RUNS * FILES
    scene.kit.store = near
    assert scene.kit.verify(0).ok
