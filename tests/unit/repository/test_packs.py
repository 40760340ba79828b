"""Packs: from chunks to stored bytes and back, what a host sees of them, and every bit that is wrong."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.core.crypto import Sealer, sha256
from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.format_v1.header import HEADER_SIZE
from cyberlib_client.core.format_v1.index import PackInfo
from cyberlib_client.core.format_v1.pack import (
    FOOTER_BASE,
    FOOTER_PER_CHUNK,
    FOOTER_PER_SEGMENT,
    TAIL_FLOOR,
    TRAILER_SIZE,
    SegmentInfo,
    open_footer,
    seal_footer,
    segment_aad,
)
from cyberlib_client.core.format_v1.record import padme
from cyberlib_client.core.ids import KIND_DATA, KIND_TREE, MAX_CHUNK, PACK_SIZE, digest_of
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.repository.index import Index
from cyberlib_client.repository.pack_builder import sealer_of
from cyberlib_client.repository.packer import Packer
from cyberlib_client.repository.reader import Reader, read_pack_footer
from cyberlib_client.transports.memory import MemoryStore
from tests.support.vaults import SeededRandom

pytestmark = pytest.mark.portable

KEYS = VaultKeys(bytes(range(32)), bytes(range(16)))
Chunk = tuple[int, bytes]


class Packed:
    """Chunks stored in packs: `infos` in the order in which they were stored."""

    def __init__(self, chunks: list[Chunk], *, sealers: int = 2, seed: int = 0) -> None:
        self.store = MemoryStore()
        self.index = Index()
        self.infos: list[PackInfo] = []
        packer = Packer(
            self.store, KEYS, self.index, epoch=3, random=SeededRandom(seed), cancel=CancelToken(),
            on_stored=self.infos.append, sealers=sealers,
        )  # fmt: skip
        for kind, content in chunks:
            packer.add(kind, id_of(kind, content), content)
        packer.finish()
        self.stored_bytes = packer.stored_bytes

    def packs(self) -> dict[str, bytes]:
        return {name: self.store.get(name) for name, _ in self.store.list("packs")}

    def reader(self) -> Reader:
        """On what the packs say of themselves."""
        index = Index()
        for name, size in self.store.list("packs"):
            index.add_pack(read_pack_footer(self.store, KEYS, digest_of(name), size))
        return Reader(self.store, KEYS, index)


def id_of(kind: int, content: bytes) -> bytes:
    return (KEYS.chunk_ids if kind == KIND_DATA else KEYS.tree_ids).of(content)


def incompressible(count: int, size: int) -> list[Chunk]:
    source = random.Random(1)
    return [(KIND_DATA, source.randbytes(size)) for _ in range(count)]


def all_come_back(reader: Reader, chunks: list[Chunk]) -> None:
    for kind, content in chunks:
        read = reader.chunk if kind == KIND_DATA else reader.node
        assert read(id_of(kind, content)) == content


# ---- there and back -------------------------------------------------------------------------------


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from([KIND_DATA, KIND_TREE]), st.binary(min_size=1, max_size=300)),
        max_size=40,
        unique=True,
    )
)
def test_chunks_come_back(chunks: list[Chunk]) -> None:
    packed = Packed(chunks)
    all_come_back(packed.reader(), chunks)
    all_come_back(Reader(packed.store, KEYS, packed.index), chunks)


def test_nothing_added_is_nothing_stored() -> None:
    packed = Packed([])
    assert (packed.packs(), packed.infos, packed.stored_bytes) == ({}, [], 0)


def test_a_small_run_is_one_pack_of_data_and_trees() -> None:
    packed = Packed([(KIND_DATA, b"data"), (KIND_TREE, b"tree")])
    assert [len(data) for data in packed.packs().values()] == [TAIL_FLOOR]
    assert {s.kind for s in packed.infos[0].segments} == {KIND_DATA, KIND_TREE}


def test_many_trees_get_packs_of_their_own() -> None:
    """So that a listing fetches no content."""
    source = random.Random(2)
    trees = [(KIND_TREE, source.randbytes(700_000)) for _ in range(12)]
    packed = Packed([*incompressible(12, 700_000), *trees])
    assert sorted({s.kind for s in info.segments} == {KIND_TREE} for info in packed.infos) == [False, True]
    all_come_back(packed.reader(), trees)


@pytest.mark.parametrize("size", [1, 1 << 20, (1 << 20) + 1, MAX_CHUNK])
def test_large_chunks(size: int) -> None:
    chunks = [*incompressible(6, size), (KIND_DATA, bytes(size))]
    all_come_back(Packed(chunks).reader(), chunks)


def test_a_chunk_that_no_reader_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        Packed([(KIND_DATA, bytes(MAX_CHUNK + 1))])


@pytest.mark.parametrize("sealers", [1, 4])
def test_packs_tell_the_same_as_the_index(sealers: int) -> None:
    packed = Packed(incompressible(60, 300_000), sealers=sealers)
    assert len(packed.infos) == 2
    for info in packed.infos:
        assert read_pack_footer(packed.store, KEYS, info.name, info.size) == info
        assert sha256(packed.store.get(f"packs/{info.name.hex()}")) == info.name
    assert sum(info.size for info in packed.infos) == packed.stored_bytes
    for number in packed.index.segments():
        place = packed.index.place(number)
        segment = next(i for i in packed.infos if i.name == place.pack.name).segments[place.position]
        assert (segment.kind, segment.offset, segment.sealed_size) == (
            place.kind, place.offset, place.sealed_size,
        )  # fmt: skip


# ---- what a host sees -----------------------------------------------------------------------------


def test_full_packs_have_one_size() -> None:
    packed = Packed(incompressible(130, 500_000))
    sizes = [len(data) for data in packed.packs().values()]
    full = [size for size in sizes if size == PACK_SIZE]
    assert len(full) >= 2
    last = [size for size in sizes if size != PACK_SIZE]
    assert len(last) <= 2  # two packs are open when a run ends
    assert all(size == padme(size, TAIL_FLOOR) for size in last)


@pytest.mark.parametrize("size", [2, 3, 40, 4096])
def test_packs_of_small_chunks_too(size: int) -> None:
    """Their footers take as much room as they do."""
    count = min(60_000, 1 << (8 * size)) if size < 4096 else 5000
    chunks = [(KIND_DATA, number.to_bytes(size, "big")) for number in range(count)]
    packed = Packed(chunks)
    sizes = [len(data) for data in packed.packs().values()]
    assert all(s == PACK_SIZE or s == padme(s, TAIL_FLOOR) for s in sizes)
    all_come_back(packed.reader(), chunks[:: count // 50])


@given(st.integers(0, 1 << 40), st.sampled_from([0, 1, 1024, TAIL_FLOOR]))
def test_padme_costs_at_most_12_percent(size: int, floor: int) -> None:
    padded = padme(size, floor)
    assert padded == floor if size <= floor else size <= padded <= size * 1.12
    assert padme(padded, floor) == padded
    assert padme(size + 1, floor) >= padded


def test_padme_of_the_paper() -> None:
    """Nikitin et al., table of examples recomputed by its formula: as many low bits of zero as E - S."""
    assert [padme(n, 0) for n in (8, 9, 10, 15, 16, 17, 100, 1000, 10_000)] == [
        8, 10, 10, 16, 16, 18, 104, 1024, 10_240,
    ]  # fmt: skip
    assert len({padme(n, 0) for n in range(1 << 16)}) < 220


def test_nothing_can_be_told_from_the_bytes() -> None:
    """The same content twice: nothing but the start of the header is alike, and no text shows."""
    chunks = [(KIND_DATA, b"patient Dupont " * 2000), (KIND_TREE, b"dossier" * 2000)]
    (one,), (two,) = (list(Packed(chunks, seed=s).packs().values()) for s in (1, 2))
    assert one[:24] == two[:24]
    assert len(one) == len(two)
    alike = sum(a == b for a, b in zip(one[24:], two[24:], strict=True))
    assert alike < len(one) // 256 * 1.3
    for text in (b"patient", b"Dupont", b"dossier", id_of(*chunks[0]), KEYS.vault_id[::-1]):
        assert text not in one


def test_a_random_source_that_repeats_itself_repeats_no_key() -> None:
    """Nonces are positions: under one key, two packs would give each other away."""

    def packed(content: bytes) -> bytes:
        store = MemoryStore()
        packer = Packer(
            store, KEYS, Index(), epoch=0, random=bytes, cancel=CancelToken(), on_stored=lambda _: None
        )
        packer.add(KIND_DATA, id_of(KIND_DATA, content), content)
        packer.finish()
        return next(iter(store.objects.values()))

    one, two = packed(os.urandom(1000)), packed(os.urandom(1000))
    assert one[24:56] != two[24:56]
    assert one[24:56] != bytes(32)


# ---- footers --------------------------------------------------------------------------------------

numbers = st.integers(0, 2**32 - 1)


@settings(max_examples=60)
@given(st.lists(st.tuples(numbers, numbers, st.integers(1, 40), st.integers(0, 2**32 - 1)), max_size=20))
def test_a_footer_takes_no_more_than_was_set_aside(rows: list[tuple[int, int, int, int]]) -> None:
    segments = [
        SegmentInfo(KIND_TREE, offset, size, size, 1, os.urandom(20 * chunks), [last] * chunks)
        for offset, size, chunks, last in rows
    ]
    bound = FOOTER_BASE + sum(FOOTER_PER_SEGMENT + FOOTER_PER_CHUNK * len(s.sizes) for s in segments)
    assert len(seal_footer(Sealer(bytes(32)), bytes(HEADER_SIZE), segments)) <= bound


def test_long_footers_are_read_in_full() -> None:
    """Longer than the piece of the pack's end that is fetched first."""
    chunks = [(KIND_DATA, number.to_bytes(4, "big")) for number in range(30_000)]
    packed = Packed(chunks)
    (info,) = packed.infos
    assert sum(len(s.sizes) for s in info.segments) == 30_000
    assert read_pack_footer(packed.store, KEYS, info.name, info.size) == info


@pytest.mark.parametrize(
    "change",
    [
        {"kind": 0}, {"kind": 3}, {"codec": 2}, {"codec": 255}, {"codec": -1},
        {"offset": 0}, {"offset": HEADER_SIZE - 1}, {"offset": PACK_SIZE + 1}, {"offset": -1},
        {"sealed_size": 16}, {"sealed_size": MAX_CHUNK + 17}, {"sealed_size": -5},
        {"plain_size": 101}, {"plain_size": -1}, {"plain_size": 0},
        {"sizes": [100, 0]}, {"sizes": [101, -1]}, {"sizes": [100]}, {"sizes": []},
        {"sizes": [MAX_CHUNK, 1], "plain_size": MAX_CHUNK + 1}, {"sizes": [MAX_CHUNK + 1, -MAX_CHUNK + 99]},
        {"ids": bytes(39)}, {"ids": bytes(60)}, {"ids": b""},
    ],
)  # fmt: skip
def test_footers_that_make_no_sense_are_refused(change: dict[str, object]) -> None:
    sealer, header = Sealer(bytes(32)), bytes(HEADER_SIZE)
    fields: dict[str, object] = {
        "kind": KIND_DATA, "offset": 88, "sealed_size": 116, "plain_size": 100, "codec": 0,
        "ids": bytes(40), "sizes": [60, 40],
    }  # fmt: skip
    good = SegmentInfo(**fields)  # type: ignore[arg-type]
    assert open_footer(sealer, header, seal_footer(sealer, header, [good])) == [good]
    wrong = SegmentInfo(**{**fields, **change})  # type: ignore[arg-type]
    with pytest.raises(IntegrityError) as refused:
        open_footer(sealer, header, seal_footer(sealer, header, [good, wrong]))
    assert refused.value.code == "bad_footer"


# ---- every bit ------------------------------------------------------------------------------------


def parts_that_tell(data: bytes, info: PackInfo) -> list[tuple[str, int, int]]:
    """(part, start, end) of everything in a pack but its padding."""
    from cyberlib_client.core.format_v1.pack import open_trailer

    trailer = open_trailer(sealer_of(KEYS, info.header), info.header, data[-TRAILER_SIZE:], len(data))
    segments = [(f"segment {n}", s.offset, s.offset + s.sealed_size) for n, s in enumerate(info.segments)]
    footer = trailer.footer_offset
    return [
        ("header", 0, HEADER_SIZE),
        *segments,
        ("footer", footer, footer + trailer.footer_size),
        ("trailer", len(data) - TRAILER_SIZE, len(data)),
    ]


def test_every_flipped_bit_is_found() -> None:
    """Without asking the pack's name, which would tell at once."""
    chunks = [(KIND_DATA, b"abc" * 40), (KIND_DATA, b"d"), (KIND_TREE, b"node" * 9)]
    packed = Packed(chunks)
    ((name, data),) = packed.packs().items()
    (info,) = packed.infos
    assert info.size == TAIL_FLOOR

    def faults(wrong: bytes) -> int:
        """How many of the chunks and of the footer cannot be read from the pack alone."""
        packed.store.objects[name] = wrong
        reader = Reader(packed.store, KEYS, packed.index)
        count = 0
        try:
            read_pack_footer(packed.store, KEYS, info.name, info.size)
        except IntegrityError as error:
            assert error.code == "pack_damaged"
            count += 1
        for kind, content in chunks:
            try:
                # Data segments are laid out by the pack's footer, tree segments by the index.
                assert (reader.chunk if kind == KIND_DATA else reader.node)(id_of(kind, content)) == content
            except IntegrityError as error:
                assert error.code == "pack_damaged"
                count += 1
        return count

    assert faults(data) == 0
    for part, start, end in parts_that_tell(data, info):
        for bit in range(start * 8, end * 8):
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            assert faults(bytes(flipped)), (part, bit)
    for size in (
        0,
        1,
        HEADER_SIZE - 1,
        HEADER_SIZE,
        500,
        TAIL_FLOOR // 2,
        TAIL_FLOOR - TRAILER_SIZE,
        TAIL_FLOOR - 1,
    ):
        assert faults(data[:size])
    assert faults(data[1:])
    assert faults(bytes(TAIL_FLOOR))


def test_segments_cannot_change_places() -> None:
    packed = Packed(incompressible(3, 1_200_000))
    ((name, data),) = packed.packs().items()
    (info,) = packed.infos
    one, two = info.segments[0], info.segments[1]
    assert one.sealed_size == two.sealed_size
    swapped = bytearray(data)
    swapped[one.offset : one.offset + one.sealed_size] = data[two.offset : two.offset + two.sealed_size]
    swapped[two.offset : two.offset + two.sealed_size] = data[one.offset : one.offset + one.sealed_size]
    packed.store.objects[name] = bytes(swapped)
    reader = Reader(packed.store, KEYS, packed.index)
    for segment in (one, two):
        with pytest.raises(IntegrityError):
            reader.chunk(segment.ids[:20])
    assert reader.chunk(info.segments[2].ids[:20])


def test_a_data_segment_is_no_tree_segment() -> None:
    packed = Packed([(KIND_DATA, b"x" * 100)])
    (info,) = packed.infos
    ((_, data),) = packed.packs().items()
    segment = info.segments[0]
    sealer, sealed = sealer_of(KEYS, info.header), data[segment.offset : segment.offset + segment.sealed_size]
    assert sealer.open(0, sealed, segment_aad(info.header, KIND_DATA, 0))
    for kind, position in ((KIND_TREE, 0), (KIND_DATA, 1)):
        with pytest.raises(IntegrityError):
            sealer.open(0, sealed, segment_aad(info.header, kind, position))


def test_packs_of_another_vault_are_refused() -> None:
    packed = Packed([(KIND_DATA, b"x" * 100)])
    (info,) = packed.infos
    for other in (VaultKeys(bytes(32), KEYS.vault_id), VaultKeys(KEYS.root, bytes(16))):
        with pytest.raises(IntegrityError):
            read_pack_footer(packed.store, other, info.name, info.size)


@pytest.mark.parametrize("size", [0, 88, 116, 117, PACK_SIZE + 1, 2**40])
def test_sizes_no_pack_has_are_refused(size: int) -> None:
    packed = Packed([(KIND_DATA, b"x" * 100)])
    (info,) = packed.infos
    with pytest.raises(IntegrityError) as refused:
        read_pack_footer(packed.store, KEYS, info.name, size)
    assert refused.value.code == "pack_damaged"
