"""Bad input, continued: sources, targets, settings, two runs at once, wrong options."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from cyberlib_client.system import this_system
from tests.support.command_line import PASSPHRASE, CommandLine, restored, vault_path
from tests.support.trees import make_tree, told

PLAN = {"Courriers": {"a.txt": b"Chere consoeur,\n", "b.bin": bytes(range(256)) * 4096}}


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "Cabinet", PLAN)


# --- sources ---


def test_source_inside_the_vault(line: CommandLine, tmp_path: Path) -> None:
    assert line.error("backup", str(line.vault), code=2) == "source_in_vault"
    assert line.error("backup", str(line.vault / "packs"), code=2) == "source_in_vault"
    assert line.error("sources", "add", str(line.vault / "slots"), code=2) == "source_in_vault"
    if os.name != "nt":
        (tmp_path / "link").symlink_to(line.vault)
        assert line.error("backup", str(tmp_path / "link"), code=2) == "source_in_vault"
    assert line.json("snapshots")["items"] == []


def test_a_vault_inside_a_source_is_left_out(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(tmp_path))
    names = {
        Path(e["path"]).relative_to(tmp_path).parts[0] for e in line.json("ls", f"latest:{tmp_path}")["items"]
    }
    assert "Cabinet" in names and "vault" not in names
    inside = {Path(e["path"]).name for e in line.json("ls", f"latest:{line.profile}")["items"]}
    assert "settings.toml" in inside and not inside & {"credentials", "state"}


def test_vanished_source(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    gone = make_tree(tmp_path / "USB", {"x.txt": b"x"})
    line("sources", "add", str(practice))
    line("sources", "add", str(gone))
    line("backup")
    shutil.rmtree(gone)
    done = line.json("backup", code=3)
    assert [i["code"] for i in done["result"]["incidents"]] == ["source_missing"]
    shutil.rmtree(practice)
    assert line.error("backup", code=1) == "sources_missing"
    assert len(line.json("snapshots")["items"]) == 2
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", practice))["Courriers/a.txt"].content == b"Chere consoeur,\n"


def test_sources_that_make_no_sense(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    assert line.error("sources", "add", str(tmp_path / "nowhere"), code=2) == "source_absent"
    assert line.error("sources", "add", str(practice), "--exclude", "a[", code=2) == "bad_pattern"
    line("sources", "add", str(practice))
    assert line.error("sources", "add", str(practice), code=2) == "source_known"
    assert line.error("sources", "remove", str(tmp_path), code=2) == "source_unknown"
    assert line.error("backup", "", code=2) == "bad_path"
    assert line.error("backup", str(practice), "--exclude", "#x", code=2) == "bad_pattern"


def test_a_preview_refuses_what_a_backup_refuses(line: CommandLine, practice: Path) -> None:
    assert line.error("sources", "preview", str(line.vault), code=2) == "source_in_vault"
    assert line.error("sources", "preview", str(line.vault / "packs"), code=2) == "source_in_vault"
    line("sources", "preview", str(practice))


@pytest.mark.skipif(os.name == "nt", reason="a pipe among files is a thing of POSIX")
def test_what_is_no_folder_and_no_file_is_no_source(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for special in (tmp_path / "pipe", Path("/dev/null")):
        for command in (["backup"], ["sources", "preview"], ["sources", "add"]):
            assert line.error(*command, str(special), code=2) == "source_special"
    assert line.error("backup", str(practice), str(tmp_path / "pipe"), code=2) == "source_special"
    assert line.json("snapshots")["items"] == []


def test_a_source_named_twice_is_recorded_once(line: CommandLine, practice: Path) -> None:
    inner = practice / "Courriers"
    named = [str(practice), str(practice), str(inner), str(practice) + os.sep]
    done = line.json("backup", *named)["result"]["snapshot"]
    assert done["sources"] == [vault_path(practice), vault_path(inner)]


# --- restoring ---


def test_restore_over_existing_files(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    to = tmp_path / "out"
    line("restore", "latest", "--to", str(to))
    mine = restored(to, practice) / "Courriers" / "a.txt"
    mine.write_bytes(b"mine")
    folder = mine.parent
    assert line.json("restore", "latest", "--to", str(to), "--conflict", "skip")["result"]["skipped"] == 2
    assert mine.read_bytes() == b"mine"
    line("restore", "latest", "--to", str(to))  # keeps both
    assert mine.read_bytes() == b"mine"
    kept = [p for p in folder.glob("a*.txt") if p != mine]
    assert [p.read_bytes() for p in kept] == [b"Chere consoeur,\n"]
    line("restore", "latest", "--to", str(to), "--conflict", "replace")
    assert mine.read_bytes() == b"Chere consoeur,\n"


def test_an_empty_target_is_not_the_current_folder(
    line: CommandLine, practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line("backup", str(practice))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert line.error("restore", "latest", "--to", "", code=2) == "bad_path"
    assert line.error("restore", "latest", "--to", "", "--dry-run", code=2) == "bad_path"
    assert list(here.iterdir()) == []


def test_what_is_not_there(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    assert line.error("ls", "latest", code=2) == "no_snapshot"
    line("backup", str(practice))
    assert line.error("ls", "ffffffff", code=2) == "snapshot_unknown"
    assert line.error("ls", "latest:/nowhere", code=2) == "path_not_in_snapshot"
    assert line.error("versions", "/nowhere", code=2) == "path_in_no_snapshot"
    assert line.error("cat", f"latest:{practice}", code=2) == "not_a_file"
    assert (
        line.error("restore", "latest:/nowhere", "--to", str(tmp_path / "o"), code=2)
        == "path_not_in_snapshot"
    )
    two = ["latest", "0123"]
    assert line.error("restore", *two, "--to", str(tmp_path / "o"), code=2) == "one_snapshot"
    line("backup", str(practice))
    assert line.error("key", "remove", "nobody", code=2) == "slot_unknown"
    with line.secret(PASSPHRASE):
        line("key", "remove", "passphrase")
    assert line.error("key", "remove", "recovery", code=2) == "slot_last"


# --- settings ---


def test_damaged_settings_are_never_replaced(line: CommandLine, practice: Path) -> None:
    settings = line.profile / "settings.toml"
    for broken in (b"[vault\n", b'colour = "blue"\n', b"\xff\xfe"):
        settings.write_bytes(broken)
        for command in (["snapshots"], ["sources", "add", str(practice)], ["vault", "create", "--at", "x"]):
            assert line.error(*command, code=1) == "settings_damaged"
        assert settings.read_bytes() == broken


# --- two at once ---


def test_two_runs_at_once(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    with this_system().process_lock(str(line.profile / "lock")):
        for command in (
            ["backup", str(practice)],
            ["sources", "add", str(practice)],
            ["key", "add", "recovery"],
        ):
            with line.secret(PASSPHRASE):
                done = line(*command, code=8)
            assert "[profile_busy]" in done.err and str(os.getpid()) in done.err
        # What only reads is never held up.
        line("snapshots")
        line("restore", "latest", "--to", str(tmp_path / "out"))
        line("verify")
    line("backup", str(practice))


@pytest.mark.skipif(sys.platform != "linux", reason="stops a process where it stands")
def test_two_real_backups_at_once(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Images", {"image.bin": os.urandom(60_000_000)})
    lock = line.profile / "lock"
    with line.start("backup", str(folder)) as first:
        while first.poll() is None and (
            not lock.exists() or str(first.pid).encode() not in lock.read_bytes()
        ):
            time.sleep(0.001)
        os.kill(first.pid, signal.SIGSTOP)
        assert first.poll() is None, "the first backup ended before the second could begin"
        try:
            done = line("backup", str(folder), code=8)
            assert str(first.pid) in done.err
        finally:
            os.kill(first.pid, signal.SIGCONT)
        assert first.wait(120) == 0
    assert len(line.json("snapshots")["items"]) == 1


# --- the command line itself ---


def test_wrong_use_is_told_in_the_form_asked_for(line: CommandLine) -> None:
    assert line.error("frobnicate", code=2) == "usage"
    assert line.error("ls", code=2) == "usage"
    assert line.error("verify", "--read-data", "101", code=2) == "usage"
    told_json = json.loads(line("--json", "ls", code=2).out)
    assert told_json["error"]["code"] == "usage" and told_json["exit"] == 2
    assert json.loads(line("snapshots", "--nope", "--json", code=2).out)["error"]["code"] == "usage"


def test_content_is_never_wrapped_in_json(line: CommandLine, practice: Path) -> None:
    line("backup", str(practice))
    for mode in ("--json", "--jsonl"):
        done = line(mode, "cat", f"latest:{practice}/Courriers/a.txt", code=2)
        assert json.loads(done.out)["error"]["code"] == "cat_is_raw"


# --- what says nothing, or two things ---


def test_empty_texts_are_refused(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    assert line.error("find", "", code=2) == "empty_pattern"
    assert line.error("find", "a", "--under", "", code=2) == "bad_path"
    to = ["--to", str(tmp_path / "out")]
    assert line.error("restore", "latest", *to, "--include", "", code=2) == "empty_pattern"
    assert not (tmp_path / "out").exists()


def test_options_that_contradict_each_other(line: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "words"
    file.write_text("x")
    opening = ["vault", "open", "--at", str(line.vault)]
    given = [str(file)]
    for command, told_of in (
        ([*opening, "--recovery", "--recovery-file", *given], "--recovery-file"),
        ([*opening, "--recovery", "--passphrase-file", *given], "--passphrase-file"),
        ([*opening, "--device-file", "--no-device"], "--no-device"),
        (["key", "add", "device", "--recovery-file", *given, "--passphrase-file", *given], "--recovery-file"),
        (["key", "remove", "x", "--recovery-file", *given, "--passphrase-file", *given], "--recovery-file"),
        (["--jsonl", "snapshots", "--json"], "--json"),
    ):
        done = line(*command, code=2)
        text = done.err + done.out
        assert "exclude each other" in text and told_of in text, command


def test_options_that_do_nothing_are_refused(line: CommandLine, tmp_path: Path) -> None:
    before = line.json("key", "list")["items"]
    file = str(tmp_path / "new")
    with line.secret(PASSPHRASE):
        for command, told_of in (
            (["recovery", "--device-file"], "--device-file is for key add device alone"),
            (["passphrase", "--device-file"], "--device-file is for key add device alone"),
            (["passphrase", "--words-file", file], "--words-file is for key add recovery alone"),
            (["device", "--new-passphrase-file", file], "--new-passphrase-file is for key add passphrase"),
        ):
            done = line("key", "add", *command, code=2)
            assert told_of in done.err and "[usage]" in done.err
    assert line.json("key", "list")["items"] == before
