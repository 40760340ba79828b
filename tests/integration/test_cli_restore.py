"""Restoring from the command line: what it says, whom it asks, where it goes on."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.trees import make_tree, told

if TYPE_CHECKING or sys.platform != "win32":
    from tests.integration.test_cli_terminal import talk

terminal = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is a thing of POSIX")


@pytest.fixture
def cabinet(line: CommandLine, tmp_path: Path) -> Path:
    """Six letters, backed up."""
    folder = make_tree(tmp_path / "Cabinet", {f"{name}.txt": name.encode() for name in "abcdef"})
    line("backup", str(folder))
    return folder


@pytest.mark.parametrize("language", ["fr", "en"])
def test_begun_again_it_says_what_was_there(
    line: CommandLine, cabinet: Path, tmp_path: Path, language: str
) -> None:
    line.language = language
    out = tmp_path / "out"
    line("restore", "latest", "--to", str(out))
    (restored(out, cabinet) / "b.txt").unlink()
    dry = line("restore", "latest", "--to", str(out), "--dry-run").out
    words = {"fr": "Déjà là, identiques : 5.", "en": "Already there, identical: 5."}[language]
    assert words in dry and {"fr": "Existent déjà : 5", "en": "Already there: 5"}[language] in dry
    done = line("restore", "latest", "--to", str(out)).out
    assert words in done and {"fr": "1 fichier,", "en": "1 file,"}[language] in done
    result = line.json("restore", "latest", "--to", str(out))["result"]
    assert (result["files"], result["identical"], result["kept_both"]) == (0, 6, 0)
    assert told(restored(out, cabinet)) == told(cabinet)


def test_what_was_replaced_is_counted(line: CommandLine, cabinet: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    line("restore", "latest", "--to", str(out))
    (restored(out, cabinet) / "b.txt").write_bytes(b"mine")
    replace = ["restore", "latest", "--to", str(out), "--conflict", "replace"]
    assert "To be replaced: 1." in line(*replace, "--dry-run").out
    assert (restored(out, cabinet) / "b.txt").read_bytes() == b"mine"
    assert "Replaced: 1." in line(*replace).out
    asked = line.json("restore", "latest", "--to", str(out), "--conflict", "ask", "--dry-run", code=2)
    assert asked["error"]["code"] == "no_answer_conflict"


def test_a_pattern_that_matches_nothing(line: CommandLine, cabinet: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    wrong = ["restore", "latest", "--to", str(out), "--include", "*.pdf"]
    assert line.error(*wrong, code=2) == "include_matches_nothing"
    assert line.error(*wrong, "--dry-run", code=2) == "include_matches_nothing"
    assert not out.exists()


def test_thousands_of_incidents_do_not_hide_the_end(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Cabinet", {f"{n:02}.txt": b"%d" % n for n in range(33)})
    line("backup", str(folder))
    out = tmp_path / "out"
    make_tree(restored(out, folder), {f"{n:02}.txt": b"mine" for n in range(33)})
    text = line("restore", "latest", "--to", str(out)).err.splitlines()
    assert len(text) == 21
    assert all(said.startswith("! /") for said in text[:20])
    assert text[20].startswith("… and 13 more")
    assert (
        len(line.json("restore", "latest", "--to", str(out), "--names", "macos")["result"]["incidents"]) == 0
    )
    for path in restored(out, folder).glob("*CyberLib*"):
        path.unlink()
    assert len(line.json("restore", "latest", "--to", str(out))["result"]["incidents"]) == 33


@terminal
@pytest.mark.parametrize(("language", "keep", "leave"), [("fr", "g", "l"), ("en", "k", "s")])
def test_conflicts_are_answered_by_a_letter(
    line: CommandLine, cabinet: Path, tmp_path: Path, language: str, keep: str, leave: str
) -> None:
    line.language = language
    out = tmp_path / "out"
    back = restored(out, cabinet)
    make_tree(back, {f"{name}.txt": b"mine" for name in "abcde"} | {"f.txt": b"f"})
    done = talk(
        line,
        ["restore", "latest", "--to", str(out), "--conflict", "ask"],
        [("a.txt", "r"), ("b.txt", keep), ("c.txt", leave), ("d.txt", "R")],
    )
    assert done.code == 0, done
    assert {name: (back / f"{name}.txt").read_bytes() for name in "abcdef"} == {
        "a": b"a", "b": b"mine", "c": b"mine", "d": b"d", "e": b"e", "f": b"f"
    }  # fmt: skip
    assert [p.read_bytes() for p in back.glob("b (*")] == [b"b"]
    assert ("pour tous" if language == "fr" else "for all") in done.screen
    asked = {"fr": "autre contenu", "en": "other content"}[language]
    assert done.screen.count(asked) == 4, "neither about e.txt, nor about f.txt, which is the same"


@terminal
@pytest.mark.parametrize("command", ["restore", "verify"])
def test_the_wait_for_the_vault_to_open_is_not_silent(
    line: CommandLine, cabinet: Path, tmp_path: Path, command: str
) -> None:
    (line.profile / "credentials" / "device.json").unlink()
    line.environment["CYBERLIB_PASSPHRASE"] = PASSPHRASE
    args = [command] if command == "verify" else [command, "latest", "--to", str(tmp_path / "out")]
    done = talk(line, args, [("Opening the vault…", "")])
    assert done.code == 0, done
    assert "Opening" not in done.out


def test_stages_have_names_for_programs(line: CommandLine, cabinet: Path, tmp_path: Path) -> None:
    lines = line.lines("restore", "latest", "--to", str(tmp_path / "out"))
    phases = [record["phase"] for record in lines if record["event"] == "progress"]
    assert phases[-1] == "sync" and set(phases) <= {"restore", "sync"}
    assert os.path.isdir(tmp_path / "out")
