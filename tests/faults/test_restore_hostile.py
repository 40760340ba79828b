"""Restoring where somebody plays tricks, the disk is full, or the process dies: nothing escapes, and
what is left under a name is whole."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Failed
from cyberlib_client.core.events import Incident
from cyberlib_client.files.restore_posix import SEAL
from cyberlib_client.files.write_back import Conflict, FileHandle, Outcome, Target
from tests.unit.files.restoring import FOLDER, META, Restore, Restores, Start, unprivileged

pytestmark = pytest.mark.faults

SOURCE = Path(__file__).resolve().parents[2] / "src"
CANARY = b"canary"
_EXCHANGE = 2  # renameat2(2), RENAME_EXCHANGE
_AT_FDCWD = -100


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with Restores(tmp_path / "target") as restores:
        yield restores.begin


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


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    with unprivileged() as folder:
        yield folder


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
    assert not file.pwrite(0, b"x")
    assert file.finish() is Outcome.REFUSED
    assert restore.told() == ["restore_failed"]
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
        for raised, path in ((small, "small"), (large, "long")):
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
        Incident("restore_denied", f"closed/{name}", os.strerror(errno.EACCES)) for name in "fghij"
    ]
    assert restore.listing() == {"closed": None, "closed/f": b"old", "open": b"new"}
    restore.target.close()


# A process that dies


_WRITER = textwrap.dedent(
    """
    import hashlib, resource, signal, sys
    from cyberlib_client.files.write_back import EntryMeta, Target
    root, limit, long = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "long"
    if limit:  # the system ends the process in the middle of a write
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    target = Target(root)
    for n in range(5_000):
        name = b"%d" % n
        content = hashlib.shake_128(name).digest(n * 100)
        meta = EntryMeta(0o640, 0, 0, 0)
        if long:
            file = target.begin_file(target.root, name, len(content), meta)
            for at in range(0, len(content), 4096):
                file.pwrite(at, content[at : at + 4096])
            file.finish()
        else:
            target.write_small(target.root, name, content, meta)
        print(n, flush=True)
    """
)


def _writer(root: Path, limit: int, kind: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(root), str(limit), kind],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )


def _content(name: str) -> bytes:
    return hashlib.shake_128(name.encode()).digest(int(name) * 100)


def _unfinished(root: Path) -> list[Path]:
    """What the dead process left; everything else must be whole."""
    left = []
    for path in root.iterdir():
        if path.name.startswith(".cyberlib-part-") or stat.S_IMODE(path.stat().st_mode) == SEAL:
            left.append(path)
        else:
            assert path.read_bytes() == _content(path.name)
            assert stat.S_IMODE(path.stat().st_mode) == 0o640
    return left


def _restore_again(root: Path, names: range, *, from_above: bool = False) -> None:
    """The next restore, even one that only adds what is missing, heals what the dead one left."""
    restore = Restore(root.parent if from_above else root, conflict=Conflict.SKIP)
    folder = restore.folder(os.fsencode(root.name)) if from_above else restore.root
    for n in names:
        restore.file(b"%d" % n, _content(str(n)), folder)
    restore.target.close()
    assert _unfinished(root) == []
    assert len(list(root.iterdir())) == len(names)


@pytest.mark.parametrize("kind", ["small", "long"])
def test_death_in_the_middle_of_a_write(tmp_path: Path, kind: str) -> None:
    writer = _writer(tmp_path / "target", 20_000, kind)
    output, _ = writer.communicate()
    assert writer.returncode == -signal.SIGXFSZ
    assert output.split()[-1] == b"200"  # the last whole one has 20,000 bytes
    (left,) = _unfinished(tmp_path / "target")
    assert 0 < left.stat().st_size < 20_100 or kind == "long"
    assert not (tmp_path / "target" / "201").exists() or left.name == "201"
    _restore_again(tmp_path / "target", range(210), from_above=True)


@pytest.mark.parametrize("kind", ["small", "long"])
@pytest.mark.parametrize("after", [1, 150, 400])
def test_killed(tmp_path: Path, kind: str, after: int) -> None:
    writer = _writer(tmp_path / "target", 0, kind)
    assert writer.stdout is not None
    for _ in range(after):
        last = int(writer.stdout.readline())
    writer.kill()
    rest = writer.communicate()[0].split()
    assert writer.returncode == -signal.SIGKILL
    last = int(rest[-1]) if rest else last
    names = {path.name for path in (tmp_path / "target").iterdir()}
    assert {str(n) for n in range(last + 1)} <= names
    assert len(_unfinished(tmp_path / "target")) <= 1
    _restore_again(tmp_path / "target", range(last + 2))


def test_a_sealed_file_cannot_be_read_by_a_user(as_nobody: Path) -> None:
    path = as_nobody / "f"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SEAL))
    with pytest.raises(PermissionError):
        path.read_bytes()


def test_a_file_of_the_user_is_never_taken_for_an_unfinished_one(start: Start) -> None:
    target = start().path
    for name, mode, size in (("a", 0o200, 1), ("b", 0o1600, 1), ("c", SEAL, 9)):
        (target / name).write_bytes(b"u" * size)
        (target / name).chmod(mode)
    (target / "d").mkdir(mode=SEAL)
    restore = start(conflict=Conflict.SKIP)
    for own in (b"a", b"b", b"c", b"d"):
        assert restore.file(own, b"12345") is Outcome.SKIPPED  # `c` is longer than what we would write
    assert (target / "a").read_bytes() == b"u"
    assert (target / "c").read_bytes() == b"u" * 9


def test_leftovers_of_a_living_restore_stay(start: Start) -> None:
    first = start()
    folder = first.folder(b"folder")
    files = [first.long(b"f", 1), first.long(b"f", 1, folder)]
    second = start(conflict=Conflict.SKIP)
    second.folder(b"folder")
    for file in files:
        file.pwrite(0, b"x")
        assert file.finish() is Outcome.WRITTEN
