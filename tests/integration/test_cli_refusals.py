"""What a patient refuses: left out, taken out of every version, proven gone, noted without a name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.resources import resource
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.trees import make_tree

DAY = 86_400 * 10**9
SHARED = os.urandom(50_000)


@pytest.fixture
def practice(tmp_path: Path, line: CommandLine) -> Path:
    """Three versions; DURAND is in all of them and grows; a form is also elsewhere."""
    folder = make_tree(
        tmp_path / "Cabinet",
        {
            "DURAND": {"scan.bin": os.urandom(60_000), "form.bin": SHARED, "deep": {"x.txt": b"DURAND"}},
            "MARTIN": {"scan.bin": os.urandom(60_000), "form.bin": SHARED},
            "notes.txt": b"notes\n",
        },
    )
    line("sources", "add", str(folder))
    for number in range(3):
        (folder / "DURAND" / f"{number}.bin").write_bytes(os.urandom(30_000))
        (folder / "MARTIN" / f"{number}.bin").write_bytes(os.urandom(30_000))
        line("backup")
    return folder


def proven(line: CommandLine, *args: str, code: int = 0) -> Any:
    with line.secret(PASSPHRASE):
        return line.json(*args, code=code)["result"]


def names(line: CommandLine, snapshot: str) -> set[str]:
    return {each["path"].rpartition("/Cabinet/")[2] for each in line.json("ls", "-R", snapshot)["items"]}


def ids(line: CommandLine) -> list[str]:
    return [each["id"] for each in line.json("snapshots")["items"]]


def test_from_backups_to_come(line: CommandLine, practice: Path) -> None:
    before = ids(line)
    told = line.json("refuse", str(practice / "DURAND"), "--reason", "refusal", "--date", "2026-11-03")
    assert told["result"]["line"]["status"] == "excluded"
    assert ids(line) == before
    line("backup")
    left = names(line, "latest")
    assert not [name for name in left if "DURAND" in name]
    assert "MARTIN/scan.bin" in left
    assert [n for n in names(line, before[0]) if "DURAND" in n], "earlier versions were changed"
    line("refuse", str(practice), "--reason", "mistake")
    refused = line.json("backup", code=2)
    assert refused["error"]["code"] == "no_sources"
    assert [each["code"] for each in refused["notices"]] == ["source_refused"]
    some = ("refuse", str(practice / "MARTIN"), "--reason", "refusal")
    assert line.error(*some, "--date", "3/11", code=2) == "bad_date"
    assert line.error(*some, "--date", "03/11/2199", code=2) == "date_to_come"
    assert line.json(*some, "--date", "3/11/2026", "--dry-run")["result"]["line"]["date"] == "2026-11-03"


def test_a_name_that_is_nowhere_is_a_slip(
    line: CommandLine, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (line.profile / "settings.toml").read_bytes()
    for how in ((), ("--dry-run",), ("--purge", "--dry-run")):
        slip = ("refuse", str(practice / "DURANT"), str(practice / "MARTIN"), "--reason", "objection", *how)
        assert line.error(*slip, code=2) == "refused_nowhere"
    assert (line.profile / "settings.toml").read_bytes() == before
    assert line.json("refusals", "list")["items"] == []
    # A relative path is the one below the current folder, in backups to come and in those made.
    monkeypatch.chdir(practice)
    relative = line.json("refuse", "DURAND", "--reason", "objection", "--purge", "--dry-run")["result"]
    assert len(relative["versions"]) == 3
    # What only snapshots have any more can be refused as well.
    (practice / "notes.txt").unlink()
    line("refuse", "notes.txt", "--reason", "objection")


def test_taken_back(line: CommandLine, practice: Path) -> None:
    args = ("refuse", str(practice / "DURAND"), str(practice / "notes.txt"), "--reason", "refusal")
    first = line.json(*args)["result"]["line"]["id"]
    done = proven(line, "refuse", str(practice / "DURAND"), "--reason", "refusal", "--now", "--yes")
    assert line.error("refusals", "lift", "0" * 8, code=2) == "refusal_unknown"
    partly = line.json("refusals", "lift", str(practice / "notes.txt"))["result"]
    assert (len(partly["paths"]), partly["lines"]) == (1, []), "the patient’s folder is refused still"
    line("backup")
    assert "notes.txt" in names(line, "latest") and "DURAND/scan.bin" not in names(line, "latest")
    lifted = line.json("refusals", "lift", first)["result"]
    # The other line was of the same folder, and holds it back no longer either.
    assert {each["id"] for each in lifted["lines"]} == {first, done["line"]["id"]}
    assert all(each["lifted"] for each in line.json("refusals", "list")["items"])
    assert "refusals" not in (line.profile / "settings.toml").read_text(encoding="utf-8")
    assert line.error("refusals", "lift", first, code=2) == "refusal_unknown"
    line("backup")
    assert "DURAND/scan.bin" in names(line, "latest")
    assert not [name for name in names(line, ids(line)[0]) if "DURAND" in name], "what was purged came back"
    assert line.json("refusals", "check")["items"][1]["status"] == "proven"


def test_now_is_for_its_own_alone(line: CommandLine, practice: Path) -> None:
    before = line.json("snapshots")["items"]
    (practice / "MARTIN" / "alone.bin").write_bytes(os.urandom(40_000))
    line("backup")
    wait = ("refuse", str(practice / "DURAND" / "0.bin"), "--reason", "erasure", "--purge", "--yes")
    waiting = proven(line, *wait)["line"]
    now = ("refuse", str(practice / "MARTIN" / "alone.bin"), "--reason", "erasure", "--now", "--yes")
    assert proven(line, *now)["line"]["status"] == "proven"
    first = line.json("refusals", "check", code=3)["items"][0]
    assert (first["id"], first["status"]) == (waiting["id"], "waiting")
    assert first["held"] > 0, "the quarantine of another refusal was ended"
    listed = {each["id"]: each for each in line.json("undelete")["result"]["waiting"]}
    assert before[0]["id"] in listed and not any(each["returns"] for each in listed.values())
    assert line.json("verify", "--read-data")["result"]["ok"]


def test_out_of_every_version_at_once(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    before = line.json("snapshots")["items"]
    args = ("refuse", str(practice / "DURAND"), "--reason", "erasure", "--purge", "--now")
    assert line.error(*args, "--yes", code=5) == "proof_needed"
    with line.secret(PASSPHRASE):
        assert line.error(*args, code=2) == "yes_needed"
    plan = line.json(*args, "--dry-run")["result"]
    assert plan["line"]["snapshots"] == 3 and plan["line"]["files"] == 15
    assert ids(line) == [each["id"] for each in before], "a look changed the vault"
    done = proven(line, *args, "--yes")
    assert done["versions"] == plan["versions"]
    assert (done["line"]["status"], done["line"]["held"], done["packs"]) == ("proven", 0, 0)
    assert done["line"]["shared"] > 0, "the form of others is needed"
    after = line.json("snapshots")
    assert not after["notices"]
    assert [(s["time"], s["sequence"], s["device"]) for s in after["items"]] == [
        (s["time"], s["sequence"], s["device"]) for s in before
    ]
    # DURAND had four files in the first, and one more in each.
    assert [s["files"] for s in after["items"]] == [s["files"] - 4 - n for n, s in enumerate(before)]
    for snapshot in ids(line):
        assert not [name for name in names(line, snapshot) if "DURAND" in name]
    assert line.json("verify", "--read-data")["result"]["ok"]
    line("restore", ids(line)[0], "--to", str(tmp_path / "out"))
    assert next((tmp_path / "out").rglob("MARTIN/form.bin")).read_bytes() == SHARED
    line("backup")
    assert line.json("snapshots")["items"][-1]["sequence"] == 4
    assert not line.json("snapshots")["notices"]
    assert line.error("undelete", before[0]["id"], code=2) == "erased_stays"


def test_a_version_in_quarantine_stays_there_without_what_is_refused(
    line: CommandLine, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ids(line)
    proven(line, "forget", before[0], "--yes")
    args = ("refuse", str(practice / "DURAND"), "--reason", "erasure", "--purge", "--now", "--yes")
    done = proven(line, *args, code=3)
    assert len(ids(line)) == 2, "what was let go is back"
    assert done["line"]["status"] == "waiting"
    (back,) = [each for each in line.json("undelete")["result"]["waiting"] if each["returns"]]
    assert done["line"]["until"][:10] == back["until"][:10], "what may come back needs packs with pieces"
    line("undelete", back["id"])
    assert not [name for name in names(line, back["id"]) if "DURAND" in name]
    assert line.json("verify", "--read-data")["result"]["ok"]
    line("retention", "apply", "--yes")
    now = bootstrap.clock() + 31 * DAY
    monkeypatch.setattr(bootstrap, "clock", lambda: now)
    line("retention", "apply", "--yes")
    assert [each["status"] for each in line.json("refusals", "check")["items"]] == ["proven"]
    assert len(ids(line)) == 3
    assert line.json("verify", "--read-data")["result"]["ok"]


def test_a_version_that_was_brought_back_stays_so_without_what_is_refused(
    line: CommandLine, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ids(line)[0]
    proven(line, "forget", first, "--yes")
    line("undelete", first)
    proven(line, "refuse", str(practice / "DURAND"), "--reason", "erasure", "--purge", "--yes")
    anew = ids(line)[0]
    assert anew != first
    proven(line, "retention", "set", "--last", "1")
    line("retention", "apply", "--yes")
    now = bootstrap.clock() + 31 * DAY
    monkeypatch.setattr(bootstrap, "clock", lambda: now)
    line("retention", "apply", "--yes")
    assert anew in ids(line), "what somebody brought back went"
    assert not [name for name in names(line, anew) if "DURAND" in name]


def rescued(line: CommandLine, folder: Path, to: Path) -> tuple[str, set[str]]:
    """What the rescue program says, and the files that it brings back."""
    words = folder / "words"
    words.write_text(" ".join(line.words), encoding="utf-8")
    words.chmod(0o600)
    program = [sys.executable, "-I", str(resource("rescue/cyberlib_rescue.py")), str(line.vault), str(to)]
    done = subprocess.run(
        [*program, "--words-file", str(words)], check=False, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {path.relative_to(to).as_posix() for path in to.rglob("*") if path.is_file()}
    return done.stdout + done.stderr, {name.rpartition("Cabinet/")[2] for name in found}


@pytest.mark.skipif(os.name == "nt", reason="the rescue program is for where Python is")
@pytest.mark.parametrize("how", [(), ("--now",)])
def test_the_rescue_program_restores_what_was_written_anew(
    line: CommandLine, practice: Path, tmp_path: Path, how: tuple[str, ...]
) -> None:
    proven(line, "refuse", str(practice / "DURAND"), "--reason", "erasure", "--purge", "--yes", *how)
    said, names_there = rescued(line, tmp_path, tmp_path / "out")
    assert "snapshot_fork" not in said
    assert "MARTIN/form.bin" in names_there
    if how:
        assert not [name for name in names_there if "DURAND" in name]


def test_after_a_quarantine_with_a_proof_that_names_nobody(
    line: CommandLine, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = ids(line)[0]
    args = ("refuse", str(practice / "DURAND"), "--reason", "objection", "--purge", "--yes")
    done = proven(line, *args)
    assert done["line"]["status"] == "waiting" and done["line"]["held"] > 0
    assert len(ids(line)) == 3
    assert line.error("undelete", old, code=2) == "erased_stays"
    (waiting,) = line.json("refusals", "check", code=3)["items"]
    assert waiting["status"] == "waiting"
    now = bootstrap.clock() + 31 * DAY
    monkeypatch.setattr(bootstrap, "clock", lambda: now)
    line("retention", "apply", "--yes")
    (gone,) = line.json("refusals", "check")["items"]
    assert (gone["status"], gone["held"]) == ("proven", 0)
    assert line.json("refusals", "list")["items"] == [gone]
    table = line("refusals", "list", "--csv").out.splitlines()
    assert table[0].startswith("id;noted;date;reason;") and gone["digest"] in table[1]
    register = (line.profile / "refusals.json").read_text(encoding="utf-8")
    assert "DURAND" not in register + json.dumps(gone) + "".join(table)
    assert not list((line.profile / "refusals").iterdir()), "ids stay after the proof"
    again = proven(line, *args)
    assert (again["versions"], again["line"]["status"]) == ([], "proven")


def test_other_machines_of_the_vault_leave_it_out_too(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    other = CommandLine(tmp_path / "other")
    with other.secret(PASSPHRASE):
        other("vault", "open", "--at", str(line.vault), "--device-file", "--device-name", "OTHER")
    other("sources", "add", str(practice))
    other("backup")
    line("refuse", str(practice / "DURAND"), str(practice / "notes.txt"), "--reason", "refusal")
    told = other.json("backup")
    (notice,) = [each for each in told["notices"] if each["code"] == "refused_elsewhere"]
    assert notice["facts"]["count"] == 2
    assert not [name for name in names(other, "latest") if "DURAND" in name or "notes" in name]
    assert "MARTIN/scan.bin" in names(other, "latest")
    other("backup")
    (once,) = [e for e in other.json("report")["result"]["incidents"] if e["kind"] == "refused_elsewhere"]
    assert (once["facts"]["count"], once["times"]) == (2, 1), "it is told anew with each backup"
    assert "DURAND" not in (other.profile / "refusals.json").read_text(encoding="utf-8")
    # Taken back where it was noted, or, by its path, on any machine.
    assert line.json("refusals", "lift", str(practice / "notes.txt"))["result"]["lines"] == []
    other("refusals", "lift", str(practice / "DURAND"))
    assert not other.json("backup")["notices"]
    assert "DURAND/scan.bin" in names(other, "latest")
    # A whole source is no other machine's to leave out.
    line("refuse", str(practice), "--reason", "mistake")
    other("backup")
    assert "MARTIN/scan.bin" in names(other, "latest")
