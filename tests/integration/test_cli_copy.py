"""Second copies from the command line: made, found again, refused, checked, mended."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from cyberlib_client.app import bootstrap, service_install
from cyberlib_client.app.prompts import Nobody
from cyberlib_client.app.session import Session
from cyberlib_client.state.profile import Profile
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.trees import make_tree

PACKS = "packs/*/*"


@pytest.fixture
def practice(tmp_path: Path, line: CommandLine) -> Path:
    folder = make_tree(tmp_path / "Cabinet", {f"{n}.bin": os.urandom(90_000) for n in range(5)})
    line("sources", "add", str(folder))
    line("backup")
    return folder


def objects(folder: Path, *, parity: bool = False) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and (parity or path.relative_to(folder).parts[0] not in ("parity", "tmp"))
    }


def test_a_copy_is_the_same_vault(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    to = tmp_path / "usb"
    done = line.json("copy", "--to", str(to))
    assert done["command"] == "copy run"
    assert objects(to) == objects(line.vault)
    assert done["result"]["copies"][0]["snapshots"] == 1
    assert line.json("copy", "--to", str(to))["result"]["copies"][0]["objects"] == 0
    assert f"Copied to {to}: 0 objects" in line("copy", "--to", str(to)).out


def test_a_copy_restores_on_another_machine(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("copy", "--to", str(tmp_path / "usb"))
    shutil.rmtree(line.vault)
    other = CommandLine(tmp_path / "other")
    with other.secret(PASSPHRASE):
        other("vault", "open", "--at", str(tmp_path / "usb"), "--no-device")
        other("restore", "latest", "--to", str(tmp_path / "out"))
    back = {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.bin")}
    assert back == {path.name: path.read_bytes() for path in practice.iterdir()}


def test_commands_read_a_copy_with_the_vault_gone(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    (practice / "note.txt").write_text("note fictive")
    line("backup")
    line("copy", "add", "usb", str(tmp_path / "usb"))
    line("copy")
    (practice / "late.txt").write_bytes(b"after the copy")
    line("backup")
    line.vault.rename(tmp_path / "burnt")
    first = line.json("snapshots", "--from", "usb")["items"]
    assert len(first) == 2
    by_place = line.json("snapshots", "--from", str(tmp_path / "usb"))["notices"]
    assert [(each["code"], each["facts"]["time"]) for each in by_place] == [("reading_copy", None)]
    assert "is being read, made 20" in line("snapshots", "--from", "usb").err
    names = {Path(each["path"]).name for each in line.json("ls", "-R", "latest", "--from", "usb")["items"]}
    assert "0.bin" in names and "late.txt" not in names
    for command in (
        ["find", "0.bin"],
        ["versions", str(practice / "0.bin")],
        ["diff", first[0]["id"], first[0]["id"]],
        ["cat", f"latest:{practice}/note.txt"],
        ["verify", "--read-data"],
    ):
        line(*command, "--from", "usb")
    line("restore", "latest", "--to", str(tmp_path / "out"), "--from", "usb")
    assert len(list((tmp_path / "out").rglob("*.bin"))) == 5
    assert line.error("restore", "latest", "--to", str(tmp_path / "usb"), "--from", "usb", code=2) == (
        "target_in_vault"
    )
    assert line.error("ls", "latest", "--from", str(tmp_path / "none"), code=6) == "store_absent"
    (tmp_path / "burnt").rename(line.vault)
    # Nothing was learnt from it: the vault is not taken for one that went back, or forward.
    assert line.json("snapshots")["notices"] == []
    line("verify")


def test_a_verification_of_a_copy_says_nothing_of_the_vault(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    line("copy", "--to", str(tmp_path / "usb"))
    damaged(next((tmp_path / "usb").glob(PACKS)))
    line("verify", "--read-data", "--from", str(tmp_path / "usb"), code=7)
    line("verify", "--read-data")
    assert line.json("report")["result"]["incidents"] == []


def test_a_copy_with_an_older_table_of_slots_is_read(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    line("copy", "--to", str(tmp_path / "usb"))
    with line.secret(PASSPHRASE):
        line("key", "add", "recovery", "--name", "second")
    line("ls", "latest", "--from", str(tmp_path / "usb"))


def test_what_is_refused_is_not_touched(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    photos = make_tree(tmp_path / "photos", {"a.jpg": b"a"})
    other = CommandLine(tmp_path / "other")
    other.make_vault()
    before = objects(other.vault)
    for at, code in (
        (photos, "folder_not_empty"),
        (photos / "a.jpg", "not_a_folder"),
        (other.vault, "copy_other_vault"),
        (line.vault, "copy_is_vault"),
        (line.vault / "below", "copy_is_vault"),
        (tmp_path, "profile_in_vault"),
        ("https://host.example/v1/vaults/x", "copy_at_host"),
        ("ftp://host.example/", "store_kind_unknown"),
    ):
        assert line.error("copy", "--to", str(at), code=2) == code
    assert line.error("copy", "--to", str(tmp_path / "absent" / "copy"), code=6) == "store_absent"
    assert line.error("copy", code=2) == "no_copies"
    assert line.error("copy", "monday", code=2) == "no_copies"
    assert objects(photos) == {"a.jpg": b"a"}
    assert objects(other.vault) == before


def test_copies_of_the_settings(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("copy", "add", "monday", str(tmp_path / "usb1"), "--parity", "--elsewhere")
    line("copy", "add", "tuesday", str(tmp_path / "usb2"), "--every", "2 d")
    settings = tomllib.loads((line.profile / "settings.toml").read_text(encoding="utf-8"))
    assert [(c["name"], c.get("parity"), c.get("every")) for c in settings["copies"]] == [
        ("monday", True, "1 d"),
        ("tuesday", None, "2 d"),
    ]
    for args, code in (
        (("add", "monday", str(tmp_path / "usb3")), "copy_name_taken"),
        (("add", "again", str(tmp_path / "usb1")), "copy_place_taken"),
        (("add", "of/slash", str(tmp_path / "usb3")), "bad_copy"),
        (("add", "often", str(tmp_path / "usb3"), "--every", "3 s"), "bad_copy"),
        (("change", "monday", "--every", "3 s"), "bad_copy"),
        (("change", "monday"), "usage"),
        (("change", "sunday", "--parity"), "copy_unknown"),
        (("remove", "sunday"), "copy_unknown"),
        (("check", "sunday"), "copy_unknown"),
        (("run", "sunday"), "copy_unknown"),
    ):
        assert line.error("copy", *args, code=2) == code
    listed = {each["name"]: each for each in line.json("copy", "list")["items"]}
    assert (listed["monday"]["here"], listed["monday"]["copied"], listed["monday"]["lacks"]) == (
        True,
        None,
        1,
    )
    done = line.json("copy")["result"]
    assert [each["name"] for each in done["copies"]] == ["monday", "tuesday"]
    assert [each["parity"] is not None for each in done["copies"]] == [True, False]
    assert objects(tmp_path / "usb1") == objects(tmp_path / "usb2") == objects(line.vault)
    line("backup")
    assert [each["lacks"] for each in line.json("copy", "list")["items"]] == [1, 1]
    line("copy", "tuesday")
    assert [each["lacks"] for each in line.json("copy", "list")["items"]] == [1, 0]
    os.rename(tmp_path / "usb1", tmp_path / "drawer")  # its disk need not be there
    changed = line.json("copy", "change", "monday", "--every", "", "--no-parity", "--elsewhere")["result"]
    assert (changed["every"], changed["parity"], changed["elsewhere"]) == ("", False, True)
    os.rename(tmp_path / "drawer", tmp_path / "usb1")
    [monday, tuesday] = line.json("copy", "list")["items"]
    assert (monday["every"], monday["elsewhere"], monday["lacks"]) == ("", True, 1)
    assert (tuesday["every"], tuesday["elsewhere"]) == ("2 d", False)
    line("copy", "remove", "monday")
    assert objects(tmp_path / "usb1")
    assert [each["name"] for each in line.json("copy", "list")["items"]] == ["tuesday"]


def test_a_disk_that_is_away_is_no_error_while_another_is_there(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    line("copy", "add", "monday", str(tmp_path / "usb1"))
    line("copy", "add", "tuesday", str(tmp_path / "usb2"))
    line("copy")
    (tmp_path / "usb1").rename(tmp_path / "in-the-safe")
    done = line.json("copy")["result"]
    assert ([each["name"] for each in done["copies"]], done["absent"]) == (["tuesday"], ["monday"])
    assert line.error("copy", "monday", code=6) == "copy_not_here"
    assert not (tmp_path / "usb1").exists()
    away = line.json("copy", "list")["items"][0]
    assert (away["here"], away["snapshots"], away["lacks"]) == (False, 1, 0)
    assert away["seen"] is not None


def damaged(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def standing(line: CommandLine) -> list[str]:
    found = line.json("report")["result"]["incidents"]
    return [each["kind"] for each in found if each["cleared"] is None]


def test_a_damaged_copy_is_told_and_mended(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    line("copy", "--to", str(usb), "--parity")
    before = objects(usb)
    for how in (("--alone",), ()):
        damaged(next(usb.glob(PACKS)))
        next(usb.glob("index/*")).unlink()
        told = line.json("copy", "check", str(usb), *how, code=7)["result"]
        assert [(f["reason"], f["mended"]) for f in told["faults"]] == [
            ("missing", False),
            ("damaged", False),
        ]
        assert {f["by"] for f in told["faults"]} == {"parity" if how else "vault"}
        assert objects(usb) != before
        assert standing(line) == ["copy_unsound"]
        mended = line.json("copy", "check", str(usb), "--repair", *how)["result"]
        assert all(fault["mended"] for fault in mended["faults"])
        assert standing(line) == []
        assert objects(usb) == before
        assert "Nothing is damaged." in line("copy", "check", str(usb)).out


def test_portions_come_round_and_go_on_with_what_was_damaged(
    line: CommandLine, practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [bootstrap.clock()]
    monkeypatch.setattr(bootstrap, "clock", lambda: now[0])
    usb = tmp_path / "usb"
    line("copy", "add", "usb", str(usb), "--parity")
    for number in range(6):
        (practice / f"{number}.new").write_bytes(os.urandom(90_000))
        line("backup")
    line("copy")
    assert line.error("copy", "check", str(usb), "--rotate", code=2) == "copy_unknown"
    first = line.json("copy", "check", "usb", "--rotate")["result"]
    assert first["portion"] and 0 < first["objects"] < first["share"]["packs"]
    reads = []
    while not reads or reads[-1]["share"]["percent"] < 100:
        assert len(reads) < 12, "not within 90 days where its disk is there weekly"
        now[0] += 7 * 86_400 * 10**9
        reads.append(line.json("copy", "check", "usb", "--rotate")["result"])
    assert len(reads) > 2
    for pack in list(usb.glob(PACKS))[:2]:
        damaged(pack)
    assert line.json("copy", "check", "usb", code=7)["result"]["share"]["percent"] < 100
    again = line.json("copy", "check", "usb", "--rotate", code=7)["result"]
    assert [fault["by"] for fault in again["faults"]] == ["vault"] * 2
    assert standing(line) == ["copy_unsound"], "a portion of others does not declare it well"
    line("copy", "check", "usb", "--repair")
    line("copy", "check", "usb", "--rotate")
    assert standing(line) == []
    shown = line.json("copy", "list")["items"][0]
    assert shown["checked"] is not None
    now[0] += 140 * 86_400 * 10**9
    (practice / "again.new").write_bytes(b"new")
    assert "A part of a second copy was not read for 14" in line("report").out
    line("copy", "check", "usb")
    assert "A part of a second copy" not in line("report").out
    line("copy", "remove", "usb")
    assert not list((line.profile / "state").glob("copy-read-*"))


def test_a_damaged_vault_is_told_and_the_copy_keeps_what_it_has(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    usb = tmp_path / "usb"
    line("copy", "--to", str(usb))
    damaged(next(line.vault.glob(PACKS)))
    before = objects(usb)
    line("copy", "--to", str(usb))  # it is there already: the vault's is not read
    assert objects(usb) == before
    told = line("copy", "--to", str(tmp_path / "usb2"), code=7)
    assert "WARNING: damaged in the vault" in told.out
    assert "is damaged in the vault" in told.err
    assert [each["kind"] for each in line.json("report")["result"]["incidents"]] == ["vault_damaged"]


def test_the_report_counts_copies(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    def told() -> tuple[int, int, int]:
        spread = line.json("report")["result"]["health"]["spread"]
        return spread["copies"], spread["media"], spread["elsewhere"]

    assert told()[0] == 2
    line("copy", "add", "usb", str(tmp_path / "usb"), "--elsewhere")
    health = line.json("report")["result"]["health"]
    assert "copy_never" in [reason["code"] for reason in health["reasons"]]
    line("copy")
    assert (told()[0], told()[2]) == (3, 1)
    assert "Your data: 3 copies on 1 medium, elsewhere: 1; the 3-2-1 rule wants" in line("report").out
    states = line.profile / "copies.json"
    copied = json.loads(states.read_text())["copies"]["usb"]["copied"]
    states.write_text(states.read_text().replace(str(copied), str(copied - 40 * 86_400 * 10**9)))
    report = line("report").out
    assert "No second copy for 40 days" in report
    assert told()[0] == 2
    line("copy")
    assert "No second copy" not in line("report").out


def test_a_copy_in_a_source_is_not_backed_up(line: CommandLine, practice: Path) -> None:
    line("copy", "add", "usb", str(practice / "usb"))
    line("copy")
    done = line.json("backup")["result"]
    assert done["snapshot"]["files"] == 5
    assert [each["origin"] for each in done["left_out"]] == ["vault"]
    assert line.json("sources", "preview")["result"]["files"] == 5


def test_a_service_may_write_to_copies(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("copy", "add", "usb", str(tmp_path / "usb"))
    profile = Profile(str(line.profile), bootstrap.private_files)
    writes = service_install.plan_of(Session(profile, Nobody()), "system").writes
    assert {str(line.vault), str(tmp_path / "usb")} <= set(writes)
    assert ("/media" in writes) == (sys.platform == "linux" and bool(bootstrap.disks().of(str(tmp_path))))


def test_a_disk_that_was_away_for_long_keeps_nothing_that_was_erased(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    """The vault has forgotten that it deleted an object: it is told, and goes on request, never on its own,
    nor while the vault itself may have lost something."""
    to = tmp_path / "usb"
    line("copy", "--to", str(to))
    erased = b"what a patient refused" * 100
    digits = hashlib.sha256(erased).hexdigest()
    left = to / "packs" / digits[:2] / digits
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(erased)
    done = line.json("copy", "--to", str(to))
    assert done["result"]["copies"][0]["left_over"] == 1
    assert "copy_left_over" in {notice["code"] for notice in done["notices"]}
    run = ("copy", "run", "--to", str(to), "--erase-absent")
    assert line.error(*run, code=5) == "proof_needed"
    lost = next(path for path in line.vault.glob(PACKS))
    aside = lost.rename(tmp_path / "aside")
    with line.secret(PASSPHRASE):
        assert line.error(*run, code=7) == "retention_needs_whole"
        assert left.exists()
        aside.rename(lost)
        again = line.json(*run)["result"]["copies"][0]
    assert (again["deleted"], again["left_over"], left.exists()) == (1, 0, False)
    assert objects(to) == objects(line.vault)
