"""`cyberlib guide` and `cyberlib support`, each a process of its own, as two people use them."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cyberlib_client.cli.records import ITEMS
from tests.integration.test_cli_host import Practice
from tests.support.command_line import CommandLine
from tests.support.hosts import TestHost, serving
from tests.support.operators import Operator
from tests.support.trees import make_tree


class Typed:
    """A process that is typed to; what it says is read as it comes."""

    def __init__(self, line: CommandLine, *args: str) -> None:
        self.process = line.start("--jsonl", *args, stdin=subprocess.PIPE)
        self.said: list[Any] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self.said.append(json.loads(line))
                self._changed.notify_all()

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def item(self, **wanted: Any) -> Any:
        """The first item from now on that has these values; those before it are passed over."""
        with self._changed:
            while True:
                while self.said:
                    said = self.said.pop(0)
                    item = said.get("item", {})
                    if all(item.get(name) == value for name, value in wanted.items()):
                        return item
                    assert said["event"] != "end", said
                assert self._changed.wait(60), wanted

    def end(self) -> Any:
        """Its last line, once its input is closed."""
        assert self.process.stdin is not None and self.process.stderr is not None
        self.process.stdin.close()
        self.process.wait(60)
        self._thread.join(60)
        self.process.stderr.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.said[-1]


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[tuple[TestHost, Practice, CommandLine, Path]]:
    with serving(tmp_path / "host") as host:
        made = Practice(host, tmp_path)
        desk = made.station("ACCUEIL")
        made.vault(desk)
        documents = make_tree(tmp_path / "documents", {"lettre de liaison.txt": b"fictif", "b.txt": b"b"})
        desk("backup", str(documents))
        yield host, made, desk, documents


def test_two_people_at_a_telephone(
    practice: tuple[TestHost, Practice, CommandLine, Path], tmp_path: Path
) -> None:
    host, made, desk, documents = practice
    credential = str(tmp_path / "claire.json")
    Operator(tmp_path / "host")("support", "add", "--name", "Claire Exemple", "--at", host.url, credential)
    customer = Typed(desk, "guide", "start")
    words = customer.item(state="waiting")["words"]
    helper = CommandLine(tmp_path / "helper")
    support = Typed(
        helper, "support", "join", *(w[:4] for w in words), "--credential", credential, "--ca", made.ca
    )
    assert support.item(say="steps")["granted"] == []
    assert customer.item(state="joined")["helper"] == "Claire Exemple"
    support.type("snapshots")
    assert support.item(say="no")["code"] == "guidance_not_granted"
    assert customer.item(wanted="names")["granted"] == []
    customer.type("accorder")
    customer.type("allow")
    support.item(say="steps", granted=["state", "names"])
    support.type("snapshots")
    rows = support.item(say="snapshots")["rows"]
    assert len(rows) == 1
    support.type("find #1 lettre")
    names = support.item(say="names")["rows"]
    assert [each["path"].rpartition("/")[2] for each in names] == ["lettre de liaison.txt"]
    customer.type("allow")
    support.item(say="steps", granted=["state", "names", "proposal"])
    (documents / "lettre de liaison.txt").unlink()
    support.type(f"propose {rows[0]['id']} #1")
    support.item(say="proposal", state="shown")
    asked = next(
        each for each in iter(lambda: customer.item(state="joined"), None) if each["proposal"] is not None
    )
    assert asked["proposal"]["files"] == 1
    customer.type("oui")
    support.item(say="proposal", state="done")
    assert (documents / "lettre de liaison.txt").read_bytes() == b"fictif"
    support.type("not a command")
    customer.type("stop")
    assert support.end()["exit"] == 0
    ended = customer.end()
    assert (ended["exit"], ended["error"]) == (0, None)
    log = desk.json("guide", "log")["items"]
    assert log[0]["done"] == "opened" and log[-1]["done"] == "ended"
    for record in log:
        msgspec.convert(record, ITEMS["guide log"])
    assert "lettre" not in helper("guide", "log").out
    assert "Support looked for" in desk("guide", "log").out


def test_what_is_typed_wrong_is_said(
    practice: tuple[TestHost, Practice, CommandLine, Path], tmp_path: Path
) -> None:
    host, made, desk, _ = practice
    credential = tmp_path / "claire.json"
    Operator(tmp_path / "host")(
        "support", "add", "--name", "Claire Exemple", "--at", host.url, str(credential)
    )
    helper = CommandLine(tmp_path / "helper")

    def refused(words: str, file: str = str(credential), code: int = 2) -> str:
        return helper.error(
            "support", "join", *words.split(), "--credential", file, "--ca", made.ca, code=code
        )

    assert refused("abeille agrafe") == "guidance_words_count"
    assert refused("abeille " * 7 + "zzzzz") == "guidance_word_unknown"
    assert refused("abeille " * 8, code=1) == "host_meeting_unknown"
    assert refused("abeille " * 8, made.ca, code=1) == "guidance_credential"
    assert refused("abeille " * 8, str(tmp_path / "none"), code=1) == "guidance_credential"
    alone = CommandLine(tmp_path / "alone")
    assert alone.error("guide", "start", code=2) == "not_enrolled"
    (desk.profile / "credentials" / "device.json").unlink()
    done = desk.attempt("guide", "start")  # nobody is there to type, and the vault stays closed
    assert done.code == 0 and "[locked]" in done.err and "Session over" in done.out
