"""A search that knows names finds what one finds that reads all."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.app import bootstrap
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.repository.snapshots import Stored
from cyberlib_client.services.names import Names, learn
from cyberlib_client.services.search import find
from cyberlib_client.state.names_file import read_names, write_names
from cyberlib_client.state.profile import Profile
from tests.support.plans import Shown, Tree

_LETTERS = st.sampled_from(["a", "b", "É", "e", "ss", "ß", "İ", "ﬁ", ".", "[", "\n", "\u0301", "œ", "\udcff"])
_NAMES = st.lists(_LETTERS, min_size=1, max_size=4).map("".join).filter(lambda n: n not in (".", ".."))
_CONTENTS = st.binary(min_size=1, max_size=2)
_TREES = st.recursive(
    st.dictionaries(_NAMES, _CONTENTS, max_size=4),
    lambda below: st.dictionaries(_NAMES, st.one_of(_CONTENTS, below), max_size=4),
    max_leaves=10,
)
_PATTERNS = st.lists(st.one_of(_LETTERS, st.sampled_from("*?")), min_size=1, max_size=4).map("".join)


def hits(shown: Shown, stored: list[Stored], pattern: str, names: Names | None) -> list[object]:
    def unread(path: bytes, stored: Stored) -> None:
        lost.append((path, stored.id))

    lost: list[object] = []
    found = find(shown.nodes, stored, pattern, unread, names=names)  # type: ignore[arg-type]
    return [(m.path, m.entry, m.first.id, m.last.id, m.count) for m in found] + lost


def learned(shown: Shown, stored: list[Stored], names: Names, steps: int | None = None) -> Names:
    tops = {each.snapshot.root for each in stored if each.snapshot.root in names}
    roots = [each.snapshot.root for each in stored]
    for _ in islice(learn(shown.nodes, roots, names, tops), steps):
        pass
    return names if steps is not None else names.kept(tops)


@settings(max_examples=60, deadline=None)
@given(st.lists(_TREES, min_size=2, max_size=4), st.lists(_PATTERNS, min_size=3, max_size=6), st.data())
def test_what_is_known_changes_no_hit(plans: list[Tree], patterns: list[str], data: st.DataObject) -> None:
    shown = Shown()
    for plan in plans:
        shown.add(plan)
    steps = data.draw(st.integers(0, 8))
    part = learned(shown, shown.stored, Names(), steps)
    first = learned(shown, shown.stored[:1], Names())
    whole = learned(shown, shown.stored, Names.of(first.parts()))
    retired = learned(shown, shown.stored[1:], Names.of(whole.parts()))
    again = Names.of(retired.parts())
    for pattern in patterns:
        wanted = hits(shown, shown.stored, pattern, None)
        for names in (part, first, whole, retired, again):
            assert hits(shown, shown.stored, pattern, names) == wanted
    fresh = learned(shown, shown.stored[1:], Names())
    assert len(retired) == len(fresh), "what no snapshot has any more is forgotten"
    assert sorted(retired.parts()[4].split(b"\0")) == sorted(fresh.parts()[4].split(b"\0"))


def test_only_what_may_hold_the_name_is_read() -> None:
    shown = Shown()
    for number in range(3):
        shown.add({f"d{n}": {f"f{n}-{m}": b"%d" % number for m in range(600)} for n in range(12)})
    names = learned(shown, shown.stored, Names())
    shown.nodes.read.clear()
    assert len(hits(shown, shown.stored, "F7-57", names)) == 11
    assert len(set(shown.nodes.read)) < 20
    shown.nodes.read.clear()
    assert hits(shown, shown.stored, "nowhere", names) == []
    assert shown.nodes.read == []


def test_a_damaged_folder_is_told_as_ever_and_the_rest_is_known() -> None:
    shown = Shown()
    shown.add({"a": {"x": b"1"}, "bad": {"y": b"2"}, "c": {"xx": b"3"}})
    (bad,) = [e.content for e in _entries(shown) if e.name == b"bad"]
    kept = shown.nodes.kept.pop(bad)
    names = learned(shown, shown.stored, Names())
    assert len(names) == 2
    wanted = hits(shown, shown.stored, "x", None)
    assert (b"/bad", shown.stored[0].id) in wanted and len(wanted) == 3
    assert hits(shown, shown.stored, "x", names) == wanted
    shown.nodes.kept[bad] = kept
    assert len(learned(shown, shown.stored, names)) == 4


def _entries(shown: Shown):  # type: ignore[no-untyped-def]
    from cyberlib_client.repository.trees import read_directory

    return read_directory(shown.nodes, shown.stored[0].snapshot.root)


def test_names_are_kept_sealed(tmp_path: Path) -> None:
    profile = Profile(str(tmp_path / "profile"), bootstrap.private_files)
    keys = VaultKeys(bytes(32), bytes(16))
    assert read_names(profile, keys) == []
    names = Names()
    for number in range(3000):
        names.add(number.to_bytes(20, "big"), [b"Dupont %d-%d.pdf" % (number, n) for n in range(40)], [])
    write_names(profile, keys, names.parts(), bootstrap.random)
    data = bytearray(Path(profile.names).read_bytes())
    assert b"dupont" not in data.lower()
    assert Names.of(read_names(profile, keys)).parts() == names.parts()
    assert read_names(profile, VaultKeys(bytes(31) + b"x", bytes(16))) == []
    for cut in (0, 5, 40, 80, len(data) - 1, len(data) // 2):
        Path(profile.names).write_bytes(data[:cut])
        assert read_names(profile, keys) == []
    for at in (0, 10, 60, len(data) // 2, len(data) - 1):
        data[at] ^= 1
        Path(profile.names).write_bytes(data)
        assert read_names(profile, keys) == []
        data[at] ^= 1
