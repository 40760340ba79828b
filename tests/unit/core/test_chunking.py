"""Where files are cut: nothing is lost, sizes keep their bounds, and small changes stay small."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.core.chunking import MAX_IDS, ContentChunker, page_for
from cyberlib_client.core.format_v1.vault import USUAL_CHUNKING, Chunking
from cyberlib_client.core.ids import KIB, MAX_CHUNK, MIB

SMALL = Chunking(minimum=64, average=256, maximum=1024)
SEED = 12345


def dealt(chunker: ContentChunker, data: bytes, sizes: list[int]) -> list[bytes]:
    """Cut as a reader does: what is not cut yet goes in front of what comes next.

    `sizes`: fresh bytes in each buffer, over and over.
    """
    chunks: list[bytes] = []
    kept, at, turn = b"", 0, 0
    while True:
        fresh = data[at : at + sizes[turn % len(sizes)]]
        turn, at = turn + 1, at + len(fresh)
        last = at >= len(data)
        buffer = kept + fresh
        start = 0
        for end in chunker.cut(buffer, last=last) if buffer else []:
            chunks.append(buffer[start:end])
            start = end
        kept = buffer[start:]
        if last:
            assert not kept
            return chunks


def cut(data: bytes, sizes: Chunking = SMALL, seed: int = SEED) -> list[bytes]:
    return dealt(ContentChunker(sizes, seed), data, [max(len(data), 1)])


contents = st.one_of(
    st.binary(max_size=6000),
    st.builds(lambda n, s: random.Random(s).randbytes(n), st.integers(0, 30_000), st.integers(0, 99)),
    st.builds(lambda n, b: bytes([b]) * n, st.integers(0, 20_000), st.integers(0, 255)),
)


@settings(max_examples=60)
@given(contents)
def test_chunks_laid_end_to_end_are_the_file(data: bytes) -> None:
    chunks = cut(data)
    assert b"".join(chunks) == data
    assert all(SMALL.minimum <= len(c) <= SMALL.maximum for c in chunks[:-1])
    assert not chunks or 0 < len(chunks[-1]) <= SMALL.maximum


@settings(max_examples=60)
@given(contents, st.lists(st.integers(1, 9000), min_size=1, max_size=5))
def test_cuts_do_not_depend_on_how_a_file_is_dealt_out(data: bytes, sizes: list[int]) -> None:
    """Not even over buffers that are smaller than a chunk: then nothing is cut until more has come."""
    if min(sizes) < 50:
        data = data[:3000]
    assert dealt(ContentChunker(SMALL, SEED), data, sizes) == cut(data)


def test_the_same_chunker_serves_many_files() -> None:
    chunker = ContentChunker(SMALL, SEED)
    one, two = random.Random(1).randbytes(20_000), random.Random(2).randbytes(20_000)
    assert [dealt(chunker, d, [5000]) for d in (one, two, one)] == [cut(one), cut(two), cut(one)]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_will_do(kind: type) -> None:
    data = random.Random(1).randbytes(5000)
    assert ContentChunker(SMALL, SEED).cut(kind(data), last=True) == ContentChunker(SMALL, SEED).cut(
        data, last=True
    )


def test_the_seed_decides_where() -> None:
    """Whoever knows a file's bytes cannot tell where another vault cuts it."""
    data = random.Random(1).randbytes(200_000)
    ends = [set(ContentChunker(SMALL, seed).cut(data, last=True)) for seed in (1, 2, (1 << 63) - 1)]
    assert len(ends[0] & ends[1]) < len(ends[0]) // 4
    assert len(ends[0] & ends[2]) < len(ends[0]) // 4


def test_an_insertion_shifts_little() -> None:
    data = random.Random(1).randbytes(300_000)
    before = set(cut(data))
    for at in (0, 1, 150_000, 299_999):
        fresh = [c for c in cut(data[:at] + b"inserted" + data[at:]) if c not in before]
        assert sum(map(len, fresh)) <= 6 * SMALL.maximum


def test_the_mean_is_what_the_documents_say() -> None:
    """The chunker's average plus the minimum, within a tenth."""
    sizes = USUAL_CHUNKING
    data = random.Random(1).randbytes(64 * MIB)
    mean = len(data) / len(cut(data, sizes))
    assert 0.9 < mean / (sizes.average + sizes.minimum) < 1.1


@pytest.mark.parametrize(
    "sizes",
    [
        USUAL_CHUNKING,
        SMALL,
        Chunking(minimum=256, average=256, maximum=1024),
        Chunking(minimum=1024, average=1024, maximum=1024),
        Chunking(minimum=64, average=1 * MIB, maximum=MAX_CHUNK),
    ],
)
def test_every_size_that_a_vault_may_have_can_cut(sizes: Chunking) -> None:
    """What `check_header` lets pass must not fail when a file is cut."""
    data = random.Random(3).randbytes(9 * MIB)
    chunks = cut(data, sizes)
    assert b"".join(chunks) == data
    assert max(map(len, chunks)) <= sizes.maximum


# ---- pages ----------------------------------------------------------------------------------------


@given(st.sampled_from([512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]), st.integers(0, 1 << 50))
def test_pages_of_databases(page: int, size: int) -> None:
    chosen = page_for(page, size)
    assert chosen % page == 0
    assert chosen // page & (chosen // page - 1) == 0, "a power of two times the page"
    assert 4 * KIB <= chosen <= MAX_CHUNK
    assert -(-size // chosen) <= MAX_IDS or chosen == MAX_CHUNK
    smaller = chosen // 2
    assert smaller < max(page, 4 * KIB) or -(-size // smaller) > MAX_IDS, "no larger than needed"


def test_pages_of_a_database_that_grows_change_seldom() -> None:
    sizes = [page_for(4096, n * 100 * MIB) for n in range(1, 100)]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) <= 5
