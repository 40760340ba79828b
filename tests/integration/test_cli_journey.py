"""From an empty folder to a restored one, as a technician does it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, SECOND, CommandLine, restored
from tests.support.trees import make_tree, told

PLAN = {
    "Courriers": {
        "Lettre à Élodie.txt": b"Chere consoeur,\n",
        "vide.txt": b"",
        "grand.bin": bytes(range(256)) * 8192,
    },
    "base.sqlite": b"SQLite format 3\0" + b"\x10\0" + bytes(8192),
}


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "Cabinet", PLAN)


def test_what_goes_in_comes_out(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", practice)) == told(practice)
    assert "sound" in line("verify", "--read-data").out


def test_a_day_later_only_what_changed_is_added(line: CommandLine, practice: Path) -> None:
    first = line.json("backup", str(practice))["result"]["snapshot"]
    (practice / "Courriers" / "nouveau.txt").write_bytes(b"Cher confrere,\n")
    second = line.json("backup", str(practice), "--label", "soir")["result"]["snapshot"]
    assert (second["new_files"], second["changed_files"]) == (1, 0)
    assert second["previous"] == first["id"]
    assert second["new_bytes"] == len(b"Cher confrere,\n")
    assert [s["label"] for s in line.json("snapshots")["items"]] == ["", "soir"]


def test_sources_of_the_profile_are_what_a_backup_takes(line: CommandLine, practice: Path) -> None:
    line("sources", "add", str(practice), "--exclude", "*.bin")
    (listed,) = line.json("sources", "list")["items"]
    assert listed["exclude"] == ["*.bin"]
    assert listed["present"]
    preview = line.json("sources", "preview")["result"]
    assert preview["files"] == 3
    assert [(o["pattern"], o["files"]) for o in preview["left_out"] if o["origin"] == "source"] == [
        ("*.bin", 1)
    ]
    assert line.json("backup")["result"]["snapshot"]["files"] == 3
    line("sources", "remove", str(practice))
    assert line.error("backup", code=2) == "no_sources"


def test_listing_finding_versions_and_content(line: CommandLine, practice: Path) -> None:
    line("backup", str(practice))
    letter = practice / "Courriers" / "Lettre à Élodie.txt"
    letter.write_bytes(b"Corrige.\n")
    line("backup", str(practice))
    listed = line.json("ls", f"latest:{practice}")["items"]
    assert [Path(e["path"]).name for e in listed] == ["Courriers", "base.sqlite"]
    assert [e["kind"] for e in listed] == ["directory", "file"]
    everything = line.json("ls", "-R", f"latest:{practice}")["items"]
    assert len(everything) == 5
    (found,) = line.json("find", "elodie")["items"]
    assert (found["entry"]["size"], found["snapshots"]) == (len(b"Corrige.\n"), 2)
    states = line.json("versions", str(letter))["items"]
    assert [s["entry"]["size"] for s in states] == [len(b"Chere consoeur,\n"), len(b"Corrige.\n")]
    ids = [s["id"] for s in line.json("snapshots")["items"]]
    assert line("cat", f"{ids[0][:8]}:{letter}").out == "Chere consoeur,\n"
    assert line("cat", f"latest:{letter}").out == "Corrige.\n"
    changes = line.json("diff", ids[0], ids[1])["items"]
    assert [(c["change"], Path(c["path"]).name) for c in changes if c["kind"] == "file"] == [
        ("content", letter.name)
    ]


def test_one_file_out_of_many_comes_back_alone(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    letter = practice / "Courriers" / "vide.txt"
    done = line.json("restore", f"latest:{letter}", "--to", str(tmp_path / "out"))["result"]
    assert (done["files"], done["failed"]) == (1, 0)
    back = told(restored(tmp_path / "out", practice))
    assert list(back) == ["Courriers", "Courriers/vide.txt"]


def test_a_dry_run_says_and_writes_nothing(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    done = line.json("restore", "latest", "--to", str(tmp_path / "out"), "--dry-run")["result"]
    assert done["files"] == 4
    assert done["bytes"] == sum(len(item.content) for item in told(practice).values())
    assert not (tmp_path / "out").exists()


def test_another_machine_opens_the_vault_with_the_words(
    line: CommandLine, tmp_path: Path, practice: Path
) -> None:
    line("backup", str(practice))
    second = CommandLine(tmp_path / "elsewhere")
    sheet = tmp_path / "sheet.txt"
    lines = [f"{n}. {word.upper()}" for n, word in enumerate(line.words, 1)]
    sheet.write_text("\n".join(lines), encoding="utf-8")
    opened = second.json(
        "vault", "open", "--at", str(line.vault), "--recovery-file", str(sheet),
        "--device-file", "--device-name", "Salle 2",
    )  # fmt: skip
    assert opened["result"]["device"] == "Salle 2"
    second("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", practice)) == told(practice)
    devices = [s["name"] for s in second.json("key", "list")["items"] if s["kind"] == "device"]
    assert len(devices) == 2 and "Salle 2" in devices


def test_a_words_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    first = CommandLine(tmp_path)
    sheet = tmp_path / "mots.txt"
    assert first.make_vault("--words-file", str(sheet)) == []
    if os.name != "nt":
        assert sheet.stat().st_mode & 0o777 == 0o600
    second = CommandLine(tmp_path / "elsewhere")
    title = [line for line in sheet.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert any(str(first.vault) in line for line in title) and any("Date: 20" in line for line in title)
    second("vault", "open", "--at", str(first.vault), "--recovery-file", str(sheet), "--no-device")
    third = CommandLine(tmp_path / "third")
    with third.secret(sheet.read_text(encoding="utf-8")):
        third("vault", "open", "--at", str(first.vault), "--no-device")


def test_slots_come_and_go(line: CommandLine, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.write_text(SECOND + "\n", encoding="utf-8")
    new.chmod(0o600)
    more = ["--name", "Dr Martin", "--new-passphrase-file", str(new)]
    with line.secret(PASSPHRASE):
        added = line.json("key", "add", "passphrase", *more)
        assert added["result"]["slot"]["name"] == "Dr Martin"
        words = line.json("key", "add", "recovery")["result"]["words"]
        assert len(words) == 24
        line("key", "remove", "passphrase")
    slots = line.json("key", "list")["items"]
    assert [s["kind"] for s in slots] == ["recovery", "device", "passphrase", "recovery"]
    other = CommandLine(tmp_path / "elsewhere")
    with other.secret(PASSPHRASE):
        assert other.error("vault", "open", "--at", str(line.vault), "--no-device", code=5) == "wrong_secret"
    with other.secret(SECOND):
        other("vault", "open", "--at", str(line.vault), "--no-device")


def test_without_its_slot_a_machine_asks_for_the_passphrase(line: CommandLine, practice: Path) -> None:
    (device,) = [s for s in line.json("key", "list")["items"] if s["here"]]
    with line.secret(PASSPHRASE):
        line("key", "remove", device["id"])
    assert not list((line.profile / "credentials").glob("device*"))
    assert line.error("backup", str(practice), code=5) == "locked"
    with line.secret(PASSPHRASE):
        line("backup", str(practice))
        line("key", "add", "device", "--device-file")
    line("backup", str(practice))


def test_local_state_may_vanish_between_any_two_commands(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    """Of the profile, only settings and credentials matter (docs/admin)."""

    def forget() -> None:
        shutil.rmtree(line.profile / "state", ignore_errors=True)
        (line.profile / "lock").unlink(missing_ok=True)

    commands = [
        ("sources", "add", str(practice)),
        ("backup",),
        ("snapshots",),
        ("backup",),
        ("ls", f"latest:{practice}"),
        ("find", "lettre"),
        ("versions", str(practice / "base.sqlite")),
        ("diff", "latest", "latest"),
        ("cat", f"latest:{practice / 'base.sqlite'}"),
        ("verify", "--read-data"),
        ("key", "add", "recovery", "--name", "second"),
        ("key", "list"),
        ("vault", "info"),
        ("restore", "latest", "--to", str(tmp_path / "out")),
    ]
    for command in commands:
        forget()
        with line.secret(PASSPHRASE):
            line(*command)
    forget()
    assert line.json("backup")["result"]["snapshot"]["new_bytes"] == 0
    assert told(restored(tmp_path / "out", practice)) == told(practice)


def test_a_damaged_cache_is_no_harm(line: CommandLine, practice: Path) -> None:
    line("backup", str(practice))
    for name in ("seen.json", "history.sqlite"):
        (line.profile / "state" / name).write_bytes(b"\xff{broken")
    assert line.json("backup", str(practice))["result"]["snapshot"]["sequence"] == 2
    assert line.json("vault", "info")["result"]["last_runs"][0]["command"] == "backup"


def test_runs_are_remembered_however_they_end(line: CommandLine, practice: Path) -> None:
    line("backup", str(practice))
    line("backup", str(practice / "nowhere"), code=1)
    (last,) = line.json("vault", "info")["result"]["last_runs"]
    assert (last["command"], last["exit"], last["error"]) == ("backup", 1, "sources_missing")
