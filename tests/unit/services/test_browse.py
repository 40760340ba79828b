"""Looking into snapshots, against plain dictionaries of what each of them holds."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.core.errors import IntegrityError, UsageError
from cyberlib_client.core.format_v1 import tree
from cyberlib_client.core.format_v1.tree import Entry, Extra, root_entry
from cyberlib_client.repository.snapshots import Stored
from cyberlib_client.services.browse import (
    children,
    content,
    diff,
    entry_at,
    look,
    split_path,
    versions,
    walk,
)
from cyberlib_client.services.search import find, name_test
from tests.support.nodes import IDS, Nodes
from tests.support.plans import Shown, Tree
from tests.support.trees import make_tree
from tests.support.vaults import VaultKit, source_of


def nothing(path: bytes, stored: Stored) -> None:
    """Told of what cannot be read in a sound vault."""
    raise AssertionError((path, stored))


def flat(plan: Tree, above: str = "") -> dict[str, bytes | None]:
    """Path → content, None for folders."""
    found: dict[str, bytes | None] = {}
    for name, what in plan.items():
        path = f"{above}/{name}"
        found[path] = what if isinstance(what, bytes) else None
        if not isinstance(what, bytes):
            found.update(flat(what, path))
    return found


names = st.sampled_from(["a", "b", "Élodie", "elodie.txt", "a.b", "a-b", "scan", "SCAN 2"])
contents = st.binary(min_size=1, max_size=2)
trees = st.recursive(
    st.dictionaries(names, contents, max_size=4),
    lambda below: st.dictionaries(names, st.one_of(contents, below), max_size=4),
    max_leaves=8,
)


# ---- one snapshot ---------------------------------------------------------------------------------


@settings(max_examples=60)
@given(trees)
def test_walk_and_look_are_like_a_dictionary(plan: Tree) -> None:
    shown = Shown()
    root = shown.add(plan)
    model = flat(plan)
    walked = {path.decode(): entry for path, entry in walk(shown.nodes, root, b"/")}
    assert walked.keys() == model.keys()
    order = list(walked)
    assert all(path.rpartition("/")[0] in ("", *order[:at]) for at, path in enumerate(order))
    for path, expected in model.items():
        entry = look(shown.nodes, root.content, path.encode())
        assert entry == walked[path]
        assert entry is not None
        assert (entry.kind == tree.DIRECTORY) == (expected is None)
        below = [p for p in model if p.rpartition("/")[0] == path]
        assert [f"{path}/{e.name.decode()}" for e in children(shown.nodes, entry)] == sorted(
            below, key=str.encode
        )
    for absent in ("/x", "/a/x", "/a/b/c/d/e", "/a\0"):
        if absent not in model:
            assert look(shown.nodes, root.content, absent.encode()) is None
            with pytest.raises(UsageError) as refused:
                entry_at(shown.nodes, root.content, absent.encode())
            assert refused.value.code == "path_not_in_snapshot"


def test_the_root_has_many_spellings() -> None:
    shown = Shown()
    root = shown.add({"a": {"b": b"x"}})
    for path in (b"", b"/", b"//"):
        assert entry_at(shown.nodes, root.content, path) == root
    assert split_path(b"/a//b/") == [b"a", b"b"]
    assert look(shown.nodes, root.content, b"a/b/") == look(shown.nodes, root.content, b"/a/b")


def test_a_damaged_folder_is_told_or_raised() -> None:
    shown = Shown()
    root = shown.add({"a": {"x": b"1"}, "bad": {"y": b"2"}, "c": {"z": b"3"}})
    bad = look(shown.nodes, root.content, b"/bad")
    assert bad is not None
    del shown.nodes.kept[bad.content]
    with pytest.raises(IntegrityError):
        list(walk(shown.nodes, root, b"/"))
    lost: list[bytes] = []
    seen = [p for p, _ in walk(shown.nodes, root, b"/", lambda path, error: lost.append(path))]
    assert (seen, lost) == ([b"/a", b"/a/x", b"/bad", b"/c", b"/c/z"], [b"/bad"])


# ---- over time ------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    st.lists(trees, min_size=1, max_size=5),
    st.sampled_from(["a", "elodie", "t can", "*.txt", "scan*", "?", "/x"]),
)
def test_find_is_like_a_dictionary(plans: list[Tree], pattern: str) -> None:
    shown = Shown()
    for plan in plans:
        shown.add(plan)
    test = name_test(pattern)
    matches = {m.path.decode(): m for m in find(shown.nodes, shown.stored, pattern, nothing)}
    models = [flat(plan) for plan in plans]
    wanted = {
        path: [n for n, model in enumerate(models) if path in model]
        for model in models
        for path in model
        if test(path.rpartition("/")[2].encode())
    }
    assert matches.keys() == wanted.keys()
    assert list(matches) == sorted(matches, key=lambda path: path.encode().split(b"/"))
    for path, numbers in wanted.items():
        match = matches[path]
        assert (match.first, match.last) == (shown.stored[numbers[0]], shown.stored[numbers[-1]])
        assert match.count == len(numbers)
        assert match.entry == look(shown.nodes, match.last.snapshot.root, path.encode())


@settings(max_examples=40)
@given(st.lists(trees, min_size=1, max_size=4), names)
def test_find_below_a_folder(plans: list[Tree], under: str) -> None:
    shown = Shown()
    for plan in plans:
        shown.add(plan)
    everywhere = [m.path for m in find(shown.nodes, shown.stored, "a", nothing)]
    start = f"/{under}".encode()
    for spelled in (start, start + b"/"):
        below = [m.path for m in find(shown.nodes, shown.stored, "a", nothing, spelled)]
        assert below == [path for path in everywhere if path.startswith(start + b"/")]


def test_unchanged_folders_are_searched_once() -> None:
    shown = Shown()
    same = {f"d{n}": {f"f{m}": b"x" for m in range(5)} for n in range(5)}
    for number in range(20):
        shown.add({"same": same, "other": {"n": b"%d" % number}})
    shown.nodes.read.clear()
    (match,) = find(shown.nodes, shown.stored, "f3", nothing, b"/same/d2")
    assert (match.path, match.count) == (b"/same/d2/f3", 20)
    assert shown.nodes.read.count(shown.nodes.read[-1]) <= 20
    shown.nodes.read.clear()
    assert sum(m.count for m in find(shown.nodes, shown.stored, "f3", nothing)) == 100
    assert len(shown.nodes.read) < 80, "each folder once, each root once"


def test_a_search_tells_what_it_finds_as_it_goes() -> None:
    """However much is found, no more is read, or in memory, than the folders down to the one looked at."""
    shown = Shown()
    for number in range(3):
        shown.add({f"d{n:03}": {f"e{m}": {"scan.jpg": b"%d" % number} for m in range(3)} for n in range(100)})
    shown.nodes.read.clear()
    found = find(shown.nodes, shown.stored, "scan", nothing)
    first = next(found)
    assert (first.path, first.count) == (b"/d000/e0/scan.jpg", 3)
    assert len(shown.nodes.read) == 3 * 3, "the root, d000 and e0 of each"
    assert sum(1 for _ in found) == 299


def test_a_file_that_becomes_a_folder_and_a_file_again_is_one_match() -> None:
    shown = Shown()
    for plan in ({"a": b"1"}, {"a": {"a": b"2"}}, {}, {"a": b"3"}, {"b": b""}):
        shown.add(plan)
    matches = [(m.path, m.entry.kind, m.count, m.first, m.last) for m in find(
        shown.nodes, shown.stored, "a", nothing)]  # fmt: skip
    one, two, _, four, _ = shown.stored
    assert matches == [(b"/a", tree.FILE, 3, one, four), (b"/a/a", tree.FILE, 1, two, two)]


def test_what_cannot_be_read_costs_a_search_itself_alone() -> None:
    shown = Shown()
    for number in range(3):
        shown.add({"sound": {"a": b"x"}, "bad": {"a": b"%d" % number}, "z": {"a": b"y"}})
    lost = look(shown.nodes, shown.stored[1].snapshot.root, b"/bad")
    assert lost is not None
    del shown.nodes.kept[lost.content]
    told: list[tuple[bytes, Stored]] = []

    def unread(path: bytes, stored: Stored) -> None:
        told.append((path, stored))

    found = {m.path: m.count for m in find(shown.nodes, shown.stored, "a", unread)}
    assert found == {b"/sound/a": 3, b"/bad": 3, b"/bad/a": 2, b"/z/a": 3}
    assert told == [(b"/bad", shown.stored[1])]
    told.clear()
    seen = versions(shown.nodes, shown.stored, b"/bad/a", unread)
    assert [v.snapshots for v in seen] == [[shown.stored[0]], [shown.stored[2]]]
    assert told == [(b"/bad/a", shown.stored[1])]
    told.clear()
    del shown.nodes.kept[shown.stored[1].snapshot.root]
    found = {m.path: m.count for m in find(shown.nodes, shown.stored, "a", unread, b"/sound")}
    assert found == {b"/sound/a": 2}
    assert told == [(b"/sound", shown.stored[1])]


def test_what_cannot_be_read_costs_a_comparison_itself_alone() -> None:
    shown = Shown()
    one = shown.add({"a": {"x": b"1"}, "bad": {"y": b"1"}, "c": {"z": b"1"}})
    two = shown.add({"a": {"x": b"2"}, "bad": {"y": b"2"}, "c": {"z": b"2"}})
    lost = look(shown.nodes, two.content, b"/bad")
    assert lost is not None
    del shown.nodes.kept[lost.content]
    told: list[bytes] = []
    changes = diff(shown.nodes, one, two, b"/", lambda path, error: told.append(path))
    assert [(c.kind, c.path) for c in changes] == [("~", b"/a/x"), ("~", b"/c/z")]
    assert told == [b"/bad"]
    with pytest.raises(IntegrityError):
        list(diff(shown.nodes, one, two, b"/"))


@pytest.mark.parametrize(
    ("pattern", "name", "found"),
    [
        ("elodie", "Élodie Martin.pdf", True), ("ÉLODIE", "elodie", True), ("e\u0301lodie", "Élodie", True),
        ("*.pdf", "a.PDF", True), ("*.pdf", "a.pdf.txt", False), ("pdf", "a.pdf.txt", True),
        ("scan?", "scan1", True), ("scan?", "scan12", False), ("[ab]*", "bac", False),
        ("[ab]*", "[AB] c", True), ("dupont [irm]", "Dupont [IRM].txt", True),
        ("helene lettre", "Lettre à Hélène.pdf", True),
        ("lettre paul", "Lettre à Hélène.pdf", False), (" ", "a b", True), (" ", "ab", False),
        ("a b*", "b a", False), ("[", "a[1].txt", True),
        ("x[!a]?", "x[!a]b", True), ("]", "a]", True),
        ("a.b", "axb", False), ("a+b", "a+b", True), ("(", "a(1).txt", True), ("straße", "STRASSE", True),
        ("", "anything", True), ("*", "a\nb", True), ("b", "a\nb", True), ("œuf", "Œuf", True),
    ],
)  # fmt: skip
def test_patterns(pattern: str, name: str, found: bool) -> None:
    assert name_test(pattern)(name.encode()) is found


def test_names_that_are_no_text_are_searched_too() -> None:
    assert name_test("lettre")(b"lettre\xff\xfe.txt")
    assert name_test("*")(b"\xff")


@settings(max_examples=60)
@given(st.lists(trees, min_size=1, max_size=6), names)
def test_versions_are_like_a_dictionary(plans: list[Tree], name: str) -> None:
    shown = Shown()
    for plan in plans:
        shown.add(plan)
    path = f"/{name}"
    models = [flat(plan) for plan in plans]
    found = versions(shown.nodes, shown.stored, path.encode(), nothing)
    assert [s for v in found for s in v.snapshots] == [
        s for s, model in zip(shown.stored, models, strict=True) if path in model
    ]
    for version in found:
        states = {look(shown.nodes, s.snapshot.root, path.encode()).content for s in version.snapshots}  # type: ignore[union-attr]
        assert states == {version.entry.content}
    assert all(a.entry.content != b.entry.content for a, b in pairwise(found))


# ---- differences ----------------------------------------------------------------------------------


@settings(max_examples=80)
@given(trees, trees)
def test_differences_are_like_a_dictionarys(before: Tree, after: Tree) -> None:
    shown = Shown()
    one, two = shown.add(before), shown.add(after)
    old, new = flat(before), flat(after)
    changes = {c.path.decode(): c for c in diff(shown.nodes, one, two, b"/")}
    wanted = dict.fromkeys(new.keys() - old.keys(), "+")
    wanted |= dict.fromkeys(old.keys() - new.keys(), "-")
    wanted |= {path: "~" for path in old.keys() & new.keys() if old[path] != new[path]}
    assert {path: change.kind for path, change in changes.items()} == wanted
    for path, change in changes.items():
        assert change.before == (look(shown.nodes, one.content, path.encode()) if path in old else None)
        assert change.after == (look(shown.nodes, two.content, path.encode()) if path in new else None)
    assert list(diff(shown.nodes, one, one, b"/")) == []


def test_equal_folders_are_not_read() -> None:
    shown = Shown()
    same = {f"d{n}": {f"f{m}": b"x" for m in range(5)} for n in range(5)}
    one, two = shown.add({"same": same, "x": b"1"}), shown.add({"same": same, "x": b"2"})
    shown.nodes.read.clear()
    assert [c.path for c in diff(shown.nodes, one, two, b"/")] == [b"/x"]
    assert len(shown.nodes.read) == 2


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"mode": 0o600}, "m"),
        ({"uid": 7}, "m"),
        ({"gid": 7}, "m"),
        ({"mtime": 99}, "m"),
        ({"extra": Extra(metadata={"xattr:user.a": b"1"})}, "m"),
        ({"inode": 5}, ""),
        ({"changed": 5}, ""),
        ({"extra": Extra(database=True)}, ""),
        ({"size": 9}, "~"),
        ({"content": bytes(20)}, "~"),
        ({"kind": tree.SYMLINK}, "~"),
    ],
)
def test_what_counts_as_a_change(change: dict[str, object], kind: str) -> None:
    nodes = Nodes()

    def root(changed: dict[str, object]) -> Entry:
        entry = Entry(b"f", tree.FILE, 0o644, 1, 1, 5, 0, 0, 5, IDS.of(b"x"))
        for field, value in changed.items():
            setattr(entry, field, value)
        return root_entry(nodes.writer.directory([entry]))

    assert "".join(c.kind for c in diff(nodes, root({}), root(change), b"/")) == kind


# ---- content --------------------------------------------------------------------------------------


def test_content_comes_in_pieces(tmp_path: Path) -> None:
    kit = VaultKit()
    files = {
        "small": b"x" * 50,
        "large": random.Random(1).randbytes(50_000),
        "zeros.db": bytes(3_000_000),
        "empty": b"",
    }
    make_tree(tmp_path / "a", files)
    kit.backup(tmp_path / "a")
    reader = kit.reader()
    for name, data in files.items():
        entry = entry_at(reader, kit.root(), source_of(tmp_path / "a" / name).path)
        pieces = list(content(reader, entry))
        assert b"".join(pieces) == data
        assert max(map(len, pieces), default=0) <= 1 << 20
    with pytest.raises(UsageError) as refused:
        list(content(reader, entry_at(reader, kit.root(), source_of(tmp_path / "a").path)))
    assert refused.value.code == "not_a_file"
