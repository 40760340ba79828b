"""A kit that nobody took out of its drawer for a year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cyberlib_client.app import bootstrap
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.trees import make_tree

_DAY = 24 * 3600 * 10**9


class Calendar:
    """The client's clock, so many days ahead."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.days = 0
        usual = bootstrap.clock
        monkeypatch.setattr(bootstrap, "clock", lambda: usual() + self.days * _DAY)


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    return Calendar(monkeypatch)


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    made = CommandLine(tmp_path / "poste")
    with made.secret(PASSPHRASE):
        created = made.json("vault", "create", "--at", str(tmp_path / "coffre"), "--device-file")
    made.words = created["result"]["words"]
    make_tree(tmp_path / "documents", {"a.txt": b"fictif"})
    made("sources", "add", str(tmp_path / "documents"))
    return made


def _told(line: CommandLine) -> int:
    """How many days before today the kit was last tried or made, as health says; 0 where it says nothing."""
    reasons = line.json("report")["result"]["health"]["reasons"]
    days = [date.fromisoformat(each["facts"]["day"]) for each in reasons if each["code"] == "kit_unchecked"]
    today = datetime.fromtimestamp(bootstrap.clock() / 10**9, UTC).date()
    return (today - days[0]).days if days else 0


def _check(line: CommandLine, tmp_path: Path, words: list[str]) -> None:
    file = tmp_path / "mots.txt"
    file.write_text(" ".join(words), encoding="utf-8")
    file.chmod(0o600)
    line("kit", "check", "--recovery-file", str(file))


def test_it_is_told_after_a_year_until_somebody_tries_it(
    line: CommandLine, calendar: Calendar, tmp_path: Path
) -> None:
    line("backup")
    calendar.days = 364
    line("backup")
    assert _told(line) == 0
    calendar.days = 366
    line("backup")
    assert _told(line) == 366
    _check(line, tmp_path, line.words)
    assert _told(line) == 0
    calendar.days += 364
    line("backup")
    assert _told(line) == 0
    calendar.days += 3
    line("backup")
    assert _told(line) == 367
    line("upkeep", "set", "--kit-days", "1000")
    line("backup")
    assert _told(line) == 0
    line("upkeep", "set", "--kit-days", "0")
    calendar.days += 4000
    line("backup")
    assert _told(line) == 0


def test_a_new_kit_counts_as_one_that_was_tried(line: CommandLine, calendar: Calendar) -> None:
    calendar.days = 400
    line("backup")
    assert _told(line) == 400
    with line.secret(PASSPHRASE):
        line("key", "add", "recovery", "--name", "kit 2")
    line("backup")
    assert _told(line) == 0
