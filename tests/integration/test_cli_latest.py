"""What `latest` means with several devices and sources, and what is said of a snapshot that lacks some."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import PASSPHRASE, CommandLine, restored, vault_path
from tests.support.trees import make_tree


def codes(document: Any) -> list[str]:
    return [notice["code"] for notice in document["notices"]]


def named(line: CommandLine, name: str) -> CommandLine:
    """The same profile, whose device has this name from now on."""
    settings = line.profile / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    text, number = re.subn(r'^device = ".*"$', f'device = "{name}"', text, count=1, flags=re.MULTILINE)
    assert number == 1
    settings.write_text(text, encoding="utf-8")
    return line


def second_device(line: CommandLine, folder: Path, name: str) -> CommandLine:
    """Another profile on the same vault."""
    other = CommandLine(folder)
    with other.secret(PASSPHRASE):
        other("vault", "open", "--at", str(line.vault), "--device-file")
    return named(other, name)


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "Courriers", {"a.txt": b"a", "b.txt": b"bb"})


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "Scans", {"scan.jpg": b"image"})


# ---- whose ----------------------------------------------------------------------------------------


def test_latest_is_this_devices_newest(line: CommandLine, letters: Path, scans: Path, tmp_path: Path) -> None:
    named(line, "Accueil")
    mine = line.json("backup", str(letters))["result"]["snapshot"]["id"]
    other = second_device(line, tmp_path / "other", "Serveur")
    out = tmp_path / "out"

    found = other.json("restore", "latest", "--to", str(out), "--dry-run")
    assert (found["result"]["snapshot"], found["notices"]) == (mine, []), "the vault has but one device's"
    theirs = other.json("backup", str(scans))["result"]["snapshot"]["id"]

    done = line.json("restore", "latest", "--to", str(out))
    result = done["result"]
    assert (result["snapshot"], result["device"], result["sources"], result["missing"]) == (
        mine, "Accueil", [vault_path(letters)], []
    )  # fmt: skip
    assert codes(done) == ["newer_elsewhere"]
    assert done["notices"][0]["facts"] == {"snapshot": mine[:8], "others": "Serveur"}
    assert (restored(out, letters) / "a.txt").read_bytes() == b"a"
    assert other.json("restore", "latest", "--to", str(out), "--dry-run")["result"]["snapshot"] == theirs
    assert other.json("restore", "latest", "--to", str(out), "--dry-run")["notices"] == []


@pytest.mark.parametrize("name", ["Serveur", "serveur"])
def test_latest_of_another_device_is_asked_for_by_its_name(
    line: CommandLine, letters: Path, scans: Path, tmp_path: Path, name: str
) -> None:
    named(line, "Accueil")
    other = second_device(line, tmp_path / "other", "Serveur")
    other("backup", str(scans))
    line("backup", str(letters))
    assert line("ls", f"latest@{name}").out.rstrip().endswith("scan.jpg")
    assert line("cat", f"latest@{name}:{vault_path(scans / 'scan.jpg')}").out == "image"
    out = tmp_path / "out"
    assert line.json("restore", f"latest@{name}", "--to", str(out))["result"]["device"] == "Serveur"
    wrong = line("ls", "latest@Serveurs", code=2).err
    assert "[device_unknown]" in wrong and "Accueil, Serveur" in wrong


def test_a_device_without_snapshots_is_told_whose_it_gets(
    line: CommandLine, letters: Path, scans: Path, tmp_path: Path
) -> None:
    named(line, "Accueil")("backup", str(letters))
    newest = second_device(line, tmp_path / "other", "Serveur").json("backup", str(scans))["result"][
        "snapshot"
    ]
    fresh = second_device(line, tmp_path / "fresh", "Neuf")
    out = tmp_path / "out"
    done = fresh.json("restore", "latest", "--to", str(out))
    assert done["result"]["snapshot"] == newest["id"]
    (notice,) = done["notices"]
    assert notice["code"] == "latest_of_another"
    assert notice["facts"] == {
        "snapshot": newest["id"][:8], "time": newest["time"], "device": "Serveur", "others": "Accueil"
    }  # fmt: skip
    assert codes(fresh.json("ls", "latest")) == ["latest_of_another"]
    assert fresh.json("ls", newest["id"])["notices"] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_restore_says_what_it_restored(
    line: CommandLine, letters: Path, tmp_path: Path, language: str
) -> None:
    named(line, "Accueil").language = language
    line("backup", str(letters))
    snapshot = line.json("snapshots")["items"][0]["id"][:8]
    first, *_ = line("restore", "latest", "--to", str(tmp_path / "out")).out.splitlines()
    begin = {"fr": f"Version {snapshot} du ", "en": f"Snapshot {snapshot} of "}[language]
    assert first.startswith(begin), first
    device = {"fr": "poste «\u00a0Accueil\u00a0»", "en": "device “Accueil”"}[language]
    assert device in first and first.endswith(str(letters)), first


# ---- what is not in it ----------------------------------------------------------------------------


def test_latest_after_a_backup_of_one_file_tells_what_it_lacks(
    line: CommandLine, letters: Path, scans: Path, tmp_path: Path
) -> None:
    line("sources", "add", str(letters))
    line("sources", "add", str(scans))
    whole = line.json("backup")["result"]["snapshot"]
    for _ in range(2):
        line("backup", str(letters / "a.txt"))
    done = line.json("restore", "latest", "--to", str(tmp_path / "out"))
    assert codes(done) == ["source_not_included"] * 2, done
    assert [notice["facts"] for notice in done["notices"]] == [
        {
            "path": vault_path(source),
            "snapshot": done["result"]["snapshot"][:8],
            "last": whole["id"][:8],
            "time": whole["time"],
        }
        for source in (letters, scans)
    ]
    assert codes(line.json("ls", "latest")) == ["source_not_included"] * 2
    asked = ["restore", f"latest:{vault_path(letters)}/a.txt", "--to", str(tmp_path / "out")]
    assert line.json(*asked)["notices"] == [], "of what was asked for nothing is lacking"
    assert line.json("ls", whole["id"])["notices"] == []
    line.language = "fr"
    assert "que son poste sauvegarde d’ordinaire" in line("ls", "latest").err


def test_a_source_that_was_never_saved_is_not_missed(line: CommandLine, letters: Path, scans: Path) -> None:
    line("sources", "add", str(letters))
    line("backup")
    line("sources", "add", str(scans))
    assert line.json("ls", "latest")["notices"] == []


def test_a_snapshot_made_without_a_source_is_told_to_be_incomplete(
    line: CommandLine, letters: Path, scans: Path, tmp_path: Path
) -> None:
    line("sources", "add", str(letters))
    line("sources", "add", str(scans))
    whole = line.json("backup")["result"]["snapshot"]
    scans.rename(tmp_path / "debranche")
    lacking = line.json("backup", code=3)["result"]["snapshot"]
    assert (whole["missing"], lacking["missing"]) == ([], [vault_path(scans)])
    assert [s["missing"] for s in line.json("snapshots")["items"]] == [[], [vault_path(scans)]]
    _, first, second = line("snapshots").out.splitlines()
    assert "[incomplete: 1 source missing]" in second and "incomplete" not in first
    out = str(tmp_path / "out")
    facts = {
        "path": vault_path(scans),
        "snapshot": lacking["id"][:8],
        "last": whole["id"][:8],
        "time": whole["time"],
    }
    for wanted in ("latest", lacking["id"]):
        done = line.json("restore", wanted, "--to", out)
        assert [n["facts"] for n in done["notices"]] == [facts]
        assert codes(done) == ["source_was_missing"]
        assert done["result"]["missing"] == [vault_path(scans)]
    assert codes(line.json("ls", "latest")) == ["source_was_missing"]
    inside = f"latest:{vault_path(scans / 'scan.jpg')}"
    gone = line.json("restore", inside, "--to", out, code=2)
    assert (gone["error"]["code"], codes(gone)) == ("path_not_in_snapshot", ["source_was_missing"])
    line.language = "fr"
    told = line("snapshots").out
    assert "[incomplète\u00a0: 1 dossier absent]" in told
    assert whole["id"][:8] in line("ls", "latest").err


# ---- folders that lead there ----------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="modes are a thing of POSIX")
def test_folders_on_the_way_are_private_and_said_to_be(
    line: CommandLine, letters: Path, tmp_path: Path
) -> None:
    line("backup", str(letters))
    out = tmp_path / "out"
    made = line("restore", "latest", "--to", str(out)).out
    top = out / vault_path(letters).split("/")[1]
    assert "Made for you alone (mode 0700)" in made
    assert top.stat().st_mode & 0o777 == 0o700
    again = line.json("restore", "latest", "--to", str(out))["result"]
    assert again["private"] is False


@pytest.mark.skipif(sys.platform == "win32", reason="modes are a thing of POSIX")
def test_private_folders_are_told_wherever_they_begin(
    line: CommandLine, letters: Path, tmp_path: Path
) -> None:
    line("backup", str(letters))
    first, second = vault_path(letters).split("/")[1:3]
    out = tmp_path / "out"
    (out / first).mkdir(parents=True, mode=0o755)
    dry = line.json("restore", "latest", "--to", str(out), "--dry-run")["result"]
    made = line.json("restore", "latest", "--to", str(out))["result"]
    assert (dry["private"], made["private"]) == (False, True)
    assert (out / first / second).stat().st_mode & 0o777 == 0o700
    recorded = line.json("restore", f"latest:{vault_path(letters)}", "--to", str(out))["result"]
    assert recorded["private"] is False


def test_a_folder_without_recorded_times_has_no_date(line: CommandLine, letters: Path) -> None:
    line("backup", str(letters))
    os.utime(letters / "a.txt", (0, 0))
    top = line("ls", "latest:/").out
    assert "—" in top and "1970" not in top


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_folder_saved_once_is_not_called_usual(
    line: CommandLine, letters: Path, scans: Path, language: str
) -> None:
    line("backup", str(scans))
    line("backup", str(letters))
    assert codes(line.json("ls", "latest")) == ["source_no_longer_included"]
    line.language = language
    told = line("ls", "latest").err
    words = {"fr": "que contenait la version d’avant", "en": "which the one before it held"}
    assert words[language] in told and "d’ordinaire" not in told and "usually" not in told


def test_a_snapshot_that_gives_nothing_back_names_the_one_before(
    line: CommandLine, letters: Path, tmp_path: Path
) -> None:
    line("backup", str(letters))
    first = line.json("snapshots")["items"][-1]["id"]
    kept = set((line.vault / "packs").rglob("?" * 64))
    (letters / "a.txt").write_bytes(b"other")
    line("backup", str(letters))
    for pack in set((line.vault / "packs").rglob("?" * 64)) - kept:
        pack.unlink()
    done = line.json("restore", "latest", "--to", str(tmp_path / "out"), code=7)
    (notice,) = done["notices"]
    assert (notice["code"], notice["facts"]["before"]) == ("earlier_snapshot", first[:8])
    assert line.json("restore", notice["facts"]["before"], "--to", str(tmp_path / "out"))["result"]["files"]


def test_a_backup_of_something_else_is_not_that_of_the_folders_nor_a_history_lost(
    line: CommandLine, tmp_path: Path
) -> None:
    line("sources", "add", str(make_tree(tmp_path / "cabinet", {"f": b"f"})))
    line("backup", str(make_tree(tmp_path / "once", {"f": b"f"})))
    (reason,) = [
        each["code"]
        for each in line.json("report")["result"]["health"]["reasons"]
        if each["weight"] == "danger" or each["code"] == "history_unknown"
    ]
    assert reason == "never_backed_up"
