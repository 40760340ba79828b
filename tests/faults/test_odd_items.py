"""Items that copies lose: attributes, access lists, links of both kinds, holes, pipes, odd names. Through the
real adapters of this system, out of a real file system and into another one."""

from __future__ import annotations

import os
import random
import socket
import stat
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.errors import UsageError
from cyberlib_client.system import this_system
from tests.faults.disks import MIB, mounted_ext4, needs_root
from tests.faults.forge import Forge, file
from tests.support.trees import make_tree
from tests.support.vaults import VaultKit, restored_path

pytestmark = pytest.mark.faults


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A fresh ext4, which keeps all that Linux knows of."""
    needs_root()
    with mounted_ext4(tmp_path / "disk", 64 * MIB, "-b", "4096") as mounted:
        yield mounted


def _kit(**options: Any) -> VaultKit:
    """With this system's own metadata, as the program has it."""
    return VaultKit(metadata=this_system().metadata, **options)


def _owners(users: set[int], groups: set[int]) -> tuple[dict[int, str], dict[int, str]]:
    names = this_system().machine.owner_names(users, groups)
    return names.get("users", {}), names.get("groups", {})


def _described(folder: Path) -> dict[bytes, tuple[object, ...]]:
    """All that lstat, listxattr and readlink tell of every item, but what no copy can keep."""
    found: dict[bytes, tuple[object, ...]] = {}
    links: dict[tuple[int, int], int] = {}
    for at, folders, names in os.walk(os.fsencode(folder)):
        for name in sorted([*folders, *names]):
            path = os.path.join(at, name)
            s = os.lstat(path)
            group = links.setdefault((s.st_dev, s.st_ino), len(links)) if s.st_nlink > 1 else None
            attributes = {
                n: os.getxattr(path, n, follow_symlinks=False)
                for n in os.listxattr(path, follow_symlinks=False)
            }
            target = os.readlink(path) if stat.S_ISLNK(s.st_mode) else b""
            small = stat.S_ISREG(s.st_mode) and s.st_size < 2 * MIB
            content = Path(os.fsdecode(path)).read_bytes() if small else b""
            found[os.path.relpath(path, os.fsencode(folder))] = (
                s.st_mode, s.st_uid, s.st_gid, s.st_mtime_ns if not target else 0, s.st_rdev,
                s.st_size if stat.S_ISREG(s.st_mode) else 0,
                group if stat.S_ISREG(s.st_mode) else None, attributes, target, content,
            )  # fmt: skip
    return found


def _set_acl(path: Path, *entries: str, default: bool = False) -> None:
    for entry in entries:
        command = ["setfacl", *(["-d"] if default else []), "-m", entry, path]
        subprocess.run(command, check=True, capture_output=True)


def _everything(folder: Path) -> Path:
    make_tree(folder, {"a": {"lettre.txt": b"lettre", "vide": b""}, "b": {}, "long": {}})
    os.link(folder / "a" / "lettre.txt", folder / "b" / "autre nom.txt")
    os.link(folder / "a" / "lettre.txt", folder / "troisième")
    os.symlink("../a/lettre.txt", folder / "b" / "lien")
    os.symlink("/nulle/part", folder / "b" / "lien mort")
    os.symlink(b"\xff\xfe pas du texte", os.fsencode(folder / "b" / "lien étrange"))
    os.mkfifo(folder / "b" / "tube", 0o640)
    os.mknod(folder / "b" / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.mknod(folder / "b" / "disque", stat.S_IFBLK | 0o660, os.makedev(7, 200))
    for name in (
        "é",
        unicodedata.normalize("NFD", "é"),
        "E",
        "e",
        "con",
        "a:b",
        "fin.",
        " espace ",
        "nl\nname",
        "..x",
    ):
        (folder / "a" / name).write_bytes(name.encode())
    for raw in (b"latin-\xe9", b"\x01\x7f", b"\xed\xa0\x80", b"x" * 255):
        Path(os.fsdecode(os.fsencode(folder / "a") + b"/" + raw)).write_bytes(raw)
    deep = folder / "long"
    for _ in range(8):
        deep = deep / ("dossier au nom long " * 10)
        deep.mkdir()
    (deep / "au fond.txt").write_bytes(b"au fond")
    os.setxattr(folder / "a" / "lettre.txt", "user.note", b"fictif \0\xff")
    os.setxattr(folder / "a", "user.dossier", b"")
    os.setxattr(folder / "a", "trusted.test", b"racine")
    os.setxattr(folder / "a" / "vide", "user.grand", random.Random(1).randbytes(3000))
    _set_acl(folder / "a" / "vide", "u:12345:rw", "g:23456:r")
    _set_acl(folder / "b", "u:12345:rwx", default=True)
    (folder / "setuid").write_bytes(b"#!/bin/true\n")
    os.chown(folder / "setuid", 12345, 23456)
    os.chmod(folder / "setuid", 0o6755)
    os.chmod(folder / "b", 0o1770)
    os.lchown(folder / "b" / "lien", 111, 222)
    os.chmod(folder / "a" / "E", 0)
    for at, moment in ((folder / "setuid", -5_000_000_001), (folder / "a" / "e", 4_000_000_000_123_456_789)):
        os.utime(at, ns=(0, moment))
    os.utime(folder / "a", ns=(0, 1_000_000_000_000_000_001))
    return folder


def test_everything_at_once(disk: Path) -> None:
    folder = _everything(disk / "cabinet")
    expected = _described(folder)
    kit = _kit()
    result = kit.backup(folder, owners=_owners)
    assert (result.unread, result.incidents) == (0, [])
    done = kit.restore(disk / "ici", owner=True, acl=True, devices=True)
    assert (done.failed, done.incidents) == (0, [])
    got = _described(restored_path(disk / "ici", folder))
    assert got.keys() == expected.keys()
    for path, item in expected.items():
        assert got[path] == item, path
    assert kit.verify().ok
    # Nothing changed: nothing is sent, and what was restored is as the vault has it.
    assert kit.backup(folder, owners=_owners).statistics.new_bytes == 0


def test_what_gives_rights_is_restored_when_asked_for_alone(disk: Path) -> None:
    folder = _everything(disk / "cabinet")
    kit = _kit()
    kit.backup(folder, owners=_owners)
    done = kit.restore(disk / "ici")
    got = _described(restored_path(disk / "ici", folder))
    mode, uid, gid = got[b"setuid"][:3]
    assert (mode, uid, gid) == (stat.S_IFREG | 0o755, 0, 0)
    assert not any(stat.S_ISCHR(i[0]) or stat.S_ISBLK(i[0]) for i in got.values())  # type: ignore[arg-type]
    assert not any("posix_acl" in name for i in got.values() for name in i[7])  # type: ignore[attr-defined]
    assert b"trusted.test" not in {os.fsencode(name) for name in got[b"a"][7]}  # type: ignore[attr-defined]
    assert {i.code for i in done.incidents} == {"device_left_out"}


def _data(path: Path) -> list[tuple[int, bytes]]:
    """Offset and content of every block that is not all zeros, holes passed over."""
    found = []
    with path.open("rb") as file:
        size, at = os.fstat(file.fileno()).st_size, 0
        while at < size:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA) // 4096 * 4096
            except OSError:  # nothing but a hole up to the end
                break
            content = os.pread(file.fileno(), 4096, at)
            if content.strip(b"\0"):
                found.append((at, content))
            at += 4096
    return found


def test_a_sparse_gibibyte_stays_sparse(disk: Path) -> None:
    folder = make_tree(disk / "cabinet", {})
    with (folder / "disque.bin").open("wb") as file:
        file.truncate(1024 * MIB)
        for at in (0, 5 * MIB + 123, 700 * MIB, 1024 * MIB - 10):
            file.seek(at)
            file.write(b"fictif")
    assert (folder / "disque.bin").stat().st_blocks * 512 < MIB
    kit = _kit(chunking=None)
    result = kit.backup(folder, owners=_owners)
    assert result.statistics.bytes == 1024 * MIB
    assert result.statistics.stored < MIB
    assert kit.restore(disk / "ici").failed == 0
    copy = restored_path(disk / "ici", folder) / "disque.bin"
    assert copy.stat().st_size == 1024 * MIB
    assert copy.stat().st_blocks * 512 < 2 * MIB
    assert _data(copy) == _data(folder / "disque.bin")


def test_sockets_are_recorded_and_told(disk: Path) -> None:
    folder = make_tree(disk / "cabinet", {"a.txt": b"a"})
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(folder)  # a socket's path is short
        try:
            listening.bind("prise")
        finally:
            os.chdir(here)
        kit = _kit()
        result = kit.backup(folder, owners=_owners)
    assert (result.unread, result.statistics.others) == (0, 1)
    done = kit.restore(disk / "ici")
    assert [(i.code, os.path.basename(i.path)) for i in done.incidents] == [("socket_left_out", "prise")]
    assert [p.name for p in restored_path(disk / "ici", folder).iterdir()] == ["a.txt"]


def test_names_that_a_smaller_disk_has_no_room_for(disk: Path, tmp_path: Path) -> None:
    """255 bytes are the most here; a vault may hold more, from a system that counts in letters."""
    kit = VaultKit()
    forge = Forge(kit)
    letters = "é" * 255  # 255 letters, as NTFS and APFS allow, and 510 bytes
    forge.commit(
        forge.leaf(file(b"a", forge.chunk(b"a"), 1), file(letters.encode(), forge.chunk(b"long"), 4))
    )
    done = kit.restore(disk / "ici")
    there = {p.name: p.read_bytes() for p in (disk / "ici").iterdir()}
    assert there["a"] == b"a"
    others = [name for name in there if name != "a"]
    if others:  # under a shorter name, which is told
        assert there[others[0]] == b"long"
        assert "name_changed" in {i.code for i in done.incidents}
    else:
        assert done.failed == 1
        assert done.incidents
    with pytest.raises(UsageError):
        kit.restore(disk / "non", paths=[b"/absent"])
