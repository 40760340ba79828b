"""A file's list of chunks: what goes in comes out, and a changed page rewrites a handful of nodes."""

from __future__ import annotations

import random
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.format_v1 import tree
from cyberlib_client.core.format_v1.content import MAX_LEVELS, NODE_MAX, decode_list, encode_list
from cyberlib_client.core.format_v1.tree import Entry, Extra
from cyberlib_client.core.ids import ZERO_ID
from cyberlib_client.repository.content import ContentList, content_spans
from tests.support.nodes import IDS, Nodes

pytestmark = pytest.mark.portable

Chunks = list[tuple[bytes, int]]


def chunk(number: int, size: int = 100) -> tuple[bytes, int]:
    return IDS.of(b"%d" % number), size


def built(nodes: Nodes, chunks: Chunks, page: int = 0) -> Entry:
    """The entry of a file of these chunks."""
    content = ContentList(nodes.writer.put, page)
    for chunk_id, size in chunks:
        content.add(chunk_id, size)
    root, levels = content.finish()
    extra = Extra(levels=levels, page=page if levels else 0)
    return Entry(b"f", tree.FILE, 0, 0, 0, 0, 0, 0, sum(size for _, size in chunks), root, extra)


def spans(nodes: Nodes, entry: Entry) -> list[tuple[bytes, int, int]]:
    return list(content_spans(nodes, entry))


def laid_out(chunks: Chunks) -> list[tuple[bytes, int, int]]:
    offsets = accumulate((size for _, size in chunks), initial=0)
    return [(chunk_id, offset, size) for (chunk_id, size), offset in zip(chunks, offsets, strict=False)]


ids = st.one_of(
    st.binary(min_size=20, max_size=20),
    st.just(ZERO_ID),
    st.sampled_from([b"\xff" * 20, b"\xff" * 19 + b"\0", b"\1" * 19 + b"\x20"]),  # end a node, or never do
)


@given(st.lists(st.tuples(ids, st.integers(1, 2**40)), min_size=1, max_size=80))
def test_what_goes_in_comes_out(chunks: Chunks) -> None:
    nodes = Nodes()
    assert spans(nodes, built(nodes, chunks)) == laid_out(chunks)


@given(st.lists(ids, min_size=1, max_size=80), st.integers(1, 4096))
def test_pages_come_out_without_their_sizes(pages: list[bytes], last: int) -> None:
    chunks = [(page, 4096) for page in pages[:-1]] + [(pages[-1], last)]
    if pages[-1] == ZERO_ID:
        chunks[-1] = (ZERO_ID, 4096)  # a short page of zeros is stored as it is
    nodes = Nodes()
    entry = built(nodes, chunks, page=4096)
    assert spans(nodes, entry) == laid_out(chunks)
    if entry.extra and entry.extra.levels == 1:
        assert decode_list(nodes.kept[entry.content])[1] is None


@pytest.mark.parametrize("count", [1, 2, 3, 31, 32, 255, 256, 257, 5000, 70_000])
@pytest.mark.parametrize("which", ["different", "the same, ending nodes", "the same, never ending one"])
def test_any_length(count: int, which: str) -> None:
    one = b"\1" * 19 + (b"\x20" if "ending nodes" in which else b"\x21")
    chunks = [chunk(n) if which == "different" else (one, 100) for n in range(count)]
    nodes = Nodes()
    entry = built(nodes, chunks)
    assert spans(nodes, entry) == laid_out(chunks)
    assert entry.extra is not None
    assert (entry.extra.levels == 0) == (count == 1)
    assert entry.extra.levels <= MAX_LEVELS
    assert all(len(decode_list(node)[0]) <= 20 * NODE_MAX for node in nodes.kept.values())
    nodes = Nodes()
    assert built(nodes, chunks) == entry, "the same list wherever it is written"


def test_one_chunk_is_its_own_list() -> None:
    nodes = Nodes()
    entry = built(nodes, [chunk(1, 77)])
    assert (entry.content, entry.extra, nodes.kept) == (chunk(1)[0], Extra(), {})


@pytest.mark.parametrize("size", [1, 4096, 2**50])
def test_a_file_of_zeros_tells_its_size(size: int) -> None:
    nodes = Nodes()
    entry = built(nodes, [(ZERO_ID, size)])
    assert spans(nodes, entry) == [(ZERO_ID, 0, size)]
    assert entry.extra == Extra(levels=1)


@pytest.mark.parametrize("page", [0, 4096])
def test_one_page_of_fifty_thousand_changes_few_nodes(page: int) -> None:
    nodes = Nodes()
    chunks = [chunk(n, 4096) for n in range(50_000)]
    before = built(nodes, chunks, page)
    stored = len(nodes.written)
    chunks[31_234] = chunk(-1, 4096)
    after = built(nodes, chunks, page)
    fresh = nodes.written[stored:]
    assert spans(nodes, after) == laid_out(chunks)
    assert after.content != before.content
    assert len(fresh) <= 8
    assert sum(len(nodes.kept[n]) for n in fresh) < 10_000


def test_scattered_pages_change_their_own_nodes() -> None:
    nodes = Nodes()
    chunks = [chunk(n, 4096) for n in range(50_000)]
    built(nodes, chunks, 4096)
    stored = len(nodes.written)
    for number in random.Random(1).sample(range(50_000), 250):
        chunks[number] = chunk(-number, 4096)
    built(nodes, chunks, 4096)
    assert sum(len(nodes.kept[n]) for n in nodes.written[stored:]) < 500_000


def test_inserted_chunks_shift_nothing() -> None:
    nodes = Nodes()
    chunks = [chunk(n) for n in range(50_000)]
    built(nodes, chunks)
    stored = len(nodes.written)
    chunks[100:100] = [chunk(-n) for n in range(1, 4)]
    after = built(nodes, chunks)
    assert spans(nodes, after) == laid_out(chunks)
    assert len(nodes.written) - stored <= 10


def test_appended_chunks_cost_the_end_alone() -> None:
    nodes = Nodes()
    chunks = [chunk(n) for n in range(50_000)]
    built(nodes, chunks)
    stored = len(nodes.written)
    built(nodes, [*chunks, chunk(-1)])
    assert len(nodes.written) - stored <= 8


# ---- lists that nobody should have written --------------------------------------------------------


def refused(nodes: Nodes, entry: Entry) -> str:
    with pytest.raises(IntegrityError) as error:
        spans(nodes, entry)
    return error.value.code


def listed(nodes: Nodes, chunks: Chunks, size: int, *, levels: int = 1, page: int = 0) -> Entry:
    sizes = None if page else [s for _, s in chunks]
    node = nodes.writer.put(encode_list(b"".join(i for i, _ in chunks), sizes))
    return Entry(b"f", tree.FILE, 0, 0, 0, 0, 0, 0, size, node, Extra(levels=levels, page=page))


@pytest.mark.parametrize("size", [0, 1, 299, 301, 2**60])
def test_a_list_must_add_up(size: int) -> None:
    nodes = Nodes()
    assert refused(nodes, listed(nodes, [chunk(n) for n in range(3)], size)) == "bad_content_list"


@pytest.mark.parametrize("size", [0, 2 * 4096, 3 * 4096 + 1])
def test_pages_must_add_up(size: int) -> None:
    nodes = Nodes()
    assert refused(nodes, listed(nodes, [chunk(n) for n in range(3)], size, page=4096)) == "bad_content_list"


def test_what_is_no_list_is_refused() -> None:
    nodes = Nodes()
    for node in (
        b"",
        b"\x90",
        encode_list(b"", []),
        encode_list(bytes(19), None),
        encode_list(bytes(20), []),
    ):
        entry = Entry(b"f", tree.FILE, 0, 0, 0, 0, 0, 0, 1, nodes.writer.put(node), Extra(levels=1))
        assert refused(nodes, entry) == "bad_content_list"
    for sizes in ([0], [-1], [1, 2]):
        entry = listed(nodes, [(bytes(20), 1)], 1)
        entry.content = nodes.writer.put(encode_list(bytes(20), sizes))
        assert refused(nodes, entry) == "bad_content_list"
    too_many = encode_list(bytes(20 * (NODE_MAX + 1)), [1] * (NODE_MAX + 1))
    entry.content = nodes.writer.put(too_many)
    assert refused(nodes, entry) == "bad_content_list"


def test_pages_without_a_page_are_refused() -> None:
    nodes = Nodes()
    entry = listed(nodes, [chunk(1), chunk(2)], 200, page=4096)
    entry.extra = Extra(levels=1)
    assert refused(nodes, entry) == "bad_content_list"


def test_only_the_lowest_level_may_do_without_sizes() -> None:
    nodes = Nodes()
    below = listed(nodes, [chunk(1)], 100, page=100)
    above = listed(nodes, [(below.content, 100)], 100, levels=2, page=100)
    assert refused(nodes, above) == "bad_content_list"


def test_too_many_levels_are_refused() -> None:
    nodes = Nodes()
    entry = listed(nodes, [chunk(1)], 100)
    for level in range(2, MAX_LEVELS + 1):
        entry = listed(nodes, [(entry.content, 100)], 100, levels=level)
    assert spans(nodes, entry) == [(chunk(1)[0], 0, 100)]
    assert (
        refused(nodes, listed(nodes, [(entry.content, 100)], 100, levels=MAX_LEVELS + 1))
        == "bad_content_list"
    )


def test_a_missing_node_is_told() -> None:
    nodes = Nodes()
    entry = built(nodes, [chunk(n) for n in range(100)])
    nodes.kept.popitem()
    assert refused(nodes, entry) == "chunk_missing"


def test_what_is_no_file_or_empty_has_no_spans() -> None:
    nodes = Nodes()
    empty = Entry(b"f", tree.FILE, 0, 0, 0, 0, 0, 0, 0, b"")
    folder = Entry(b"d", tree.DIRECTORY, 0, 0, 0, 0, 0, 0, 0, bytes(20))
    unread = Entry(b"u", tree.FILE, 0, 0, 0, 0, 0, 0, 9, b"", Extra(missing="unreadable"))
    assert spans(nodes, empty) == spans(nodes, folder) == spans(nodes, unread) == []
    lost = Entry(b"l", tree.FILE, 0, 0, 0, 0, 0, 0, 9, b"")
    assert refused(nodes, lost) == "bad_content_list"
