"""Sources read from a snapshot of their volume, on a real btrfs: what changes meanwhile is not seen, all that
is told of files stays as it was, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.disks import mounted_btrfs, mounted_tmpfs, subvolume
from tests.support.command_line import CommandLine
from tests.support.trees import make_tree, told

pytestmark = pytest.mark.faults


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_btrfs(tmp_path / "disk") as at:
        yield at


@pytest.fixture
def home(disk: Path) -> Path:
    return subvolume(disk / "home")


def allowed(line: CommandLine) -> None:
    with (line.profile / "settings.toml").open("a", encoding="utf-8") as file:
        file.write('\n[backup]\nvolume_snapshots = "auto"\n')


def names(line: CommandLine) -> dict[str, dict[str, Any]]:
    return {os.path.basename(item["path"]): item for item in line.json("ls", "-R", "latest")["items"]}


def left(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith(".cyberlib-snapshot")]


def test_what_is_read_is_one_moment(line: CommandLine, home: Path, tmp_path: Path) -> None:
    """A command that runs when all is read sees that the snapshot was there; then it is gone."""
    cabinet = make_tree(home / "Cabinet", {"a.txt": b"avant", "sub": {"b.txt": b"b"}})
    with closing(sqlite3.connect(cabinet / "base.db", isolation_level=None)) as base:
        base.execute("pragma journal_mode=wal")
        base.execute("create table acte (n int)")
        base.execute("insert into acte values (7)")
        allowed(line)
        seen = tmp_path / "seen"
        script = f"import os; open({str(seen)!r}, 'w').write(' '.join(os.listdir({str(home)!r})))"
        line("hooks", "add", "look", "--when", "after", "--", "python3", "-c", script)
        line("backup", str(cabinet))
        assert ".cyberlib-snapshot-" in seen.read_text()
        assert left(home) == []
    found = names(line)
    assert found["a.txt"]["path"] == str(cabinet / "a.txt")
    assert found["base.db"]["consistency"] == "volume"
    out = tmp_path / "out"
    line("restore", "latest", "--to", str(out))
    restored = out / str(cabinet)[1:]
    with closing(sqlite3.connect(restored / "base.db")) as base:
        assert base.execute("select n from acte").fetchall() == [(7,)]
    assert (restored / "sub" / "b.txt").read_bytes() == b"b"


def test_unchanged_files_and_links_stay_unchanged(line: CommandLine, home: Path) -> None:
    cabinet = make_tree(home / "Cabinet", {"a.txt": b"a" * 5000, "sub": {"c.txt": b"c"}})
    os.link(cabinet / "a.txt", cabinet / "sub" / "b.txt")
    line("sources", "add", str(cabinet))
    line("backup")
    allowed(line)
    for _ in range(2):
        result = line.json("backup")["result"]
        snapshot = result["snapshot"]
        assert (snapshot["files"], snapshot["new_files"], snapshot["changed_files"]) == (3, 0, 0)
        assert (result["metadata_files"], result["unchanged_files"]) == (0, 3)
    links = line.json("diff", *[s["id"] for s in line.json("snapshots")["items"]][-2:])["items"]
    assert links == []


def test_own_folders_are_left_out_of_the_snapshot_too(line: CommandLine, home: Path, tmp_path: Path) -> None:
    make_tree(home / "Cabinet", {"note.txt": b"fictif"})
    mine = line.copy(home / "Cabinet")
    allowed(mine)
    mine("sources", "add", str(home / "Cabinet"))
    mine("backup")
    paths = [item["path"] for item in mine.json("ls", "-R", "latest")["items"]]
    assert any(path.endswith("note.txt") for path in paths)
    assert not any("/vault/" in path or "credentials/" in path or "/state/" in path for path in paths)


def test_what_a_killed_run_left_is_removed(line: CommandLine, home: Path) -> None:
    cabinet = make_tree(home / "Cabinet", {"a.txt": b"a"})
    allowed(line)
    kill = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
    line("hooks", "add", "kill", "--when", "after", "--", "python3", "-c", kill)
    process = line.start("backup", str(cabinet))
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(left(home)) == 1
    line("hooks", "remove", "kill")
    other = subvolume(home.parent / "other")
    subvolume(home / ".cyberlib-snapshot-autre-1")
    line("backup", str(cabinet))
    assert left(home) == [".cyberlib-snapshot-autre-1"], "another profile's is not ours to remove"
    assert left(other) == []


def test_what_another_volume_holds_below_is_not_lost(line: CommandLine, home: Path) -> None:
    cabinet = make_tree(home / "Cabinet", {"a.txt": b"a"})
    inner = subvolume(cabinet / "inner")
    (inner / "b.txt").write_text("b")
    allowed(line)
    document = line.json("backup", str(cabinet))
    assert [(n["code"], n["facts"]["reason"]) for n in document["notices"]] == [
        ("volume_not_frozen", "nested")
    ]
    assert {"a.txt", "b.txt"} <= set(names(line))
    assert line.json("backup", "--one-file-system", str(cabinet))["notices"] == []
    assert "b.txt" not in names(line) and "inner" in names(line)
    subprocess.run(["rm", "-r", inner], check=True)
    with mounted_tmpfs(cabinet / "mounted", "size=1m") as at:
        (at / "c.txt").write_text("c")
        assert line.json("backup", str(cabinet))["notices"][0]["facts"]["reason"] == "nested"
        assert "c.txt" in names(line)


def test_where_there_can_be_none_the_backup_goes_on(line: CommandLine, tmp_path: Path, disk: Path) -> None:
    plain = make_tree(tmp_path / "plain", {"a.txt": b"a"})
    allowed(line)
    assert line.json("backup", str(plain))["notices"] == []
    tree = make_tree(disk / "Cabinet", {"a.txt": b"a"})
    line.environment["PATH"] = str(tmp_path)
    before = told(tree)
    line("backup", str(tree))
    assert told(tree) == before and left(disk) == []
