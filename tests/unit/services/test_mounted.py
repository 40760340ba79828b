"""What a mounted tree answers, without a kernel: names, kinds, errors, damage."""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies

from cyberlib_client.core.errors import Unreachable
from cyberlib_client.core.events import Event, Incident
from cyberlib_client.core.format_v1 import tree
from cyberlib_client.services.mounted import INCOMPLETE, MountedSnapshots, Owner, folder_names
from tests.faults.forge import Forge, file, folder, other
from tests.support.trees import make_tree
from tests.support.vaults import VaultKit, vault_path

OWNER = Owner(1234, 5678)


class Shown:
    """A vault's snapshots as a tree, and what was told."""

    def __init__(self, kit: VaultKit, *, alone: bool = False) -> None:
        items = kit.snapshots().items
        self.told: list[Event] = []
        self.tree = MountedSnapshots(
            kit.reader(),
            folder_names(items, [f"{s.snapshot.sequence} {s.snapshot.device.name}" for s in items]),
            latest=items[-1],
            alone=items[-1] if alone else None,
            owner=OWNER,
            listener=self.told.append,
        )

    def names(self, path: bytes) -> list[bytes]:
        return [name for name, _ in self.tree.entries(path)]

    def content(self, path: bytes, offset: int = 0, size: int = 1 << 30) -> bytes:
        number = self.tree.open(path)
        try:
            return self.tree.read(number, offset, size)
        finally:
            self.tree.close(number)

    @property
    def codes(self) -> list[str]:
        return [event.code for event in self.told if isinstance(event, Incident)]


def _errno(do: Callable[[], object]) -> int | None:
    with pytest.raises(OSError) as raised:
        do()
    return raised.value.errno


def test_versions_are_folders(kit: VaultKit, tmp_path: Path) -> None:
    source = make_tree(tmp_path / "cabinet", {"a": {"lettre.txt": b"premier"}})
    kit.backup(source)
    (source / "a" / "lettre.txt").write_bytes(b"second")
    kit.backup(source)
    shown, inside = Shown(kit), vault_path(source) + b"/a/lettre.txt"
    assert sorted(shown.names(b"/")) == [b"latest", b"snapshots"]
    assert shown.names(b"/snapshots") == [b"1 poste-1", b"2 poste-1"]
    assert shown.content(b"/snapshots/1 poste-1" + inside) == b"premier"
    assert shown.content(b"/latest" + inside) == b"second"
    assert shown.content(b"/latest" + inside, 2, 3) == b"con"
    assert shown.content(b"/latest" + inside, 6, 10) == b""
    assert Shown(kit, alone=True).content(inside) == b"second"
    status = shown.tree.look(b"/latest" + inside)
    assert (status.size, status.links, stat.S_ISREG(status.mode)) == (6, 1, True)
    assert status.modified == (source / "a" / "lettre.txt").stat().st_mtime_ns
    assert not shown.told


def test_what_is_not_there_and_what_is_another_kind(kit: VaultKit, tmp_path: Path) -> None:
    source = make_tree(tmp_path / "cabinet", {"f": b"x", "d": {}})
    kit.backup(source)
    shown = Shown(kit, alone=True)
    here = vault_path(source)
    tree_ = shown.tree
    assert _errno(lambda: tree_.look(here + b"/g")) == errno.ENOENT
    assert _errno(lambda: tree_.look(here + b"/" + INCOMPLETE)) == errno.ENOENT
    assert _errno(lambda: tree_.look(here + b"/f/g")) == errno.ENOTDIR
    assert _errno(lambda: tree_.entries(here + b"/f")) == errno.ENOTDIR
    assert _errno(lambda: tree_.open(here + b"/d")) == errno.EISDIR
    assert _errno(lambda: tree_.target(here + b"/f")) == errno.EINVAL
    assert _errno(lambda: Shown(kit).tree.look(b"/snapshots/autre")) == errno.ENOENT
    assert not shown.told


def test_two_snapshots_of_one_minute_keep_apart(kit: VaultKit, tmp_path: Path) -> None:
    source = make_tree(tmp_path / "cabinet", {"f": b"x"})
    for _ in range(3):
        kit.backup(source)
    items = kit.snapshots().items
    names = folder_names(items, ["même / nom\n", "même / nom\n", "autre"])
    assert len(names) == 3
    assert list(names.values()) == items
    for name in names:
        assert name == b"autre" or name.startswith("même   nom".encode())


def test_damage_is_told_once_and_is_an_error_of_reading(kit: VaultKit) -> None:
    forge = Forge(kit)
    good = file(b"bon", forge.chunk(b"bon"), 3)
    bad = file(b"mauvais", b"\x07" * 20, 3)
    lost = folder(b"perdu", b"\x09" * 20)
    half = forge.branch((b"a", forge.leaf(file(b"a", forge.chunk(b"a"), 1))), (b"b", b"\x0b" * 20))
    forge.commit(forge.leaf(good, bad, folder(b"moitie", half), lost))
    shown = Shown(kit, alone=True)
    assert shown.content(b"/bon") == b"bon"
    for _ in range(2):
        assert _errno(lambda: shown.content(b"/mauvais")) == errno.EIO
    assert shown.codes == ["mount_damaged"]
    assert _errno(lambda: shown.names(b"/perdu")) == errno.EIO
    assert shown.names(b"/moitie") == [b"a", INCOMPLETE]
    assert _errno(lambda: shown.tree.look(b"/moitie/" + INCOMPLETE)) == errno.EIO
    assert shown.content(b"/moitie/a") == b"a"
    assert shown.tree.damaged >= 4


def test_a_file_without_content_is_not_empty(kit: VaultKit) -> None:
    forge = Forge(kit)
    forge.commit(forge.leaf(file(b"f", b"", 100, missing="placeholder"), file(b"g", b"", 0)))
    shown = Shown(kit, alone=True)
    assert _errno(lambda: shown.tree.open(b"/f")) == errno.EIO
    assert shown.codes == ["no_content"]
    assert shown.content(b"/g") == b""


def test_a_store_that_is_gone_is_an_error_of_reading(kit: VaultKit, tmp_path: Path) -> None:
    source = make_tree(tmp_path / "cabinet", {"f": b"x"})
    kit.backup(source)
    shown = Shown(kit, alone=True)

    def gone(*_args: object) -> bytes:
        raise Unreachable("host_unreachable", at="https://sauvegarde.test")

    kit.store.get, before = gone, kit.store.get
    assert _errno(lambda: shown.content(vault_path(source) + b"/f")) == errno.EIO
    assert _errno(lambda: shown.tree.look(vault_path(source))) == errno.EIO
    assert shown.codes == ["mount_unreached"]
    kit.store.get = before
    assert shown.content(vault_path(source) + b"/f") == b"x"


def test_what_windows_saved_belongs_to_who_mounts(kit: VaultKit) -> None:
    forge = Forge(kit)
    forge.commit(forge.leaf(file(b"f", forge.chunk(b"abc"), 3)), system="windows")
    status = Shown(kit, alone=True).tree.look(b"/f")
    assert (status.user, status.group, stat.S_IMODE(status.mode)) == (*OWNER, 0o600)


def test_attributes_are_the_ordinary_ones(kit: VaultKit) -> None:
    forge = Forge(kit)
    metadata = {
        "xattr:user.note": b"1", "xattr:security.capability": b"2", "acl:access": b"3", "ads:x": b"4",
        "xattr-hex:757365722eff": b"5", "xattr-hex:zz": b"6", "xattr:trusted.a": b"7",
    }  # fmt: skip
    forge.commit(forge.leaf(file(b"f", forge.chunk(b"abc"), 3, metadata=metadata)))
    found = Shown(kit, alone=True).tree.attributes(b"/f")
    assert found == {b"user.note": b"1", b"user.\xff": b"5"}


def test_every_kind_is_what_it_was(kit: VaultKit) -> None:
    forge = Forge(kit)
    kinds = {
        b"a": (tree.SYMLINK, stat.S_ISLNK),
        b"b": (tree.FIFO, stat.S_ISFIFO),
        b"c": (tree.SOCKET, stat.S_ISSOCK),
        b"d": (tree.CHARACTER_DEVICE, stat.S_ISCHR),
        b"e": (tree.BLOCK_DEVICE, stat.S_ISBLK),
    }
    forge.commit(forge.leaf(*(other(n, k, b"cible" if n == b"a" else b"") for n, (k, _) in kinds.items())))
    shown = Shown(kit, alone=True)
    for name, (_, is_kind) in kinds.items():
        assert is_kind(shown.tree.look(b"/" + name).mode)
    assert shown.tree.target(b"/a") == b"cible"
    assert _errno(lambda: shown.tree.open(b"/b")) == errno.EINVAL


names = strategies.binary(min_size=1, max_size=400).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in (b".", b"..")
)


@settings(max_examples=30)
@given(strategies.sets(names, min_size=1, max_size=8))
def test_every_name_is_one_that_is_found_again(wanted: set[bytes]) -> None:
    """Whatever a vault's names are, this system can hold what is listed, and each leads to its own file."""
    kit = VaultKit()
    forge = Forge(kit)
    forge.commit(forge.leaf(*(file(name, forge.chunk(name), len(name)) for name in sorted(wanted))))
    shown = Shown(kit, alone=True)
    listed = shown.names(b"/")
    assert len(set(listed)) == len(listed) == len(wanted)
    assert all(0 < len(name) <= 255 and b"/" not in name for name in listed)
    assert {shown.content(b"/" + name) for name in listed} == wanted
    assert {name for name in listed if len(name) < 200} >= {name for name in wanted if len(name) < 200}
    assert len({status.inode for _, status in shown.tree.entries(b"/")}) == len(listed)
