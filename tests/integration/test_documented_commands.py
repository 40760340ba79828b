"""What the documents say to type can be typed: blocks of commands are run in order, the others are parsed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from cyberlib_client.app.messages import error_texts, notice_texts
from cyberlib_client.cli.main import cli
from cyberlib_client.cli.reference import EXAMPLES, EXIT_CODES
from cyberlib_client.cli.words import Group
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.trees import make_tree

ROOT: Final = Path(__file__).parents[2]
_USER: Final = sorted((ROOT / "docs" / "user").glob("*.md"))
GUIDES: Final = [page for page in _USER if "window" not in page.stem and "fenetre" not in page.stem]
"""Of the command line."""
PAGES: Final = [*_USER, *sorted((ROOT / "docs" / "admin").glob("*.md")), ROOT / "README.md"]
HOME: Final = {
    "courrier.odt": b"Cher confrere,\n",
    "letter.odt": b"Dear colleague,\n",
    "notes.txt": b"notes\n",
    "Martin.pdf": b"%PDF",
}


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _blocks(text: str) -> Iterator[str]:
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from (line for line in block.splitlines() if line.startswith("cyberlib "))


def _inline(text: str) -> Iterator[str]:
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for code in re.findall(r"`([^`]+)`", outside):
        words = code.replace("\\|", "|").replace("\n", " ").removeprefix("python3 dev.py run").strip()
        if words.startswith("cyberlib ") or words.partition(" ")[0] in cli.lazy:
            command = words.removeprefix("cyberlib ")
            if not command.startswith("COMMAND"):
                yield command


class Typist:
    """Types documented commands into a sandbox: their folders are folders of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.line = CommandLine(folder)
        self.other = CommandLine(folder / "other")
        self.words = folder / "24.txt"
        home = folder / "home" / "a"
        for place in (home / "Documents", folder / "srv/logiciel-medical", folder / "srv/medical-software"):
            make_tree(place, HOME)
        self.places = {
            "~/": f"{home}/",
            "/home/a": str(home),
            "/srv/": f"{folder}/srv/",
            "/media/": f"{folder}/",
        }

    def type(self, command: str) -> None:
        words = [self._here(word) for word in shlex.split(command)[1:]]
        line = self.line
        if words[:2] == ["vault", "create"]:
            words += ["--device-file", "--words-file", str(self.words)]
        elif words[:2] == ["vault", "open"]:
            line = self.other  # another machine, with nobody to type the words
            words = [
                *[w for w in words if w != "--recovery"],
                "--recovery-file",
                str(self.words),
            ]
        elif words[:3] == ["key", "add", "passphrase"]:
            secret = self.folder / "new.txt"
            secret.write_text("quatre-mots-de-plus", encoding="utf-8")
            secret.chmod(0o600)
            words += ["--new-passphrase-file", str(secret)]
        elif words[:3] == ["key", "add", "device"]:
            line("key", "remove", line.json("vault", "info")["result"]["device"])
        line.environment["CYBERLIB_PASSPHRASE"] = PASSPHRASE
        done = line.attempt(*words)
        assert (done.code, "Traceback" in done.err) == (0, False), (command, words, done)

    def _here(self, word: str) -> str:
        anywhere = "|".join(map(re.escape, self.places))
        word = re.sub(rf"(?:^|(?<=:))({anywhere})", lambda found: self.places[found[1]], word)
        if word == "8b5e3e9b":  # the name of some snapshot
            return str(self.line.json("snapshots")["items"][0]["id"][:8])
        return word


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_the_commands_of_the_guide_run_in_their_order(page: Path, tmp_path: Path) -> None:
    typist = Typist(tmp_path)
    commands = list(_blocks(_text(page)))
    assert len(commands) > 15
    for command in commands:
        typist.type(command)


def test_the_examples_of_the_manual_run_in_their_order(tmp_path: Path) -> None:
    typist = Typist(tmp_path)
    for command in EXAMPLES:
        typist.type(command)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_named_in_the_text_exist_with_their_options(page: Path) -> None:
    for command in _inline(_text(page)):
        command = command.partition("|")[0].replace("…", "").strip()
        where: click.Command = cli
        words = shlex.split(command)
        while words and isinstance(where, click.Group) and not words[0].startswith("-"):
            found = where.get_command(click.Context(where), words[0])
            assert found is not None, (page.name, command)
            where = found
            words = words[1:]
        if words and isinstance(where, Group) and where.usual:
            where = where.commands[where.usual]
        parameters = (*cli.params, *where.params)
        known = {name for each in parameters for name in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("-")} <= known, (page.name, command)


def test_both_guides_have_the_same_commands() -> None:
    shapes = [[re.sub(r"(?:~|/)\S*", "", line) for line in _blocks(_text(page))] for page in GUIDES]
    same = [[re.sub(r"latest:", "", line) for line in lines] for lines in shapes]
    assert same[0] == same[1]


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_codes_of_the_guide_are_those_of_the_program(page: Path) -> None:
    text = _text(page)
    named = set(re.findall(r"`\[(\w+)\]`", text))
    assert len(named) > 8 and named <= {*error_texts(), *notice_texts()}
    table = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert table == set(EXIT_CODES)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_the_profile_holds_what_the_guide_says(page: Path, line: CommandLine, tmp_path: Path) -> None:
    line("backup", str(make_tree(tmp_path / "Cabinet", HOME)))
    line("drill")
    told = set(re.findall(r"^\| `([\w./]+)` \|", _text(page), re.MULTILINE))
    there = {
        path.relative_to(line.profile).as_posix() + "/" * path.is_dir()
        for path in (*line.profile.iterdir(), *(line.profile / "state").iterdir())
    }
    assert there - {"state/"} <= told
    # There was no crash, no window, and nothing was cut short.
    assert told - there == {"state/crashes/", "state/names", "state/walked"}
