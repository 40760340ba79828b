"""What belongs to a database may be a hard link to something else, or be told twice: each name is stored
once, with the content that was read together with the database, and the folder comes back."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import CommandLine
from tests.support.trees import told
from tests.support.vaults import VaultKit, restored_path

pytestmark = pytest.mark.faults


def database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as base:
        base.execute("create table acte (texte text)")
        base.commit()


def comes_back(kit: VaultKit, folder: Path, to: Path) -> None:
    kit.restore(to)
    assert told(restored_path(to, folder)) == told(folder)
    assert kit.verify().ok


@pytest.mark.parametrize("suffix", ["-journal", "-wal"])
@pytest.mark.parametrize("other", ["a", "z"])
def test_a_journal_that_is_a_link_to_another_file(tmp_path: Path, suffix: str, other: str) -> None:
    """Anybody who may write in a folder could otherwise make all of it unreadable in the vault."""
    folder = tmp_path / "commun"
    folder.mkdir()
    (folder / "patients-de-tous.txt").write_bytes(b"dossier important")
    database(folder / "b.db")
    (folder / other).write_bytes(bytes(512))
    os.link(folder / other, folder / f"b.db{suffix}")
    kit = VaultKit()
    kit.backup(folder)
    comes_back(kit, folder, tmp_path / "out")
    kit.backup(folder)
    comes_back(kit, folder, tmp_path / "again")


def test_copies_by_hard_links_where_the_database_changed(tmp_path: Path) -> None:
    """As rsync --link-dest leaves them: the log is one file under two names, the database is two."""
    folder = tmp_path / "copies"
    for day in ("day1", "day2"):
        (folder / day).mkdir(parents=True)
        database(folder / day / "b.db")
        (folder / day / "lettre.txt").write_text(day)
    (folder / "day1" / "b.db-wal").write_bytes(b"")
    os.link(folder / "day1" / "b.db-wal", folder / "day2" / "b.db-wal")
    kit = VaultKit()
    kit.backup(folder)
    comes_back(kit, folder, tmp_path / "out")


def test_a_file_system_that_tells_a_name_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    for name in ("x", "y"):
        (folder / name).write_text(name)
    real = os.scandir

    class Twice:
        def __init__(self, path: Any) -> None:
            self._entries = list(real(path)) * 2

        def __enter__(self) -> Any:
            return iter(self._entries)

        def __exit__(self, *_: object) -> None:
            pass

    kit = VaultKit()
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", Twice)
        assert kit.backup(folder).statistics.files == 2
    comes_back(kit, folder, tmp_path / "out")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link(path: Path) -> None:
    path.symlink_to("ailleurs")


MADE = [_pipe, Path.mkdir, _link]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes that lie in a folder")
@pytest.mark.parametrize("made", MADE, ids=["pipe", "folder", "link"])
def test_what_lies_in_the_place_of_a_journal_holds_nobody_up(
    tmp_path: Path, made: Callable[[Path], None]
) -> None:
    """SQLite would open a pipe, and wait for whoever writes into it. In a process of its own: nothing else
    could end one that waits so."""
    folder = tmp_path / "commun"
    folder.mkdir()
    for suffix in ("-journal", "-wal", "-shm"):
        database(folder / f"b{suffix}.db")
        made(folder / f"b{suffix}.db{suffix}")
    (folder / "lettre.txt").write_text("cher confrere")
    line = CommandLine(tmp_path)
    line.make_vault()
    process = line.start("backup", str(folder))
    try:
        _, said = process.communicate(timeout=180)
    finally:
        process.kill()
    assert process.returncode == 3, said
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored_path(tmp_path / "out", folder)) == told(folder)
