"""Vaults written by somebody who holds the keys. Whatever they say, each look at them ends, with a typed
error or with the item named; nothing is written outside the chosen folder."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.format_v1 import tree
from cyberlib_client.core.format_v1.tree import (
    CHARACTER_DEVICE,
    DIRECTORY,
    FIFO,
    SOCKET,
    SYMLINK,
    Entry,
    root_entry,
)
from cyberlib_client.core.ids import ZERO_ID
from cyberlib_client.repository import content
from cyberlib_client.services import browse, search
from tests.faults.forge import Forge, canary, file, folder, look_everywhere, other
from tests.support.trees import make_tree
from tests.support.vaults import VaultKit

pytestmark = pytest.mark.faults


def _kit(tmp_path: Path) -> VaultKit:
    """A vault with an honest snapshot in it."""
    kit = VaultKit()
    kit.backup(make_tree(tmp_path / "cabinet", {"lettre.txt": b"lettre fictive", "7": {"f": b"x"}}))
    return kit


Build = Callable[[Forge], bytes]


def _named(*names: bytes) -> Build:
    """A directory in the root that holds files of these names, in this order, with the same content."""

    def build(forge: Forge) -> bytes:
        content = forge.chunk(b"hostile")
        inner = forge.leaf(*[file(name, content, 7) for name in names])
        return forge.leaf(folder(b"d", inner))

    return build


def _in_branch(*names: bytes) -> Build:
    """The same, each name in a leaf of its own below a branch that tells nothing of it."""

    def build(forge: Forge) -> bytes:
        content = forge.chunk(b"hostile")
        leaves = [(b"%d" % n, forge.leaf(file(name, content, 7))) for n, name in enumerate(names)]
        return forge.leaf(folder(b"d", forge.branch(*leaves)))

    return build


_NAMES: list[tuple[bytes, ...]] = [
    (b"../canari",),
    (b"..",),
    (b".",),
    (b"",),
    (b"/canari-hostile",),
    (b"a/b",),
    (b"a\0b",),
    (b"a", b"a"),
    (b"b", b"a"),
]


@pytest.mark.parametrize("names", _NAMES, ids=repr)
@pytest.mark.parametrize("shape", [_named, _in_branch])
def test_names_that_cannot_stand_in_a_directory(
    tmp_path: Path, names: tuple[bytes, ...], shape: Callable[..., Build]
) -> None:
    kit = _kit(tmp_path)
    forge = Forge(kit)
    forge.commit(shape(*names)(forge))
    with canary(tmp_path) as target:
        outcomes = look_everywhere(kit, target)
        assert outcomes["walk"] == "bad_tree"
        assert ("content_damaged", "/d") in _told(kit, target) or outcomes["restore"] == "bad_tree"
        written = [path.name for path in target.rglob("*") if path.is_file()]
        assert written == [] if shape is _named else set(written) <= {"a", "b"}
    assert [a.path for a in kit.verify().affected] == [b"/d"]


def _told(kit: VaultKit, target: Path) -> list[tuple[str, str]]:
    try:
        kit.restore(target)
    except CyberlibError:
        pass
    return kit.incidents


def test_a_root_that_is_no_directory_or_names_itself(tmp_path: Path) -> None:
    for number, root in enumerate((b"\xc0", b"\x92\x05\x90", b"", b"\x92\x00\xc1", b"\x91" * 500_000)):
        kit = _kit(tmp_path / str(number))
        forge = Forge(kit)
        forge.commit(forge.node(root) if root else bytes(20))
        with canary(tmp_path / str(number)) as target:
            outcomes = look_everywhere(kit, target)
        assert outcomes["walk"] in ("bad_tree", "chunk_missing")
        assert not kit.verify().ok
        assert kit.restore(tmp_path / f"honest-{number}", kit.snapshots().items[0].id).failed == 0


def test_a_chain_of_a_hundred_thousand_folders(tmp_path: Path) -> None:
    kit = _kit(tmp_path)
    forge = Forge(kit)
    content = forge.chunk(b"au fond")
    root = forge.leaf(file(b"7", content, 7))
    for _ in range(100_000):
        root = forge.leaf(folder(b"d", root))
    beside = forge.leaf(folder(b"d", root), file(b"temoin", content, 7))
    forge.commit(beside)
    with canary(tmp_path) as target:
        skip = frozenset({"find", "dry run", "versions", "diff back", "content"})
        outcomes = look_everywhere(kit, target, skip)
        assert outcomes["walk"] == outcomes["find all"] == outcomes["diff"] == "bad_tree"
        assert outcomes["verify"] == ""
        # What else the snapshot holds comes back.
        assert outcomes["restore"] == ""
        assert (target / "temoin").read_bytes() == b"au fond"
    assert [a.path.count(b"/") for a in kit.verify().affected] == [tree.MAX_DEPTH]


def test_a_chain_as_deep_as_is_allowed(tmp_path: Path) -> None:
    """Memory and time stay bounded, with a match at every depth."""
    kit = _kit(tmp_path)
    forge = Forge(kit)
    root = forge.leaf(file(b"7", forge.chunk(b"au fond"), 7))
    for _ in range(1_500):
        root = forge.leaf(folder(b"d", root))
    forge.commit(root)
    with canary(tmp_path) as target:
        outcomes = look_everywhere(kit, target)
    assert {name: code for name, code in outcomes.items() if code} == {}
    assert kit.verify().ok


@pytest.mark.parametrize("sound", [True, False])
def test_folders_that_multiply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sound: bool) -> None:
    """Forty folders, each of which holds the next one twice: 2^40 paths in a few kilobytes."""
    assert tree.MAX_ITEMS <= 1 << 26
    monkeypatch.setattr(tree, "MAX_ITEMS", 3_000)  # so that the end is reached in a second
    kit = _kit(tmp_path)
    forge = Forge(kit)
    root = forge.leaf(file(b"7", forge.chunk(b"au fond") if sound else b"x" * 20, 7))
    for _ in range(40):
        root = forge.leaf(folder(b"a", root), folder(b"b", root))
    forge.commit(root)
    with canary(tmp_path) as target:
        outcomes = look_everywhere(kit, target)
    endless = {"restore", "dry run", "walk", "find", "find all", "diff", "diff back", "diff nothing"}
    assert outcomes.pop("content") == ("bad_tree" if sound else "chunk_missing")
    assert {name for name, code in outcomes.items() if code == "bad_tree"} == endless
    assert outcomes["verify"] == ""
    assert kit.verify().ok == sound


def test_branches_that_multiply(tmp_path: Path) -> None:
    """One directory of branches over the same branches: names repeat, which no directory's do."""
    kit = _kit(tmp_path)
    forge = Forge(kit)
    node = forge.leaf(file(b"7", forge.chunk(b"x"), 1))
    for _ in range(7):
        node = forge.branch(*[(b"%05d" % n, node) for n in range(400)])
    forge.commit(forge.leaf(folder(b"d", node)))
    with canary(tmp_path) as target:
        outcomes = look_everywhere(kit, target)
    assert outcomes["walk"] == "bad_tree"
    assert [a.path for a in kit.verify().affected] == [b"/d"]


def test_parts_of_a_directory_that_are_lost_cost_no_more(tmp_path: Path) -> None:
    """One leaf is gone, one tells lies: what lies beside them is listed, found, restored and checked."""
    kit = _kit(tmp_path)
    forge = Forge(kit)
    content = forge.chunk(b"au fond")
    good = [(name, forge.leaf(file(name, content, 7))) for name in (b"a7", b"m7", b"z7")]
    lies = forge.leaf(file(b"a7", content, 7))
    broken = forge.branch(good[0], (b"b7", bytes(20)), (b"c7", lies), *good[1:])
    forge.commit(forge.leaf(folder(b"d", broken), file(b"next7", content, 7)))
    paths = [b"/d/a7", b"/d/m7", b"/d/z7", b"/next7"]
    told: list[tuple[bytes, str]] = []
    stored = kit.snapshots().items[-1]
    root = root_entry(stored.snapshot.root)
    walked = browse.walk(kit.reader(), root, b"", lambda path, error: told.append((path, error.code)))
    assert [path for path, entry in walked if entry.kind == tree.FILE] == paths
    assert told == [(b"/d", "chunk_missing")]
    unread: list[bytes] = []
    found = search.find(kit.reader(), [stored], "*7", lambda path, _: unread.append(path))
    assert ([match.path for match in found], unread) == (paths, [b"/d"])
    assert [(a.path, a.reason) for a in kit.verify().affected] == [(b"/d", "missing")]
    assert kit.restore(tmp_path / "out").failed == 1
    assert kit.incidents == [("content_damaged", "/d")]
    written = sorted(p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert [b"/" + os.fsencode(path) for path in written] == paths


# Content


def _one(forge: Forge, *entries: Entry) -> None:
    """Hostile entries in a folder of their own, beside a file that has to come back."""
    forge.commit(forge.leaf(folder(b"d", forge.leaf(*entries)), file(b"temoin", forge.chunk(b"sain"), 4)))


_LISTS: dict[str, Callable[[Forge, bytes], Entry]] = {
    "too small a sum": lambda g, c: file(b"f", g.list([c, c], [5, 5]), 11, levels=1),
    "too large a sum": lambda g, c: file(b"f", g.list([c, c], [5, 5]), 9, levels=1),
    "other sizes than the chunks": lambda g, c: file(b"f", g.list([c, c], [4, 6]), 10, levels=1),
    "a chunk of another size": lambda g, c: file(b"f", c, 6),
    "a chunk that is smaller": lambda g, c: file(b"f", c, 1 << 62),
    "a level too many": lambda g, c: file(b"f", g.list([c, c], [5, 5]), 10, levels=2),
    "a level too few": lambda g, c: file(b"f", g.list([g.list([c, c], [5, 5])], [10]), 10, levels=1),
    "levels without end": lambda g, c: file(b"f", g.list([c, c], [5, 5]), 10, levels=2**60),
    "no content": lambda g, c: file(b"f", b"", 10),
    "an absent chunk": lambda g, c: file(b"f", bytes(19) + b"\1", 5),
    "an absent list": lambda g, c: file(b"f", bytes(19) + b"\1", 5, levels=1),
    "a list that is a tree": lambda g, c: file(b"f", g.leaf(), 5, levels=1),
    "no sizes and no page": lambda g, c: file(b"f", g.list([c, c], None), 10, levels=1),
    "a page of nothing": lambda g, c: file(b"f", g.list([c, c], None), 10, levels=1, page=0),
    "a negative page": lambda g, c: file(b"f", g.list([c, c], None), 10, levels=1, page=-5),
    "a page of other size": lambda g, c: file(b"f", g.list([c, c], None), 8, levels=1, page=4),
    "pages beyond the end": lambda g, c: file(b"f", g.list([c, c, c], None), 10, levels=1, page=5),
    "negative sizes": lambda g, c: file(b"f", g.list([c, c, c], [5, -5, 5]), 5, levels=1),
    "sizes of nothing": lambda g, c: file(b"f", g.list([c, c, c], [5, 0, 5]), 10, levels=1),
    "huge sizes": lambda g, c: file(b"f", g.list([c, c], [2**62, 2**62]), 2**63 - 1, levels=1),
    "fewer sizes than ids": lambda g, c: file(b"f", g.list([c, c], [10]), 10, levels=1),
    "half an id": lambda g, c: file(b"f", g.list([c, c[:7]], [5, 5]), 10, levels=1),
    "an empty list": lambda g, c: file(b"f", g.list([], []), 10, levels=1),
    "a list in the place of a list that lies about its size": lambda g, c: file(
        b"f", g.list([g.list([c, c], [5, 5]), g.list([c], [5])], [5, 10]), 15, levels=2
    ),
    "an id of a tree as a chunk": lambda g, c: file(b"f", g.leaf(), 2),
}


_SIZES_OF_CHUNKS = {
    "other sizes than the chunks",
    "a chunk of another size",
    "a chunk that is smaller",
    "a page of other size",
    "huge sizes",
}


@pytest.mark.parametrize("what", _LISTS)
def test_content_that_does_not_add_up(tmp_path: Path, what: str) -> None:
    kit = _kit(tmp_path)
    forge = Forge(kit)
    _one(forge, _LISTS[what](forge, forge.chunk(b"acte ")))
    with canary(tmp_path) as target:
        outcomes = look_everywhere(kit, target)
        assert outcomes["restore"] == ""
        assert not (target / "d" / "f").exists()
        assert (target / "temoin").read_bytes() == b"sain"
        result = kit.restore(target / "encore")
        assert result.failed
        assert {i.code for i in result.incidents} & {"content_damaged", "restore_failed"}
        assert outcomes["content"] != ""
    affected = [a.path for a in kit.verify().affected]
    # The sizes of chunks are told by packs alone, and compared when a file is read.
    assert affected in ([b"/d/f"], [b"/d"]) or (what in _SIZES_OF_CHUNKS and not affected)


@pytest.mark.parametrize("zeros", [False, True])
def test_content_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zeros: bool) -> None:
    """A list of lists of the same list: 2^60 bytes told in a few hundred nodes."""
    assert content.MAX_CHUNKS < 1 << 28
    monkeypatch.setattr(content, "MAX_CHUNKS", 20_000)  # so that the end is reached in a second
    kit = _kit(tmp_path)
    forge = Forge(kit)
    leaf = ZERO_ID if zeros else forge.chunk(b"a")
    node, size, levels = forge.list([leaf] * 16, [1] * 16), 16, 1
    while levels < 9:  # more than a file may have on ext4
        node, size, levels = forge.list([node] * 16, [size] * 16), size * 16, levels + 1
    _one(forge, file(b"f", node, size, levels=levels, sparse=True))
    with canary(tmp_path) as target:
        outcomes = look_everywhere(kit, target)
        assert outcomes["restore"] == ""
        assert outcomes["content"] == "bad_content_list"
        assert (target / "temoin").read_bytes() == b"sain"
        assert not (target / "d" / "f").exists()
    assert [a.path for a in kit.verify().affected] == [b"/d/f"]


# Everything else an entry says


_ODD: dict[str, Callable[[Forge], Entry]] = {
    "a link outside": lambda g: other(b"f", SYMLINK, b"../../canari"),
    "an absolute link": lambda g: other(b"f", SYMLINK, b"/canari-hostile"),
    "a link to nothing": lambda g: other(b"f", SYMLINK, b""),
    "a link with a zero byte": lambda g: other(b"f", SYMLINK, b"a\0b"),
    "an endless link": lambda g: other(b"f", SYMLINK, b"a" * 100_000),
    "a device without a number": lambda g: other(b"f", CHARACTER_DEVICE),
    "a device of a huge number": lambda g: other(b"f", CHARACTER_DEVICE, device=2**63),
    "a device of a negative number": lambda g: other(b"f", CHARACTER_DEVICE, device=-1),
    "a fifo with content": lambda g: other(b"f", FIFO, g.chunk(b"x")),
    "a socket with content": lambda g: other(b"f", SOCKET, g.chunk(b"x")),
    "a folder with content of a file": lambda g: other(b"f", DIRECTORY, g.chunk(b"x")),
    "a folder without a node": lambda g: other(b"f", DIRECTORY, missing="unreadable"),
    "a long name": lambda g: file(b"f" * 4000, g.chunk(b"x"), 1),
    "a name that is no text": lambda g: file(b"\xff\xfe", g.chunk(b"x"), 1),
    "a name for a terminal": lambda g: file(b"\x1b[2J\x1b]0;x\x07", g.chunk(b"x"), 1),
    "attributes of nothing": lambda g: file(b"f", g.chunk(b"x"), 1, metadata={"": b""}),
    "attributes of the system": lambda g: file(
        b"f", g.chunk(b"x"), 1, metadata={"xattr:security.selinux": b"x", "xattr:user." + "n" * 300: b"v"}
    ),
    "an access list that is none": lambda g: file(
        b"f", g.chunk(b"x"), 1, metadata={"acl:access": b"\xff" * 9}
    ),
    "a hard link to itself alone": lambda g: file(b"f", g.chunk(b"x"), 1, link=(1, 2)),
    "a link of huge numbers": lambda g: file(b"f", g.chunk(b"x"), 1, link=(2**63, -(2**63))),
}


@pytest.mark.parametrize("what", _ODD)
def test_entries_that_make_no_sense(tmp_path: Path, what: str) -> None:
    kit = _kit(tmp_path)
    forge = Forge(kit)
    _one(forge, _ODD[what](forge))
    with canary(tmp_path) as target:
        outcomes = look_everywhere(kit, target)
        assert outcomes["restore"] == ""
        for number, wishes in enumerate(({"owner": True, "acl": True, "devices": True}, {})):
            kit.restore(target / f"encore-{number}", **wishes)
            assert (target / f"encore-{number}" / "temoin").read_bytes() == b"sain"
        for path in target.rglob("*"):
            assert not path.is_symlink() or os.readlink(path) in ("../../canari", "/canari-hostile")


@pytest.mark.parametrize("field", ["mode", "uid", "gid", "mtime", "changed", "inode", "size"])
@pytest.mark.parametrize("value", [-1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)])
def test_numbers_out_of_bounds(tmp_path: Path, field: str, value: int) -> None:
    kit = _kit(tmp_path)
    forge = Forge(kit)
    entry = file(b"f", forge.chunk(b"x"), 1)
    inner = folder(b"g", forge.leaf(file(b"h", forge.chunk(b"y"), 1)))
    link = other(b"l", SYMLINK, b"f")
    for each in (entry, inner, link):
        setattr(each, field, value)
    _one(forge, entry, inner, link)
    with canary(tmp_path) as target:
        outcomes = look_everywhere(kit, target)
        assert outcomes["restore"] == ""
        for number, wishes in enumerate(({"owner": True, "acl": True}, {})):
            kit.restore(target / f"encore-{number}", **wishes)
            assert (target / f"encore-{number}" / "temoin").read_bytes() == b"sain"


@pytest.mark.parametrize(
    "changes",
    [
        {"time": 2**63, "started": -(2**63)},
        {"time": -1, "started": 2**64 - 1},
        {"sequence": 2**64 - 1},
        {"sequence": 2**63},
        {"sources": [b"../..", b"\0", b"", b"C:/x"]},
        {"label": "\x1b[2J" * 100, "user": "\0", "system": "\x07" * 70, "client": "x" * 70},
        {"incidents": [("", b"\xff", "\x1b")] * 2000, "incident_count": -5},
        {"owners": {-1: "root", 2**63: "x"}, "groups": {0: "\0"}},
        {"previous": bytes(32)},
    ],
    ids=repr,
)
def test_snapshots_that_make_no_sense(tmp_path: Path, changes: dict[str, object]) -> None:
    kit = _kit(tmp_path)
    forge = Forge(kit)
    forge.commit(forge.leaf(file(b"f", forge.chunk(b"x"), 1)), **changes)
    with canary(tmp_path) as target:
        look_everywhere(kit, target)
    # The vault's honest devices go on.
    result = kit.backup(tmp_path / "cabinet")
    assert result.snapshot.id in {s.id for s in kit.snapshots().items}
    kit.restore(tmp_path / "out", result.snapshot.id)
    # And so does the device in whose name it was forged.
    result = kit.backup(tmp_path / "cabinet", device="poste-hostile")
    assert result.snapshot.id in {s.id for s in kit.snapshots().items}


def test_random_nodes(tmp_path: Path) -> None:
    """Changed bytes of real nodes, under ids that fit: no look ends in anything but a typed error."""
    chance = random.Random(11)
    for number in range(40):
        kit = _kit(tmp_path / str(number))
        forge = Forge(kit)
        reader = kit.reader()
        plain = bytearray(reader.node(kit.root()))
        for _ in range(chance.randint(1, 6)):
            plain[chance.randrange(len(plain))] = chance.randrange(256)
        if chance.random() < 0.3:
            del plain[chance.randrange(len(plain)) :]
        forge.commit(forge.node(bytes(plain)))
        with canary(tmp_path / str(number)) as target:
            look_everywhere(kit, target)
