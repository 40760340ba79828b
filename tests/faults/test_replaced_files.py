"""A file that is something else by the time it is opened: between the listing and the read."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberlib_client.files import read
from cyberlib_client.files.folder import Folder
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, restored_path

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="pipes and links as POSIX has them"),
]

_BECOMES: dict[str, Callable[[Path, Path], object]] = {
    "pipe": lambda path, _: os.mkfifo(path),
    "folder": lambda path, _: path.mkdir(),
    "link": lambda path, secret: path.symlink_to(secret),
    "link to itself": lambda path, _: path.symlink_to(path),
    "nothing": lambda path, _: None,
    "endless device": lambda path, _: os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5)),
}


@pytest.mark.parametrize("becomes", _BECOMES)
@pytest.mark.parametrize("size", [0, 5, 60, 9_000, 3_000_000])
@pytest.mark.parametrize("times", [1, 2])
def test_no_file_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, becomes: str, size: int, times: int
) -> None:
    """Never waited for, never followed, never taken for an empty file. With `times` 2 it is changed first, so
    that it is something else when it is read again."""
    if becomes == "endless device" and os.geteuid() != 0:
        pytest.skip("device files need root")
    secret = tmp_path / "secret"
    secret.write_bytes(b"never asked for")
    folder = make_tree(tmp_path / "cabinet", {"x": b"x" * size, "y": b"temoin"})
    path, opened = folder / "x", [0]
    real = read.open_file

    def open_file(where: Folder, name: bytes) -> int:
        if name == b"x":
            opened[0] += 1
            if opened[0] == times:
                path.unlink()
                _BECOMES[becomes](path, secret)
            elif opened[0] < times:
                path.write_bytes(b"z" * size)
        return real(where, name)

    monkeypatch.setattr(read, "open_file", open_file)
    kit = VaultKit()
    result = kit.backup(folder)
    assert opened[0] >= 1
    if opened[0] < times:  # its content was read in one go and is the one of the moment it was opened
        assert result.unread == 0
        return
    codes = [i.code for i in result.incidents]
    assert codes in (["vanished"], ["unreadable"])
    assert result.unread == (codes == ["unreadable"])
    kit.restore(tmp_path / "out")
    back = told(restored_path(tmp_path / "out", folder))
    assert {p: i.content for p, i in back.items()} == {"y": b"temoin"}
    # What took its place is in the next snapshot, as what it is.
    monkeypatch.setattr(read, "open_file", real)
    assert kit.backup(folder).unread == 0


def test_a_small_file_that_is_a_gigabyte_when_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not taken into memory whole because it was small when it was listed."""
    folder = make_tree(tmp_path / "cabinet", {"x": b"x"})
    path, largest = folder / "x", [0]
    real_open, real_read = read.open_file, os.read
    opened = []

    def open_file(where: Folder, name: bytes) -> int:
        if not opened:
            os.truncate(path, 1 << 30)
        opened.append(name)
        return real_open(where, name)

    def read_some(fd: int, size: int) -> bytes:
        largest[0] = max(largest[0], size)
        return real_read(fd, size)

    monkeypatch.setattr(read, "open_file", open_file)
    monkeypatch.setattr(os, "read", read_some)
    kit = VaultKit(chunking=None)
    result = kit.backup(folder)
    assert len(opened) >= 2
    assert largest[0] < 1 << 20
    assert result.statistics.bytes == 1 << 30
    assert result.unread == 0
