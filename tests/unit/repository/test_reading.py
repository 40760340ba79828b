"""Index and reader: what the vault holds is known without reading it, and read from wherever it is whole."""

from __future__ import annotations

import random
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cyberlib_client.core.errors import IntegrityError, Unreachable
from cyberlib_client.core.format_v1.index import PackInfo, open_index
from cyberlib_client.core.format_v1.pack import SegmentInfo
from cyberlib_client.core.ids import KIND_DATA, KIND_TREE, object_name
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.repository.index import ABSENT, Index
from cyberlib_client.repository.packer import Packer
from cyberlib_client.repository.segments import KEPT_BYTES
from cyberlib_client.repository.vault import Vault
from cyberlib_client.transports.memory import MemoryStore
from tests.support.vaults import SeededRandom, make_vault, reopened

pytestmark = pytest.mark.portable


class CountedStore(MemoryStore):
    """Counts what is read of packs, in requests and bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.gets = self.bytes = 0

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        data = super().get(name, offset, length)
        if name.startswith("packs/"):
            self.gets += 1
            self.bytes += len(data)
        return data


@pytest.fixture
def vault() -> Vault:
    return make_vault(CountedStore())


def chunks(count: int, size: int, seed: int = 1) -> list[bytes]:
    source = random.Random(seed)
    return [source.randbytes(size) for _ in range(count)]


def store_pack(
    vault: Vault, contents: list[bytes], kind: int = KIND_DATA, *, indexed: bool = True
) -> list[bytes]:
    """One run's packs; the ids of the chunks."""
    ids = vault.keys.chunk_ids if kind == KIND_DATA else vault.keys.tree_ids
    stored: list[Any] = []
    random_ = SeededRandom(len(contents) * 7 + len(vault.store.objects))  # type: ignore[attr-defined]
    packer = Packer(
        vault.store,
        vault.keys,
        Index(),
        epoch=0,
        random=random_,
        cancel=CancelToken(),
        on_stored=stored.append,
    )
    for content in contents:
        packer.add(kind, ids.of(content), content)
    packer.finish()
    if indexed:
        vault.put_index(stored, random_)
    return [ids.of(content) for content in contents]


def packs(vault: Vault) -> list[str]:
    return sorted(name for name, _ in vault.store.list("packs"))


def spoil(vault: Vault, name: str, at: int) -> None:
    objects = vault.store.objects  # type: ignore[attr-defined]
    data = bytearray(objects[name])
    data[at] ^= 1
    objects[name] = bytes(data)


def refused(code: str, door: Any, *args: Any) -> None:
    with pytest.raises(IntegrityError) as error:
        door(*args)
    assert error.value.code == code


# ---- the index ------------------------------------------------------------------------------------


def test_loading_reads_no_pack(vault: Vault) -> None:
    wanted = [*store_pack(vault, chunks(5, 1000)), *store_pack(vault, chunks(5, 1000, 2))]
    index, report = reopened(vault.store).load_index()
    assert (report.damaged, report.missing, report.orphans) == ([], [], [])
    assert all(index.data.find(chunk_id) != ABSENT for chunk_id in wanted)
    assert index.data.find(bytes(20)) == ABSENT
    assert len(index.data) == 10
    assert vault.store.gets == 0  # type: ignore[attr-defined]


def test_chunks_and_nodes_are_apart(vault: Vault) -> None:
    (data,) = store_pack(vault, [b"same bytes"])
    (node,) = store_pack(vault, [b"same bytes"], KIND_TREE)
    assert data != node
    index, _ = vault.load_index()
    assert index.data.find(node) == index.trees.find(data) == ABSENT
    reader = vault.reader()
    assert reader.chunk(data) == reader.node(node) == b"same bytes"


def test_packs_absent_or_of_another_size_are_not_relied_on(vault: Vault) -> None:
    first, second, third = (store_pack(vault, chunks(1, 500, seed)) for seed in (1, 2, 3))
    index, _ = vault.load_index()
    gone = object_name("packs", index.place(index.data.find(first[0])).pack.name)
    short = object_name("packs", index.place(index.data.find(second[0])).pack.name)
    vault.store.delete(gone)
    vault.store.objects[short] = vault.store.objects[short][:-1]  # type: ignore[attr-defined]
    index, report = vault.load_index(check_packs=True, to_rely_on=True)
    assert (report.missing, report.resized) == ([gone], [short])
    assert [index.data.find(i) != ABSENT for i in (first[0], second[0], third[0])] == [False, False, True]
    assert vault.load_index()[1].missing == [], "only when the packs are listed"


@pytest.mark.parametrize("change", [b"", b"more"])
def test_a_pack_of_another_size_is_read_as_far_as_it_goes(vault: Vault, change: bytes) -> None:
    """After whole ones: whatever lies in it is authenticated, and its end costs nothing an index tells."""
    content = chunks(2, 500)
    wanted = store_pack(vault, content)
    (name,) = (n for n in vault.store.objects if n.startswith("packs/"))  # type: ignore[attr-defined]
    data = vault.store.objects[name]  # type: ignore[attr-defined]
    vault.store.objects[name] = data + change if change else data[:-1]  # type: ignore[attr-defined]
    index, report = vault.load_index(check_packs=True)
    assert (report.missing, report.resized) == ([], [name])
    for check in (False, True):
        assert [vault.reader(check_packs=check).chunk(i) for i in wanted] == content
    assert index.packs[-1].name.hex() == name.split("/")[1]


def test_packs_without_an_index_tell_of_themselves(vault: Vault) -> None:
    known = store_pack(vault, chunks(3, 500))
    orphan = store_pack(vault, chunks(3, 500, 2), indexed=False)
    assert vault.load_index()[0].data.find(orphan[0]) == ABSENT
    index, report = vault.load_index(check_packs=True)
    assert len(report.orphans) == len(report.found) == 1
    assert all(index.data.find(i) != ABSENT for i in (*known, *orphan))


def test_an_index_rebuilt_from_packs_is_equal_to_the_original(vault: Vault) -> None:
    store_pack(vault, chunks(40, 100_000))
    store_pack(vault, chunks(9, 300, 2), KIND_TREE)
    before = [p for item in vault.store.list("index") for p in _packs_of(vault, item.name)]
    for name, _ in list(vault.store.list("index")):
        vault.store.delete(name)
    _, report = vault.load_index(check_packs=True)
    assert sorted(report.found, key=lambda p: p.name) == sorted(before, key=lambda p: p.name)


def _packs_of(vault: Vault, name: str) -> list[Any]:
    return open_index(vault.keys, vault.store.get(name))


def test_packs_left_out_on_request(vault: Vault) -> None:
    first, second = store_pack(vault, chunks(1, 500)), store_pack(vault, chunks(1, 500, 2))
    index, _ = vault.load_index()
    name = index.place(index.data.find(first[0])).pack.name
    for check in (False, True):
        index, _ = vault.load_index(check_packs=check, without={name})
        assert index.data.find(first[0]) == ABSENT
        assert index.data.find(second[0]) != ABSENT


def test_a_pack_that_two_indexes_name_is_entered_once(vault: Vault) -> None:
    store_pack(vault, chunks(3, 500))
    (index_name,) = (name for name, _ in vault.store.list("index"))
    vault.put_index(_packs_of(vault, index_name), SeededRandom(99))
    index, _ = vault.load_index(check_packs=True)
    assert len(index.packs) == 1
    assert len(index.data) == 3


def test_a_large_index_is_stored_in_parts(vault: Vault) -> None:
    """All of a large vault's packs are indexed anew at once when their indexes are lost."""
    source = random.Random(1)
    many = [
        PackInfo(
            number.to_bytes(2, "big") + source.randbytes(30), 70_000, source.randbytes(88),
            [SegmentInfo(KIND_DATA, 88, 116, 100, 0, source.randbytes(200), [10] * 10)],
        )
        for number in range(3000)
    ]  # fmt: skip
    size = vault.put_index(many, SeededRandom(1))
    stored = list(vault.store.list("index"))
    assert len(stored) > 1
    assert sum(item.size for item in stored) == size
    found = [p for item in stored for p in _packs_of(vault, item.name)]
    assert sorted(found, key=lambda p: p.name) == many
    assert vault.put_index([], SeededRandom(1)) == 0


def test_every_place_of_a_chunk_is_known(vault: Vault) -> None:
    for _ in range(3):
        store_pack(vault, [b"a" * 400, b"b" * 400, b"a" * 400])
        store_pack(vault, [b"node"], KIND_TREE)
    index, _ = vault.load_index()
    for kind, table, chunk_id in (
        (KIND_DATA, index.data, vault.keys.chunk_ids.of(b"a" * 400)),
        (KIND_DATA, index.data, vault.keys.chunk_ids.of(b"b" * 400)),
        (KIND_TREE, index.trees, vault.keys.tree_ids.of(b"node")),
    ):
        places = index.places(kind, chunk_id)
        assert len({index.place(number).pack.name for number in places}) == len(places) == 3
        assert places[0] == table.find(chunk_id)
    assert index.places(KIND_DATA, bytes(20)) == index.places(KIND_TREE, bytes(20)) == []


def test_duplicates_take_little_room(vault: Vault) -> None:
    """Two workstations that back up the same share for the first time, at once."""
    source = random.Random(1)
    ids = source.randbytes(20 * 40_000)
    segment = SegmentInfo(KIND_DATA, 88, 116, 40_000, 0, ids, [1] * 40_000)
    index = Index()
    tracemalloc.start()
    for number in range(3):
        index.add_pack(PackInfo(bytes([number]) * 32, 70_000, bytes(88), [segment]))
    _ = index.data
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert index.places(KIND_DATA, ids[:20]) == [0, 1, 2]
    assert used < 3 * 40_000 * 120, "mostly the buckets themselves, at so few"


def test_a_segment_being_filled_has_no_place() -> None:
    index = Index()
    number = index.reserve_segment()
    index.trees.add(bytes(20), number)
    refused("chunk_missing", index.place, number)


# ---- reading --------------------------------------------------------------------------------------


def test_one_chunk_costs_its_segment(vault: Vault) -> None:
    wanted = store_pack(vault, chunks(30, 500_000))
    store: Any = vault.store
    reader = vault.reader()
    assert reader.chunk(wanted[7]) == chunks(30, 500_000)[7]
    assert store.bytes < 2_300_000, "a segment, and what tells where its chunks lie"
    before = store.gets
    assert reader.chunk(wanted[7]) == reader.chunk(wanted[7])
    assert store.gets == before, "kept for the next call"


def test_what_is_kept_is_bounded(vault: Vault) -> None:
    wanted = store_pack(vault, chunks(40, 900_000))
    reader = vault.reader()
    for chunk_id in wanted:
        reader.chunk(chunk_id)
    assert 0 < reader._segments.size <= KEPT_BYTES
    assert len(reader._sealers) <= 256


def test_threads_read_at_once(vault: Vault) -> None:
    contents = chunks(60, 90_000)
    wanted = dict(zip(store_pack(vault, contents), contents, strict=True))
    reader = vault.reader()
    order = [list(wanted) for _ in range(4)]
    for number, ids in enumerate(order):
        random.Random(number).shuffle(ids)
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda ids: all(reader.chunk(i) == wanted[i] for i in ids), order))


def test_what_is_not_there_is_told(vault: Vault) -> None:
    store_pack(vault, [b"x"])
    reader = vault.reader()
    refused("chunk_missing", reader.chunk, bytes(20))
    refused("chunk_missing", reader.node, bytes(20))


def test_damage_is_told(vault: Vault) -> None:
    (wanted,) = store_pack(vault, [b"x" * 500])
    (name,) = packs(vault)
    spoil(vault, name, 100)
    refused("pack_damaged", vault.reader().chunk, wanted)
    vault.store.delete(name)
    refused("object_missing", vault.reader().chunk, wanted)


def test_a_chunk_stored_twice_is_read_from_where_it_is_whole(vault: Vault) -> None:
    """Two machines stored it at once, or damage was healed. Whichever place is known first."""
    for seed in range(6):
        contents = chunks(3, 400, seed)
        before = set(packs(vault))
        wanted = store_pack(vault, contents)
        first = (set(packs(vault)) - before).pop()
        store_pack(vault, contents)
        if seed % 2:
            spoil(vault, first, 100)
        else:
            vault.store.delete(first)
        reader = vault.reader()
        assert [reader.chunk(chunk_id) for chunk_id in wanted] == contents


def test_a_damaged_footer_costs_nothing_while_an_index_tells(vault: Vault) -> None:
    contents = chunks(5, 400)
    wanted = store_pack(vault, contents)
    (name,) = packs(vault)
    spoil(vault, name, len(vault.store.get(name)) - 100)
    assert [vault.reader().chunk(i) for i in wanted] == contents
    for index, _ in list(vault.store.list("index")):
        vault.store.delete(index)
    refused("chunk_missing", vault.reader().chunk, wanted[0])


def test_a_lost_index_is_made_up_for_while_reading(vault: Vault) -> None:
    wanted = store_pack(vault, chunks(4, 400), indexed=False)
    assert vault.reader().chunk(wanted[0]) == chunks(4, 400)[0]


@pytest.mark.parametrize("attempt", range(8))
def test_threads_that_miss_the_same_index_reload_it_once(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, attempt: int
) -> None:
    contents = chunks(8, 400)
    wanted = store_pack(vault, contents, indexed=False)
    loads: list[Any] = []
    real = vault.load_index

    def counted(**options: Any) -> Any:
        loads.append(options)
        return real(**options)

    monkeypatch.setattr(vault, "load_index", counted)
    reader, barrier = vault.reader(), threading.Barrier(4)

    def read(number: int) -> bool:
        barrier.wait()
        return reader.chunk(wanted[number]) == contents[number]

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(read, range(4)))
    assert len([options for options in loads if options.get("check_packs")]) == 1


def test_a_store_out_of_reach_is_no_damage(vault: Vault) -> None:
    (wanted,) = store_pack(vault, [b"x"])
    reader = vault.reader()

    class Away(MemoryStore):
        def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
            raise Unreachable("store_absent", at="x")

    reader._store = Away()
    with pytest.raises(Unreachable):
        reader.chunk(wanted)
