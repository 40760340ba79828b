"""Every kind of item goes into the vault and comes back, or is told."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.core.format_v1 import tree
from cyberlib_client.core.format_v1.tree import Entry
from cyberlib_client.services.browse import entry_at, walk
from tests.support.trees import make_tree, told
from tests.support.vaults import GivenMetadata, VaultKit, restored_path, source_of

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX alone has these")
root_alone = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="root alone may make devices")


def entries(kit: VaultKit, below: Path, snapshot: str = "latest") -> dict[str, Entry]:
    """What a snapshot holds below a folder of this machine, by path from there."""
    path = source_of(below).path
    reader = kit.reader()
    top = entry_at(reader, kit.root(snapshot), path)
    return {p[len(path) + 1 :].decode("utf-8", "surrogateescape"): e for p, e in walk(reader, top, path)}


def there_and_back(kit: VaultKit, source: Path, to: Path) -> Path:
    kit.restore(to)
    return restored_path(to, source)


# ---- files ----------------------------------------------------------------------------------------

SIZES = [0, 1, 63, 64, 65, 1023, 1024, 1025, 4096, 100_000, 4 << 20, (4 << 20) + 1, 9_000_001]


def test_files_of_all_sizes(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {f"f{size}": os.urandom(size) for size in SIZES})
    result = kit.backup(tmp_path / "a")
    assert result.statistics.bytes == sum(SIZES)
    assert told(there_and_back(kit, tmp_path / "a", tmp_path / "out")) == told(tmp_path / "a")


def test_compressible_files(kit: VaultKit, tmp_path: Path) -> None:
    texts = {f"t{n}": b"Compte rendu de consultation. " * n for n in (1, 10, 1000, 100_000)}
    make_tree(tmp_path / "a", texts)
    result = kit.backup(tmp_path / "a")
    assert result.statistics.stored < 200_000
    assert told(there_and_back(kit, tmp_path / "a", tmp_path / "out")) == told(tmp_path / "a")


def test_files_of_zeros_take_no_room(kit: VaultKit, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "zeros").write_bytes(bytes(5_000_000))
    (tmp_path / "a" / "base.db").write_bytes(bytes(5_000_000))
    assert kit.backup(tmp_path / "a").statistics.stored < 200_000
    assert told(there_and_back(kit, tmp_path / "a", tmp_path / "out")) == told(tmp_path / "a")


@posix
@pytest.mark.parametrize("shape", ["hole", "head", "tail", "middle", "many"])
def test_sparse_files_stay_sparse(kit: VaultKit, tmp_path: Path, shape: str) -> None:
    size = 24 << 20
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "disk.img"
    with path.open("wb") as file:
        file.truncate(size)
        written = {
            "hole": [],
            "head": [0],
            "tail": [size - 5000],
            "middle": [size // 2],
            "many": list(range(0, size, 3 << 20)),
        }[shape]
        for offset in written:
            file.seek(offset)
            file.write(os.urandom(5000))
    os.sync()  # only then does the system tell what is a hole
    before = path.stat()
    assert before.st_blocks * 512 < size // 2, "this file system makes no holes"
    result = kit.backup(tmp_path / "a")
    assert result.statistics.stored < 300_000
    back = there_and_back(kit, path, tmp_path / "out")
    assert back.read_bytes() == path.read_bytes()
    assert back.stat().st_blocks * 512 < size // 2
    assert entries(kit, tmp_path / "a")["disk.img"].extra.sparse  # type: ignore[union-attr]


@posix
def test_names_of_any_bytes(kit: VaultKit, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "a")
    os.mkdir(folder)
    names = [
        b"\xff\xfe",
        b"e\xcc\x81",
        b"\xc3\xa9",
        b"a\nb",
        b"-rf",
        b"\x1b[31m",
        b"x" * 255,
        b" ",
        b"\\",
        b"*?",
        b"con",
    ]
    for name in names:
        with open(folder + b"/" + name, "wb") as file:
            file.write(name)
    kit.backup(tmp_path / "a")
    back = os.fsencode(there_and_back(kit, tmp_path / "a", tmp_path / "out"))
    assert sorted(os.listdir(back)) == sorted(names)
    for name in names:
        with open(back + b"/" + name, "rb") as file:
            assert file.read() == name


def test_names_that_look_like_others(kit: VaultKit, tmp_path: Path) -> None:
    plan = {"lettre.txt": b"1", "lettre.txt.bak": b"2", "lettre": {"txt": b"3"}, "École": {"été": b"4"}}
    make_tree(tmp_path / "a", plan)
    kit.backup(tmp_path / "a")
    assert told(there_and_back(kit, tmp_path / "a", tmp_path / "out")) == told(tmp_path / "a")


@posix
def test_modes_and_times(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"d": {"x": b"x"}})
    moments = [0, 1, 10**18 + 1, -1, -(10**18), 1_700_000_000_123_456_789]
    for mode in (0o000, 0o400, 0o644, 0o755, 0o777, 0o604):
        for number, moment in enumerate(moments):
            path = tmp_path / "a" / f"{mode:o}-{number}"
            path.write_bytes(b"x")
            os.utime(path, ns=(moment, moment))
            path.chmod(mode)
    os.utime(tmp_path / "a" / "d", ns=(12345, 12345))
    if os.geteuid() != 0:
        pytest.skip("root alone reads what nobody may")
    kit.backup(tmp_path / "a")
    assert told(there_and_back(kit, tmp_path / "a", tmp_path / "out")) == told(tmp_path / "a")


@posix
@pytest.mark.parametrize("moment", [10**20, -(10**19), 2**63, 2**64, -(2**63) - 1])
def test_times_beyond_the_format_do_not_stop_a_run(kit: VaultKit, moment: int) -> None:
    """NTFS counts from 1601 to the year 60000; so may a disk that tmpfs stands for here."""
    import tempfile

    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        path = Path(folder, "vieux")
        path.write_bytes(b"x")
        os.utime(path, ns=(moment, moment))
        if path.stat().st_mtime_ns != moment:
            pytest.skip("no file system here keeps such times")
        result = kit.backup(folder)
        assert (result.statistics.files, result.unread) == (1, 0)
        mtime = entries(kit, Path(folder))["vieux"].mtime
        assert mtime == (2**63 - 1 if moment > 0 else -(2**63))
        result = kit.restore(Path(folder, "out"))
        assert (result.files, result.failed) == (1, 0)


# ---- links ----------------------------------------------------------------------------------------


@posix
def test_links_are_kept_as_they_are(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"d": {"x": b"x"}, "f": b"f"})
    for name, target in {
        "file": "f", "folder": "d", "nowhere": "absent", "up": "../..", "absolute": "/etc/passwd",
        "itself": "itself", "odd": "a\nb", "long": "x" * 4000,
    }.items():  # fmt: skip
        (tmp_path / "a" / name).symlink_to(target)
    os.symlink(b"\xff\xfe", os.fsencode(tmp_path / "a" / "bytes"))
    result = kit.backup(tmp_path / "a")
    assert (result.statistics.files, result.statistics.others, kit.incidents) == (2, 9, [])
    assert told(there_and_back(kit, tmp_path / "a", tmp_path / "out")) == told(tmp_path / "a")


@posix
@posix
def test_names_of_what_is_no_file_come_back_apart_and_that_is_told_once(
    kit: VaultKit, tmp_path: Path
) -> None:
    folder = make_tree(tmp_path / "a", {"file": b"content"})
    os.symlink("file", folder / "l1")
    os.mkfifo(folder / "p1")
    for first, second in (("l1", "l2"), ("l1", "l3"), ("p1", "p2")):
        os.link(folder / first, folder / second, follow_symlinks=False)
    kit.backup(folder)
    assert [code for code, _ in kit.incidents] == ["names_not_joined"]
    back = there_and_back(kit, folder, tmp_path / "out")
    assert [os.readlink(back / name) for name in ("l1", "l2", "l3")] == ["file"] * 3
    assert stat.S_ISFIFO((back / "p2").stat().st_mode)


def test_hard_links_are_one_file_again(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"x": os.urandom(50_000), "d": {}, "e": b"small"})
    os.link(tmp_path / "a" / "x", tmp_path / "a" / "y")
    os.link(tmp_path / "a" / "x", tmp_path / "a" / "d" / "z")
    os.link(tmp_path / "a" / "e", tmp_path / "a" / "d" / "e2")
    result = kit.backup(tmp_path / "a")
    assert result.statistics.files == 5
    assert result.statistics.new_bytes <= 50_005
    back = there_and_back(kit, tmp_path / "a", tmp_path / "out")
    assert told(back) == told(tmp_path / "a")
    assert (back / "x").stat().st_ino == (back / "y").stat().st_ino == (back / "d" / "z").stat().st_ino
    assert (back / "e").stat().st_ino == (back / "d" / "e2").stat().st_ino
    assert (back / "x").stat().st_nlink == 3
    # The same after runs that find some of them as they were.
    os.link(tmp_path / "a" / "e", tmp_path / "a" / "e3")
    kit.backup(tmp_path / "a")
    back = there_and_back(kit, tmp_path / "a", tmp_path / "again")
    assert (back / "e").stat().st_nlink == 3
    assert (back / "x").stat().st_nlink == 3


@posix
def test_hard_links_whose_device_was_renumbered_stay_together(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """USB disks and volume managers get new numbers at each start."""
    make_tree(tmp_path / "a", {"x": b"one", "b": {}})
    os.link(tmp_path / "a" / "x", tmp_path / "a" / "b" / "x")
    kit.backup(tmp_path / "a")
    from cyberlib_client.services import leaves as leaves_module

    real = leaves_module.link_of
    monkeypatch.setattr(leaves_module, "link_of", lambda status: (real(status)[0] ^ 1024, real(status)[1]))
    (tmp_path / "a" / "b" / "y").write_bytes(b"new")
    kit.backup(tmp_path / "a")
    links = {e.extra.link for e in entries(kit, tmp_path / "a").values() if e.extra and e.extra.link}
    assert len(links) == 1


# ---- what is not read -----------------------------------------------------------------------------


@posix
def test_pipes_and_sockets_are_recorded_not_read(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"x": b"x"})
    os.mkfifo(tmp_path / "a" / "pipe", 0o640)
    here = os.getcwd()
    os.chdir(tmp_path / "a")  # the system allows a hundred bytes for a socket's path
    try:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind("socket")
    finally:
        os.chdir(here)
    with listener:
        result = kit.backup(tmp_path / "a")
    assert (result.statistics.others, result.unread) == (2, 0)
    kinds = {name: entry.kind for name, entry in entries(kit, tmp_path / "a").items()}
    assert kinds == {"x": tree.FILE, "pipe": tree.FIFO, "socket": tree.SOCKET}
    back = there_and_back(kit, tmp_path / "a", tmp_path / "out")
    assert stat.S_ISFIFO((back / "pipe").stat().st_mode)
    assert stat.S_IMODE((back / "pipe").stat().st_mode) == 0o640
    assert not (back / "socket").exists()
    assert [code for code, _ in kit.incidents] == ["socket_left_out"]


@posix
@root_alone
def test_devices_are_recorded_not_read(kit: VaultKit, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    try:
        os.mknod(tmp_path / "a" / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        os.mknod(tmp_path / "a" / "disk", stat.S_IFBLK | 0o600, os.makedev(7, 200))
    except PermissionError:
        pytest.skip("not even root may make devices here")
    kit.backup(tmp_path / "a")
    found = entries(kit, tmp_path / "a")
    assert (found["null"].kind, found["disk"].kind) == (tree.CHARACTER_DEVICE, tree.BLOCK_DEVICE)
    assert found["disk"].extra.device == os.makedev(7, 200)  # type: ignore[union-attr]
    back = there_and_back(kit, tmp_path / "a", tmp_path / "out")
    assert list(back.iterdir()) == [], "never without being asked for"
    kit.restore(tmp_path / "with", devices=True)
    back = restored_path(tmp_path / "with", tmp_path / "a")
    assert (back / "null").stat().st_rdev == os.makedev(1, 3)
    assert stat.S_ISBLK((back / "disk").stat().st_mode)


# ---- folders --------------------------------------------------------------------------------------


def test_empty_folders(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"b": {}, "c": {"d": {}}})
    kit.backup(tmp_path / "a")
    assert told(there_and_back(kit, tmp_path / "a", tmp_path / "out")) == told(tmp_path / "a")


def test_an_empty_source(kit: VaultKit, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert kit.backup(tmp_path / "a").statistics.directories == 1
    assert there_and_back(kit, tmp_path / "a", tmp_path / "out").is_dir()


def deep(top: Path, name: str, levels: int, every: int) -> None:
    """Folders in folders, with a file in some: made step by step, as no path to them need be allowed."""
    here = os.getcwd()
    top.mkdir()
    try:
        os.chdir(top)
        for number in range(1, levels + 1):
            os.mkdir(name)
            os.chdir(name)
            if number % every == 0:
                Path("fichier").write_bytes(b"%d" % number)
    finally:
        os.chdir(here)


@pytest.fixture
def deep_path(tmp_path: Path) -> Iterator[Path]:
    """A folder whose content Python's own rmtree could not remove: it calls itself for each level."""
    (tmp_path / "deep").mkdir()
    yield tmp_path / "deep"
    subprocess.run(["rm", "-rf", tmp_path / "deep"], check=True)


@posix
def test_a_very_deep_tree(kit: VaultKit, deep_path: Path) -> None:
    """Deeper than Python's own stack."""
    deep(deep_path / "a", "d", 1500, 500)
    result = kit.backup(deep_path / "a")
    assert (result.statistics.directories, result.statistics.files, result.unread) == (1501, 3, 0)
    assert len(entries(kit, deep_path / "a")) == 1503
    outcome = kit.restore(deep_path / "out")
    assert (outcome.files, outcome.failed) == (3, 0)
    assert outcome.directories >= 1501
    assert kit.verify().ok
    assert kit.backup(deep_path / "a").statistics.new_files == 0


@posix
def test_paths_longer_than_the_system_takes(kit: VaultKit, deep_path: Path) -> None:
    """More than the 4,096 bytes of Linux: reached folder by folder, there and back."""
    deep(deep_path / "a", "dossier", 800, 100)
    result = kit.backup(deep_path / "a")
    assert (result.statistics.directories, result.statistics.files) == (801, 8)
    assert (result.unread, kit.incidents) == (0, [])
    outcome = kit.restore(deep_path / "out")
    assert (outcome.files, outcome.failed) == (8, 0)
    # Read again where it was restored: the same tree.
    again = VaultKit()
    assert again.backup(restored_path(deep_path / "out", deep_path / "a")).statistics.bytes == 3 * 8


@pytest.mark.portable
def test_a_folder_of_many_files(kit: VaultKit, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    for number in range(20_000 if sys.platform != "win32" else 2_000):
        (folder / f"IMG_{number:05}.jpg").write_bytes(b"%d" % number)
    kit.backup(folder)
    (folder / "IMG_05000b.jpg").write_bytes(b"new")
    result = kit.backup(folder)
    assert result.statistics.new_files == 1
    assert result.statistics.stored < 200_000, "one leaf of the folder, not all"
    assert told(there_and_back(kit, folder, tmp_path / "out")) == told(folder)


# ---- metadata -------------------------------------------------------------------------------------


def test_metadata_of_files_folders_and_links(tmp_path: Path) -> None:
    given = {
        "f": {"xattr:user.note": b"\0\xff", "acl:access": b"acl"},
        "big": {"xattr:user.x": b"y" * 60_000},
        "d": {"xattr:user.d": b"folder"},
        "same": {},
    }
    metadata = GivenMetadata(given)
    kit = VaultKit(metadata=metadata)
    make_tree(tmp_path / "a", {"f": b"f", "big": os.urandom(90_000), "d": {"x": b"x"}, "same": b"s"})
    kit.backup(tmp_path / "a")
    found = entries(kit, tmp_path / "a")
    for name, items in given.items():
        extra = found[name].extra
        assert (extra.metadata if extra else None) == (items or None)
    kit.restore(tmp_path / "out")
    assert sorted(map(sorted, metadata.applied)) == sorted(sorted(i) for i in given.values() if i)


def test_metadata_that_was_left_out_is_told(tmp_path: Path) -> None:
    kit = VaultKit(metadata=GivenMetadata({"f": {"omitted:xattr:user.huge": b""}}))
    make_tree(tmp_path / "a", {"f": b"f"})
    kit.backup(tmp_path / "a")
    assert [code for code, _ in kit.incidents] == ["metadata_omitted"]


def test_a_mebibyte_of_metadata_for_each_of_many_files(tmp_path: Path) -> None:
    names = [f"f{number:02}" for number in range(12)]
    heavy = {name: {"ads:resume": os.urandom(1 << 20)} for name in names}
    kit = VaultKit(metadata=GivenMetadata(heavy))
    make_tree(tmp_path / "a", dict.fromkeys(names, b"x"))
    kit.backup(tmp_path / "a")
    assert kit.verify().ok
    assert {n: e.extra.metadata for n, e in entries(kit, tmp_path / "a").items() if e.extra} == heavy
