"""What a run is told of changes, and what is kept for the next one, on a profile and its vault."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from cyberlib_client.app import changed
from cyberlib_client.app.backups import BackupDone, run_backup
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.session import Session
from cyberlib_client.app.sources import Choice
from cyberlib_client.cli.prompt import TerminalPrompt
from tests.support.command_line import CommandLine
from tests.support.trees import make_tree
from tests.support.vaults import vault_path


@pytest.fixture
def folder(line: CommandLine, tmp_path: Path) -> Path:
    made = make_tree(
        tmp_path / "cabinet", {"a": {"f": b"f"}, "b": {"base.db": b"SQLite format 3\0" + bytes(5000)}}
    )
    line("sources", "add", str(made))
    return made


def run(line: CommandLine, folders: Iterable[Path] | None, choice: Choice | None = None) -> BackupDone:
    """A run that is told of these folders; of nothing for None."""
    prompt = TerminalPrompt(before=lambda: None, asking=lambda _: None)
    session = Session(profile_at(str(line.profile)), prompt)
    told = changed.since_last(session, map(vault_path, folders)) if folders is not None else None
    return run_backup(session, choice or Choice(), told)


def test_a_run_that_is_told_what_changed_looks_there_alone(line: CommandLine, folder: Path) -> None:
    assert run(line, []).scope == "full"  # nothing is known of a run before
    (folder / "a/f").write_bytes(b"not told")
    done = run(line, [folder / "b"])
    assert (done.scope, done.snapshot.files, done.exit_code) == ("partial", 2, 0)
    assert run(line, [folder / "a"]).scope == "partial"
    assert line("cat", f"latest:{folder}/a/f").out == "not told"
    assert line.json("backup")["result"]["scope"] == "full"
    assert run(line, []).scope == "partial"


def test_a_database_is_looked_at_whatever_is_told(line: CommandLine, folder: Path) -> None:
    """It may change without a trace: here with its size and its times."""
    database = folder / "b/base.db"
    run(line, None)
    before = database.stat()
    with database.open("r+b") as file:
        file.seek(4000)
        file.write(b"changed")
    os.utime(database, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert run(line, []).scope == "partial"
    restored = folder.parent / "back"
    line("restore", f"latest:{database}", "--to", str(restored))
    assert any(b"changed" in path.read_bytes() for path in restored.rglob("base.db"))


@pytest.mark.parametrize("what", ["rules", "sources", "state", "damaged", "another run", "doubtful"])
def test_what_does_not_fit_the_last_run_is_a_whole_one(
    line: CommandLine, folder: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = line.profile / "state" / "watch.json"
    choice = Choice()
    if what == "doubtful":
        monkeypatch.setattr(changed, "MOST_DOUBTFUL", 0)
    run(line, None)
    if what == "rules":
        choice = Choice(exclude=["*.bak"])
    elif what == "sources":
        make_tree(folder.parent / "more", {"g": b"g"})
        line("sources", "add", str(folder.parent / "more"))
    elif what == "state":
        state.unlink()
    elif what == "damaged":
        state.write_bytes(state.read_bytes()[:-20])
    elif what == "another run":
        line("backup", str(folder / "a"))
    assert run(line, [], choice).scope == "full"
