"""Restoring where somebody plays tricks or the disk takes no more: nothing escapes, nothing is half done."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Failed
from cyberlib_client.core.events import Incident
from cyberlib_client.files.write_back import Conflict, FileHandle, Outcome, Target
from tests.support.restoring import FOLDER, META, Restore, Start

pytestmark = pytest.mark.faults

CANARY = b"canary"
_EXCHANGE = 2  # renameat2(2), RENAME_EXCHANGE
_AT_FDCWD = -100


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    """A folder that no restore may touch, in whatever way it is led there."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "canary").write_bytes(CANARY)
    before = folder.stat()
    yield folder
    assert [path.name for path in folder.iterdir()] == ["canary"]
    assert (folder / "canary").read_bytes() == CANARY
    after = folder.stat()
    assert (before.st_mtime_ns, before.st_mode) == (after.st_mtime_ns, after.st_mode)


@contextmanager
def mounted(at: Path, options: str) -> Iterator[Path]:
    """A small file system of its own. Needs root, which CI has: elsewhere the test says so."""
    if os.geteuid() != 0 and not os.environ.get("CI"):
        pytest.skip("mounting needs root")
    at.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", at], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", at], check=True)


def _exchange(one: Path, other: Path) -> None:
    """Two names of the target trade places in one instant."""
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE):
        raise OSError(ctypes.get_errno(), "renameat2")


# Somebody else in the target


def test_a_folder_exchanged_for_a_link_takes_nothing_along(start: Start, outside: Path) -> None:
    restore = start()
    folder = restore.folder(b"folder")
    (restore.path / "link").symlink_to(outside)
    _exchange(restore.path / "folder", restore.path / "link")
    assert restore.file(b"f", parent=folder) is Outcome.WRITTEN
    assert restore.target.hard_link(folder, b"f", folder, b"g") is Outcome.WRITTEN
    restore.target.symlink(folder, b"l", b"f", META)
    file = restore.long(b"long", 1, folder)
    file.pwrite(0, b"x")
    file.finish()
    restore.file(b"h", parent=restore.folder(b"inner", folder))
    restore.target.finish_directory(folder, FOLDER)
    assert (restore.path / "folder").is_symlink()
    moved = sorted(path.name for path in (restore.path / "link").iterdir())
    assert moved == ["f", "g", "inner", "l", "long"]  # all in the folder that was checked


@pytest.mark.parametrize("depth", [0, 1])
def test_a_folder_that_must_be_opened_again_must_be_the_same(start: Start, outside: Path, depth: int) -> None:
    restore = start(open_limit=1)
    chain = [restore.folder(b"a")]
    chain.append(restore.folder(b"b", chain[0]))
    file = restore.long(b"long", 2, chain[1])
    for n in range(4):  # others take the places of the open ones
        restore.folder(b"other%d" % n)
    path = (restore.path / "a", restore.path / "a" / "b")[depth]
    (restore.path / "link").symlink_to(outside)
    _exchange(path, restore.path / "link")
    with pytest.raises(Failed, match="target_changed"):
        restore.file(b"f", parent=chain[1])
    with pytest.raises(Failed, match="target_changed"):
        restore.target.finish_directory(chain[1], FOLDER)
    with pytest.raises(Failed, match="target_changed"):
        file.pwrite(0, b"x")
    _exchange(path, restore.path / "link")  # the link is gone, but a folder of somebody else's is there
    path.rename(restore.path / "kept")
    path.mkdir()
    with pytest.raises(Failed, match="target_changed"):
        restore.file(b"f", parent=chain[depth])
    assert list(path.iterdir()) == []


def test_a_part_exchanged_for_a_link_is_not_written_through(start: Start, outside: Path) -> None:
    restore = start(open_limit=1)
    file = restore.long(b"long", 2)
    for n in range(4):
        restore.folder(b"other%d" % n)
    (part,) = restore.path.glob(".cyberlib-part-*")
    part.unlink()
    part.symlink_to(outside / "canary")
    with pytest.raises(Failed, match="target_changed"):
        file.pwrite(0, b"x")
    assert file.finish() is Outcome.REFUSED
    part.unlink()  # it is not ours to remove
    other = restore.long(b"other", 2)
    for n in range(4, 8):
        restore.folder(b"other%d" % n)
    (part,) = restore.path.glob(".cyberlib-part-*")
    part.unlink()
    os.link(outside / "canary", part)
    with pytest.raises(Failed, match="target_changed"):
        other.pwrite(0, b"x")
    part.unlink(missing_ok=True)


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@contextmanager
def attacked(attack: Callable[[], None]) -> Iterator[None]:
    """Attacks in a thread of its own while the body runs."""
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            attack()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.usefixtures("restless")
def test_a_race_against_folders_that_are_opened_again(start: Start, outside: Path) -> None:
    restore = start(open_limit=1)
    victim = restore.folder(b"victim")
    others = [restore.folder(b"other%d" % n) for n in range(2)]
    (restore.path / "link").symlink_to(outside)
    written = refused = 0
    with attacked(lambda: _exchange(restore.path / "victim", restore.path / "link")):
        for n in range(20_000):
            restore.file(b"%d" % n, parent=others[n % 2])
            try:
                restore.file(b"%d" % n, parent=victim)
                written += 1
            except Failed as error:
                assert error.code == "target_changed"
                refused += 1
            if written > 50 and refused > 50:
                break
    assert written, "the attack never let go: nothing was tested"
    assert refused, "the attack never won: nothing was tested"
    real = next(path for path in (restore.path / "victim", restore.path / "link") if not path.is_symlink())
    assert len(list(real.iterdir())) == written


@pytest.mark.usefixtures("restless")
@pytest.mark.parametrize("planted", ["a link", "a folder of somebody else"])
def test_a_race_against_folders_being_made(start: Start, outside: Path, planted: str) -> None:
    """What is made is exchanged before it is opened: sometimes in time, more often too late."""
    if planted != "a link" and os.geteuid() != 0:
        pytest.skip("only root has folders of others")
    restore = start()
    bait = restore.path / "bait"

    def plant() -> None:
        if planted == "a link":
            bait.symlink_to(outside)
        else:
            bait.mkdir()
            os.chown(bait, 65_534, 65_534)

    plant()
    theirs = bait.lstat().st_uid, stat.S_IFMT(bait.lstat().st_mode)
    now = exchanged = 0

    def attack() -> None:
        nonlocal exchanged
        try:
            _exchange(restore.path / f"v{now}", bait)
        except OSError as error:
            assert error.errno == errno.ENOENT  # not made yet
            return
        found = bait.lstat()
        if (found.st_uid, stat.S_IFMT(found.st_mode)) != theirs:
            bait.rename(restore.path / f"taken{exchanged}")
            plant()
            exchanged += 1

    with attacked(attack):
        for now in range(10_000):
            try:
                folder = restore.folder(b"v%d" % now)
                restore.file(b"f", parent=folder)
                restore.target.finish_directory(folder, FOLDER)
            except Failed as error:
                assert error.code == "target_changed"
            if now > 1_000 and exchanged > 100:
                break
    assert exchanged, "the attack never came in time: nothing was tested"
    for path in restore.path.iterdir():
        if path.lstat().st_uid == 65_534:
            assert list(path.iterdir()) == []


@pytest.mark.parametrize("conflict", [Conflict.KEEP_BOTH, Conflict.REPLACE, Conflict.SKIP])
@pytest.mark.usefixtures("restless")
def test_a_race_against_the_name_of_a_file(start: Start, outside: Path, conflict: Conflict) -> None:
    restore = start(conflict=conflict)
    planted = 0

    def attack() -> None:
        nonlocal planted
        name = restore.path / f"f{planted % 50}"
        name.unlink(missing_ok=True)
        try:
            (name.symlink_to if planted % 2 else name.hardlink_to)(outside / "canary")
        except FileExistsError:
            pass
        planted += 1

    with attacked(attack):
        for n in range(20_000):
            if n > 500 and planted > 200:
                break
            restore.file(b"f%d" % (n % 50))
            file = restore.target.begin_file(restore.root, b"f%d" % (n % 50), 1, META)
            if isinstance(file, FileHandle):
                file.pwrite(0, b"x")
                file.finish()
    assert planted > 50


# A disk that takes no more


def test_a_full_disk(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=1m,mode=700") as disk:
        restore = Restore(disk / "target")
        restore.file(b"fits", bytes(600_000))
        with pytest.raises(Failed) as small:
            restore.file(b"small", bytes(600_000))
        long = restore.long(b"long", 600_000)
        assert long.pwrite(500_000, bytes(100_000))
        with pytest.raises(Failed) as large:
            long.pwrite(0, bytes(500_000))  # the disk takes part of it
        for raised, path in ((small, "/small"), (large, "/long")):
            assert (raised.value.code, raised.value.facts["path"]) == ("target_full", path)
        assert not long.pwrite(0, b"x")
        assert long.finish() is Outcome.REFUSED
        assert restore.listing() == {"fits": bytes(600_000)}
        restore.file(b"after", bytes(100_000))  # there is room again
        restore.target.close()


def test_a_full_disk_leaves_what_was_to_be_replaced(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=1m,mode=700") as disk:
        (disk / "target").mkdir()
        (disk / "target" / "f").write_bytes(b"old" * 200_000)
        restore = Restore(disk / "target", conflict=Conflict.REPLACE)
        with pytest.raises(Failed, match="target_full"):
            restore.file(b"f", bytes(600_000))
        assert restore.listing() == {"f": b"old" * 200_000}
        restore.target.close()


def test_no_more_files_on_a_disk(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "nr_inodes=8,mode=700") as disk:
        restore = Restore(disk / "target")
        doors: list[Callable[[bytes], object]] = [
            lambda name: restore.file(name),
            lambda name: restore.folder(name),
            lambda name: restore.long(name, 1),
            lambda name: restore.target.symlink(restore.root, name, b"x" * 200, META),
            lambda name: restore.target.fifo(restore.root, name, META),
        ]
        for n in range(6):
            restore.file(b"%d" % n)
        for door in doors:
            with pytest.raises(Failed, match="target_full"):
                door(b"one more")
        assert len(restore.listing()) == 6
        restore.target.close()


def test_a_disk_that_becomes_read_only(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=1m,mode=700") as disk:
        restore = Restore(disk / "target")
        folder = restore.folder(b"folder")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(Failed, match="target_read_only"):
            restore.file(b"f", parent=folder)
        with pytest.raises(Failed, match="target_read_only"):
            restore.target.open_directory(folder, b"inner", FOLDER)
        restore.target.close()
        with pytest.raises(Failed, match="target_read_only"):
            Target(str(disk / "other"))


def test_what_a_user_may_not_write_is_told_and_the_rest_goes_on(as_nobody: Path) -> None:
    (as_nobody / "target" / "closed").mkdir(parents=True)
    (as_nobody / "target" / "closed" / "f").write_bytes(b"old")
    (as_nobody / "target" / "closed").chmod(0o555)
    restore = Restore(as_nobody / "target", conflict=Conflict.REPLACE)
    closed = restore.folder(b"closed")
    assert restore.file(b"f", parent=closed) is Outcome.REFUSED
    assert restore.file(b"g", parent=closed) is Outcome.REFUSED
    assert restore.target.begin_file(closed, b"h", 1, META) is Outcome.REFUSED
    assert restore.target.open_directory(closed, b"i", FOLDER) is Outcome.REFUSED
    assert restore.target.symlink(closed, b"j", b"x", META) is Outcome.REFUSED
    assert restore.file(b"open") is Outcome.WRITTEN
    assert restore.incidents == [
        Incident("restore_denied", f"/closed/{name}", os.strerror(errno.EACCES)) for name in "fghij"
    ]
    assert restore.listing() == {"closed": None, "closed/f": b"old", "open": b"new"}
    restore.target.close()
