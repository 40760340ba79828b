"""The workstation burnt, and nobody knows the passphrase: a new machine and the contract key, once with the
kit, once with the escrow, once let in by the machine on the next desk. Every byte comes back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cyberlib_host.database.approved import approvals
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.escrow_at_host import AtHost
from tests.support.escrow_story import result
from tests.support.hosts import serving
from tests.support.trees import make_tree, told

_DAY = 24 * 3600 * 1_000_000 + 1
_NEW = "une toute nouvelle phrase 7"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtHost]:
    with serving(tmp_path / "host") as host:
        yield AtHost(tmp_path, host)


def _kit(story: AtHost) -> None:
    file = story.folder / "mots.txt"
    file.write_text(" ".join(story.practice.words), encoding="utf-8")
    file.chmod(0o600)
    story.replace_machine()
    story.new("vault", "open", "--at", story.host.url, "--device-file", "--recovery-file", str(file))


def _escrow(story: AtHost) -> None:
    story.replace_machine()
    asked = story.ask_here()
    story.a_day_passes()
    story.answer_all(asked["words"], "anne", "claire")
    with story.new.secret(_NEW):
        result(story.new, "escrow", "open", "--device-file")


def _approval(story: AtHost) -> None:
    """Neither passphrase nor kit on the next desk either: the host holds it back for a day."""
    desk = story.customer.station("CABINET-2")
    _let_in(story, desk, story.practice, proven=True)  # on a day before
    story.replace_machine()
    _let_in(story, story.new, desk, proven=False)


def _let_in(story: AtHost, new: CommandLine, old: CommandLine, *, proven: bool) -> None:
    words = " ".join(result(new, "approval", "ask", "--at", story.place)["words"])
    if proven:
        with old.secret(PASSPHRASE):
            result(old, "approval", "allow", "--words", words)
    else:
        assert result(old, "approval", "allow", "--words", words, "--unproven")["state"] == "held"
        assert new.error("approval", "open", code=2) == "approval_held"
        with story.host.context.database.write() as connection:
            connection.execute(approvals.update().values(opens=approvals.c.opens - _DAY))
    result(new, "approval", "open", "--device-file")


@pytest.mark.parametrize("way", [_kit, _escrow, _approval])
def test_every_byte_comes_back(story: AtHost, way: Callable[[AtHost], None]) -> None:
    before = make_tree(
        story.folder / "Patients",
        {"scan.bin": os.urandom(3_000_000), "é": {f"lettre {n}.txt": b"lettre %d" % n for n in range(50)}},
    )
    story.practice("sources", "add", str(before))
    story.practice("backup")
    story.join_here()
    way(story)
    there = story.folder / "neuf" / "Patients"
    pairs = [f"{before}={there}", f"{story.folder / 'documents'}={story.folder / 'neuf' / 'documents'}"]
    given = [part for pair in pairs for part in ("--map", pair)]
    adopted = result(story.new, "sources", "adopt", "--from", "ACCUEIL", *given, "--restore")
    assert [each["adopted"] for each in adopted["folders"]] == [True, True]
    assert told(there) == told(before)
    made = story.new.json("backup")["result"]
    assert made["snapshot"]["stored"] < 70_000, "what the vault holds was sent again"
    story.new("verify", "--read-data")
    assert story.practice.error("backup", code=5) == "host_device_replaced"  # should it have survived
