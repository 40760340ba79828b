"""A SQLite database in use is captured by its own interface: one file, a committed state, and nothing beside
the user's database is touched."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cyberlib_client.app.program import program
from cyberlib_client.core.errors import Stopped
from cyberlib_client.core.events import Incident
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.files import databases
from cyberlib_client.services.browse import entry_at
from cyberlib_client.services.restore import Conflict
from tests.faults.disks import mounted_tmpfs
from tests.faults.test_databases import _at_work, _is_sound, _made
from tests.support.vaults import VaultKit, restored_path, vault_path

pytestmark = pytest.mark.faults

_HOLDER = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None)
for order in sys.argv[2:]:
    base.execute(order)
print("ready", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: Path, *orders: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that did `orders` and keeps the database open; killed at the end, as by a power cut."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path), *orders], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def kit_and_room(tmp_path: Path) -> tuple[VaultKit, str]:
    room = tmp_path / "room"
    room.mkdir()
    return VaultKit(chunking=None), os.fspath(room)


def level(kit: VaultKit, path: Path) -> str | None:
    extra = entry_at(kit.reader(), kit.root(), vault_path(path)).extra
    return extra.consistency if extra is not None else None


def told(kit: VaultKit) -> list[tuple[str, str]]:
    return [(i.code, i.detail) for i in kit.events if isinstance(i, Incident)]


def state_of(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """All files of a folder: times and content."""
    return {p.name: (p.stat().st_mtime_ns, p.stat().st_ino, p.read_bytes()) for p in folder.iterdir()}


@pytest.mark.parametrize(("mode", "checkpoint"), [("wal", 8), ("delete", 0), ("persist", 0)])
def test_under_write_load_every_copy_is_a_committed_state(tmp_path: Path, mode: str, checkpoint: int) -> None:
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit, room = kit_and_room(tmp_path)
    captured = 0
    with _at_work(path, mode, checkpoint, 0):
        for number in range(4):
            result = kit.backup(path.parent, room=room)
            assert os.listdir(room) == []
            out = tmp_path / f"out-{number}"
            kit.restore(out)
            restored = restored_path(out, path)
            if level(kit, path) == "captured":
                captured += 1
                assert not result.unread
                beside = [p for p in restored.parent.iterdir() if p != restored and p.stat().st_size]
                assert beside == [], "the one file holds it all"
            if not result.unread:
                assert _is_sound(restored)
    assert captured, "never captured under this load"
    if mode == "wal":
        assert captured == 4
    assert kit.backup(path.parent, room=room).unread == 0
    kit.restore(tmp_path / "last")
    assert _is_sound(restored_path(tmp_path / "last", path))


def test_a_database_nobody_writes_is_saved_as_it_lies(tmp_path: Path) -> None:
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit, room = kit_and_room(tmp_path)
    kit.backup(path.parent, room=room)
    assert level(kit, path) is None
    kit.restore(tmp_path / "out")
    assert restored_path(tmp_path / "out", path).read_bytes() == path.read_bytes()


def test_nothing_beside_the_database_is_written_or_made(tmp_path: Path) -> None:
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit, room = kit_and_room(tmp_path)
    with held(path, "pragma journal_mode=wal", "update counter set n = 7"):
        before = state_of(path.parent)
        kit.backup(path.parent, room=room)
        assert level(kit, path) == "captured"
        assert state_of(path.parent) == before
    # The program was killed: its log stays, and so does the index of the log. Without that index nothing but
    # writing would tell what is in the log, so all is saved as it lies.
    (path.parent / "patients.db-shm").unlink()
    before = state_of(path.parent)
    assert before["patients.db-wal"][2]
    result = kit.backup(path.parent, room=room)
    assert (result.unread, level(kit, path)) == (0, None)
    assert state_of(path.parent) == before
    kit.restore(tmp_path / "out")
    with closing(sqlite3.connect(restored_path(tmp_path / "out", path))) as base:
        assert base.execute("select n from counter").fetchone() == (7,)


def test_put_back_over_the_files_of_a_database_no_old_log_is_played(tmp_path: Path) -> None:
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit, room = kit_and_room(tmp_path)
    with held(path, "pragma journal_mode=wal", "update counter set n = 7"):
        kit.backup(path.parent, room=room)
    with held(path, "pragma journal_mode=wal", "update counter set n = 8"):
        pass
    assert (path.parent / "patients.db-wal").stat().st_size
    kit.restore("/" if os.name != "nt" else path.anchor, conflict=Conflict.REPLACE)
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert base.execute("select n from counter").fetchone() == (7,)


def test_a_journal_of_a_crash_is_saved_with_its_database(tmp_path: Path) -> None:
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit, room = kit_and_room(tmp_path)
    spilled = ["pragma cache_size=1", "begin", "update accounts set sum = 0", "update counter set n = 9"]
    with held(path, *spilled):
        pass
    assert (path.parent / "patients.db-journal").stat().st_size
    before = state_of(path.parent)
    result = kit.backup(path.parent, room=room)
    assert (result.unread, level(kit, path)) == (0, None)
    assert state_of(path.parent) == before
    kit.restore(tmp_path / "out")
    assert _is_sound(restored_path(tmp_path / "out", path))


def test_a_program_that_locks_its_database_is_waited_for_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "WAIT_SECONDS", 0.3)
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit, room = kit_and_room(tmp_path)
    with held(path, "pragma cache_size=1", "begin exclusive", "update accounts set sum = 0"):
        result = kit.backup(path.parent, room=room)
        assert ("not_captured", str(path)) in [(c, p) for c, p in kit.incidents] or os.name == "nt"
    assert level(kit, path) != "captured"
    kit.restore(tmp_path / "out")
    assert _is_sound(restored_path(tmp_path / "out", path)) or result.unread


def test_a_full_disk_for_the_copy_is_told_and_costs_nothing(tmp_path: Path) -> None:
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit = VaultKit(chunking=None)
    with (
        mounted_tmpfs(tmp_path / "small", "size=1m") as room,
        held(path, "pragma journal_mode=wal", "update counter set n = 7"),
    ):
        result = kit.backup(path.parent, room=os.fspath(room))
        assert os.listdir(room) == []
    assert kit.incidents == [("not_captured", str(path))]
    assert result.unread == 0, "its files stood still"
    kit.restore(tmp_path / "out")
    with closing(sqlite3.connect(restored_path(tmp_path / "out", path))) as base:
        assert base.execute("select n from counter").fetchone() == (7,)


def test_a_database_that_fails_its_own_check_is_told(tmp_path: Path) -> None:
    path = _made(tmp_path / "cabinet" / "patients.db")
    data = bytearray(path.read_bytes())
    data[4096 * 50 : 4096 * 50 + 64] = bytes(64)
    path.write_bytes(data)
    kit, room = kit_and_room(tmp_path)
    with held(path, "pragma journal_mode=wal", "update counter set n = 7"):
        result = kit.backup(path.parent, room=room)
    assert [code for code, _ in kit.incidents] == ["database_damaged"]
    assert result.unread == 1
    kit.restore(tmp_path / "out")
    assert restored_path(tmp_path / "out", path).read_bytes() == path.read_bytes()


def test_a_copy_stops_when_asked(tmp_path: Path) -> None:
    path = _made(tmp_path / "cabinet" / "patients.db")
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("create table images as select zeroblob(96000000)")
    kit, room = kit_and_room(tmp_path)
    seen: list[list[str]] = []

    class WhileCopied(CancelToken):
        def check(self) -> None:
            if os.path.exists(os.path.join(room, databases.COPY)):
                seen.append(os.listdir(room))
                self.cancel()
            super().check()

    with (
        held(path, "pragma journal_mode=wal", "update counter set n = 7"),
        pytest.raises(Stopped),
    ):
        kit.backup(path.parent, room=room, cancel=WhileCopied())
    assert seen, "it was stopped before the copy began"
    assert os.listdir(room) == []


def exchanging(path: Path) -> list[str]:
    """How the program is begun, at that very moment `path` being exchanged for a pipe."""
    order = f'mv "{path}" "{path}.aside"; mkfifo "{path}"; exec "$@"'
    return ["/bin/sh", "-c", order, "sh", *program()]


@pytest.mark.skipif(os.name == "nt", reason="pipes that lie in a folder")
@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_a_database_exchanged_for_a_pipe_ends_its_capture_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """Between the look at it and SQLite's opening of it; the next run finds nothing amiss."""
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit, room = kit_and_room(tmp_path)
    log = ["pragma journal_mode=wal", "update counter set n = 7"]
    spilled = ["pragma cache_size=1", "begin", "update accounts set sum = 0"]
    exchanged = Path(f"{path}{suffix}")
    with contextlib.ExitStack() as until:
        with contextlib.ExitStack() as before:
            # The journal of a program that was killed; all else of one at work.
            (before if suffix == "-journal" else until).enter_context(
                held(path, *(spilled if suffix == "-journal" else log))
            )
        assert exchanged.stat().st_size
        with monkeypatch.context() as patch:
            patch.setattr(databases, "SILENT_SECONDS", 0.6)
            kit.backup(path.parent, room=room, program=exchanging(exchanged))
        assert exchanged.is_fifo(), "it was not exchanged"
        assert (("not_captured", "capture_stuck") if suffix else ("vanished", "")) in told(kit)
        assert os.listdir(room) == []
        exchanged.unlink()
        Path(f"{exchanged}.aside").rename(exchanged)
        kit.backup(path.parent, room=room)
        assert level(kit, path) == ("captured" if suffix != "-journal" else None)


def test_writers_go_on_while_a_copy_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a journal, a writer has its turn between the steps, and the copy begins again a bounded number of
    times."""
    monkeypatch.setattr(databases, "_STEP", 4096)
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit, room = kit_and_room(tmp_path)
    wrote: list[int] = []
    over = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as base:
            while not over.is_set():
                base.execute("update counter set n = n")
                wrote.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not wrote:
            pass
        # One write waits for its disk, which may take longer than one whole copy.
        meanwhile = 0
        for _ in range(30):
            before = len(wrote)
            kit.backup(path.parent, room=room)
            meanwhile += len(wrote) > before
            if meanwhile == 3:
                break
        assert meanwhile == 3, "no writer had its turn"
    finally:
        over.set()
        writer.join()
    kit.backup(path.parent, room=room)
    kit.restore(tmp_path / "out")
    assert _is_sound(restored_path(tmp_path / "out", path))


def test_a_source_that_is_the_database_itself_is_whole(tmp_path: Path) -> None:
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit, room = kit_and_room(tmp_path)
    with held(path, "pragma journal_mode=wal", "update counter set n = 7"):
        assert kit.backup(path, room=room).unread == 0
    kit.restore(tmp_path / "out")
    with closing(sqlite3.connect(restored_path(tmp_path / "out", path))) as base:
        assert base.execute("select n from counter").fetchone() == (7,)
