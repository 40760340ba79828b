"""Directories as nodes: what goes in comes out, in order, and small changes stay small."""

from __future__ import annotations

import random
from bisect import insort

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.format_v1 import tree
from cyberlib_client.core.format_v1.tree import Entry, Extra, encode_branch, encode_leaf
from cyberlib_client.core.ids import MAX_CHUNK, TREE_SEGMENT_SIZE
from cyberlib_client.core.platform import ROOM
from cyberlib_client.repository.trees import find_entry, read_directory
from tests.support.nodes import IDS, Nodes

pytestmark = pytest.mark.portable


def file(name: bytes, number: int = 0, **extra: object) -> Entry:
    return Entry(
        name, tree.FILE, 0o644, 1000, 1000, 10**18 + number, 1, number, 5, IDS.of(name),
        Extra(**extra) if extra else None,  # type: ignore[arg-type]
    )  # fmt: skip


def names(count: int, seed: int = 0) -> list[bytes]:
    source = random.Random(seed)
    return sorted({b"%s %d" % (source.choice([b"lettre", b"scan", b"IMG"]), n) for n in range(count)})


names_of_files = st.sets(
    st.binary(min_size=1, max_size=8).filter(lambda n: not set(n) & {0, 0x2F} and n not in (b".", b"..")),
    max_size=40,
)


@given(names_of_files)
def test_what_goes_in_comes_out(chosen: set[bytes]) -> None:
    entries = [file(name, number) for number, name in enumerate(sorted(chosen))]
    nodes = Nodes()
    root = nodes.writer.directory(entries)
    assert list(read_directory(nodes, root)) == entries
    for name in [*chosen, b"absent", b"\xff" * 9]:
        found = [e for e in entries if e.name == name]
        assert find_entry(nodes, root, name) == (found[0] if found else None)


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 258, 2048, 5000, 50_000])
def test_any_size(count: int) -> None:
    entries = [file(name, number) for number, name in enumerate(names(count))]
    nodes = Nodes()
    root = nodes.writer.directory(entries)
    assert list(read_directory(nodes, root)) == entries
    assert all(len(node) <= MAX_CHUNK for node in nodes.kept.values())
    assert len(nodes.kept) == 1 or count > 256
    assert Nodes().writer.directory(entries) == root, "the same wherever it is written"


def test_the_same_directory_is_stored_once() -> None:
    entries = [file(name) for name in names(3000)]
    nodes = Nodes()
    root = nodes.writer.directory(entries)
    before = len(nodes.written)
    assert nodes.writer.directory(entries) == root
    assert len(nodes.written) == before


@pytest.mark.parametrize("new", [b"AAA first", b"scan 25000b", b"zzz last"])
def test_one_name_more_in_fifty_thousand_changes_few_nodes(new: bytes) -> None:
    nodes = Nodes()
    entries = [file(name) for name in names(50_000)]
    nodes.writer.directory(entries)
    before = len(nodes.written)
    insort(entries, file(new), key=lambda e: e.name)
    root = nodes.writer.directory(entries)
    fresh = nodes.written[before:]
    assert list(read_directory(nodes, root)) == entries
    assert 1 < len(fresh) <= 8
    assert sum(len(nodes.kept[node]) for node in fresh) < 400_000


def test_one_name_is_found_without_reading_them_all() -> None:
    nodes = Nodes()
    entries = [file(name) for name in names(50_000)]
    root = nodes.writer.directory(entries)
    for entry in random.Random(1).sample(entries, 200):
        nodes.read.clear()
        assert find_entry(nodes, root, entry.name) == entry
        assert len(nodes.read) <= 4


def test_names_made_to_harm_cost_little() -> None:
    """Whoever chooses names can end a leaf at each of them, or at none."""
    from zlib import crc32

    ends = [n for n in (b"%d" % i for i in range(900_000)) if not crc32(n) & 0xFF]
    nodes = Nodes()
    entries = [file(name) for name in sorted(ends)]
    root = nodes.writer.directory(entries)
    assert list(read_directory(nodes, root)) == entries
    never = [n for n in (b"%d" % i for i in range(9_000)) if crc32(n) & 0xFF]
    entries = [file(name) for name in sorted(never)]
    nodes = Nodes()
    assert list(read_directory(nodes, nodes.writer.directory(entries))) == entries
    assert max(map(len, nodes.kept.values())) < TREE_SEGMENT_SIZE


@pytest.mark.parametrize("count", [1, 3, 200, 300])
def test_much_metadata_makes_no_node_that_cannot_be_read(count: int) -> None:
    """Streams and attributes may take a mebibyte for each file."""
    size = ROOM if count < 100 else ROOM // 16
    entries = [file(n, metadata={"xattr:user.x": bytes(size)}) for n in names(count)]
    nodes = Nodes()
    root = nodes.writer.directory(entries)
    assert list(read_directory(nodes, root)) == entries
    assert all(len(node) <= MAX_CHUNK for node in nodes.kept.values())
    assert find_entry(nodes, root, entries[-1].name) == entries[-1]


def test_long_link_targets_make_no_node_that_cannot_be_read() -> None:
    entries = [Entry(n, tree.SYMLINK, 0o777, 0, 0, 0, 0, 0, 0, b"x" * 4095) for n in names(3000)]
    nodes = Nodes()
    root = nodes.writer.directory(entries)
    assert list(read_directory(nodes, root)) == entries
    assert max(map(len, nodes.kept.values())) <= TREE_SEGMENT_SIZE


# ---- trees that nobody should have written --------------------------------------------------------


def bad(nodes: Nodes, root: bytes) -> str:
    with pytest.raises(IntegrityError) as refused:
        list(read_directory(nodes, root))
    return refused.value.code


def branch(nodes: Nodes, *children: tuple[bytes, bytes]) -> bytes:
    return nodes.writer.put(encode_branch(list(children)))


def leaf(nodes: Nodes, *chosen: bytes) -> bytes:
    return nodes.writer.put(encode_leaf([file(name) for name in chosen]))


@pytest.mark.parametrize("chosen", [["a", "a"], ["b", "a"], ["a", "b", "b", "c"]])
def test_what_no_reader_takes_is_not_written(chosen: list[str]) -> None:
    nodes = Nodes()
    with pytest.raises(ValueError, match="out of order"):
        nodes.writer.directory([file(name.encode()) for name in chosen])
    assert nodes.kept == {}


def test_a_name_twice_is_refused() -> None:
    """Otherwise a restore would meet its own file."""
    nodes = Nodes()
    assert bad(nodes, leaf(nodes, b"a", b"a")) == "bad_tree"
    assert bad(nodes, leaf(nodes, b"b", b"a")) == "bad_tree"
    one, two = leaf(nodes, b"a", b"c"), leaf(nodes, b"b", b"d")
    assert bad(nodes, branch(nodes, (b"a", one), (b"b", two))) == "bad_tree"
    assert bad(nodes, branch(nodes, (b"a", one), (b"c", leaf(nodes, b"c")))) == "bad_tree"


def test_a_branch_that_lies_about_its_children_is_refused() -> None:
    nodes = Nodes()
    assert bad(nodes, branch(nodes, (b"a", leaf(nodes, b"b")))) == "bad_tree"
    assert bad(nodes, branch(nodes, (b"a", branch(nodes, (b"b", leaf(nodes, b"b")))))) == "bad_tree"
    assert bad(nodes, branch(nodes, (b"a", leaf(nodes)))) == "bad_tree"


@pytest.mark.parametrize("name", [b"", b".", b"..", b"a/b", b"/", b"a\0b", b"\0"])
def test_names_that_lead_elsewhere_are_refused(name: bytes) -> None:
    nodes = Nodes()
    assert bad(nodes, leaf(nodes, name)) == "bad_tree"


def test_a_branch_below_a_branch_has_an_end() -> None:
    nodes = Nodes()
    root = leaf(nodes, b"a")
    for _ in range(8):
        root = branch(nodes, (b"a", root))
    assert [e.name for e in read_directory(nodes, root)] == [b"a"]
    for _ in range(3000):
        root = branch(nodes, (b"a", root))
    assert bad(nodes, root) == "bad_tree"
    with pytest.raises(IntegrityError):
        find_entry(nodes, root, b"a")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": 7},
        {"kind": -1},
        {"mode": 0o10000},
        {"mode": -1},
        {"size": -1},
        {"size": 1 << 63},
        {"content": b"short"},
        {"content": bytes(21)},
        {"kind": tree.DIRECTORY, "content": b""},
        {"kind": tree.DIRECTORY, "content": b"x", "extra": Extra(missing="unreadable")},
        {"extra": Extra(levels=-1)},
        {"extra": Extra(levels=17)},
        {"extra": Extra(page=MAX_CHUNK + 1)},
        {"extra": Extra(metadata={"xattr:a\0b": b""})},
    ],
)
def test_entries_that_make_no_sense_are_refused(change: dict[str, object]) -> None:
    entry = file(b"a")
    for field, value in change.items():
        setattr(entry, field, value)
    nodes = Nodes()
    assert bad(nodes, nodes.writer.put(encode_leaf([entry]))) == "bad_tree"


@settings(max_examples=15)
@given(st.sets(st.integers(0, 3000)), st.integers(0, 2**32))
def test_any_change_of_a_large_directory(removed: set[int], seed: int) -> None:
    """What was read is what was written, however the nodes are shared with the version before."""
    nodes = Nodes()
    entries = [file(name) for name in names(3000, seed)]
    before = nodes.writer.directory(entries)
    left = [e for number, e in enumerate(entries) if number not in removed]
    after = nodes.writer.directory(left)
    assert list(read_directory(nodes, before)) == entries
    assert list(read_directory(nodes, after)) == left


def test_an_empty_node_begins_with_the_empty_name() -> None:
    nodes = Nodes()
    root = branch(nodes, (b"", leaf(nodes)), (b"a", leaf(nodes, b"a", b"b")))
    assert [e.name for e in read_directory(nodes, root)] == [b"a", b"b"]
    assert bad(nodes, branch(nodes, (b"a", leaf(nodes, b"a")), (b"b", leaf(nodes)))) == "bad_tree"


def test_bad_nodes_cost_what_lies_below_them_and_no_more() -> None:
    nodes = Nodes()
    entries = [file(name) for name in names(60_000)]
    root = nodes.writer.directory(entries)
    whole, cut, *_, wrong = (node for node in nodes.written if not tree.decode_node(nodes.kept[node])[1])
    gone = {e.name for node in (cut, wrong) for e in tree.decode_node(nodes.kept[node])[0]}
    middle = next(node for node in nodes.written if node != root and tree.decode_node(nodes.kept[node])[1])
    assert list(read_directory(nodes, middle)), "a branch below the root"
    gone |= {e.name for e in read_directory(nodes, middle)}
    del nodes.kept[cut], nodes.kept[middle]
    nodes.kept[wrong] = nodes.kept[whole]
    told: list[IntegrityError] = []
    assert list(read_directory(nodes, root, told.append)) == [e for e in entries if e.name not in gone]
    assert [error.code for error in told] == ["chunk_missing"]
    assert bad(nodes, root) == "chunk_missing"


def test_no_node_is_read_twice_whatever_branches_say() -> None:
    """Each branch holds all those that begin later: with the ways through them one could fill years."""
    nodes = Nodes()
    below = [(b"%03d" % n, leaf(nodes, b"%03d" % n)) for n in range(60)]
    for _ in range(7):
        below = [(first, branch(nodes, *below[n:])) for n, (first, _) in enumerate(below)]
    root = branch(nodes, *below)
    nodes.read.clear()
    told: list[IntegrityError] = []
    assert [e.name for e in read_directory(nodes, root, told.append)] == [b"%03d" % n for n in range(60)]
    assert [error.code for error in told] == ["bad_tree"]
    assert len(nodes.read) == 60 + 8
