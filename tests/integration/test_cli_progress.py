"""The progress bar at a real terminal: it never wraps, leaves nothing behind, and names play it no tricks."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine
from tests.support.screen import Screen
from tests.support.terminal import terminal

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is a thing of POSIX", allow_module_level=True)

LONG = "Compte rendu de consultation très détaillé " * 5 + "fin.bin"
NAMES = [
    LONG.encode(),
    "日本語のとても長いファイル名".encode() * 4 + b".bin",
    b"gauche\x1b[2Jdroite\r\n.bin",
    "fdp.\u202egnp.bin".encode(),  # shown from right to left, were it shown
    "e\u0301le\u0300ve \u200b\u2066x.bin".encode(),
    b"caf\xe9.bin",
]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice") / "dossier" / ("sous-dossier " * 12)
    folder.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        with open(os.fsencode(folder) + b"/" + b"%d " % number + name, "wb") as file:
            file.write(os.urandom(12_000_000))
    return folder.parent


def drawn(line: CommandLine, columns: int, *args: str, **environment: str) -> tuple[int, Screen, str]:
    """Exit code, screen, and all that a command wrote to a terminal of so many columns. Its standard output
    goes elsewhere."""
    line.environment |= {"TERM": "xterm", **environment}
    with terminal(columns) as (ours, theirs), line.start(*args, stdin=theirs, stderr=theirs) as process:
        os.close(theirs)
        written = b""
        while True:
            select.select([ours], [], [], 60)
            try:
                written += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
        assert process.stdout is not None
        process.stdout.read()
    text = written.decode("utf-8")
    screen = Screen(columns or 80)
    screen.write(text)
    return process.returncode, screen, text


@pytest.mark.parametrize("columns", [0, 1, 12, 40, 60, 80, 120, 300])
def test_the_bar_keeps_to_two_lines(line: CommandLine, practice: Path, columns: int) -> None:
    code, screen, text = drawn(line, columns, "backup", str(practice))
    assert code == 0, text
    assert "\x1b[2K" in text, "nothing was drawn"
    assert screen.lowest <= 1, text
    assert screen.strange == []
    assert "".join(screen.lines).strip() == ""


def test_what_a_terminal_was_does_not_count(line: CommandLine, practice: Path) -> None:
    """COLUMNS is often inherited from a wider window."""
    _, screen, text = drawn(line, 50, "backup", str(practice), COLUMNS="200", LINES="2")
    assert screen.lowest <= 1, text


def test_the_bar_speaks_the_users_language(line: CommandLine, practice: Path) -> None:
    for language, told in (("fr", " / 72,0 Mo"), ("en", " / 72.0 MB")):
        _, _, text = drawn(line, 200, "--lang", language, "backup", str(practice))
        assert told in text


def test_warnings_stand_above_the_bar(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    missing = tmp_path / "absent"
    code, screen, text = drawn(line, 60, "backup", str(practice), str(missing))
    assert code == 3, text
    told = "".join(screen.lines)
    assert told.startswith("! ") and "nothing of this source is saved" in told
    assert "MB" not in told


def test_a_terminal_that_can_do_nothing_gets_no_bar(line: CommandLine, practice: Path) -> None:
    code, screen, text = drawn(line, 80, "backup", str(practice), TERM="dumb")
    assert code == 0
    assert "\x1b" not in text and "".join(screen.lines).strip() == ""
