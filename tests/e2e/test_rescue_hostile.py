"""A vault that somebody with its keys made to do harm: the rescue program stays in its folder."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from cyberlib_client.core import words
from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.events import ignore
from cyberlib_client.core.format_v1.header import (
    HEADER_SIZE,
    SNAPSHOT,
    new_header,
    open_header,
    parse_header,
)
from cyberlib_client.core.format_v1.index import PackInfo
from cyberlib_client.core.format_v1.lines import write_lines
from cyberlib_client.core.format_v1.retired import Retirement, by_kind
from cyberlib_client.core.format_v1.sealed import seal_record
from cyberlib_client.core.format_v1.snapshot import Snapshot, seal_snapshot
from cyberlib_client.core.ids import KIB, KIND_DATA, KIND_TREE, MIB, object_name
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.repository.index import Index
from cyberlib_client.repository.packer import Packer
from cyberlib_client.repository.retirements import load_retirements, put_retirement
from cyberlib_client.repository.snapshots import load_snapshots
from cyberlib_client.repository.vault import NewSlot, create_vault
from cyberlib_client.services.device import identity
from cyberlib_client.services.restore import RestoreRequest, restore
from cyberlib_client.system import this_system
from cyberlib_client.transports.folder import FolderStore
from tests.e2e.test_rescue import Rescue
from tests.support.access_list import posix_access_list
from tests.support.vaults import open_with_key
from tests.vectors.rescue import program as rescue
from tools.old_vault import RECOVERY_KEY, Draws

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="links and special files")

CONTENT: Final = b"planted"
FILE, DIRECTORY, SYMLINK = 0, 1, 2


class Hostile:
    """Writes a vault whose trees are what the test says, whatever the program would have written."""

    def __init__(self, folder: Path) -> None:
        slots = [NewSlot("recovery", "kit", secret=RECOVERY_KEY)]
        store = FolderStore.make(str(folder / "vault"))
        self.vault = create_vault(store, slots, clock=lambda: 0, random=Draws("hostile"))
        self.stored: list[PackInfo] = []
        self.packer = Packer(
            self.vault.store, self.vault.keys, Index(), epoch=0, random=Draws("packs"), cancel=CancelToken(),
            on_stored=self.stored.append,
        )  # fmt: skip
        self.chunk = self.vault.keys.chunk_ids.of(CONTENT)
        self.packer.add(KIND_DATA, self.chunk, CONTENT)
        self.rescue = Rescue(folder / "vault", " ".join(words.encode(RECOVERY_KEY)))

    def node(self, value: object) -> bytes:
        """Stores a node."""
        data = msgspec.msgpack.encode(value)
        node_id = self.vault.keys.tree_ids.of(data)
        self.packer.add(KIND_TREE, node_id, data)
        return node_id

    def file(self, name: bytes, **extra: Any) -> list[object]:
        """An entry with the planted content."""
        return [name, FILE, 0o644, 0, 0, 1, 0, 1, len(CONTENT), self.chunk, extra or None]

    def directory(self, name: bytes, *rows: list[object]) -> list[object]:
        """An entry for a directory of these."""
        return [name, DIRECTORY, 0o755, 0, 0, 1, 0, 1, 0, self.node([0, list(rows)]), None]

    def link(self, name: bytes, target: bytes) -> list[object]:
        """A symbolic link."""
        return [name, SYMLINK, 0o777, 0, 0, 1, 0, 1, 0, target, None]

    def commit(self, root: bytes) -> None:
        """A snapshot of this root."""
        self.packer.finish()
        self.vault.put_index(self.stored, Draws("index"))
        me = identity(self.vault.keys, bytes(48), "Poste")
        snapshot = Snapshot(me.device, 1, root, 1, 1, "linux", "test")
        data = seal_snapshot(self.vault.keys, bytes(32), snapshot, me.signing)
        self.vault.store.put(object_name("snapshots", sha256(data)), data)

    def restore(self, to: Path, **wishes: bool) -> None:
        """All of it, by the program."""
        system = this_system()
        stored = load_snapshots(self.vault.store, self.vault.keys).items[0]
        restore(
            open_with_key(self.vault.store, "recovery", RECOVERY_KEY),
            RestoreRequest(stored, str(to), **wishes),  # type: ignore[arg-type]
            metadata=system.metadata,
            volumes=system.volumes,
            listener=ignore,
            cancel=CancelToken(),
        )


@pytest.fixture
def hostile(tmp_path: Path) -> Hostile:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "canary").write_bytes(b"sings")
    return Hostile(tmp_path)


def _outside(tmp_path: Path) -> dict[str, bytes]:
    """All files but those of the vault and the destination."""
    found = {}
    for path in tmp_path.rglob("*"):
        place = path.relative_to(tmp_path).parts[0]
        if place not in ("vault", "out", "words.txt") and path.is_file():
            found[str(path.relative_to(tmp_path))] = path.read_bytes()
    return found


@pytest.mark.parametrize("name", [b"..", b".", b"", b"../escaped", b"/escaped", b"a/../../escaped", b"a\0b"])
def test_a_name_that_leads_out(hostile: Hostile, tmp_path: Path, name: bytes) -> None:
    good = hostile.directory(b"good", hostile.file(b"kept"))
    hostile.commit(hostile.node([0, [hostile.directory(b"bad", hostile.file(name)), good]]))
    said = hostile.rescue(tmp_path / "out", code=3)
    assert "/bad" in said
    assert "bad_tree" in said
    assert _outside(tmp_path) == {"outside/canary": b"sings"}
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert files == [tmp_path / "out" / "Poste" / "good" / "kept"]


def test_a_link_with_a_directory_of_its_name(hostile: Hostile, tmp_path: Path) -> None:
    """Two leaves, each in order by itself: first the link, then a directory of the same name."""
    first = hostile.node([0, [hostile.link(b"a", os.fsencode(tmp_path / "outside"))]])
    second = hostile.node([0, [hostile.directory(b"a", hostile.file(b"canary"), hostile.file(b"new"))]])
    hostile.commit(hostile.node([1, [[b"a", first], [b"b", second]]]))
    assert "bad_tree" in hostile.rescue(tmp_path / "out", code=3)
    assert os.listdir(tmp_path / "out" / "Poste") == ["a"]
    assert _outside(tmp_path) == {"outside/canary": b"sings"}


def test_a_part_of_a_directory_that_is_lost_costs_no_more(hostile: Hostile, tmp_path: Path) -> None:
    """One leaf is gone, one is not what its branch says, one begins too early: both programs go on."""
    good = [hostile.node([0, [hostile.file(name)]]) for name in (b"a", b"g", b"z")]
    below = hostile.node([1, [[b"k", bytes(19) + b"k"], [b"m", hostile.node([0, [hostile.file(b"m")]])]]])
    part = [[b"a", good[0]], [b"b", bytes(20)], [b"c", good[0]], [b"g", good[1]], [b"k", below]]
    large = hostile.node([1, [*part, [b"l", hostile.node([0, [hostile.file(b"l")]])], [b"z", good[2]]]])
    entry: list[object] = [b"large", DIRECTORY, 0o755, 0, 0, 1, 0, 1, 0, large, None]
    hostile.commit(hostile.node([0, [entry, hostile.file(b"next")]]))
    said = hostile.rescue(tmp_path / "out", code=3)
    assert len([line for line in said.splitlines() if "/large" in line]) == 1
    hostile.restore(tmp_path / "program")
    for top in (tmp_path / "out" / "Poste", tmp_path / "program"):
        files = sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file())
        assert files == ["large/a", "large/g", "large/m", "large/z", "next"]


def test_a_folder_or_pipe_can_be_all_that_is_asked_for(hostile: Hostile, tmp_path: Path) -> None:
    fifo, socket = hostile.link(b"fifo", b""), hostile.link(b"socket", b"")
    fifo[1], socket[1] = 3, 4
    folder = hostile.directory(b"folder", hostile.directory(b"empty"), fifo, socket)
    hostile.commit(hostile.node([0, [folder]]))
    for number, name in enumerate(("folder/empty", "folder/fifo")):
        said = hostile.rescue(tmp_path / f"out{number}", "--path", name)
        assert (tmp_path / f"out{number}" / "Poste" / name).exists()
        assert "Tout est restauré" in said
    for name in ("folder/absent", "absent", "folder/empty/absent"):
        assert "path_unknown" in hostile.rescue(tmp_path / "none", "--path", name, code=3)
        shutil.rmtree(tmp_path / "none")
    said = hostile.rescue(tmp_path / "all")
    assert "1 laissés de côté" in said and "Tout le reste est restauré" in said


def test_what_metadata_are_lost_is_not_passed_over(hostile: Hostile, tmp_path: Path) -> None:
    hostile.commit(hostile.node([0, [hostile.file(b"f", metadata={"macos:flags": bytes(4)})]]))
    said = hostile.rescue(tmp_path / "out")
    assert "macos:flags (1)" in said
    assert "Tout est restauré" not in said and "Tout le reste est restauré" in said


def test_links_to_everywhere_are_made_and_never_followed(hostile: Hostile, tmp_path: Path) -> None:
    target = os.fsencode(tmp_path / "outside" / "canary")
    hostile.commit(
        hostile.node([0, [hostile.link(b"a", target), hostile.link(b"b", b"a"), hostile.file(b"c")]])
    )
    hostile.rescue(tmp_path / "out")
    place = tmp_path / "out" / "Poste"
    assert os.readlink(place / "a") == os.fsdecode(target)
    assert (place / "c").read_bytes() == CONTENT
    assert _outside(tmp_path) == {"outside/canary": b"sings"}
    assert (tmp_path / "outside" / "canary").stat().st_mode & 0o777 == 0o644


def test_forged_sizes_and_lists(hostile: Hostile, tmp_path: Path) -> None:
    huge = [b"huge", FILE, 0o644, 0, 0, 1, 0, 1, 1 << 62, hostile.node([bytes(20), [1 << 62]]), {"levels": 1}]
    short = [b"short", FILE, 0o644, 0, 0, 1, 0, 1, 3, hostile.chunk, None]
    shifted = hostile.node([hostile.chunk * 2, [5, 9]])
    parts = [b"shifted", FILE, 0o644, 0, 0, 1, 0, 1, 14, shifted, {"levels": 1}]
    zeros = [b"zeros", FILE, 0o644, 0, 0, 1, 0, 1, 9, bytes(20), None]  # a hole outside any list
    empty_link = hostile.link(b"zlink", b"")
    hostile.commit(hostile.node([0, [hostile.file(b"good"), huge, parts, short, zeros, empty_link]]))
    said = hostile.rescue(tmp_path / "out", code=3)
    assert [path.name for path in (tmp_path / "out" / "Poste").iterdir() if path.name != "huge"] == ["good"]
    assert said.count("NON RESTAURÉ") in (4, 5)  # a file system with room for 4 EiB may make the huge one


def test_a_path_too_long_for_the_disk_costs_itself_alone(hostile: Hostile, tmp_path: Path) -> None:
    entry = hostile.file(b"bottom")
    for _ in range(40):
        entry = hostile.directory(b"d" * 250, entry)
    hostile.commit(hostile.node([0, [entry, hostile.file(b"e")]]))
    assert hostile.rescue(tmp_path / "out", code=3).count("NON RESTAURÉ") == 1
    assert (tmp_path / "out" / "Poste" / "e").read_bytes() == CONTENT


def test_attributes_that_would_give_rights(hostile: Hostile, tmp_path: Path) -> None:
    planted = {
        "xattr:security.capability": b"\1" * 20,
        "xattr:user.fine": b"1",
        "nonsense": b"",
        "acl:access": b"x",
    }
    row = hostile.file(b"f", metadata=planted)
    row[2] = 0o7777
    hostile.commit(hostile.node([0, [row]]))
    said = hostile.rescue(tmp_path / "out")
    made = tmp_path / "out" / "Poste" / "f"
    assert made.stat().st_mode & 0o7777 == 0o777
    assert os.listxattr(made) == ["user.fine"]
    assert "security.capability" in said


PLANTED: Final = {
    "xattr:user.fine": b"1",
    "xattr:trusted.mark": b"2",
    "xattr:security.capability": bytes.fromhex("0100000200040000000000000000000000000000"),
    "xattr:security.ima": b"3",
    "xattr:security.other": b"4",
    "xattr:system.posix_acl_access": b"\2\0\0\0",
    "xattr-hex:" + b"security.evm".hex(): b"5",
    "xattr-hex:" + b"trusted.hex".hex(): b"6",
}


@pytest.mark.parametrize("owner", [False, True])
@pytest.mark.parametrize("mode", [0o640, 0o2770, 0o4755, 0o664, 0o607])
def test_the_same_rights_as_the_program_gives(
    hostile: Hostile, tmp_path: Path, owner: bool, mode: int
) -> None:
    """Users and groups that were recorded elsewhere, and attributes that no backup has."""
    if owner and os.geteuid() != 0:
        pytest.skip("owners are root's to give")
    row = hostile.file(b"f", metadata=PLANTED)
    row[2:5] = [mode, os.geteuid(), os.getegid() + 4242]
    folder = hostile.directory(b"folder")
    folder[2:5] = row[2:5]
    hostile.commit(hostile.node([0, [row, folder]]))
    hostile.rescue(tmp_path / "out", *(["--owner"] if owner else []))
    hostile.restore(tmp_path / "ours", owner=owner)
    for name in ("f", "folder"):
        theirs, ours = tmp_path / "out" / "Poste" / name, tmp_path / "ours" / name
        given, found = theirs.stat(), ours.stat()
        assert (given.st_mode, given.st_uid, given.st_gid) == (found.st_mode, found.st_uid, found.st_gid)
        assert sorted(os.listxattr(theirs)) == sorted(os.listxattr(ours))
        assert not any(a in ("security.ima", "security.other", "security.evm") for a in os.listxattr(theirs))
        assert found.st_mode & 0o070 == 0 or owner or mode & 0o004, "not for that group"


@pytest.mark.parametrize("owner", [False, True])
@pytest.mark.parametrize(
    ("mode", "access"),
    [
        (0o660, posix_access_list((1, 6, -1), (2, 6, 4242), (4, 0, -1), (16, 6, -1), (32, 0, -1))),
        (0o644, posix_access_list((1, 6, -1), (2, 0, 4242), (4, 4, -1), (16, 4, -1), (32, 4, -1))),
        (0o664, posix_access_list((1, 6, -1), (4, 6, -1), (32, 4, -1))),
        (0o660, posix_access_list((4, 0, -1), (1, 6, -1), (2, 6, 4242), (16, 6, -1), (32, 0, -1))),
        (0o660, b"no list"),
    ],
)
def test_the_same_rights_with_and_without_access_lists(
    hostile: Hostile, tmp_path: Path, owner: bool, mode: int, access: bytes
) -> None:
    """Below folders that hand a list down, which is nobody's wish."""
    if owner and os.geteuid() != 0:
        pytest.skip("owners are root's to give")
    row = hostile.file(b"f", metadata={"acl:access": access})
    row[2:5] = [mode, os.geteuid(), os.getegid()]
    plain = hostile.file(b"plain")
    plain[2:5] = [0o664, os.geteuid(), os.getegid()]
    folder = hostile.directory(b"folder", plain)
    folder[2:5] = [0o775, os.geteuid(), os.getegid()]
    hostile.commit(hostile.node([0, [row, folder]]))
    for name in ("out", "ours"):
        (tmp_path / name).mkdir(0o700)
        handed = posix_access_list((1, 7, -1), (2, 7, 4242), (4, 7, -1), (16, 7, -1), (32, 0, -1))
        os.setxattr(tmp_path / name, "system.posix_acl_default", handed)
    hostile.rescue(tmp_path / "out", *(["--owner"] if owner else []))
    hostile.restore(tmp_path / "ours", owner=owner, acl=owner)
    for name in ("f", "folder", "folder/plain"):
        theirs, ours = tmp_path / "out" / "Poste" / name, tmp_path / "ours" / name
        assert theirs.stat().st_mode == ours.stat().st_mode
        assert os.listxattr(theirs) == os.listxattr(ours)
    assert os.listxattr(tmp_path / "ours" / "folder" / "plain") == []
    assert (tmp_path / "ours" / "folder" / "plain").stat().st_mode & 0o777 == 0o664


def test_folders_on_the_way_are_for_whoever_restores_alone(
    hostile: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile.commit(hostile.node([0, [hostile.file(b"f")]]))
    hostile.rescue(tmp_path / "a" / "b" / "c")
    assert [(tmp_path / way).stat().st_mode & 0o777 for way in ("a", "a/b", "a/b/c")] == [0o700] * 3
    if os.geteuid() == 0:
        make = os.mkdir

        def made_and_shared(path: str, mode: int) -> None:
            make(path, mode)
            os.chmod(os.path.dirname(path), 0o777)

        monkeypatch.setattr(os, "mkdir", made_and_shared)
        with pytest.raises(rescue.Problem, match="dest_of_another"):
            rescue.prepare(str(tmp_path / "d" / "e"), str(tmp_path / "vault"))


def test_root_restores_into_no_folder_that_another_may_change(hostile: Hostile, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("root alone is refused")
    hostile.commit(hostile.node([0, [hostile.file(b"kept")]]))
    shared = tmp_path / "shared"
    shared.mkdir()
    for mode, owner, refused in ((0o755, 4242, True), (0o775, 0, True), (0o1777, 0, False)):
        os.chown(shared, owner, owner)
        shared.chmod(mode)
        for to in (shared / "deep" / "new", shared):
            said = hostile.rescue(to, code=1 if refused else 0)
            assert ("dest_of_another" in said) == refused
            assert bool(list(shared.iterdir())) != refused
            shutil.rmtree(shared / "deep", ignore_errors=True)


def test_folders_and_lists_that_multiply(
    hostile: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes that tell of 2^40 folders, or of a file of 2^48 pieces: both come to an end."""
    monkeypatch.setattr(rescue, "MAX_ITEMS", 300)
    monkeypatch.setattr(rescue, "MAX_CHUNKS", 3000)
    node = hostile.node([bytes(20) * 256, [1] * 256])
    for level in range(1, 6):
        node = hostile.node([node * 256, [256**level] * 256])
    endless = [b"a", FILE, 0o644, 0, 0, 1, 0, 1, 256**6, node, {"levels": 6}]
    folder = hostile.directory(b"b", hostile.file(b"bottom"))
    for _ in range(40):
        folder = hostile.directory(b"b", folder, [b"c", *folder[1:]])
    hostile.commit(hostile.node([0, [endless, folder]]))
    keys = rescue.Keys(hostile.vault.keys.root, hostile.vault.keys.vault_id)
    folder_of_vault, to = str(tmp_path / "vault"), tmp_path / "out"
    to.mkdir()
    vault = rescue.Vault(folder_of_vault, keys, print)
    told: list[tuple[str, str, object]] = []
    restorer = rescue.Restorer(vault, lambda kind, path, why: told.append((kind, path, why)))
    restorer.run(rescue.load_snapshots(folder_of_vault, keys, print)[0][1]["root"], str(to))
    failed = [(path[:2], str(why)) for kind, path, why in told if kind == "failed"]
    assert failed == [("/a", "bad_content_list"), ("/b", "bad_tree")]
    assert restorer.folders <= 300


def test_signed_bodies_with_fields_of_other_types(hostile: Hostile, tmp_path: Path) -> None:
    """Each is named and left out; the list goes on."""
    root = hostile.node([0, [hostile.file(b"kept")]])
    hostile.commit(root)
    keys, me = hostile.vault.keys, identity(hostile.vault.keys, bytes(48), "Poste")
    body = msgspec.to_builtins(Snapshot(me.device, 2, root, 1, 1, "linux", "test"), builtin_types=(bytes,))
    wrong: list[dict[str, Any]] = [{"sources": ["text"]}, {"label": 5}, {"statistics": []}]
    for number, change in enumerate(wrong):
        raw = msgspec.msgpack.encode({**body, **change})
        signature = me.signing.sign(b"cyberlib/v1/snapshot" + keys.vault_id + raw)
        record = msgspec.msgpack.encode([raw, {"ed25519": signature}])
        data = seal_record(keys, SNAPSHOT, bytes([number]) * 32, record)
        hostile.vault.store.put(object_name("snapshots", sha256(data)), data)
    said = hostile.rescue("--list")
    assert said.count("bad_snapshot") == len(wrong)
    assert said.count(" Poste ") == 1
    assert "Tout est restauré" in hostile.rescue(tmp_path / "out")


def test_the_same_order_as_the_program_has(hostile: Hostile, tmp_path: Path) -> None:
    """Clocks that were years ahead, a machine that was cloned, a snapshot that is damaged."""
    root = hostile.node([0, []])
    hostile.commit(root)
    store, keys = hostile.vault.store, hostile.vault.keys
    last: dict[str, bytes] = {}
    runs = [("A", 1, 50), ("B", 1, 30), ("A", 2, 900), ("A", 3, 60), ("B", 2, 55), ("B", 2, 20), ("A", 4, 70)]
    for name, number, time in runs:
        me = identity(keys, name.encode() * 48, name)
        snapshot = Snapshot(
            me.device, number, root, time, time, "linux", "test", previous=last.get(name), label=f"{time}"
        )
        data = seal_snapshot(keys, bytes([time % 256]) * 32, snapshot, me.signing)
        if time == 60:
            last[name] = sha256(data)
            data = data[:-1]
            path = tmp_path / "vault" / object_name("snapshots", last[name])
            path.write_bytes(data)
            continue
        last[name] = sha256(data)
        store.put(object_name("snapshots", last[name]), data)
    told: list[str] = []
    folder = str(tmp_path / "vault")
    rescue_keys = rescue.Keys(keys.root, keys.vault_id)
    found = rescue.load_snapshots(folder, rescue_keys, lambda path, why: told.append(str(why)))
    ours = load_snapshots(store, keys)
    assert [name for name, _ in found] == [stored.digest for stored in ours.items]
    assert [snapshot.get("label", "") for _, snapshot in found] == ["", "30", "20", "50", "55", "900", "70"]
    assert told == ["not_an_object", "snapshot_fork"], "what is there and damaged leaves no gap"
    newest = {device: s.get("label", "") for device, _, s in rescue.chosen_snapshots(found, "")}
    assert newest == {"Poste": "", "A": "70", "B": "55"}


def test_what_was_let_go_is_told_and_restored_by_its_name_alone(hostile: Hostile, tmp_path: Path) -> None:
    hostile.commit(hostile.node([0, [hostile.file(b"a")]]))
    store, keys = hostile.vault.store, hostile.vault.keys
    first = load_snapshots(store, keys).items[0]
    me, chain = identity(keys, bytes(48), "Poste"), [first.digest]
    for number in (2, 3, 4):
        snapshot = Snapshot(
            me.device, number, first.snapshot.root, number, number, "linux", "t", previous=chain[-1]
        )
        data = seal_snapshot(keys, bytes([number]) * 32, snapshot, me.signing)
        store.put(object_name("snapshots", sha256(data)), data)
        chain.append(sha256(data))
    names = [object_name("snapshots", digest) for digest in chain]

    def say(action: str, some: list[str], undoes: bytes = b"") -> bytes:
        said = Retirement(me.device, action, 9, "", "user", by_kind(some), undoes)
        return put_retirement(store, keys, Draws(action + str(len(some))), said, me.signing)[0]

    say("purge", names[:1])
    say("revive", names[3:], say("retire", names))
    store.delete(names[0])
    listed = hostile.rescue("--list")
    assert "snapshot_gap" not in listed
    shown = [line.split()[0] for line in listed.splitlines() if not line.startswith(" ")]
    assert shown == [digest.hex()[:12] for digest in chain[1:]]
    assert listed.count("en quarantaine") == 2
    assert chain[3].hex()[:12] in hostile.rescue(tmp_path / "out", "--snapshot", "latest")
    assert "Tout est restauré" in hostile.rescue(tmp_path / "words", "--snapshot", shown[0])
    say("retire", names[3:])
    assert "all_in_quarantine" not in hostile.rescue("--list")
    assert "--snapshot ID" in hostile.rescue(tmp_path / "none", code=1)
    retired = load_retirements(store, keys)
    assert {each.hex()[:12] for each in retired.retired("snapshots")} >= set(shown)


# ---- somebody without the keys, who can write to the vault's folder -----------------------------------


def test_objects_above_their_limits_are_passed_over(hostile: Hostile, tmp_path: Path) -> None:
    """By both programs, although each would open: nothing that large is ever written."""
    root = hostile.node([0, [hostile.file(b"kept")]])
    hostile.commit(root)
    store, keys = hostile.vault.store, hostile.vault.keys
    me = identity(keys, bytes(48), "Poste")
    small = seal_snapshot(keys, bytes(32), Snapshot(me.device, 2, root, 2, 2, "linux", "test"), me.signing)
    record = open_header(keys, parse_header(small, SNAPSHOT)).open(
        0, small[HEADER_SIZE:], small[:HEADER_SIZE]
    )
    header, sealer = new_header(keys, SNAPSHOT, 0, b"1" * 32)
    large = header + bytes(sealer.seal(0, record + bytes(64 * MIB), header))
    store.put(object_name("snapshots", sha256(large)), large)
    table = next((tmp_path / "vault" / "slots").iterdir()).read_bytes().split(b"\n")[0]
    wide = write_lines(
        table.replace(b'"generation":1', b'"x":"%s","generation":9' % (b"x" * 128 * KIB)), keys.slots
    )
    store.put(object_name("slots", sha256(wide)), wide)
    said = hostile.rescue("--list")
    assert sha256(large).hex() in said
    assert sha256(wide).hex() in said
    assert said.count(" Poste ") == 1
    assert len(load_snapshots(store, keys).items) == 1
    assert open_with_key(store, "recovery", RECOVERY_KEY).table.generation == 1


def test_planted_objects_stop_nothing(hostile: Hostile, tmp_path: Path) -> None:
    """A table of a later version, links that lead nowhere or in circles, a fifo."""
    hostile.commit(hostile.node([0, [hostile.file(b"kept")]]))
    slots = tmp_path / "vault" / "slots"
    table = json.loads(next(slots.iterdir()).read_bytes().split(b"\n")[0])
    table["header"]["version"] = 9
    data = json.dumps(table).encode() + b"\n" + b"0" * 64 + b"\n"
    (slots / sha256(data).hex()).write_bytes(data)
    for kind in ("slots", "index", "snapshots", f"packs/{'e' * 2}"):
        place = tmp_path / "vault" / kind
        place.mkdir(exist_ok=True)
        (place / ("e" * 64)).symlink_to(tmp_path / "nowhere")
        (place / ("e" * 63 + "0")).symlink_to("e" * 63 + "0")
        os.mkfifo(place / ("e" * 63 + "1"))
    said = hostile.rescue(tmp_path / "out")
    assert "newer_format" in said
    assert (tmp_path / "out" / "Poste" / "kept").read_bytes() == CONTENT
