"""A drill: what it takes, what it compares, what it opens, and what it makes of faults."""

from __future__ import annotations

import io
import os
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.errors import Failed, Stopped
from cyberlib_client.core.events import ignore
from cyberlib_client.core.ids import KIND_DATA
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.files.names import display, from_vault_path
from cyberlib_client.services.drill import DrillRequest, DrillResult, drill
from cyberlib_client.system import this_system
from cyberlib_client.transports.folder import FolderStore
from tests.support.vaults import SeededRandom, VaultKit, vault_path

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8 + b"\n%%EOF\n"


def database(path: Path, rows: int = 200) -> None:
    base = sqlite3.connect(path)
    base.execute("create table visits (patient text, note text)")
    base.executemany("insert into visits values (?, ?)", ((f"p{n}", "x" * 100) for n in range(rows)))
    base.commit()
    base.close()


def office(text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", text * 50)
    return made.getvalue()


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    """Folders of a practice: a database, documents, notes; 40 files."""
    folder = tmp_path / "practice"
    (folder / "letters").mkdir(parents=True)
    database(folder / "patients.db")
    for number in range(8):
        (folder / "letters" / f"letter {number}.docx").write_bytes(office(f"letter {number}"))
        (folder / "letters" / f"scan {number}.pdf").write_bytes(PDF + str(number).encode())
    for number in range(23):
        (folder / f"note {number}.txt").write_bytes(f"note {number}\n".encode() * 20)
    return folder


def original(path: bytes) -> Any:
    native = from_vault_path(path)
    return native if os.name == "nt" else os.fsencode(native)


def tried(
    kit: VaultKit, to: Path, *, most: int = 20, room: int = 10**8, seed: int = 1, **more: Any
) -> DrillResult:
    """A drill on the newest snapshot, into a new folder."""
    to.mkdir()
    request = {"original": original, **more}
    cancel = request.pop("cancel", CancelToken())
    return drill(
        kit.open(),
        DrillRequest(kit.snapshots().resolve("latest"), str(to), most, room, **request),
        metadata=kit.metadata,
        volumes=this_system().volumes,
        random=SeededRandom(seed),
        listener=ignore,
        cancel=cancel,
    )


def failing(result: DrillResult) -> dict[str, str]:
    return {display(each.path).rpartition("/")[2]: each.fault for each in result.failing}


def test_files_come_back_are_compared_and_open(practice: Path, tmp_path: Path) -> None:
    kit = VaultKit()
    kit.backup(practice)
    result = tried(kit, tmp_path / "scratch")
    assert result.failing == []
    assert result.total[0] == 20 == result.disk[0]
    assert result.vault == [0, 0]
    assert result.opened["checked"] == 1
    assert result.opened["document"] >= 4
    assert set(result.taken) >= {"databases", "recent", "documents", "random"}
    assert result.taken["databases"][0] == 1
    assert 0 < result.first <= result.restoring <= result.seconds
    assert result.restoring <= result.whole_least <= result.whole_most
    # The same seed tries the same files, another one others.
    again = [tried(kit, tmp_path / f"s{seed}", seed=seed).taken for seed in (1, 2, 3, 4)]
    assert again[0] == result.taken
    assert any(taken != result.taken for taken in again)


def test_all_files(practice: Path, tmp_path: Path) -> None:
    kit = VaultKit()
    kit.backup(practice)
    result = tried(kit, tmp_path / "scratch", everything=True)
    assert (result.failing, result.total[0]) == ([], 40)
    assert result.taken["databases"][0] == 1
    assert result.taken["documents"][0] == 16
    assert result.opened["document"] == 16


def test_what_changed_since_is_compared_with_the_vaults_hashes(practice: Path, tmp_path: Path) -> None:
    kit = VaultKit()
    kit.backup(practice)
    for number in range(23):
        (practice / f"note {number}.txt").write_text("other", encoding="utf-8")
    for path in practice.rglob("*.pdf"):
        path.unlink()
    result = tried(kit, tmp_path / "scratch", everything=True)
    assert result.failing == []
    assert result.vault[0] == 23 + 8
    assert result.disk[0] == 9


def test_a_snapshot_of_another_machine_is_compared_with_the_vault_alone(
    practice: Path, tmp_path: Path
) -> None:
    kit = VaultKit()
    kit.backup(practice)
    result = tried(kit, tmp_path / "scratch", original=None)
    assert (result.failing, result.disk[0], result.vault[0]) == ([], 0, 20)


@pytest.mark.skipif(os.name == "nt", reason="another user's clock decides of change times")
def test_a_file_that_differs_although_it_looks_unchanged_fails(practice: Path, tmp_path: Path) -> None:
    """Bits that rot on this disk change no time; here the snapshot is told the file's times instead."""
    kit = VaultKit()
    rotten = practice / "note 3.txt"
    kit.backup(practice)
    before = rotten.stat()
    rotten.write_bytes(b"N" + rotten.read_bytes()[1:])
    os.utime(rotten, ns=(before.st_atime_ns, before.st_mtime_ns))
    # Its change time tells: this is another file since, and what the vault holds is sound.
    assert tried(kit, tmp_path / "a", everything=True).failing == []


def test_a_damaged_pack_fails_and_names_the_files(practice: Path, tmp_path: Path) -> None:
    store = FolderStore.make(str(tmp_path / "store"))
    kit = VaultKit(store)
    kit.backup(practice)
    told: set[bytes] = set()
    index, _ = kit.open().load_index(check_packs=True)
    place = next(place for place in map(index.place, index.segments()) if place.kind == KIND_DATA)
    pack = next((tmp_path / "store" / "packs").rglob(place.pack.name.hex()))
    data = bytearray(pack.read_bytes())
    data[place.offset + 5] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(data)
    vault = kit.open()
    vault.on_damaged = lambda pack, _reason: told.add(pack)
    to = tmp_path / "scratch"
    to.mkdir()
    result = drill(
        vault,
        DrillRequest(kit.snapshots().resolve("latest"), str(to), 0, 0, everything=True, original=original),
        metadata=kit.metadata,
        volumes=this_system().volumes,
        random=SeededRandom(1),
        listener=ignore,
        cancel=CancelToken(),
    )
    assert result.faults["damaged"] == len(result.failing) > 0
    assert told
    assert result.disk[0] + len(result.failing) == result.total[0] == 40


def test_what_does_not_open_fails_although_it_is_as_saved(practice: Path, tmp_path: Path) -> None:
    torn = practice / "torn.db"
    database(torn, 2000)
    data = bytearray(torn.read_bytes())
    data[8192:16384] = os.urandom(8192)
    torn.write_bytes(data)
    (practice / "noise.pdf").write_bytes(os.urandom(4000))
    cut = office("cut " * 1000)
    (practice / "cut.docx").write_bytes(cut[: len(cut) // 2])
    (practice / "empty.pdf").write_bytes(b"")
    kit = VaultKit()
    kit.backup(practice)
    result = tried(kit, tmp_path / "scratch", everything=True)
    assert failing(result) == {"torn.db": "unopened", "noise.pdf": "unopened", "cut.docx": "unopened"}
    assert result.disk[0] == 44  # as saved, all of them


def test_a_database_with_a_log_opens_with_what_the_log_holds(practice: Path, tmp_path: Path) -> None:
    live = practice / "live.db"
    writer = sqlite3.connect(live)
    writer.execute("pragma journal_mode=wal")
    writer.execute("pragma wal_autocheckpoint=0")
    writer.execute("create table visits (note text)")
    writer.executemany("insert into visits values (?)", ((f"n{n}",) for n in range(500)))
    writer.commit()
    kept = {name: (practice / name).read_bytes() for name in ("live.db", "live.db-wal")}
    writer.close()
    still = practice / "still"
    still.mkdir()
    for name, data in kept.items():
        (still / name).write_bytes(data)
    assert kept["live.db-wal"]
    kit = VaultKit()
    kit.backup(practice)  # no room for captures: both files are saved as they lie
    for seed in range(3):
        result = tried(kit, tmp_path / f"s{seed}", most=3, seed=seed)
        assert result.failing == []
    result = tried(kit, tmp_path / "all", everything=True)
    assert result.failing == []
    assert result.opened["checked"] == 3
    copy = next((tmp_path / "all").rglob("still/live.db"))
    base = sqlite3.connect(copy)
    assert base.execute("select count(*) from visits").fetchone() == (500,)
    base.close()


def test_databases_that_only_their_program_can_check_do_not_fail(practice: Path, tmp_path: Path) -> None:
    base = sqlite3.connect(practice / "own order.db")
    base.create_collation("practice", lambda a, b: (a > b) - (a < b))
    base.execute("create table names (name text collate practice primary key, age int)")
    base.executemany("insert into names values (?, ?)", ((f"n{n}", n) for n in range(300)))
    base.commit()
    base.close()
    base = sqlite3.connect(practice / "rules.db")
    base.execute("create table visits (note text, day int)")
    base.execute("insert into visits values (null, -1)")
    base.execute("pragma writable_schema=on")
    base.execute("update sqlite_master set sql = 'create table visits (note text not null, day int)'")
    base.commit()
    base.close()
    kit = VaultKit()
    kit.backup(practice)
    result = tried(kit, tmp_path / "scratch", everything=True)
    assert result.failing == []
    assert result.opened["checked"] + result.opened["database"] == 3


def test_what_failed_before_is_tried_first(practice: Path, tmp_path: Path) -> None:
    kit = VaultKit()
    kit.backup(practice)
    wanted = {vault_path(practice / f"note {number}.txt") for number in (4, 9)}
    for seed in range(4):
        result = tried(kit, tmp_path / f"s{seed}", most=3, seed=seed, again=frozenset(wanted))
        assert result.taken["again"][0] == 2
        assert result.taken["databases"][0] == 1


def test_every_kind_of_database_that_fits_is_tried(practice: Path, tmp_path: Path) -> None:
    for name in ("a.fic", "b.mdb", "c.fdb", "d.dbf"):
        (practice / name).write_bytes(b"\x03data" * 50)
    (practice / "huge.mdf").write_bytes(bytes(300_000))
    kit = VaultKit()
    kit.backup(practice)
    result = tried(kit, tmp_path / "scratch", most=8, room=200_000)
    assert result.failing == []
    assert result.taken["databases"][0] >= 5
    assert result.too_large == 1
    assert result.total[1] <= 200_000


def test_no_room_and_nothing_to_try(practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = VaultKit()
    kit.backup(practice)
    free: Callable[[int], Any] = lambda n: type("Usage", (), {"free": n})()  # noqa: E731
    monkeypatch.setattr("shutil.disk_usage", lambda _path: free(1000))
    with pytest.raises(Failed) as caught:
        tried(kit, tmp_path / "scratch", spare=True)
    assert caught.value.code == "drill_no_room"
    assert list((tmp_path / "scratch").iterdir()) == []
    monkeypatch.setattr("shutil.disk_usage", lambda _path: free((256 << 20) + (1 << 20) + 1))
    assert tried(kit, tmp_path / "less", spare=True).failing == []
    monkeypatch.undo()
    empty = tmp_path / "empty"
    empty.mkdir()
    other = VaultKit(seed=3)
    other.backup(empty)
    with pytest.raises(Failed) as caught:
        tried(other, tmp_path / "none")
    assert caught.value.code == "drill_nothing"


class StopAt(CancelToken):
    """Asks to stop at the n-th look."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at

    def check(self) -> None:
        if self.looks >= self._at:
            self.cancel()
        super().check()


def test_it_stops_wherever_it_is(practice: Path, tmp_path: Path) -> None:
    kit = VaultKit()
    kit.backup(practice)
    counting = CancelToken()
    tried(kit, tmp_path / "whole", cancel=counting)
    for number, at in enumerate(range(0, counting.looks, max(1, counting.looks // 12))):
        with pytest.raises(Stopped):
            tried(kit, tmp_path / f"s{number}", cancel=StopAt(at))
