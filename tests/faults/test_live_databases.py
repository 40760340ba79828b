"""Raw copies of databases that a program has open: named, never green. Each by its own sign, made for real
where its program is here, else by the documented bytes or the lock that its program takes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.events import Incident
from cyberlib_client.services.browse import entry_at
from tests.support.servers import postgresql_server
from tests.support.vaults import VaultKit, vault_path

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="locks as Linux has them"),
]


def codes(kit: VaultKit) -> dict[str, str]:
    return {i.path: i.detail for i in kit.events if isinstance(i, Incident) and i.code == "live_database"}


def level(kit: VaultKit, path: Path) -> str | None:
    extra = entry_at(kit.reader(), kit.root(), vault_path(path)).extra
    return extra.consistency if extra is not None else None


_HOLDER = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    getattr(fcntl, sys.argv[2])(file, fcntl.LOCK_EX)
    print("ready", flush=True)
    sys.stdin.read()
"""


@contextmanager
def locked(path: Path, how: str) -> Iterator[None]:
    """As another program holds a database that it has open."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.kill()
        process.communicate()


def test_the_data_of_a_running_postgresql_is_never_green(tmp_path: Path) -> None:
    kit = VaultKit(chunking=None)
    with postgresql_server(tmp_path / "pg") as server:
        import psycopg

        data = tmp_path / "pg" / "data"
        with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as base:
            base.execute("create table acte (n int)")
            base.execute("insert into acte select generate_series(1, 1000)")
            result = kit.backup(data)
        assert codes(kit) == {str(data): "PostgreSQL"}
        assert result.unread >= 1
        assert level(kit, data / "base" / "1" / "1259") == "raw"
        server.stop()
        assert kit.backup(data).unread == 0
        assert level(kit, data / "base" / "1" / "1259") is None
        # As after a crash: the file is there, the process is not.
        (data / "postmaster.pid").write_text(f"{2**22 - 1}\n{data}\n")
        assert kit.backup(data).unread == 0


@pytest.mark.parametrize("how", ["lockf", "flock"])
@pytest.mark.parametrize("name", ["CABINET.FDB", "patient.fic", "gestion.mdf", "archive.pst"])
def test_a_database_that_a_program_has_locked(tmp_path: Path, name: str, how: str) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    path = folder / name
    path.write_bytes(os.urandom(5000))
    kit = VaultKit()
    with locked(path, how):
        result = kit.backup(folder)
    assert codes(kit) == {str(path): ""}
    assert (result.unread, level(kit, path)) == (1, "raw")
    assert kit.backup(folder).unread == 0
    assert level(kit, path) is None


def test_mariadb_holds_its_first_file(tmp_path: Path) -> None:
    folder = tmp_path / "mysql"
    (folder / "cabinet").mkdir(parents=True)
    (folder / "ibdata1").write_bytes(bytes(4096))
    (folder / "cabinet" / "patient.ibd").write_bytes(os.urandom(4096))
    kit = VaultKit()
    with locked(folder / "ibdata1", "lockf"):
        assert kit.backup(tmp_path).unread == 1
    assert codes(kit) == {str(folder): "MariaDB"}
    assert level(kit, folder / "cabinet" / "patient.ibd") == "raw"
    (folder / "poste.pid").write_text(f"{os.getpid()}\n")
    assert kit.backup(tmp_path).unread == 1
    (folder / "poste.pid").unlink()
    assert kit.backup(tmp_path).unread == 0


@pytest.mark.parametrize(("name", "lock"), [("Base.accdb", "Base.laccdb"), ("Base.MDB", "Base.LDB")])
def test_access_leaves_its_lock_file_while_it_is_open(tmp_path: Path, name: str, lock: str) -> None:
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / name
    path.write_bytes(b"\0\1\0\0Standard ACE DB\0" + bytes(9000))
    (tmp_path / "a" / lock).write_bytes(b"POSTE".ljust(64, b"\0"))
    kit = VaultKit()
    assert kit.backup(tmp_path / "a").unread == 1
    assert codes(kit) == {str(path): ""}
    (tmp_path / "a" / lock).unlink()
    assert kit.backup(tmp_path / "a").unread == 0


@pytest.mark.parametrize(("version", "at"), [(23, 248), (14, 200)])
def test_outlook_says_that_it_writes(tmp_path: Path, version: int, at: int) -> None:
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "courrier.pst"
    head = bytearray(b"!BDN" + bytes(560))
    head[10:12] = version.to_bytes(2, "little")
    path.write_bytes(head)
    kit = VaultKit()
    assert kit.backup(tmp_path / "a").unread == 1
    head[at] = 2
    path.write_bytes(head)
    assert kit.backup(tmp_path / "a").unread == 0


def test_files_of_one_database_that_show_two_moments(tmp_path: Path) -> None:
    """HFSQL: data, index and memos are files of their own, and no sign tells that they are open."""
    folder = tmp_path / "hfsql"
    folder.mkdir()
    for name in ("patient.fic", "patient.ndx", "patient.mmo", "acte.fic", "acte.ndx"):
        (folder / name).write_bytes(os.urandom(3000))
        os.utime(folder / name, ns=(10**18, 10**18))
    kit = VaultKit()

    def while_the_last_is_read(target: Any) -> None:
        if os.readlink(f"/proc/self/fd/{target}").endswith("patient.ndx"):
            (folder / "patient.fic").write_bytes(os.urandom(3000))

    class Meanwhile:
        def read(self, target: Any, *, is_symlink: bool) -> dict[str, bytes]:
            if isinstance(target, int):
                while_the_last_is_read(target)
            return {}

    kit.backup(folder)
    kit.metadata = Meanwhile()  # type: ignore[assignment]
    time.sleep(0.05)  # what was made for the test is older than any backup of it
    result = kit.backup(folder)
    assert codes(kit) == {str(folder / "patient.fic"): ""}
    assert result.unread == 1
    assert level(kit, folder / "patient.mmo") == "raw"
    assert level(kit, folder / "acte.fic") is None


def test_an_encrypted_database_is_saved_as_it_lies(tmp_path: Path) -> None:
    """SQLCipher: no sign, no way in. Its files are one state as long as nothing changes them."""
    room = tmp_path / "room"
    room.mkdir()
    folder = tmp_path / "base"
    folder.mkdir()
    path = folder / "coffre.db"
    path.write_bytes(os.urandom(40_000))
    (folder / "coffre.db-wal").write_bytes(os.urandom(5_000))
    kit = VaultKit()
    result = kit.backup(folder, room=os.fspath(room))
    assert (result.unread, level(kit, path)) == (0, None)
    stop = threading.Event()

    def write() -> None:
        with path.open("r+b", buffering=0) as file:
            while not stop.is_set():
                file.seek(0)
                file.write(os.urandom(16))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        result = kit.backup(folder, room=os.fspath(room))
    finally:
        stop.set()
        writer.join()
    assert ("inconsistent", str(path)) in kit.incidents
    assert level(kit, path) == "raw"


def test_restoring_a_raw_copy_says_so(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "CABINET.FDB"
    path.write_bytes(os.urandom(5000))
    kit = VaultKit()
    with locked(path, "flock"):
        kit.backup(tmp_path / "a")
    kit.restore(tmp_path / "out")
    assert [code for code, _ in kit.incidents] == ["raw_copy"]


def test_sqlite_is_never_called_live_by_its_own_locks(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "agenda.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute("create table acte (n int)")
        base.execute("begin immediate")
        kit = VaultKit()
        assert kit.backup(tmp_path / "a").unread == 0
