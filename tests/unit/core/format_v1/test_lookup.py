"""Lookups of any set of packs: what is there is found, what is not is hardly ever suspected."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.format_v1.index import PackInfo, seal_index
from cyberlib_client.core.format_v1.lookup import START, Lookup, open_lookup, seal_lookup
from cyberlib_client.core.format_v1.pack import SegmentInfo
from cyberlib_client.core.ids import ID_SIZE, KIND_DATA, KIND_TREE
from cyberlib_client.core.keys import VaultKeys

KEYS = VaultKeys(bytes(range(32)), bytes(16))
INDEXES = [bytes([1]) * 32, bytes([2]) * 32]


def pack_of(number: int, segments: list[tuple[int, list[bytes]]]) -> PackInfo:
    """A pack as an index tells it. `segments`: kind and ids."""
    rows = [
        SegmentInfo(kind, 88, 17 + len(ids), len(ids), 0, b"".join(ids), [1] * len(ids))
        for kind, ids in segments
    ]
    return PackInfo(number.to_bytes(32, "big"), 100_000, bytes(88), rows)


def opened(data: bytes) -> Lookup:
    return open_lookup(KEYS, len(data), data[:START], lambda at, size: data[at : at + size])


def candidates(lookup: Lookup, data: bytes, chunk_id: bytes) -> list[bytes]:
    """Names of the packs that may hold a chunk."""
    page = lookup.page_of(chunk_id)
    offset, size = lookup.where(page)
    entries = lookup.open_page(page, data[offset : offset + size])
    return [pack.name for pack in lookup.candidates(entries, chunk_id)]


# Few different bytes, so that ids share their beginnings.
IDS = st.lists(
    st.lists(st.sampled_from(b"\x00\x01\xff"), min_size=6, max_size=6).map(lambda b: bytes(b) + bytes(14)),
    max_size=8,
)
SETS = st.lists(st.lists(st.tuples(st.sampled_from([KIND_DATA, KIND_TREE]), IDS), max_size=3), max_size=6)


@settings(max_examples=80, deadline=None)
@given(SETS)
def test_whatever_is_there_is_found(sets: list[list[tuple[int, list[bytes]]]]) -> None:
    packs = [pack_of(number, segments) for number, segments in enumerate(sets)]
    data = seal_lookup(KEYS, bytes(32), INDEXES, packs)
    lookup = opened(data)
    assert lookup.indexes == INDEXES
    assert [(p.name, p.size, p.header) for p in lookup.packs] == [(p.name, p.size, p.header) for p in packs]
    for pack, told in zip(packs, lookup.packs, strict=True):
        nodes = iter(told.nodes)
        for position, segment in enumerate(pack.segments):
            ids = [segment.ids[at : at + ID_SIZE] for at in range(0, len(segment.ids), ID_SIZE)]
            if segment.kind == KIND_DATA:
                assert all(pack.name in candidates(lookup, data, each) for each in ids)
                continue
            node = next(nodes)
            assert (node.position, node.info(segment.ids)) == (position, segment)
            assert all(node.holds(each) for each in ids)


@pytest.fixture(scope="module")
def large() -> tuple[bytes, list[tuple[bytes, int]]]:
    """A lookup of 300 packs, more than a byte counts; of its 45,000 chunks (id, number of its pack)."""
    source = random.Random(3)
    packs, ids = [], []
    for number in range(300):
        chunks = [source.randbytes(20) for _ in range(150)]
        nodes = [source.randbytes(20) for _ in range(10)]
        packs.append(pack_of(number, [(KIND_DATA, chunks), (KIND_TREE, nodes)]))
        ids += [(each, number) for each in chunks]
    return seal_lookup(KEYS, bytes(32), INDEXES, packs), ids


def test_each_of_many_is_in_its_pack_alone(large: tuple[bytes, list[tuple[bytes, int]]]) -> None:
    data, ids = large
    lookup = opened(data)
    assert lookup.pages == 16
    found = [(candidates(lookup, data, each), number) for each, number in ids[::17]]
    assert all(number.to_bytes(32, "big") in names for names, number in found)
    assert sum(len(names) - 1 for names, _ in found) <= 10


def test_what_is_absent_is_hardly_ever_suspected(large: tuple[bytes, list[tuple[bytes, int]]]) -> None:
    data, _ = large
    lookup, source = opened(data), random.Random(4)
    wrong = 0
    for _ in range(3000):
        absent = source.randbytes(20)
        wrong += len(candidates(lookup, data, absent))
        assert not any(node.holds(absent) for pack in lookup.packs for node in pack.nodes[:1])
    assert wrong <= 10


def test_it_is_far_smaller_than_the_index(large: tuple[bytes, list[tuple[bytes, int]]]) -> None:
    """And one page far smaller than it."""
    data, ids = large
    by_pack: dict[int, list[bytes]] = {}
    for each, number in ids:
        by_pack.setdefault(number, []).append(each)
    index = seal_index(KEYS, bytes(32), [pack_of(n, [(KIND_DATA, of)]) for n, of in by_pack.items()])
    assert len(data) < len(index) / 2
    assert opened(data).where(0)[1] < 20_000


def test_every_bit_counts() -> None:
    """Whatever is changed or cut is refused where it lies, and by nothing but an IntegrityError."""
    data = seal_lookup(KEYS, bytes(32), INDEXES, [pack_of(0, [(KIND_DATA, [b"a" * 20])])])

    def read(changed: bytes) -> None:
        lookup = opened(changed)
        candidates(lookup, changed, b"a" * 20)

    read(data)
    for at in range(len(data)):
        with pytest.raises(IntegrityError):
            read(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    for left in (*range(0, len(data), 37), len(data) - 1):
        with pytest.raises(IntegrityError):
            read(data[:left])
