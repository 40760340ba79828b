"""A restore to where files are already: begun again it goes on, and what it leaves it has compared."""

from __future__ import annotations

import errno
import gc
import itertools
import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cyberlib_client.core.errors import Failed, IntegrityError, Stopped
from cyberlib_client.core.events import Progress
from cyberlib_client.services import browse, restore_plan, restore_tally, restore_window
from cyberlib_client.services import restore as service
from cyberlib_client.services.restore import Conflict, RestoreResult
from cyberlib_client.system import this_system
from cyberlib_client.transports.memory import MemoryStore
from tests.support.trees import make_tree, told
from tests.support.vaults import CancelAfter, VaultKit, restored_path, source_of

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX alone has these")


class CountingStore(MemoryStore):
    """Notes how many bytes are fetched."""

    fetched = 0

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        data = super().get(name, offset, length)
        self.fetched += len(data)
        return data


@pytest.fixture
def kit() -> VaultKit:
    return VaultKit(CountingStore())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Long files, small and empty ones, runs of zeros, and on POSIX links of both kinds and a fifo."""
    made = make_tree(
        tmp_path / "a",
        {
            "lettre.txt": b"Bonjour",
            "vide.txt": b"",
            "zeros.bin": bytes(300_000),
            "scans": {
                "un.jpg": os.urandom(5000),
                "deux.jpg": os.urandom(70_000),
                "notes": {"n.txt": b"note"},
            },
            "sans rien": {},
        },
    )
    if sys.platform != "win32":
        (made / "lien").symlink_to("lettre.txt")
        os.link(made / "scans" / "deux.jpg", made / "aussi.jpg")
        os.mkfifo(made / "tube")
        (made / "lettre.txt").chmod(0o440)
        (made / "scans" / "notes").chmod(0o550)
    os.utime(made / "scans", ns=(10**18, 10**18))
    return made


def parts(result: RestoreResult) -> tuple[int, int, int, int]:
    return result.kept_both, result.replaced, result.skipped, result.failed


def items(folder: Path) -> int:
    """All but directories."""
    return sum(item.kind != "folder" for item in told(folder).values())


def test_a_second_restore_writes_and_fetches_nothing(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    first = kit.restore(tmp_path / "out")
    once = kit.store.fetched
    before = {p: os.lstat(p) for p in (tmp_path / "out").rglob("*")}
    again = kit.restore(tmp_path / "out")
    assert (again.files, again.others, again.bytes) == (0, 0, 0)
    assert again.identical == items(folder) == first.files + first.others
    assert parts(again) == (0, 0, 0, 0)
    assert told(restored_path(tmp_path / "out", folder)) == told(folder)
    assert {p: (s.st_ino, s.st_mtime_ns, s.st_mode) for p, s in before.items()} == {
        p: (s.st_ino, s.st_mtime_ns, s.st_mode) for p, s in ((p, os.lstat(p)) for p in before)
    }
    assert set((tmp_path / "out").rglob("*")) == set(before)
    # The lists of chunks at most: no content.
    content = sum(p.stat().st_size for p in folder.rglob("*.jpg"))
    assert kit.store.fetched - once < once - content / 2


@pytest.mark.parametrize("conflict", [Conflict.KEEP_BOTH, Conflict.REPLACE, Conflict.ASK])
@pytest.mark.parametrize("after", [3, 8, 12, 17, 25])
def test_a_restore_that_was_stopped_goes_on(
    kit: VaultKit,
    folder: Path,
    tmp_path: Path,
    after: int,
    conflict: Conflict,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(restore_window, "MOST_CHUNKS", 5)  # some of it is written before the walk is over
    kit.backup(folder)
    with pytest.raises(Stopped):
        kit.restore(tmp_path / "out", cancel=CancelAfter(after))
    back = restored_path(tmp_path / "out", folder)
    there = items(back) if back.exists() else 0

    def ask(question: Any) -> Conflict:
        raise AssertionError(f"nothing stands in the way: {question}")

    result = kit.restore(tmp_path / "out", conflict=conflict, ask=ask)
    assert parts(result) == (0, 0, 0, 0)
    assert (result.identical, result.files + result.others) == (there, items(folder) - there)
    assert told(back) == told(folder), "modes and times of folders too"
    if sys.platform != "win32":
        assert (back / "aussi.jpg").samefile(back / "scans" / "deux.jpg")


def test_what_only_looks_the_same_is_not_taken_for_it(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    back = restored_path(tmp_path / "out", folder)
    for name in ("scans/deux.jpg", "zeros.bin", "scans/un.jpg"):
        path = back / name
        found, data = path.stat(), bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(found.st_mtime_ns, found.st_mtime_ns))
    result = kit.restore(tmp_path / "out", conflict=Conflict.REPLACE)
    assert result.replaced == (3 if sys.platform == "win32" else 4)  # a hard link to it as well
    assert {p: i.content for p, i in told(back).items()} == {p: i.content for p, i in told(folder).items()}


def test_a_copy_kept_beside_on_another_day_is_not_made_again(
    kit: VaultKit, folder: Path, tmp_path: Path
) -> None:
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    back = restored_path(tmp_path / "out", folder)
    (back / "lettre.txt").chmod(0o600)
    (back / "lettre.txt").write_bytes(b"mine")
    assert kit.restore(tmp_path / "out").kept_both == 1
    (kept,) = (p for p in back.iterdir() if p.name.startswith("lettre ("))
    assert parts(kit.restore(tmp_path / "out")) == (0, 0, 0, 0)
    kept.rename(back / "lettre (CyberLib 2026-01-31 2).txt")
    assert parts(kit.restore(tmp_path / "out")) == (0, 0, 0, 0)
    (back / "lettre (CyberLib 2026-01-31 2).txt").unlink()
    assert kit.restore(tmp_path / "out").kept_both == 1, "it was really looked at"
    assert (back / "lettre.txt").read_bytes() == b"mine"


def test_a_folder_kept_beside_a_file_is_gone_on_with(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    back = restored_path(tmp_path / "out", folder)
    back.mkdir(parents=True)
    (back / "scans").write_bytes(b"a file of the user")
    kit.restore(tmp_path / "out")
    names = sorted(p.name for p in back.iterdir())
    again = kit.restore(tmp_path / "out")
    assert (again.files, *parts(again)) == (0, 0, 0, 0, 0)
    assert sorted(p.name for p in back.iterdir()) == names


def test_metadata_that_changed_are_set_again(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    back = restored_path(tmp_path / "out", folder)
    for path in (back / "lettre.txt", back / "scans", back / "scans" / "deux.jpg"):
        path.chmod(0o700)
        os.utime(path, ns=(1, 1))
    result = kit.restore(tmp_path / "out")
    assert (result.files, *parts(result)) == (0, 0, 0, 0, 0)
    assert told(back) == told(folder)
    os.utime(back / "lettre.txt", ns=(1_000, 1_000))
    kit.restore(tmp_path / "out", conflict=Conflict.SKIP)
    assert (back / "lettre.txt").stat().st_mtime_ns == 1_000, "skip leaves all alone"


def test_what_only_leads_to_what_is_asked_for_keeps_its_own(
    kit: VaultKit, folder: Path, tmp_path: Path
) -> None:
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    back = restored_path(tmp_path / "out", folder)
    os.utime(back / "scans", ns=(10**9, 10**9))
    for request in (
        {"paths": [source_of(folder).path + b"/scans/un.jpg"]},
        {"include": ["un.jpg"]},
    ):
        assert kit.restore(tmp_path / "out", **request).identical == 1
        assert (back / "scans").stat().st_mtime_ns == 10**9


@posix
def test_half_a_file_is_never_taken_for_a_whole_one(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    back = restored_path(tmp_path / "out", folder)
    make_tree(back, {"lettre.txt": b"Bon", "scans": {"un.jpg": bytes(5000)}})
    for name in ("lettre.txt", "scans/un.jpg"):
        (back / name).chmod(0o1200)  # as a restore that dies leaves them
    result = kit.restore(tmp_path / "out")
    assert (result.identical, *parts(result)) == (0, 0, 0, 0, 0)
    assert told(back) == told(folder)


@posix
def test_a_name_elsewhere_of_a_file_is_left_alone(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    outside = tmp_path / "outside"
    outside.write_bytes(b"Bonjour")
    outside.chmod(0o600)
    before = outside.stat()
    back = restored_path(tmp_path / "out", folder)
    back.mkdir(parents=True)
    os.link(outside, back / "lettre.txt")
    result = kit.restore(tmp_path / "out", conflict=Conflict.REPLACE)
    assert (result.identical, *parts(result)) == (1, 0, 0, 0, 0)
    after = outside.stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
    assert ("metadata_lost", source_of(folder).path.decode() + "/lettre.txt") in kit.incidents


@posix
def test_a_hard_link_with_a_name_elsewhere_is_left_alone(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    """Its other names in the vault do not make the one outside a name of this restore."""
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    back = restored_path(tmp_path / "out", folder)
    outside = tmp_path / "outside"
    os.link(back / "aussi.jpg", outside)
    outside.chmod(0o600)
    os.utime(outside, ns=(1, 1))
    assert kit.restore(tmp_path / "out").files == 0
    assert (outside.stat().st_mode & 0o777, outside.stat().st_mtime_ns) == (0o600, 1)
    assert [code for code, _ in kit.incidents] == ["metadata_lost"]
    (back / "scans" / "deux.jpg").unlink()
    outside.unlink()
    assert kit.restore(tmp_path / "out").files == 1
    assert told(back) == told(folder)


def test_a_damaged_vault_costs_nothing_of_what_is_there(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    whole = dict(kit.store.objects)
    restored = told(restored_path(tmp_path / "out", folder))
    for name in [name for name in whole if name.startswith("packs/")]:
        data = bytearray(whole[name])
        data[200:260] = bytes(60)
        kit.store.objects = {**whole, name: bytes(data)}
        kit.restore(tmp_path / "out")
    assert told(restored_path(tmp_path / "out", folder)) == restored


# ---- a dry run tells the same ---------------------------------------------------------------------


def _differing(back: Path) -> None:
    """Something of each kind in the way, and something gone."""
    (back / "lettre.txt").unlink()
    (back / "vide.txt").write_bytes(b"mine")
    (back / "scans" / "deux.jpg").unlink()
    (back / "scans" / "deux.jpg").write_bytes(b"mine")
    (back / "zeros.bin").unlink()
    (back / "zeros.bin").mkdir()
    (back / "sans rien").rmdir()
    (back / "sans rien").write_bytes(b"a file")
    if sys.platform != "win32":
        (back / "lien").unlink()
        (back / "lien").symlink_to("nowhere")


COUNTS = (
    "files",
    "others",
    "bytes",
    "directories",
    "identical",
    "skipped",
    "kept_both",
    "replaced",
    "failed",
)


@pytest.mark.parametrize("conflict", [Conflict.KEEP_BOTH, Conflict.REPLACE, Conflict.SKIP])
@pytest.mark.parametrize("include", [(), ("*.jpg", "*.bin"), ("vide.txt",)])
def test_a_dry_run_tells_what_the_restore_then_does(
    kit: VaultKit, folder: Path, tmp_path: Path, conflict: Conflict, include: tuple[str, ...]
) -> None:
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    back = restored_path(tmp_path / "out", folder)
    _differing(back)
    before = told(tmp_path / "out")
    dry = kit.restore(tmp_path / "out", conflict=conflict, include=include, dry_run=True)
    assert told(tmp_path / "out") == before
    foretold = kit.incidents
    real = kit.restore(tmp_path / "out", conflict=conflict, include=include)
    assert {c: getattr(dry, c) for c in COUNTS} == {c: getattr(real, c) for c in COUNTS}
    assert sorted(foretold) == sorted(kit.incidents)  # two threads tell the real ones
    if not include:
        assert dry.identical or conflict is Conflict.SKIP, "which looks at nothing"
        in_the_way = 3 if sys.platform == "win32" else 4  # where links may not be had
        assert dry.kept_both + dry.replaced + dry.skipped >= in_the_way


def test_a_dry_run_counts_what_would_be_asked(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    _differing(restored_path(tmp_path / "out", folder))
    skipped = kit.restore(tmp_path / "out", conflict=Conflict.SKIP, dry_run=True).skipped
    dry = kit.restore(tmp_path / "out", conflict=Conflict.ASK, dry_run=True)
    assert 4 <= dry.to_ask < skipped  # what is the same is not asked about
    assert dry.skipped == 0


# ---- what it costs, what it tells -----------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="owners are root's to set")
def test_owners_are_set_where_they_are_not_what_a_new_file_has(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most files are their user's: one system call less for each. Never left out for setuid."""
    folder = make_tree(tmp_path / "a", {"ours": b"1", "setuid": b"2", "another": b"3", "group": b"4"})
    (folder / "setuid").chmod(0o4755)
    os.chown(folder / "another", 4242, 4243)
    os.chown(folder / "group", 0, 4243)
    kit.backup(folder)
    asked = []
    real = os.chown

    def chown(path: Any, uid: int, gid: int, **named: Any) -> None:
        if isinstance(path, int) and not stat.S_ISDIR(os.fstat(path).st_mode):
            asked.append(os.path.basename(os.readlink(f"/proc/self/fd/{path}")))
        real(path, uid, gid, **named)

    monkeypatch.setattr(os, "chown", chown)
    kit.restore(tmp_path / "out", owner=True)
    assert sorted(asked) == ["another", "group", "setuid"]
    back = restored_path(tmp_path / "out", folder)
    for name in ("ours", "setuid", "another", "group"):
        was, now = (folder / name).stat(), (back / name).stat()
        assert (was.st_uid, was.st_gid, was.st_mode) == (now.st_uid, now.st_gid, now.st_mode)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="owners are root's to set")
def test_a_folder_that_was_closed_meanwhile_is_known_again(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All folders are made before the files in them are written, and few of them stay open."""
    folder = make_tree(tmp_path / "a", {f"{n}": {"x": b"%d" % n, "y": b"y%d" % n} for n in range(60)})
    kit.backup(folder)
    files, real = [], os.chown

    def chown(path: Any, uid: int, gid: int, **named: Any) -> None:
        if isinstance(path, int) and not stat.S_ISDIR(os.fstat(path).st_mode):
            files.append(path)
        real(path, uid, gid, **named)

    monkeypatch.setattr(os, "chown", chown)
    monkeypatch.setattr(os, "sysconf", lambda _name: 64)
    kit.restore(tmp_path / "out", owner=True)
    assert files == []
    assert told(restored_path(tmp_path / "out", folder)) == told(folder)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="owners are root's to set")
def test_a_folder_that_hands_its_group_down_gives_no_file_the_wrong_one(
    kit: VaultKit, tmp_path: Path
) -> None:
    folder = make_tree(tmp_path / "a", {"sub": {"x": b"1"}})
    kit.backup(folder)
    (tmp_path / "out").mkdir()
    os.chown(tmp_path / "out", 0, 4243)
    (tmp_path / "out").chmod(0o2775)
    kit.restore(tmp_path / "out", owner=True)
    assert (restored_path(tmp_path / "out", folder) / "sub" / "x").stat().st_gid == 0


def test_progress_does_not_pass_its_total(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    """Links and folders that stood there are no files."""
    if sys.platform != "win32":
        for number in range(20):
            (folder / f"lien {number}").symlink_to("lettre.txt")
    kit.backup(folder)
    first = kit.restore(tmp_path / "out")
    assert first.directories > 0
    with pytest.MonkeyPatch.context() as patch:
        clock = itertools.count()
        patch.setattr(restore_tally, "time", SimpleNamespace(monotonic=lambda: next(clock)))
        again = kit.restore(tmp_path / "out")
    told_of = [e for e in kit.events if isinstance(e, Progress) and e.files_total is not None]
    assert told_of
    assert all(e.files_done <= e.files_total for e in told_of if e.files_total is not None)
    assert (again.directories, again.files) == (0, 0)


def test_a_tree_without_end_stops_no_restore_of_the_rest(kit: VaultKit, tmp_path: Path) -> None:
    """Also where a part is asked for, whose size is counted first."""
    folder = make_tree(tmp_path / "a", {"x": b"x", "deep": {"y": b"y"}})
    kit.backup(folder)
    real = browse.walk

    def endless(*args: Any, **named: Any) -> Any:
        yield from real(*args, **named)
        raise IntegrityError("bad_tree")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restore_plan, "walk", endless)
        result = kit.restore(tmp_path / "out", include=("x",))
    assert (result.files, result.failed) == (1, 0)


# ---- what is open -----------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="open files are counted where Linux tells them")
@pytest.mark.parametrize("include", [(), ("*.jpg",)])
def test_no_folder_stays_open(kit: VaultKit, folder: Path, tmp_path: Path, include: tuple[str, ...]) -> None:
    kit.backup(folder)
    gc.collect()
    gc.disable()
    try:
        before = len(os.listdir("/proc/self/fd"))
        for number in range(5):
            kit.restore(tmp_path / f"out {number}", include=include)
        assert len(os.listdir("/proc/self/fd")) == before
    finally:
        gc.enable()


# ---- on the disk ----------------------------------------------------------------------------------


class Disk:
    """Volumes whose disk does `then` when all is to be on it."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._real = this_system().volumes
        self._then = then
        self.synced: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def syncs_whole(self, path: Any) -> bool:
        return True

    def sync_volume(self, target: Any) -> None:
        self.synced.append(target)
        self._then()


def test_all_is_brought_to_the_disk_once_and_last(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    seen: list[object] = []
    back = restored_path(tmp_path / "out", folder)
    disk: Any = Disk(lambda: seen.append(told(back) == told(folder)))
    kit.restore(tmp_path / "out", volumes=disk)
    assert seen == [True]
    kit.restore(tmp_path / "out", volumes=disk)
    assert seen == [True] * 2, "also what an earlier restore left in memory"
    kit.restore(tmp_path / "dry", volumes=disk, dry_run=True)
    assert seen == [True] * 2


@pytest.mark.parametrize(
    ("number", "code"), [(errno.EIO, "target_not_written"), (errno.ENOSPC, "target_full")]
)
def test_a_disk_that_did_not_take_it_is_an_error(
    kit: VaultKit, folder: Path, tmp_path: Path, number: int, code: str
) -> None:
    kit.backup(folder)

    def fails() -> None:
        raise OSError(number, os.strerror(number))

    disk: Any = Disk(fails)
    with pytest.raises(Failed) as caught:
        kit.restore(tmp_path / "out", volumes=disk)
    assert caught.value.code == code
    assert caught.value.facts["path"] == str(tmp_path / "out")


# ---- two threads ----------------------------------------------------------------------------------


def test_counts_are_right_whichever_thread_counts(
    kit: VaultKit, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look at the count waits a moment for another thread to look at it too."""
    both = threading.Barrier(2)

    class Slow(RestoreResult):
        __slots__ = ("_files",)

        @property  # type: ignore[override]
        def files(self) -> int:
            now: int = self._files
            try:
                both.wait(0.05)
            except threading.BrokenBarrierError:
                both.reset()
            return now

        @files.setter
        def files(self, number: int) -> None:
            self._files = number

    monkeypatch.setattr(service, "RestoreResult", Slow)
    monkeypatch.setattr(restore_window, "_WORKERS", 2)
    make_tree(folder, {f"f{n}": os.urandom(900_000) for n in range(4)})  # a segment each
    kit.backup(folder)
    result = kit.restore(tmp_path / "out")
    assert result.files == sum(item.kind == "file" for item in told(folder).values())
    assert issubclass(Slow, restore_tally.RestoreResult)
