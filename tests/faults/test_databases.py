"""A database under write load: whatever copy a snapshot holds passes its own integrity check, or the run
said that it may not."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.disks import failing_files, injected, needs_root
from tests.support.vaults import VaultKit, restored_path

pytestmark = pytest.mark.faults

# A practice's program: each transaction moves money between two accounts and notes it. The sum never
# changes, and there are as many notes as the counter says: a copy torn between two moments shows.
_PROGRAM = """
import random, sqlite3, sys, time
path, mode, checkpoint, pause = sys.argv[1:]
base = sqlite3.connect(path, isolation_level=None)
base.execute(f"pragma journal_mode={mode}")
base.execute(f"pragma wal_autocheckpoint={checkpoint}")
base.execute("pragma synchronous=off")
chance = random.Random(0)
print("ready", flush=True)
while True:
    base.execute("begin immediate")
    for _ in range(chance.randint(1, 20)):
        one, other = chance.sample(range(400), 2)
        base.execute("update accounts set sum = sum - 1 where id = ?", (one,))
        base.execute("update accounts set sum = sum + 1 where id = ?", (other,))
        base.execute("insert into notes(text) values (?)", (chance.randbytes(60).hex(),))
        base.execute("update counter set n = n + 1")
    if chance.random() < 0.05:
        base.execute("delete from notes")
        base.execute("update counter set n = 0")
    base.execute("commit")
    time.sleep(float(pause))
"""


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.executescript(
            "create table accounts(id integer primary key, sum integer, padding blob);"
            "create table notes(id integer primary key, text text);"
            "create table counter(n integer); insert into counter values (0);"
        )
        base.execute("begin")
        base.executemany(
            "insert into accounts values (?, 100, ?)", [(n, os.urandom(900)) for n in range(400)]
        )
        base.execute("commit")
    return path


@contextmanager
def _at_work(path: Path, mode: str, checkpoint: int, pause: float) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, path, mode, str(checkpoint), str(pause)], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
        assert process.poll() is None, "the program ended by itself: nothing was written meanwhile"
    finally:
        process.kill()
        process.communicate()


def _is_sound(path: Path) -> bool:
    """What the database says of itself, opened as its program would: with its log or journal beside it."""
    try:
        with closing(sqlite3.connect(path)) as base:
            checked = base.execute("pragma integrity_check").fetchall() == [("ok",)]
            total = base.execute("select sum(sum), count(*) from accounts").fetchone() == (40_000, 400)
            notes = base.execute("select (select count(*) from notes) = n from counter").fetchone() == (1,)
            return checked and total and notes
    except sqlite3.DatabaseError:
        return False


def _state(path: Path) -> int:
    with closing(sqlite3.connect(path)) as base:
        return int(base.execute("pragma data_version").fetchone()[0]) + os.stat(path).st_mtime_ns


_LOADS = [("wal", 8, 0), ("wal", 1000, 0), ("wal", 1000, 0.01), ("delete", 0, 0), ("persist", 0, 0)]
_LOADS += [("truncate", 0, 0), ("delete", 0, 0.05)]


@pytest.mark.parametrize(("mode", "checkpoint", "pause"), _LOADS)
def test_a_database_under_write_load_is_sound_or_named(
    tmp_path: Path, mode: str, checkpoint: int, pause: float
) -> None:
    path = _made(tmp_path / "cabinet" / "patients.db")
    kit = VaultKit(chunking=None)
    quiet = sound = 0
    with _at_work(path, mode, checkpoint, pause):
        for number in range(12):
            result = kit.backup(path.parent)
            out = tmp_path / "out"
            kit.restore(out)
            if _is_sound(restored_path(out, path)):
                sound += 1
            else:
                assert result.unread, f"run {number}: torn in silence"
                named = {os.path.basename(i.path) for i in result.incidents if i.code == "inconsistent"}
                assert named & {path.name, f"{path.name}-wal", f"{path.name}-journal"}
            quiet += not result.unread
            shutil.rmtree(out)
    # A log is only added to for a long while, and that does no harm.
    if pause:  # somebody types: there are moments in which a whole copy can be had
        assert quiet
    # The program went home: what is there now is one sound whole.
    result = kit.backup(path.parent)
    assert result.unread == 0
    kit.restore(tmp_path / "out")
    assert _is_sound(restored_path(tmp_path / "out", path))


def test_a_database_whose_times_never_move_is_compared_by_content(tmp_path: Path) -> None:
    """Written through mapped memory, or on a disk that lies: nothing but its bytes tells of a change."""
    needs_root()
    real, at, orders = tmp_path / "real", tmp_path / "disk", tmp_path / "orders"
    path = _made(real / "cabinet" / "patients.db")
    (real / "cabinet" / "note.txt").write_bytes(b"note fictive")
    with failing_files(real, at, orders):
        orders.write_text("time LIE cabinet/")
        kit = VaultKit()
        kit.backup(at / "cabinet")
        for number in range(3):
            size = path.stat().st_size
            with closing(sqlite3.connect(path)) as base:
                base.execute("update accounts set sum = sum + 1 where id = ?", (number,))
                base.execute("update accounts set sum = sum - 1 where id = ?", (number + 1,))
                base.commit()
            assert path.stat().st_size == size
            seen = os.stat(at / "cabinet" / "patients.db")
            assert (seen.st_mtime, seen.st_ctime) == (1_500_000_000, 1_500_000_000)
            kit.backup(at / "cabinet")
            out = tmp_path / f"out-{number}"
            kit.restore(out)
            restored = restored_path(out, at / "cabinet" / "patients.db")
            assert restored.read_bytes() == path.read_bytes()
            assert _is_sound(restored)
        assert injected(orders)["time LIE"]
