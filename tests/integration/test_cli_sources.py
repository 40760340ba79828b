"""What is protected: sources inside one another, things that are no source, and what a backup tells of it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.faults.disks import mounted_tmpfs
from tests.support.command_line import CommandLine
from tests.support.trees import make_tree

PLAN = {"a.txt": b"a", "sub": {"b.txt": b"bb", "deep": {"c.pdf": b"ccc"}}}


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "Cabinet", PLAN)


def test_a_source_inside_another_is_pointed_at_and_counts_once(line: CommandLine, practice: Path) -> None:
    assert line.json("sources", "add", str(practice / "sub"))["notices"] == []
    outside = make_tree(practice.parent / "Cabinet 2", {"x": b"x"})  # its name only begins alike
    assert line.json("sources", "add", str(outside))["notices"] == []
    (notice,) = line.json("sources", "add", str(practice))["notices"]
    assert notice["code"] == "source_nested"
    assert Path(notice["facts"]["path"]).name == "sub" and Path(notice["facts"]["at"]).name == "Cabinet"
    told = line.json("sources", "add", str(practice / "sub" / "b.txt"))["notices"]
    assert sorted(Path(notice["facts"]["at"]).name for notice in told) == ["Cabinet", "sub"]
    said = line("sources", "add", str(practice / "a.txt")).err
    assert "which is protected too" in said and "Nothing is saved twice" in said
    found = line.json("sources", "preview")["result"]
    assert (found["files"], found["bytes"]) == (4, 7)
    assert line.json("backup")["result"]["snapshot"]["files"] == 4


def test_a_source_inside_another_that_leaves_it_out(line: CommandLine, practice: Path) -> None:
    """The preview and the backup agree on what is taken."""
    line("sources", "add", str(practice), "--exclude", "sub/")
    line("sources", "add", str(practice / "sub" / "deep"))
    found = line.json("sources", "preview")["result"]
    saved = line.json("backup")["result"]["snapshot"]
    assert (found["files"], found["bytes"]) == (saved["files"], saved["bytes"]) == (2, 4)
    assert [(one["pattern"], one["files"]) for one in found["left_out"]] == [("sub/", 1)]


def test_a_source_that_is_not_there(line: CommandLine, practice: Path) -> None:
    line("sources", "add", str(practice))
    shutil.rmtree(practice)
    done = line("sources", "preview", code=3)
    assert "nothing of this source is saved" in done.err
    assert "missing" in line("sources", "list").out


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="needs a device that everybody has")
def test_what_is_neither_folder_nor_file_is_no_source(line: CommandLine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in ("/dev/null", str(tmp_path / "fifo")):
        assert line.error("sources", "add", path, code=2) == "source_special"
    assert line.json("sources", "list")["items"] == []


def test_a_backup_tells_each_kind_of_change(line: CommandLine, practice: Path) -> None:
    def told() -> str:
        out = line("backup", str(practice)).out
        assert re.search(r"^New content: .+; added to the vault, .+: .+\.$", out, re.MULTILINE), out
        (files,) = re.findall(r"^Files: (.*)\.$", out, re.MULTILINE) or [""]
        return str(files)

    assert told() == "3 new"
    assert told() == "3 unchanged"
    (practice / "a.txt").write_bytes(b"other")
    os.utime(practice / "sub" / "b.txt", ns=(10**18, 10**18))
    shutil.rmtree(practice / "sub" / "deep")
    make_tree(practice / "new", {"1": b"1", "2": b"2"})
    assert told() == "2 new, 1 changed, 1 with other times or rights only, 1 gone"
    os.utime(practice / "a.txt", ns=(10**18, 10**18))
    result = line.json("backup", str(practice))["result"]
    assert (result["metadata_files"], result["removed_files"], result["unchanged_files"]) == (1, 0, 3)
    line.language = "fr"
    assert "Fichiers\u00a0: 4 inchangés." in line("backup", str(practice)).out.replace(" :", "\u00a0:")
    shutil.rmtree(practice)
    practice.mkdir()
    line.language = "en"
    assert told() == "4 gone"
    assert told() == ""


def test_thousands_of_incidents_do_not_hide_the_end(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    paths = [str(practice), *(str(tmp_path / f"absent {n:02}") for n in range(33))]
    for command in (["backup"], ["sources", "preview"]):
        said = line(*command, *paths, code=3).err.splitlines()
        assert [text.startswith("! ") for text in said] == [True] * 20 + [False], said
        assert said[-1].startswith("… and 13 more")
        told = [record for record in line.lines(*command, *paths, code=3) if record["event"] == "incident"]
        assert len(told) == 33


# ---- CyberLib's own folders -----------------------------------------------------------------------


def test_the_vault_and_private_files_in_a_source_are_told_to_be_left_out(
    line: CommandLine, tmp_path: Path
) -> None:
    make_tree(tmp_path / "work", {"a.txt": b"a"})
    line("sources", "add", str(tmp_path))
    line("backup")
    found = line.json("sources", "preview")["result"]
    own = [(Path(one["pattern"]).name, one["origin"]) for one in found["left_out"]]
    assert sorted(own) == [("credentials", "profile"), ("state", "profile"), ("vault", "vault")]
    done = line.json("backup")["result"]
    assert sorted((Path(one["path"]).name, one["origin"]) for one in done["left_out"]) == sorted(own)
    assert done["snapshot"]["files"] == found["files"]
    text = line("sources", "preview").out
    assert "[the vault itself]" in text and "[CyberLib’s private files]" in text
    (said,) = [said for said in line("backup").out.splitlines() if said.startswith("Left out: ")]
    assert f"{line.vault} (the vault itself)" in said
    line.language = "fr"
    assert "(le coffre lui-même)" in line("backup").out
    elsewhere = line.json("backup", str(tmp_path / "work"))["result"]
    assert elsewhere["left_out"] == []


def test_a_path_that_is_not_there_is_to_be_checked(line: CommandLine, tmp_path: Path) -> None:
    done = line("backup", str(tmp_path / "Cabient"), code=1)
    assert "Check each path" in done.err and "[sources_missing]" in done.err


@pytest.mark.parametrize("language", ["fr", "en"])
def test_another_disk_is_left_out_in_words(line: CommandLine, practice: Path, language: str) -> None:
    line.language = language
    with mounted_tmpfs(practice / "disk", "size=1m") as disk:
        (disk / "x").write_bytes(b"x")
        told = line("sources", "preview", str(practice), "--one-file-system").out
    words = {"fr": "ce qui est ailleurs  [autre syst", "en": "what is elsewhere  [other file system]"}
    assert words[language] in told and "one file system" not in told


def test_private_files_are_no_source(line: CommandLine, practice: Path) -> None:
    """They are left out on purpose: that they are not there would be another thing."""
    for private in (line.profile / "credentials", line.profile / "credentials" / "identity"):
        line("backup", str(practice))
        for command in (["backup"], ["sources", "preview"], ["sources", "add"]):
            assert line.error(*command, str(private), code=2) == "source_private"


def test_a_source_that_is_gone_is_told_so_before_any_snapshot(line: CommandLine, practice: Path) -> None:
    told = line("sources", "preview", str(practice), str(practice / "gone"), code=3).err
    assert "nothing of this source is saved" in told and "snapshot" not in told


def test_what_a_source_leaves_out_is_changed(line: CommandLine, practice: Path) -> None:
    here = str(practice)
    line("sources", "add", here, "--exclude", "*.tmp")
    changed = line.json("sources", "change", here, "--exclude", "*.pdf", "--no-default-exclusions")["result"]
    assert changed["before"]["exclude"] == ["*.tmp"] and changed["after"]["exclude"] == ["*.tmp", "*.pdf"]
    assert not changed["after"]["default_exclusions"]
    assert line.json("sources", "preview")["result"]["files"] == 2
    line("sources", "change", here, "--take-back", "*.pdf", "--default-exclusions")
    assert line.json("sources", "preview")["result"]["files"] == 3
    before = line.json("sources", "list")["items"]
    assert line.error("sources", "change", here, "--take-back", "*.pdf", code=2) == "pattern_unknown"
    assert line.error("sources", "change", here, "--exclude", "a[b", code=2) == "bad_pattern"
    assert (
        line.error("sources", "change", str(practice / "sub"), "--exclude", "x", code=2) == "source_unknown"
    )
    assert "Give what is to change" in line("sources", "change", here, code=2).err
    assert line.json("sources", "list")["items"] == before
