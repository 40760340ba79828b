"""What watching a folder tells: which folders to look into, and when that is not enough."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.files.filters import Filters, Rule
from cyberlib_client.files.selection import Selection
from cyberlib_client.files.watch import MOST_FOLDERS, Changes, Watcher
from tests.support.systems import WINE
from tests.support.trees import make_tree
from tests.support.vaults import vault_path

moves = pytest.mark.skipif(WINE, reason="Wine goes on to tell of a folder that moved under its former name")
linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify")


class Watched:
    """A folder that is watched, and all that was told of it so far."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.awake = threading.Event()
        native = os.fspath(folder) if os.name == "nt" else os.fsencode(folder)
        self.watcher = Watcher([(native, vault_path(folder))], self.awake.set, **options)
        self.folders: set[bytes] = set()
        self.lost: set[str] = set()
        self.watcher.start()
        self.open_all()

    def open_all(self) -> None:
        """Wine hears of the source itself, and below it of folders made or opened since it is watched."""
        if WINE:
            list(os.walk(self.folder))

    def until(self, holds: Callable[[], bool]) -> None:
        """Waits for what must come."""
        end = time.monotonic() + 180
        while not holds():
            assert time.monotonic() < end, (self.folders, self.lost)
            self.awake.wait(0.02)
            self.awake.clear()
            changes = self.watcher.take()
            self.folders |= changes.folders
            self.lost |= changes.lost

    def tells_of(self, *paths: Path) -> None:
        self.until(lambda: {vault_path(path) for path in paths} <= self.folders)

    def settle(self) -> None:
        """Until what was done so far is told: a change made now is told last."""
        mark = self.folder / "mark"
        mark.mkdir()
        self.tells_of(mark)
        mark.rmdir()
        self.until(lambda: self.watcher.take() == Changes(frozenset(), frozenset()))
        self.folders.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "s", {"a": {"b": {"f": b"f"}}, "c": {"g": b"g"}, "out": {"deep": {}}})


@pytest.fixture
def watched(folder: Path) -> Iterator[Watched]:
    made = Watched(folder)
    yield made
    made.watcher.stop()


def test_each_change_names_the_folder_it_is_in(watched: Watched, folder: Path) -> None:
    (folder / "a/b/f").write_bytes(b"newer")
    watched.tells_of(folder / "a/b")
    (folder / "c/new").write_bytes(b"x")
    watched.tells_of(folder / "c")
    watched.settle()
    (folder / "c/new").unlink()
    watched.tells_of(folder / "c")
    watched.settle()
    (folder / "a/b/f").rename(folder / "c/f")
    watched.tells_of(folder / "a/b", folder / "c")
    watched.settle()
    assert watched.lost == set()
    assert watched.watcher.unwatched == {}


def test_a_folder_that_comes_is_named_and_watched(watched: Watched, folder: Path, tmp_path: Path) -> None:
    make_tree(tmp_path / "elsewhere", {"x": {"y": {"f": b"f"}}})
    (tmp_path / "elsewhere").rename(folder / "a/in")
    watched.tells_of(folder / "a", folder / "a/in")
    watched.open_all()
    watched.settle()
    (folder / "a/in/x/y/f").write_bytes(b"newer")
    watched.tells_of(folder / "a/in/x/y")


@moves
def test_a_folder_that_is_renamed_is_watched_by_its_new_name(watched: Watched, folder: Path) -> None:
    make_tree(folder / "a/in/x/y", {"f": b"f"})
    watched.tells_of(folder / "a/in")
    watched.settle()
    (folder / "a").rename(folder / "z")
    watched.tells_of(folder, folder / "z")
    watched.settle()
    (folder / "z/in/x/y/f").write_bytes(b"again")
    watched.tells_of(folder / "z/in/x/y")
    assert vault_path(folder / "a/in/x/y") not in watched.folders


def test_a_tree_made_at_once_is_named_whole(watched: Watched, folder: Path) -> None:
    """Its inner folders are made before anybody watches the outer ones."""
    for n in range(50):
        (folder / f"n{n}/1/2/3").mkdir(parents=True)
        (folder / f"n{n}/1/2/3/f").write_bytes(b"f")
    watched.tells_of(folder, *(folder / f"n{n}" for n in range(50)))
    watched.open_all()
    watched.settle()
    (folder / "n7/1/2/3/f").write_bytes(b"newer")
    watched.tells_of(folder / "n7/1/2/3")


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_need_not_be_text(watched: Watched, folder: Path) -> None:
    at = os.fsencode(folder) + b"/caf\xe9"
    os.mkdir(at)
    watched.until(lambda: at in watched.folders)
    watched.settle()
    with open(at + b"/\xff", "wb"):
        pass
    watched.until(lambda: at in watched.folders)


@pytest.mark.skipif(os.name == "nt", reason="rights as POSIX has them")
def test_rights_are_a_change(watched: Watched, folder: Path) -> None:
    (folder / "a/b/f").chmod(0o600)
    watched.tells_of(folder / "a/b")
    (folder / "a").chmod(0o700)
    watched.tells_of(folder)


def test_what_rules_leave_out_and_what_is_ours_is_not_told(folder: Path) -> None:
    selection = Selection(Filters([Rule("out", "source"), Rule("*.tmp", "source")]))
    ignored = {vault_path(folder / "c"), vault_path(folder / "lock")}
    made = Watched(folder, selections={vault_path(folder): selection}, ignored=ignored)
    try:
        for name in ("out/deep/f", "out/f", "a/x.tmp", "c/f", "lock"):
            (folder / name).write_bytes(b"x")
        (folder / "a/b/f").write_bytes(b"newer")
        made.tells_of(folder / "a/b")
        (folder / "a/b/new").mkdir()
        made.tells_of(folder / "a/b/new")
        assert made.folders <= {vault_path(folder / "a/b"), vault_path(folder / "a/b/new")}
    finally:
        made.watcher.stop()


def test_changes_that_never_end_are_told_all_the_same(watched: Watched, folder: Path) -> None:
    ended = threading.Event()

    def write() -> None:
        with open(folder / "c/log", "ab", buffering=0) as log:
            while not ended.wait(0.02):
                log.write(b"line")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        watched.tells_of(folder / "c")
    finally:
        ended.set()
        writer.join()


def test_too_many_folders_are_a_reason_to_look_at_everything(watched: Watched) -> None:
    for n in range(MOST_FOLDERS + 1):
        watched.watcher.changed(b"/%d" % n)
    changes = watched.watcher.take()
    assert changes.lost == {"too_many"}
    assert len(changes.folders) <= MOST_FOLDERS


def test_a_source_that_goes_and_comes_back(watched: Watched, folder: Path, tmp_path: Path) -> None:
    folder.rename(tmp_path / "away")
    watched.until(lambda: "source_gone" in watched.lost)
    watched.until(lambda: vault_path(folder) in watched.watcher.unwatched)
    watched.lost.clear()
    (tmp_path / "away").rename(folder)
    watched.until(lambda: "source_back" in watched.lost)
    assert watched.watcher.unwatched == {}

    def is_told() -> bool:  # it may be found to be another one twice, and be watched anew
        watched.open_all()
        (folder / "a/b/f").write_bytes(b"newer")
        return vault_path(folder / "a/b") in watched.folders

    watched.until(is_told)


def test_a_file_as_a_source_is_told_of_by_its_folder(folder: Path) -> None:
    made = Watched(folder / "c/g")
    try:
        (folder / "c/other").write_bytes(b"x")
        (folder / "c/g").write_bytes(b"newer")
        made.tells_of(folder / "c")
        assert made.folders == {vault_path(folder / "c")}
    finally:
        made.watcher.stop()


def test_a_network_drive_is_not_watched(folder: Path) -> None:
    made = Watched(folder, is_remote=lambda _: True)
    assert made.watcher.unwatched == {vault_path(folder): "network"}
    made.watcher.stop()


def test_nothing_is_left_running(folder: Path) -> None:
    before = set(threading.enumerate())
    descriptors = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    made = Watched(folder)
    assert set(threading.enumerate()) > before
    made.watcher.stop()
    assert set(threading.enumerate()) == before
    if sys.platform == "linux":
        assert len(os.listdir("/proc/self/fd")) == descriptors


@linux
def test_more_folders_than_a_queue_of_theirs_holds(tmp_path: Path) -> None:
    """Above some 4,096 folders watchdog's own observer never comes to rest."""
    for n in range(5_000):
        (tmp_path / "s" / f"{n % 70}" / f"{n}").mkdir(parents=True)
    made = Watched(tmp_path / "s")
    try:
        (tmp_path / "s/3/3/f").write_bytes(b"x")
        made.tells_of(tmp_path / "s/3/3")
        made.settle()
        made.awake.clear()
        assert not made.awake.wait(0.5)
        assert made.lost == set()
    finally:
        made.watcher.stop()


@linux
def test_events_that_the_system_dropped(watched: Watched, folder: Path) -> None:
    with open("/proc/sys/fs/inotify/max_queued_events", encoding="ascii") as file:
        most = int(file.read())
    inotify: Any = watched.watcher._watches
    with inotify._lock:  # its thread waits, as on a machine that is busy
        for n in range(most // 2 + 20):
            folder.joinpath("c", f"{n % 2}").write_bytes(b"")
            folder.joinpath("a", f"{n % 2}").write_bytes(b"")
        (folder / "unseen").mkdir()
    watched.until(lambda: "overflow" in watched.lost)
    (folder / "unseen/f").write_bytes(b"x")
    watched.tells_of(folder / "unseen")


@pytest.mark.skipif(sys.platform != "win32", reason="ReadDirectoryChangesW")
@pytest.mark.skipif(WINE, reason="Wine keeps all that changes, however much it is")
def test_more_changes_than_windows_has_room_for(
    watched: Watched, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread waits, as on a machine that is busy, while more happens than 64 kB of names."""
    reader = _reader(watched)
    held = threading.Event()
    tell = reader._tell

    def late(notices: bytes) -> None:
        held.wait(180)
        tell(notices)

    monkeypatch.setattr(reader, "_tell", late)
    (folder / "c/g").write_bytes(b"newer")
    for n in range(1_500):
        (folder / f"{n:0100}").write_bytes(b"")
    held.set()
    watched.until(lambda: "overflow" in watched.lost)
    (folder / "again").mkdir()
    watched.tells_of(folder / "again")


@pytest.mark.skipif(sys.platform != "win32", reason="ReadDirectoryChangesW")
def test_an_answer_of_no_bytes_means_lost_changes(
    watched: Watched, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Windows answers when more changed than there was room for."""
    reader = _reader(watched)
    answer = reader._answer
    monkeypatch.setattr(reader, "_answer", lambda: answer()[:0])
    for n in range(2):  # its thread waits for an answer already
        (folder / f"unseen{n}").mkdir()
    watched.until(lambda: watched.lost == {"overflow"})
    (folder / "seen").mkdir()
    watched.tells_of(folder / "seen")  # its watches were made anew


def _reader(watched: Watched) -> Any:
    watches: Any = watched.watcher._watches
    (reader,) = watches._readers
    return reader


@linux
def test_the_systems_limit_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is the whole machine's: here the call fails as it does there."""
    import ctypes
    import errno

    from cyberlib_client.files import watch_linux

    real: Any = watch_linux.__dict__["inotify_add_watch"]
    left = [3]

    def limited(fd: int, path: bytes, mask: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            ctypes.set_errno(errno.ENOSPC)
            return -1
        return real(fd, path, mask)

    monkeypatch.setattr(watch_linux, "inotify_add_watch", limited)
    made = Watched(folder)
    assert made.watcher.unwatched == {vault_path(folder): "limit"}
    assert watch_linux.watch_limit()
    left[0] = 1_000
    made.watcher.lost("failed")
    assert made.watcher.take().lost == {"failed"}
    assert made.watcher.unwatched == {}
    left[0] = 0
    (folder / "new").mkdir()
    made.until(lambda: "limit" in made.lost)
    assert made.watcher.unwatched == {vault_path(folder): "limit"}
    made.watcher.stop()


@linux
def test_a_disk_that_is_unmounted(tmp_path: Path) -> None:
    import subprocess

    at = tmp_path / "disk"
    at.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "none", at], check=False).returncode:
        pytest.skip("mounting takes rights")
    made = None
    try:
        make_tree(at, {"a": {}})
        made = Watched(at)
        assert made.watcher.unwatched == {}
        subprocess.run(["umount", at], check=True)
        made.until(lambda: "unmounted" in made.lost or "source_back" in made.lost)
    finally:
        subprocess.run(["umount", at], check=False, stderr=subprocess.DEVNULL)
        if made is not None:
            made.watcher.stop()


@linux
def test_what_another_machine_has_below_a_source_is_not_touched(tmp_path: Path) -> None:
    """One that is gone would be waited for."""
    import subprocess

    folder = make_tree(tmp_path / "s", {"disk": {}, "x": {}})
    at = os.fsencode(folder / "disk")
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "none", at], check=False).returncode:
        pytest.skip("mounting takes rights")
    try:
        (folder / "disk" / "sub").mkdir()
        asked: list[object] = []
        made = Watched(folder, is_remote=lambda native: asked.append(native) or native == at)
        (folder / "disk" / "y").write_bytes(b"y")
        (folder / "disk" / "sub" / "y").write_bytes(b"y")
        (folder / "x" / "y").write_bytes(b"y")
        made.tells_of(folder / "x")
        assert made.folders == {vault_path(folder / "x")}
        assert at in asked
        made.watcher.stop()
    finally:
        subprocess.run(["umount", at], check=True)


@linux
def test_a_disk_that_is_mounted_below_a_source(watched: Watched, folder: Path) -> None:
    import subprocess

    at = folder / "c"
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "none", at], check=False).returncode:
        pytest.skip("mounting takes rights")
    try:
        watched.tells_of(folder, at)
        make_tree(at, {"new": {}})
        watched.tells_of(at / "new")
        watched.settle()
        (at / "new/f").write_bytes(b"x")
        watched.tells_of(at / "new")
        assert watched.lost == set()
        watched.settle()
    finally:
        subprocess.run(["umount", at], check=True)
    watched.tells_of(folder, at)
    watched.settle()
    (at / "g").write_bytes(b"newer")
    watched.tells_of(at)


@moves
def test_a_folder_that_was_moved_away_is_watched_no_more(
    watched: Watched, folder: Path, tmp_path: Path
) -> None:
    (folder / "a").rename(tmp_path / "away")
    watched.tells_of(folder)
    watched.settle()
    (tmp_path / "away/b/f").write_bytes(b"newer")
    watched.settle()
    assert watched.folders == set()
    shutil.rmtree(tmp_path / "away")
