"""A practice that entrusts what opens its vault, its officers, and a machine that is to get in again."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from cyberlib_client.cli.records import RESULTS, Document

from .command_line import PASSPHRASE, CommandLine
from .officers import OFFICERS, Office

PAPERS = ("policy", "deposit", "consent")


def result(line: CommandLine, *args: str, code: int = 0) -> Any:
    document = line.json(*args, code=code)
    msgspec.convert(document, Document, strict=True)
    shape = RESULTS[document["command"]]
    assert msgspec.to_builtins(msgspec.convert(document["result"], shape, strict=True)) == document["result"]
    return document["result"]


@functools.cache
def _signed_office() -> tempfile.TemporaryDirectory[str]:
    """Made once: each of its keys takes seconds of Argon2id."""
    made = tempfile.TemporaryDirectory()
    office = Office(Path(made.name))
    for name, organisation in OFFICERS.items():
        office.make_keys(name, organisation)
    cards = office.cards(*OFFICERS)
    office.run("policy", "propose", office.at("policy"), *cards, "--host", "h.example")
    office.sign(*OFFICERS)
    return made


class Story:
    """Who takes part, and the files that go from hand to hand."""

    def __init__(self, folder: Path) -> None:
        self.make_office(folder)
        self.practice = CommandLine(folder / "practice")
        self.practice.make_vault()
        documents = folder / "documents"
        documents.mkdir()
        (documents / "lettre.txt").write_text("fictif", encoding="utf-8")
        self.practice("sources", "add", str(documents))
        self.practice("backup")
        self.new = CommandLine(folder / "new")

    def make_office(self, folder: Path) -> None:
        """Officers who have signed a policy."""
        self.folder = folder
        self.papers = folder / "papers"
        self.papers.mkdir(parents=True)
        shutil.copytree(_signed_office().name, folder / "office")
        self.office = Office(folder / "office")
        self.fingerprint = self.office.policy.fingerprint

    def join(self, *more: str) -> Any:
        with self.practice.secret(PASSPHRASE):
            return result(self.practice, *self.joining(*more))

    def joining(self, *more: str, fingerprint: str = "") -> list[str]:
        return [
            "escrow", "join", self.office.at("policy"), "--fingerprint", fingerprint or self.fingerprint,
            "--who", "Dr Exemple", "--to", str(self.papers), "--yes", *more,
        ]  # fmt: skip

    def paper(self, name: str) -> str:
        return str(self.papers / f"escrow-{name}.json")

    def asking(self, *more: str, to: str = "request") -> list[str]:
        return ["escrow", "request", self.office.at(to), "--papers", str(self.papers), *more]

    def answer(self, who: str, words: list[str], request: str = "request") -> str:
        given = [part for name in PAPERS for part in (f"--{name}", self.paper(name))]
        to = self.office.at(f"{who}.{request}.answer")
        key = ["--key", self.office.at(f"{who}.key"), "--words", " ".join(words)]
        self.office.run("release", "answer", self.office.at(request), to, *given, *key)
        return to

    def opening(self, *answers: str) -> list[str]:
        return ["escrow", "open", *answers, "--at", str(self.practice.vault), "--device-file"]

    def copy(self, folder: Path) -> Story:
        """The same in another folder, for one test."""
        mine = object.__new__(Story)
        mine.folder, mine.papers, mine.fingerprint = folder, folder / "papers", self.fingerprint
        mine.papers.mkdir()
        shutil.copytree(self.folder / "office", folder / "office")
        mine.office = Office(folder / "office")
        mine.practice = self.practice.copy(folder / "practice")
        mine.new = CommandLine(folder / "new")
        return mine
