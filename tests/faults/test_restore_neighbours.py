"""Somebody else at work where a restore writes: another user's tricks with names, another restore."""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Busy, Failed
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.files.write_back import DirHandle, Outcome, Wishes
from tests.support.restoring import META, Restore, Start
from tests.support.vaults import VaultKit, restored_path

pytestmark = pytest.mark.faults

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="fifos, links and owners as POSIX has them")
root_only = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root restores where others may write"
)
SHE = 4242


# Hard links


def _small(restore: Restore, hers: DirHandle) -> Outcome:
    return restore.target.write_small(hers, b"f", b"ours", META, linked=True)


def _long(restore: Restore, hers: DirHandle) -> Outcome:
    file = restore.target.begin_file(hers, b"f", 4, META, linked=True)
    assert not isinstance(file, Outcome)
    file.pwrite(0, b"ours")
    return file.finish()


def _kept(restore: Restore, hers: DirHandle) -> Outcome:
    (restore.path / "hers" / "f").write_bytes(b"ours")
    (file,) = restore.target.standing(hers, b"f", 4)
    return file.keep(META, linked="f")


@pytest.mark.parametrize("first", [_small, _long, _kept])
def test_a_second_name_is_never_given_to_another_file(
    start: Start, first: Callable[[Restore, DirHandle], Outcome]
) -> None:
    restore = start()
    (restore.path / "hers").mkdir()
    hers, private = restore.folder(b"hers"), restore.folder(b"private")
    assert first(restore, hers).there
    assert restore.target.hard_link(hers, b"f", private, b"sound") is Outcome.WRITTEN
    assert (restore.path / "private" / "sound").samefile(restore.path / "hers" / "f")
    (restore.path / "hers" / "f").rename(restore.path / "hers" / "away")
    (restore.path / "hers" / "f").write_bytes(b"hers")
    assert restore.target.hard_link(hers, b"f", private, b"g") is Outcome.COPY_NEEDED
    assert not (restore.path / "private" / "g").exists()


@posix_only
def test_a_second_name_is_never_given_to_a_link(start: Start, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    restore = start()
    restore.file(b"f")
    (restore.path / "f").unlink()
    (restore.path / "f").symlink_to(tmp_path / "secret")
    assert restore.target.hard_link(restore.root, b"f", restore.root, b"g") is Outcome.COPY_NEEDED
    assert not os.path.lexists(restore.path / "g")


@root_only
def test_the_number_of_a_file_that_was_removed_does_not_deceive(start: Start) -> None:
    """Most file systems give it to the next new one: then the owner tells them apart."""
    restore = start()
    restore.file(b"f")
    (restore.path / "f").unlink()
    (restore.path / "f").write_bytes(b"new")
    os.chown(restore.path / "f", SHE, SHE)
    assert restore.target.hard_link(restore.root, b"f", restore.root, b"g") is Outcome.COPY_NEEDED
    assert not (restore.path / "g").exists()


@root_only
def test_a_file_given_to_its_owner_gets_its_second_name(start: Start) -> None:
    restore = start(wishes=Wishes(owner=True))
    hers = META._replace(uid=SHE, gid=SHE)
    restore.target.write_small(restore.root, b"small", b"1", hers, linked=True)
    file = restore.target.begin_file(restore.root, b"long", 1, hers, linked=True)
    assert not isinstance(file, Outcome)
    file.pwrite(0, b"1")
    file.finish()
    for name in (b"small", b"long"):
        assert restore.target.hard_link(restore.root, name, restore.root, name + b"2") is Outcome.WRITTEN


class _Once(CancelToken):
    """Does something the first time that a path is there."""

    def __init__(self, path: Path, act: Callable[[], object]) -> None:
        super().__init__()
        self._path = path
        self._act: Callable[[], object] | None = act

    def check(self) -> None:
        if self._act is not None and self._path.exists():
            self._act()
            self._act = None
        super().check()


def test_a_first_name_exchanged_during_a_restore_costs_a_copy(tmp_path: Path) -> None:
    source = tmp_path / "src"
    (source / "a-shared").mkdir(parents=True)
    (source / "private").mkdir()
    (source / "a-shared" / "tool").write_bytes(b"sound")
    os.link(source / "a-shared" / "tool", source / "private" / "tool")
    kit = VaultKit()
    kit.backup(source)
    out = restored_path(tmp_path / "out", source)
    first = out / "a-shared" / "tool"

    def exchange() -> None:
        first.rename(out / "a-shared" / "away")
        first.write_bytes(b"planted")

    result = kit.restore(tmp_path / "out", cancel=_Once(first, exchange))
    assert first.read_bytes() == b"planted"  # their folder, their business
    assert (out / "private" / "tool").read_bytes() == b"sound"
    assert (result.files, result.failed) == (2, 0)


# Another restore


@posix_only
def test_two_restores_into_one_folder_at_once(start: Start, tmp_path: Path) -> None:
    first = start()
    with pytest.raises(Busy, match="target_busy"):
        start()
    first.file(b"f")
    first.target.close()
    assert start().file(b"g") is Outcome.WRITTEN


@posix_only
@pytest.mark.parametrize("long", [False, True])
def test_a_restore_that_fails_removes_nothing_but_its_own(
    start: Start, monkeypatch: pytest.MonkeyPatch, long: bool
) -> None:
    """The disk takes no more; meanwhile somebody has put a file where the unfinished one was."""
    restore = start()

    def exchange() -> None:
        (mine,) = restore.path.iterdir()
        mine.unlink()
        mine.write_bytes(b"theirs")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch, pytest.raises(Failed, match="target_full"):
        patch.setattr(os, "pwrite" if long else "write", lambda *_: exchange())
        if long:
            restore.long(b"f", 4).pwrite(0, b"ours")
        else:
            restore.file(b"f", b"ours")
    (left,) = restore.path.iterdir()
    assert left.read_bytes() == b"theirs"


# Parts


@posix_only
@pytest.mark.parametrize("reader", [False, True])
def test_a_fifo_in_the_place_of_a_part_is_not_waited_for(start: Start, reader: bool) -> None:
    restore = start(open_limit=1)
    file = restore.long(b"long", 2)
    for n in range(4):
        restore.folder(b"other%d" % n)
    (part,) = restore.path.glob(".cyberlib-part-*")
    part.unlink()
    os.mkfifo(part)
    ends = [os.open(part, os.O_RDONLY | os.O_NONBLOCK)] if reader else []
    found: list[str] = []

    def write() -> None:
        try:
            file.pwrite(0, b"x")
        except Failed as error:
            found.append(error.code)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    thread.join(180)
    assert found == ["target_changed"]
    for end in ends:
        os.close(end)
    assert stat.S_ISFIFO(part.lstat().st_mode)  # not ours to remove
