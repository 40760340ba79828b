"""Runs after the first: the unchanged costs nothing, changes are found, and told when they come meanwhile."""

from __future__ import annotations

import os
import random
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.format_v1.tree import Entry
from cyberlib_client.core.ports import Buffer
from cyberlib_client.files import read as read_module
from cyberlib_client.files.folder import Folder
from cyberlib_client.services import walk
from cyberlib_client.services.browse import entry_at
from cyberlib_client.services.device import identity
from cyberlib_client.transports.memory import MemoryStore
from tests.support import vaults
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, restored_path, source_of

pytestmark = pytest.mark.portable

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX alone has these")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tree(
        tmp_path / "a",
        {
            "lettre.txt": b"Bonjour",
            "scan.jpg": os.urandom(30_000),
            "dossier": {"note.txt": b"note", "vide": {}, "base.db": os.urandom(40_000)},
        },
    )


def entry_of(kit: VaultKit, path: Path, snapshot: str = "latest") -> Entry:
    return entry_at(kit.reader(), kit.root(snapshot), source_of(path).path)


def restored(kit: VaultKit, path: Path, to: Path) -> bytes:
    kit.restore(to)
    return restored_path(to, path).read_bytes()


class Reads:
    """Counts the files opened for reading."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        real = read_module.open_file

        def open_file(where: Folder, name: bytes) -> int:
            self.names.append(os.fsdecode(name))
            return real(where, name)

        monkeypatch.setattr(read_module, "open_file", open_file)


# ---- nothing changed ------------------------------------------------------------------------------


def test_an_unchanged_run_stores_nothing_but_its_snapshot(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder)
    before = dict(kit.store.objects)
    result = kit.backup(folder)
    new = kit.store.objects.keys() - before.keys()
    assert [name.split("/")[0] for name in new] == ["snapshots"]
    assert sum(len(kit.store.objects[name]) for name in new) < 4096
    s = result.statistics
    assert (s.new_files, s.changed_files, s.new_bytes, s.stored) == (0, 0, 0, 0)
    assert (s.files, s.bytes) == (4, 70_011)
    assert kit.root() == result.snapshot.snapshot.root


def test_unchanged_files_are_not_opened(kit: VaultKit, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.backup(folder)
    reads = Reads(monkeypatch)
    kit.backup(folder)
    assert reads.names == ["base.db"], "a database's times are not believed"


def test_the_same_content_elsewhere_is_stored_once(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder)
    (folder / "copie.jpg").write_bytes((folder / "scan.jpg").read_bytes())
    (folder / "dossier").rename(folder / "classeur")
    result = kit.backup(folder)
    assert result.statistics.new_bytes == 0
    assert told(folder)["classeur/base.db"].content == restored(
        kit, folder / "classeur" / "base.db", folder.parent / "out"
    )


def test_the_same_content_twice_in_one_run_is_stored_once(kit: VaultKit, tmp_path: Path) -> None:
    data = os.urandom(50_000)
    make_tree(tmp_path / "a", {str(number): data for number in range(5)})
    assert kit.backup(tmp_path / "a").statistics.new_bytes == 50_000


def test_another_workstation_with_the_same_files_sends_nothing(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder, device="poste-1")
    result = kit.backup(folder, device="poste-2")
    assert (result.statistics.new_bytes, result.statistics.new_files) == (0, 4)
    assert [s.snapshot.sequence for s in kit.snapshots().items] == [1, 1]


def test_files_younger_than_the_last_run_are_read_again(
    kit: VaultKit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file written twice within one tick of the disk's clock has the same times both times."""
    kit.clock.now = (folder / "lettre.txt").stat().st_ctime_ns + 10**9
    kit.clock.advance(-86_400 * 10**9)
    kit.backup(folder)
    reads = Reads(monkeypatch)
    kit.clock.advance(-86_400 * 10**9)
    kit.backup(folder)
    assert sorted(reads.names) == ["base.db", "lettre.txt", "note.txt", "scan.jpg"]


# ---- something changed ----------------------------------------------------------------------------


def test_changes_are_found(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder)
    (folder / "lettre.txt").write_bytes(b"Bonsoir")
    (folder / "nouveau").write_bytes(b"nouveau")
    (folder / "scan.jpg").unlink()
    result = kit.backup(folder)
    s = result.statistics
    assert (s.files, s.new_files, s.changed_files, s.new_bytes) == (4, 1, 1, 14)
    kit.restore(folder.parent / "out")
    assert told(restored_path(folder.parent / "out", folder)) == told(folder)


def test_one_byte_in_a_large_file_costs_little(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder)
    with (folder / "scan.jpg").open("r+b") as file:
        file.seek(15_000)
        file.write(b"\0")
    assert 0 < kit.backup(folder).statistics.new_bytes < 4000


def test_a_change_that_keeps_size_and_time_is_found_by_the_change_time(kit: VaultKit, folder: Path) -> None:
    path = folder / "lettre.txt"
    kit.backup(folder)
    before = path.stat()
    path.write_bytes(b"BONJOUR")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    if sys.platform == "win32":
        pytest.skip("Windows has no change time")
    kit.backup(folder)
    assert restored(kit, path, folder.parent / "out") == b"BONJOUR"


def test_a_database_is_compared_by_content_whatever_its_times_say(
    kit: VaultKit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written through mapped memory it may keep all its times."""
    base = folder / "dossier" / "base.db"
    kit.backup(folder)
    earlier = entry_of(kit, base)
    assert earlier.extra is not None
    assert earlier.extra.database
    data = bytearray(base.read_bytes())
    data[20_000] ^= 1
    before = base.stat()
    base.write_bytes(data)
    os.utime(base, ns=(before.st_atime_ns, before.st_mtime_ns))
    # Not even the change time betrays it.
    real = Folder.status

    class Lying:
        def __init__(self, status: os.stat_result) -> None:
            self._status = status

        def __getattr__(self, name: str) -> Any:
            return getattr(before if name == "st_ctime_ns" else self._status, name)

    def status(where: Folder, name: bytes) -> Any:
        told = real(where, name)
        return Lying(told) if name == b"base.db" else told

    monkeypatch.setattr(Folder, "status", status)
    result = kit.backup(folder)
    assert result.statistics.changed_files == 1
    monkeypatch.undo()
    assert restored(kit, base, folder.parent / "out") == bytes(data)


def test_a_days_work_in_a_database_costs_its_pages(tmp_path: Path) -> None:
    kit = VaultKit(chunking=None)
    (tmp_path / "a").mkdir()
    with sqlite3.connect(tmp_path / "a" / "patients") as base:
        base.execute("create table acte (id integer primary key, texte text)")
        rows = [(n, f"acte {n} " + os.urandom(100).hex()) for n in range(8000)]
        base.executemany("insert into acte values (?, ?)", rows)
    kit.backup(tmp_path / "a")
    with base:
        base.execute("update acte set texte = 'corrigé' where id in (100, 4000, 7900)")
    base.close()
    result = kit.backup(tmp_path / "a")
    size = (tmp_path / "a" / "patients").stat().st_size
    assert size > 1_500_000
    assert result.statistics.new_bytes < 40_000
    kit.restore(tmp_path / "out")
    with sqlite3.connect(restored_path(tmp_path / "out", tmp_path / "a") / "patients") as back:
        assert back.execute("pragma integrity_check").fetchone() == ("ok",)
        assert back.execute("select count(*) from acte where texte = 'corrigé'").fetchone() == (3,)
    back.close()


def test_kinds_may_change(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"x": b"file", "y": {"in": b"in"}})
    kit.backup(tmp_path / "a")
    (tmp_path / "a" / "x").unlink()
    (tmp_path / "a" / "x").mkdir()
    (tmp_path / "a" / "y" / "in").unlink()
    (tmp_path / "a" / "y").rmdir()
    (tmp_path / "a" / "y").write_bytes(b"file now")
    kit.backup(tmp_path / "a")
    kit.restore(tmp_path / "out")
    assert told(restored_path(tmp_path / "out", tmp_path / "a")) == told(tmp_path / "a")


# ---- changes while a file is read -----------------------------------------------------------------

Meddle = Callable[[Path, int], None]


def meddle_with(monkeypatch: pytest.MonkeyPatch, path: Path, meddle: Meddle, times: int) -> None:
    """Really changes the file, in the moment after each of the first `times` reads of something of it."""
    left = [times]

    def after(fd: int) -> None:
        if left[0] and os.fstat(fd).st_ino == path.stat().st_ino:
            left[0] -= 1
            meddle(path, left[0])

    for name in ("read", "readv"):
        real = getattr(os, name, None)
        if real is None:
            continue

        def read(fd: int, what: Any, real: Any = real) -> Any:
            got = real(fd, what)
            after(fd)
            return got

        monkeypatch.setattr(os, name, read)


def overwrite(path: Path, left: int) -> None:
    with path.open("r+b") as file:
        file.seek(left % 50)
        file.write(bytes([left % 256]))


def grow(path: Path, left: int) -> None:
    with path.open("ab") as file:
        file.write(b"more" * 300)


def shrink(path: Path, left: int) -> None:
    os.truncate(path, path.stat().st_size * 2 // 3)


MEDDLES = [overwrite, grow, shrink]
SIZES = {"small": 60, "chunked": 50_000, "large": 6_000_000}


@posix
@pytest.mark.parametrize("meddle", MEDDLES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["lettre", "base.db"])
def test_a_file_that_changes_once_is_read_again(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: str, meddle: Meddle
) -> None:
    path = make_tree(tmp_path / "a", {name: os.urandom(SIZES[size])}) / name
    with monkeypatch.context() as patch:
        meddle_with(patch, path, meddle, 1)
        result = kit.backup(tmp_path / "a")
    assert path.stat().st_size != SIZES[size] or meddle is overwrite, "the file did change"
    assert (result.unread, kit.incidents) == (0, [])
    assert restored(kit, path, tmp_path / "out") == path.read_bytes()


@posix
@pytest.mark.parametrize("meddle", MEDDLES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["lettre", "base.db"])
def test_a_file_that_never_stands_still_is_kept_and_told(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: str, meddle: Meddle
) -> None:
    path = make_tree(tmp_path / "a", {name: os.urandom(SIZES[size])}) / name
    with monkeypatch.context() as patch:
        meddle_with(patch, path, meddle, 1000)
        result = kit.backup(tmp_path / "a")
    assert [code for code, _ in kit.incidents] == ["inconsistent"]
    assert result.unread == 1
    stored = entry_of(kit, path)
    assert stored.extra is not None
    assert stored.extra.inconsistent
    outcome = kit.restore(tmp_path / "out")
    assert (outcome.files, outcome.failed) == (1, 0), "an inconsistent copy is better than none"
    assert [code for code, _ in kit.incidents] == ["inconsistent_copy"]
    assert restored_path(tmp_path / "out", path).stat().st_size == stored.size
    # Left in peace, it is read again though its times did not change since.
    result = kit.backup(tmp_path / "a")
    assert (result.unread, kit.incidents) == (0, [])
    assert restored(kit, path, tmp_path / "again") == path.read_bytes()


@posix
def test_a_database_that_shrinks_and_grows_meanwhile(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that was the last and short is not the last any more when more is asked for."""
    path = make_tree(tmp_path / "a", {"base.db": os.urandom(50_000)}) / "base.db"
    real = os.readv

    def readv(fd: int, buffers: Any) -> int:
        ours = os.fstat(fd).st_ino == path.stat().st_ino and len(buffers[0]) > 1000
        if ours and not os.lseek(fd, 0, os.SEEK_CUR):
            os.truncate(path, path.stat().st_size - 5000)
        got = real(fd, buffers)
        if ours and not got:
            grow(path, 0)
        return got

    with monkeypatch.context() as patch:
        patch.setattr(os, "readv", readv)
        result = kit.backup(tmp_path / "a")
    assert result.unread == 1
    outcome = kit.restore(tmp_path / "out")
    assert (outcome.files, outcome.failed) == (1, 0)
    back = restored_path(tmp_path / "out", path).read_bytes()
    assert len(back) > 30_000
    assert back == path.read_bytes()[: len(back)]
    assert kit.verify().ok


@posix
def test_a_file_under_another_threads_pen(kit: VaultKit, tmp_path: Path) -> None:
    """However it goes: what is restored is a state the run vouched for, or it is told."""
    path = make_tree(tmp_path / "a", {"journal.log": b"0" * 200_000}) / "journal.log"
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with path.open("r+b") as file:
                file.write(b"%d" % (number % 10) * 200_000)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for round_ in range(6):
            result = kit.backup(tmp_path / "a")
            back = restored(kit, path, tmp_path / f"out{round_}")
            assert len(back) == 200_000
            if not result.unread:
                assert len(set(back)) <= 2, "one writing may be under way, never two"
    finally:
        stop.set()
        writer.join()


@posix
@pytest.mark.parametrize("becomes", ["absent", "folder", "link", "pipe"])
def test_a_file_that_is_something_else_when_it_is_opened(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, becomes: str
) -> None:
    make_tree(tmp_path / "a", {"x": os.urandom(9000), "y": b"y"})
    make_tree(tmp_path / "secret", {"file": b"never asked for"})
    path, done = tmp_path / "a" / "x", [False]
    real = read_module.open_file

    def open_file(where: Folder, name: bytes) -> int:
        if name == b"x" and not done[0]:
            done[0] = True
            path.unlink()
            if becomes == "folder":
                path.mkdir()
            elif becomes == "link":
                path.symlink_to(tmp_path / "secret" / "file")
            elif becomes == "pipe":
                os.mkfifo(path)
        return real(where, name)

    monkeypatch.setattr(read_module, "open_file", open_file)
    result = kit.backup(tmp_path / "a")
    assert done[0]
    codes = [code for code, _ in kit.incidents]
    assert codes in (["vanished"], ["unreadable"])
    assert result.unread == (codes == ["unreadable"])
    kit.restore(tmp_path / "out")
    back = told(restored_path(tmp_path / "out", tmp_path / "a"))
    assert back["y"].content == b"y"
    assert b"never asked for" not in {item.content for item in back.values()}


@posix
def test_a_folder_that_vanishes_when_it_is_listed(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tree(tmp_path / "a", {"b": {"x": b"x"}, "c": {"y": b"y"}})
    real = Folder.enter

    def enter(where: Folder, name: bytes) -> Folder:
        if name == b"b":
            (tmp_path / "a" / "b" / "x").unlink()
            (tmp_path / "a" / "b").rmdir()
        return real(where, name)

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "enter", enter)
        result = kit.backup(tmp_path / "a")
    assert [code for code, _ in kit.incidents] == ["vanished"]
    assert (result.statistics.files, result.unread) == (1, 0)


@posix
@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="changes who reads")
def test_what_may_not_be_read_is_told(kit: VaultKit) -> None:
    # Not below pytest's own folder, which each pytest that starts closes to others.
    with tempfile.TemporaryDirectory() as folder:
        _what_may_not_be_read_is_told(kit, Path(folder))


def _what_may_not_be_read_is_told(kit: VaultKit, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_tree(tmp_path / "a", {"x": b"x", "locked": b"y", "closed": {"z": b"z"}, "open": {"w": b"w"}})
    for path, mode in (("locked", 0), ("closed", 0), ("x", 0o644), ("open", 0o755), ("", 0o755)):
        (tmp_path / "a" / path).chmod(mode)
    os.seteuid(65534)
    try:
        result = kit.backup(tmp_path / "a")
    finally:
        os.seteuid(0)
    assert [code for code, _ in kit.incidents] == ["unreadable", "unreadable"]
    assert {Path(path).name for _, path in kit.incidents} == {"locked", "closed"}
    assert result.unread == 2
    assert (result.statistics.files, result.statistics.bytes) == (3, 2)
    outcome = kit.restore(tmp_path / "out")
    assert (outcome.files, outcome.failed) == (2, 2)
    assert sorted(code for code, _ in kit.incidents) == ["no_content", "no_content"]
    # Readable again, it is read though nothing else changed.
    (tmp_path / "a" / "locked").chmod(0o644)
    (tmp_path / "a" / "closed").chmod(0o755)
    assert kit.backup(tmp_path / "a").unread == 0
    outcome = kit.restore(tmp_path / "again")
    assert (outcome.files, outcome.failed) == (4, 0)


# ---- a run that is cut short ----------------------------------------------------------------------


class FullStore(MemoryStore):
    """Takes `room` bytes and no more."""

    room = 1 << 60

    def put(self, name: str, *parts: Buffer) -> None:
        from cyberlib_client.core.errors import Failed

        if sum(map(len, self.objects.values())) + sum(map(len, parts)) > self.room:
            raise Failed("store_full", at=self.location)
        super().put(name, *parts)


def test_packs_of_a_failed_run_count(tmp_path: Path) -> None:
    store = FullStore()
    kit = VaultKit(store, chunking=None)
    make_tree(tmp_path / "a", {f"{n:02}": os.urandom(1 << 20) for n in range(40)})
    store.room = 20 << 20
    from cyberlib_client.core.errors import Failed

    with pytest.raises(Failed) as full:
        kit.backup(tmp_path / "a")
    assert full.value.code == "store_full"
    assert kit.snapshots().items == []
    sent = {name for name in store.objects if name.startswith("packs/")}
    assert len(sent) == 1
    store.room = 1 << 60
    result = kit.backup(tmp_path / "a")
    assert result.statistics.new_bytes <= 25 << 20
    assert sent < store.objects.keys()
    assert kit.verify().ok
    assert told(tmp_path / "a").keys() == {f"{n:02}" for n in range(40)}


def test_packs_without_an_index_are_found_and_indexed(kit: VaultKit, folder: Path) -> None:
    """The run died between its packs and their index."""
    kit.backup(folder)
    for name in list(kit.store.objects):
        if name.startswith(("index/", "snapshots/")):
            kit.store.delete(name)
    result = kit.backup(folder)
    assert result.statistics.new_bytes == 0
    assert len(result.repaired.orphans) == 1
    assert len([n for n in kit.store.objects if n.startswith("index/")]) == 1
    assert kit.backup(folder).repaired.orphans == []


# ---- damage that a run can heal -------------------------------------------------------------------


def names(kit: VaultKit, kind: str) -> list[str]:
    return sorted(name for name in kit.store.objects if name.startswith(kind + "/"))


@pytest.mark.parametrize("left", ["with its index", "without its index"])
def test_a_missing_pack_is_healed(kit: VaultKit, folder: Path, left: str) -> None:
    """Everything in it is still on the workstation; two empty folders share a node."""
    (folder / "vide").mkdir()
    kit.backup(folder)
    for name in names(kit, "packs") + (names(kit, "index") if left == "without its index" else []):
        kit.store.delete(name)
    assert not kit.verify().ok
    result = kit.backup(folder)
    assert result.unread == 0
    kit.restore(folder.parent / "out")
    assert told(restored_path(folder.parent / "out", folder)) == told(folder)
    assert not kit.verify().affected, "the older snapshot is whole again too"


@pytest.mark.parametrize("left", ["with its index", "without its index"])
def test_a_pack_of_content_that_is_missing_is_healed(kit: VaultKit, tmp_path: Path, left: str) -> None:
    """The folders' own nodes lie in another pack: nothing is amiss but what the files are made of."""
    make_tree(tmp_path / "a", {"x": os.urandom(30_000), "y": b"small", "z": b"later"})
    (tmp_path / "a" / "z").unlink()
    kit.backup(tmp_path / "a")
    first = names(kit, "packs") + (names(kit, "index") if left == "without its index" else [])
    # A second run stores the folder's node anew, in a pack of its own.
    (tmp_path / "a" / "z").write_bytes(b"later")
    kit.backup(tmp_path / "a")
    for name in first:
        kit.store.delete(name)
    kit.backup(tmp_path / "a")
    outcome = kit.restore(tmp_path / "out")
    assert (outcome.failed, kit.incidents) == (0, [])
    assert told(restored_path(tmp_path / "out", tmp_path / "a")) == told(tmp_path / "a")


def test_suspects_are_healed(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder)
    (pack,) = names(kit, "packs")
    data = bytearray(kit.store.objects[pack])
    for at in range(100, len(data) - 200, 500):
        data[at] ^= 0xFF
    kit.store.objects[pack] = bytes(data)
    found = kit.verify()
    assert found.suspects == {bytes.fromhex(pack.split("/")[1])}
    kit.backup(folder, suspects=found.suspects)
    outcome = kit.restore(folder.parent / "out")
    assert (outcome.failed, kit.incidents) == (0, [])
    assert told(restored_path(folder.parent / "out", folder)) == told(folder)
    again = kit.verify()
    assert again.affected == []
    assert [name for name, _ in again.damaged] == [pack]


def test_a_damaged_index_is_set_aside_and_replaced(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder)
    (index,) = names(kit, "index")
    data = bytearray(kit.store.objects[index])
    data[200] ^= 1
    kit.store.objects[index] = bytes(data)
    result = kit.backup(folder)
    assert result.repaired.damaged == [index]
    assert result.statistics.new_bytes == 0
    assert len(names(kit, "index")) == 2
    assert told(folder).keys() and kit.restore(folder.parent / "out").failed == 0


# ---- what is left out -----------------------------------------------------------------------------


def test_excluded_items_are_not_there(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(
        tmp_path / "a",
        {
            "x.tmp": b"no",
            "keep.txt": b"yes",
            "cache": {"CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55\n", "big": b"no"},
            "node_modules": {"a": {"b": b"no"}},
            "sub": {"y.tmp": b"no", "z": b"yes"},
        },
    )
    kit.backup(source_of(tmp_path / "a", ["*.tmp", "node_modules/"]))
    kit.restore(tmp_path / "out")
    back = told(restored_path(tmp_path / "out", tmp_path / "a"))
    assert {path for path, item in back.items() if item.kind == "file"} == {"keep.txt", "sub/z"}
    kit.backup(source_of(tmp_path / "a", [], cache_tags=False))
    assert kit.snapshots().items[-1].snapshot.statistics.files == 7


def test_the_vault_itself_is_left_out(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"x": b"x", "coffre": {"vault": b"never"}})
    status = (tmp_path / "a" / "coffre").stat()
    result = kit.backup(tmp_path / "a", skip=frozenset({(status.st_dev, status.st_ino)}))
    assert result.statistics.files == 1


@posix
@pytest.mark.skipif(not os.path.ismount("/dev/shm"), reason="needs a second file system")
def test_one_file_system(kit: VaultKit) -> None:
    """Where another disk is mounted, an empty folder is recorded."""
    kit.backup(source_of("/dev", ["*", "!shm/"], one_file_system=True))
    shm = entry_of(kit, Path("/dev/shm"))
    from cyberlib_client.services.browse import children

    assert list(children(kit.reader(), shm)) == []


# ---- what the snapshot says -----------------------------------------------------------------------


def test_the_snapshot_tells_what_was_done(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder, folder.parent / "absent", label="avant la mise à jour", user="ana", client="9.9")
    s = kit.snapshots().items[-1].snapshot
    assert (s.label, s.user, s.client, s.device.name) == ("avant la mise à jour", "ana", "9.9", "poste-1")
    assert s.sources == [source_of(folder).path, source_of(folder.parent / "absent").path]
    assert (s.incident_count, [code for code, _, _ in s.incidents]) == (1, ["source_missing"])
    assert (s.sequence, s.previous, s.time) == (1, None, kit.clock.now)
    kit.backup(folder)
    after = kit.snapshots().items[-1].snapshot
    assert (after.sequence, after.previous) == (2, kit.snapshots().items[0].digest)


def test_more_incidents_than_are_listed_are_counted(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cyberlib_client.services import run as run_module

    monkeypatch.setattr(run_module, "MAX_INCIDENTS", 3)
    make_tree(tmp_path / "a", {"x": b"x"})
    kit.backup(tmp_path / "a", *(tmp_path / f"absent{n}" for n in range(8)))
    s = kit.snapshots().items[-1].snapshot
    assert (s.incident_count, len(s.incidents)) == (8, 3)


@pytest.mark.parametrize("field", ["label", "user", "client"])
def test_text_that_is_none_does_not_cost_the_run(kit: VaultKit, folder: Path, field: str) -> None:
    """What comes from a command line or a host name may hold bytes that are no text."""
    kit.backup(folder, **{field: "poste\udcff\ud800"})
    assert getattr(kit.snapshots().items[-1].snapshot, field).startswith("poste")


def test_a_machine_whose_name_is_no_text_backs_up(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder, device="poste\udcff")
    kit.backup(folder, device="poste\udcff")
    assert [s.snapshot.device.name for s in kit.snapshots().items] == ["poste?"] * 2
    assert kit.verify().ok


def test_another_key_for_our_id_does_not_tell_what_our_files_hold(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the vault's keys may certify any key. What such a snapshot says of a file would otherwise
    be taken for its content until the file changes."""
    make_tree(tmp_path / "a", {"lettre.txt": b"mine"})
    kit.backup(tmp_path / "a")

    def intruder(vault: Any, name: str) -> Any:
        seed = random.Random(ascii(name)).randbytes(16) + bytes(32)
        return identity(vault.keys, seed, name)

    with monkeypatch.context() as patch:
        real = os.read
        patch.setattr(os, "read", lambda fd, size: real(fd, size).replace(b"mine", b"evil"))
        patch.setattr(vaults, "make_identity", intruder)
        patch.setattr(walk.Walker, "_is_unchanged", lambda *_: False)
        kit.backup(tmp_path / "a")
    assert restored(kit, tmp_path / "a" / "lettre.txt", tmp_path / "out") == b"evil"
    kit.backup(tmp_path / "a")
    assert restored(kit, tmp_path / "a" / "lettre.txt", tmp_path / "back") == b"mine"
