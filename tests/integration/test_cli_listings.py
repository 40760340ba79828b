"""What `ls`, `find`, `versions`, `diff` and `snapshots` show, of a sound vault and of one that is damaged:
what can be read is listed, the rest is named, and the exit code tells which it was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import CommandLine, vault_path
from tests.support.trees import make_tree


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tree(
        tmp_path / "cabinet", {"courriers": {"lettre.txt": b"un"}, "scans": {"scan.jpg": b"image"}, "a": b"x"}
    )


def paths(items: list[dict[str, Any]]) -> list[str]:
    return [item["path"] if "path" in item else item["entry"]["path"] for item in items]


def lose_first_packs(line: CommandLine, folder: Path) -> None:
    """Two runs; the packs of the first are lost. What the second did not store anew cannot be read."""
    line("backup", str(folder))
    first = list((line.vault / "packs").rglob("?" * 64))
    (folder / "courriers" / "lettre.txt").write_bytes(b"deux")
    line("backup", str(folder))
    for pack in first:
        pack.unlink()


# ---- where ls starts ------------------------------------------------------------------------------


def test_ls_without_a_path_lists_what_the_only_source_holds(line: CommandLine, folder: Path) -> None:
    line("backup", str(folder))
    listed = line.json("ls", "latest")["items"]
    assert paths(listed) == [f"{vault_path(folder)}/{name}" for name in ("a", "courriers", "scans")]
    assert listed == line.json("ls", f"latest:{vault_path(folder)}")["items"]
    top = vault_path(folder).split("/")[1]
    assert paths(line.json("ls", "latest:/")["items"]) == [f"/{top}"]
    deep = line.json("ls", "-R", "latest")["items"]
    assert deep == line.json("ls", "-R", f"latest:{vault_path(folder)}")["items"]


def test_ls_without_a_path_lists_the_sources(line: CommandLine, folder: Path, tmp_path: Path) -> None:
    other, alone = make_tree(tmp_path / "autre", {"b": b"y"}), tmp_path / "seul.txt"
    alone.write_bytes(b"z")
    inside = folder / "courriers"
    line("backup", str(folder), str(other), str(alone), str(inside))
    tops = [vault_path(path) for path in (other, folder, alone)]
    assert paths(line.json("ls", "latest")["items"]) == sorted(tops)
    deep = paths(line.json("ls", "-R", "latest")["items"])
    below = [f"{vault_path(folder)}/{name}" for name in ("a", "courriers", "courriers/lettre.txt", "scans")]
    assert sorted(deep) == sorted(
        [*tops, *below, f"{vault_path(folder)}/scans/scan.jpg", f"{vault_path(other)}/b"]
    )
    line("backup", str(alone))
    assert paths(line.json("ls", "latest")["items"]) == [vault_path(alone)]


# ---- counts of snapshots and states ---------------------------------------------------------------


def test_find_counts_snapshots_and_versions_tells_states(line: CommandLine, folder: Path) -> None:
    letter = folder / "courriers" / "lettre.txt"
    for content in (b"un", b"un", b"deux"):
        if letter.read_bytes() != content:
            letter.write_bytes(content)
        line("backup", str(folder))
    (found,) = line.json("find", "lettre")["items"]
    assert found["snapshots"] == 3
    states = line.json("versions", str(letter))["items"]
    assert [state["snapshots"] for state in states] == [2, 1]
    line.language = "fr"
    assert line("find", "lettre").out.rstrip().endswith(f"(dans 3 versions, la dernière {found['last'][:8]})")
    first, second = line("versions", str(letter)).out.splitlines()
    assert first.endswith("(dans 2 versions)")
    assert second.endswith("(dans 1 version)")


def test_a_path_that_is_nowhere_is_told_as_it_was_understood(
    line: CommandLine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line("backup", str(folder))
    (tmp_path / "ailleurs").mkdir()
    monkeypatch.chdir(tmp_path / "ailleurs")
    told = line("versions", os.path.join("courriers", "lettre.txt"), code=2)
    assert vault_path(tmp_path / "ailleurs" / "courriers" / "lettre.txt") in told.err
    assert "[path_in_no_snapshot]" in told.err
    monkeypatch.chdir(folder)
    assert len(line.json("versions", os.path.join("courriers", "lettre.txt"))["items"]) == 1


def test_find_below_a_folder(line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line("backup", str(folder))
    where = vault_path(folder / "courriers")
    monkeypatch.chdir(folder)
    for under in (where, str(folder / "courriers"), "courriers", os.path.join(".", "courriers")):
        assert paths(line.json("find", "lettre", "--under", under)["items"]) == [f"{where}/lettre.txt"], under
    assert line.json("find", "scan.jpg", "--under", "courriers")["items"] == []
    for wrong in ("courrier", f"{where}/nulle/part"):
        assert line.error("find", "lettre", "--under", wrong, code=2) == "path_in_no_snapshot"
        inside = ["find", "lettre", "--in", "latest", "--under", wrong]
        assert line.error(*inside, code=2) == "path_not_in_snapshot"


def test_a_path_below_the_home_folder(
    line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line("backup", str(folder))
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setitem(line.environment, name, str(folder))
    assert line("cat", "latest:~/courriers/lettre.txt").out == "un"
    assert paths(line.json("ls", "latest:~/courriers")["items"]) == [
        f"{vault_path(folder)}/courriers/lettre.txt"
    ]


def test_cat_names_what_is_no_file(line: CommandLine, folder: Path) -> None:
    line("backup", str(folder))
    assert line.error("cat", "latest", code=2) == "path_wanted"
    done = line("cat", f"latest:{vault_path(folder / 'courriers')}", code=2)
    assert f"{folder / 'courriers'} is not a file" in done.err and "[not_a_file]" in done.err


# ---- damage ---------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_read_is_named_and_the_rest_listed(line: CommandLine, folder: Path) -> None:
    lose_first_packs(line, folder)
    lost = {"path": f"{vault_path(folder)}/scans"}
    latest = line.json("snapshots")["items"][-1]["id"]
    deep = line.json("ls", "-R", "latest", code=7)
    assert f"{vault_path(folder)}/courriers/lettre.txt" in paths(deep["items"])
    assert [n["facts"] for n in deep["notices"]] == [lost | {"snapshot": latest[:8]}]
    found = line.json("find", "lettre", code=7)
    assert paths(found["items"]) == [f"{vault_path(folder)}/courriers/lettre.txt"]
    assert lost | {"snapshot": latest[:8]} in [n["facts"] for n in found["notices"]]
    assert "folder_unread" in {n["code"] for n in found["notices"]}
    line("find", "--in", "latest", "--under", f"{vault_path(folder)}/courriers", "lettre")
    line("ls", f"latest:{vault_path(folder)}/courriers")
    assert "Nothing has that name" not in line("find", "absent", code=7).err
    readable = ["--in", "latest", "--under", f"{vault_path(folder)}/courriers"]
    assert "Nothing has that name" in line("find", *readable, "absent").err
    text = line("ls", "-R", "latest", code=7)
    assert "lettre.txt" in text.out
    assert f"{vault_path(folder)}/scans" in text.err
    assert line.error("ls", f"latest:{vault_path(folder)}/scans", code=7) == "object_missing"


def test_a_vault_whose_snapshots_are_all_damaged_is_not_taken_for_an_empty_one(
    line: CommandLine, folder: Path
) -> None:
    line("backup", str(folder))
    for snapshot in (line.vault / "snapshots").iterdir():
        snapshot.write_bytes(snapshot.read_bytes()[:-1])
    for command in (["ls", "latest"], ["find", "lettre"], ["versions", str(folder)],
                    ["restore", "latest", "--to", str(folder / "new")]):  # fmt: skip
        assert line.error(*command, code=7) == "no_snapshot_left"


def test_versions_and_diff_tell_what_can_be_read(line: CommandLine, folder: Path) -> None:
    lose_first_packs(line, folder)
    first, last = (s["id"] for s in line.json("snapshots")["items"])
    told = line.json("versions", str(folder / "courriers" / "lettre.txt"), code=7)
    assert [state["first"] for state in told["items"]] == [last]
    assert [n["facts"]["snapshot"] for n in told["notices"]] == [first[:8]]
    assert line.error("versions", str(folder / "scans" / "scan.jpg"), code=7) == "bad_tree"
    line("diff", f"{last}:{vault_path(folder)}/courriers", f"{last}:{vault_path(folder)}/courriers")
    compared = line("diff", f"{last}:{vault_path(folder)}/courriers", f"{last}:{vault_path(folder)}", code=7)
    assert "lettre.txt" in compared.out
    assert f"{vault_path(folder)}/scans" in compared.err
    assert "No difference" not in compared.err


@pytest.mark.parametrize("how", ["damaged", "gone"])
@pytest.mark.parametrize("which", [0, 1])
def test_a_snapshot_that_is_damaged_or_gone_is_told_once(
    line: CommandLine, folder: Path, how: str, which: int
) -> None:
    for _ in range(2):
        line("backup", str(folder))
    ids = [s["id"] for s in line.json("snapshots")["items"]]
    path = line.vault / "snapshots" / ids[which]
    path.unlink() if how == "gone" else path.write_bytes(path.read_bytes()[:-1])
    told = line.json("snapshots", code=7)
    assert [s["id"] for s in told["items"]] == [ids[1 - which]]
    expected = "snapshot_damaged" if how == "damaged" else ("snapshot_gap", "snapshot_rollback")[which]
    assert [n["code"] for n in told["notices"]] == [expected]
    assert line("snapshots", code=7).err.count(ids[which if how == "damaged" or which else 1]) == 1
    line.json("find", "lettre", code=7)
    line.json("find", "--in", ids[1 - which], "lettre")
    line.json("ls", ids[1 - which])
    if which:
        assert line.json("backup", str(folder), code=7)["result"]["rolled_back"]


def test_verify_says_what_it_checked_and_each_damaged_file_once(line: CommandLine, folder: Path) -> None:
    (folder / "big.bin").write_bytes(bytes(n * n % 251 for n in range(300_000)))
    for _ in range(3):
        line("backup", str(folder))
    assert "Checked: 3 snapshots, " in line("verify").out and "packs read" not in line("verify").out
    assert "packs read: " in line("verify", "--read-data").out
    pack = max((line.vault / "packs").rglob("?" * 64), key=lambda path: path.stat().st_size)
    content = bytearray(pack.read_bytes())
    content[200:260] = bytes(60)
    pack.write_bytes(content)
    found = line.json("verify", "--read-data", code=7)["result"]["affected"]
    assert len({one["snapshot"] for one in found}) == 3
    line.language = "fr"
    told = [said for said in line("verify", "--read-data", code=7).out.splitlines() if said.startswith("! ")]
    told = [said for said in told if "packs/" not in said]
    assert len(told) == len({one["path"] for one in found})
    # Of a root that does not open, whole snapshots are lost.
    where = (" (dans 3 versions, la dernière ", " (dans 3 versions, de ", "! 3 versions entières")
    assert all(any(each in said for each in where) and "\u00a0: abîmé" in said for said in told), told


def test_a_flood_of_damaged_snapshots_drowns_nothing(line: CommandLine, folder: Path) -> None:
    line("backup", str(folder))
    gone = line.json("backup", str(folder))["result"]["snapshot"]["id"]
    (line.vault / "snapshots" / gone).unlink()
    for number in range(150):
        (line.vault / "snapshots" / f"{number:064x}").write_bytes(b"x")
    notices = line.json("snapshots", code=7)["notices"]
    codes = [n["code"] for n in notices]
    assert codes.count("snapshot_damaged") == 100
    assert codes.count("snapshot_rollback") == 1
    assert [n["facts"] for n in notices if n["code"] == "more_snapshots"] == [
        {"count": 50, "problem": "snapshot_damaged"}
    ]
    assert len(line.json("verify", code=7)["result"]["problems"]) == 151


def test_a_vault_whose_only_snapshot_is_damaged_is_not_empty(line: CommandLine, folder: Path) -> None:
    line("backup", str(folder))
    (path,) = (line.vault / "snapshots").iterdir()
    path.write_bytes(b"")
    told = line("snapshots", code=7)
    assert told.out == ""
    assert path.name in told.err


# ---- what a list looks like ------------------------------------------------------------------------


def test_a_list_that_fails_at_once_has_items_all_the_same(line: CommandLine, tmp_path: Path) -> None:
    """Whoever reads `items` of the document need not look whether there are any."""
    line.profile = tmp_path / "other"
    for command in (
        ["snapshots"], ["ls", "latest"], ["find", "x"], ["versions", "/x"], ["diff", "latest", "latest"],
        ["key", "list"],
    ):  # fmt: skip
        told = line.json(*command, code=2)
        assert (told["items"], told["error"]["code"]) == ([], "no_vault"), command
    assert line.json("sources", "list", "--wrong", code=2)["items"] == []
    assert "items" not in line.json("vault", "info", code=2)


def test_folders_that_only_lead_to_a_source_have_no_time(line: CommandLine, folder: Path) -> None:
    line("backup", str(folder))
    lead = folder.parent
    for command in (["find", lead.name], ["versions", str(lead)], ["ls", f"latest:{lead.parent}"]):
        told = line(*command).out
        assert "—" in told and "1970" not in told, command


def test_a_search_in_one_snapshot_counts_no_snapshots(line: CommandLine, folder: Path) -> None:
    line("backup", str(folder))
    line("backup", str(folder))
    assert "(in 2 snapshots" in line("find", "lettre").out
    one = line("find", "lettre", "--in", "latest").out
    assert "(in " not in one and one.rstrip().endswith("lettre.txt")


def test_a_long_label_does_not_widen_the_table(line: CommandLine, folder: Path) -> None:
    line("backup", str(folder), "--label", "avant " * 200)
    head, row = line("snapshots").out.splitlines()
    assert len(row) <= len(head) + 40 and row.endswith("…")
    assert line.json("snapshots")["items"][0]["label"] == "avant " * 200
