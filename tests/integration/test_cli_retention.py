"""Retention from the command line: a policy, what it would do, what it does, what comes back."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app import bootstrap
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.trees import make_tree

DAY = 86_400 * 10**9
BEGIN = 20_800 * DAY + 12 * 3600 * 10**9


class Calendar:
    """The clock of the machine, as it is set."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> int:
        self.now += 1_000_000
        return self.now

    def days(self, number: float) -> None:
        self.now += round(number * DAY)


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    made = Calendar()
    monkeypatch.setattr(bootstrap, "clock", made)
    return made


@pytest.fixture
def practice(tmp_path: Path, line: CommandLine) -> Path:
    folder = make_tree(tmp_path / "Cabinet", {f"{n}.bin": os.urandom(30_000) for n in range(3)})
    line("sources", "add", str(folder))
    return folder


@pytest.fixture
def year(line: CommandLine, practice: Path, calendar: Calendar) -> list[str]:
    """Ids of snapshots of three days, two a day."""
    for _ in range(6):
        (practice / "new.bin").write_bytes(os.urandom(30_000))
        line("backup")
        calendar.days(0.5)
    return ids(line)


def ids(line: CommandLine, *args: str) -> list[str]:
    return [each["id"] for each in line.json("snapshots", *args)["items"]]


def objects(line: CommandLine) -> set[str]:
    return {path.relative_to(line.vault).as_posix() for path in line.vault.rglob("*") if path.is_file()}


def proven(line: CommandLine, *args: str, code: int = 0) -> Any:
    with line.secret(PASSPHRASE):
        return line.json(*args, code=code)


def test_without_a_policy_nothing_goes(line: CommandLine, year: list[str], calendar: Calendar) -> None:
    assert "nothing is ever deleted" in line("retention", "show").out
    calendar.days(40)
    done = line.json("retention", "apply", "--yes")["result"]
    assert (done["retired"], done["plan"]["going"]) == (0, [])
    assert ids(line) == year
    assert line.error("forget", year[0], "--yes", code=5) == "proof_needed"
    with line.secret(PASSPHRASE):
        assert line.error("forget", year[0], code=2) == "yes_needed"
    assert ids(line) == year


def test_what_is_foretold_is_what_happens(line: CommandLine, year: list[str], calendar: Calendar) -> None:
    before = objects(line)
    chosen = proven(line, "retention", "set", "--daily", "2", "--last", "1")["result"]
    assert chosen["saved"] and len(chosen["then"]["going"]) == len(year) - 2
    assert {rule for each in chosen["then"]["kept"] for rule in each["rules"]} == {"newest", "last", "daily"}
    dry = line.json("retention", "apply", "--dry-run")["result"]
    assert line.error("retention", "apply", code=2) == "yes_needed"
    assert not dry["done"]
    assert objects(line) == before, "a look changed the vault"
    done = line.json("retention", "apply", "--yes")["result"]
    assert done["plan"]["going"] == dry["plan"]["going"] == chosen["then"]["going"]
    assert done["plan"]["kept"] == dry["plan"]["kept"]
    assert done["plan"]["frees"] == dry["plan"]["frees"] > 5 * 30_000
    assert done["retired"] == len(year) - 2
    assert ids(line) == [each["id"] for each in done["plan"]["kept"]]
    assert ids(line, "--retired") == [each["id"] for each in done["plan"]["going"]]
    assert objects(line) >= before, "something was deleted before the quarantine's end"
    waiting = line.json("undelete")["result"]["waiting"]
    assert [each["id"] for each in waiting] == ids(line, "--retired")
    assert {(each["reason"], each["returns"]) for each in waiting} == {("policy", True)}
    calendar.days(31)
    again = line.json("retention", "apply", "--yes")["result"]
    assert again["purged"] >= done["plan"]["frees"] > 0
    assert again["purged_snapshots"] == len(year) - 2
    assert line.json("verify", "--read-data")["result"]["ok"]
    assert line.json("undelete")["result"]["waiting"] == []
    assert [run["bytes"] for run in line.json("report")["result"]["runs"] if run["command"] == "retention"]


def test_settings_are_checked_and_kept(line: CommandLine, year: list[str]) -> None:
    for args, code in (
        (("--preset", "grand"), "bad_preset"),
        (("--daily", "-1"), "bad_retention"),
        (("--daily", "20000"), "bad_retention"),
        (("--daily", "²"), "bad_retention"),
        (("--quarantine", "3"), "usage"),
        ((), "usage"),
    ):
        assert line.error("retention", "set", *args, code=2) == code
    shown = proven(line, "retention", "set", "--preset", "Comptabilité")["result"]["after"]
    assert (shown["preset"], shown["yearly"]) == ("comptabilite", 11)
    settings = tomllib.loads((line.profile / "settings.toml").read_text(encoding="utf-8"))
    assert settings["retention"]["preset"] == "comptabilite"
    shown = line.json("retention", "set", "--yearly", "20")["result"]["after"]  # longer: no proof
    assert (shown["preset"], shown["yearly"]) == ("", 20)
    assert line.error("retention", "set", "--yearly", "3", code=5) == "proof_needed"
    assert line.error("retention", "set", "--quarantine", "7", code=5) == "proof_needed"
    assert line.json("retention", "show")["result"]["yearly"] == 20
    assert not line.json("retention", "set", "--yearly", "3", "--dry-run")["result"]["saved"]
    assert line.json("retention", "set", "--preset", "none")["result"]["after"]["chosen"] is False
    assert line.json("retention", "set", "--preset", "tout")["result"]["after"]["chosen"] is True


def test_a_version_is_forgotten_and_comes_back(
    line: CommandLine, year: list[str], calendar: Calendar, tmp_path: Path
) -> None:
    with line.secret(PASSPHRASE):
        assert line.error("forget", year[-1], "--yes", code=2) == "forget_newest"
        assert line.error("forget", "ffffffff", "--yes", code=2) == "snapshot_unknown"
    gone = proven(line, "forget", year[3][:10], year[4], "--yes")["result"]
    assert [each["id"] for each in gone["plan"]["going"]] == year[3:5]
    assert set(ids(line)) == set(year) - set(year[3:5])
    assert not line.json("snapshots")["notices"], "what was let go is missed"
    assert line.error("undelete", year[0], code=2) == "not_retired"
    assert line.error("undelete", "ffffffff", code=2) == "snapshot_unknown"
    assert line.json("undelete", year[3])["result"]["back"] == [year[3]]
    assert line.error("undelete", year[3], code=2) == "not_retired"
    line("restore", year[3], "--to", str(tmp_path / "out"))
    proven(line, "retention", "set", "--last", "1")
    calendar.days(31)
    done = line.json("retention", "apply", "--yes")["result"]
    assert year[4] not in ids(line, "--retired")
    assert ids(line) == [year[3], year[-1]], "what somebody brought back went again"
    assert [each["rules"] for each in done["plan"]["kept"]] == [["undeleted"], ["newest", "last"]]
    assert line.error("undelete", year[4], code=2) == "snapshot_unknown"


def test_an_undo_after_the_end(line: CommandLine, year: list[str], calendar: Calendar) -> None:
    proven(line, "forget", year[3], "--yes")
    name = next(line.vault.glob(f"snapshots/**/{year[3]}*"))
    data = name.read_bytes()
    calendar.days(31)
    line("retention", "apply", "--yes")
    assert not name.exists()
    name.write_bytes(data)  # a copy put back by hand
    assert line.error("undelete", year[3], code=1) == "quarantine_over"
    assert year[3] not in ids(line)


def test_even_the_newest_with_force(line: CommandLine, year: list[str]) -> None:
    proven(line, "forget", year[-1], "--yes", "--force")
    assert ids(line) == year[:-1]
    line("backup")
    assert len(ids(line)) == len(year)
    assert not line.json("snapshots")["notices"]
    assert line.json("verify", "--read-data")["result"]["ok"]


@pytest.mark.parametrize("leap", [-2, 61])
def test_a_clock_in_doubt_deletes_nothing(
    line: CommandLine, year: list[str], calendar: Calendar, leap: float
) -> None:
    proven(line, "retention", "set", "--last", "1")
    before = objects(line)
    calendar.days(leap)
    assert line.error("retention", "apply", "--yes", code=1) == "clock_doubtful"
    with line.secret(PASSPHRASE):
        assert line.error("forget", year[0], "--yes", code=1) == "clock_doubtful"
    assert objects(line) == before
    line("retention", "apply", "--yes", "--clock-is-right")
    line("retention", "apply", "--yes")
    # What is still to come by this clock stays.
    assert ids(line) == (year[-1:] if leap > 0 else year[-3:])


def test_a_dead_battery_pushes_nothing_out(line: CommandLine, year: list[str], calendar: Calendar) -> None:
    right, calendar.now = calendar.now, 3600 * 10**9
    for _ in range(5):
        line("backup")
    calendar.now = right
    line("backup")
    proven(line, "retention", "set", "--daily", "4")
    line("retention", "apply", "--yes")
    kept = ids(line)
    assert len(kept) == 4 and len(set(kept) & set(year)) == 3


def test_an_alarm_stands_still_everywhere(
    line: CommandLine, year: list[str], practice: Path, tmp_path: Path
) -> None:
    other = CommandLine(tmp_path / "other")
    with other.secret(PASSPHRASE):
        other("vault", "open", "--at", str(line.vault), "--device-file", "--device-name", "OTHER")
    proven(line, "retention", "set", "--last", "1")
    for number in range(40):
        (practice / f"{number}.txt").write_bytes(b"a letter\n" * 50)
    line("backup")
    for path in practice.iterdir():
        path.rename(path.with_name(path.name + ".locked"))
    for path in practice.iterdir():
        path.write_bytes(os.urandom(5000))
    line("backup")
    assert line.json("alarm", "show")["result"]["frozen"], "the alarm did not rise"
    before = objects(line)
    assert line.error("retention", "apply", "--yes", code=1) == "retention_frozen"
    assert other.error("retention", "apply", "--yes", "--all-devices", code=5) == "proof_needed"
    with other.secret(PASSPHRASE):
        assert other.error("retention", "apply", "--yes", "--all-devices", code=1) == "retention_frozen"
        assert other.error("forget", year[0], "--yes", code=1) == "retention_frozen"
        assert other.error("alarm", "dismiss", "--device", "nobody", code=2) == "no_freeze"
    assert objects(line) == before
    assert "FROZEN" in line("retention", "show").out
    with line.secret(PASSPHRASE):
        line("alarm", "dismiss")
    line("retention", "apply", "--yes")
    assert len(ids(line)) == 1
    for path in practice.iterdir():
        path.write_bytes(os.urandom(5000))
        path.rename(path.with_name(path.name + ".again"))
    line("backup")
    assert line.json("alarm", "show")["result"]["frozen"], "the alarm did not rise"
    listed = line.json("snapshots")["items"]
    last, device = listed[0]["id"], listed[0]["device"]
    shutil.rmtree(line.profile)  # the machine is no more
    with other.secret(PASSPHRASE):
        assert other.error("forget", last, "--yes", code=1) == "retention_frozen"
        other("alarm", "dismiss", "--device", device)
        other("forget", last, "--yes")


def test_two_machines_each_keep_their_own(
    line: CommandLine, year: list[str], calendar: Calendar, tmp_path: Path
) -> None:
    other = CommandLine(tmp_path / "other")
    folder = make_tree(tmp_path / "Accueil", {"a.txt": b"a"})
    with other.secret(PASSPHRASE):
        other("vault", "open", "--at", str(line.vault), "--device-file", "--device-name", "OTHER")
    other("sources", "add", str(folder))
    for _ in range(3):
        (folder / "a.txt").write_bytes(os.urandom(100))
        other("backup")
    proven(other, "retention", "set", "--last", "1")
    other("retention", "apply", "--yes")
    assert len(ids(line)) == len(year) + 1, "another machine's snapshots went"
    assert other.error("retention", "apply", "--device", "X", "--dry-run", code=2) == "device_unknown"
    proven(other, "retention", "apply", "--all-devices", "--yes")
    assert len(ids(line)) == 2
    assert not line.json("snapshots")["notices"]
    calendar.days(31)
    proven(line, "retention", "set", "--last", "1")
    line("retention", "apply", "--yes")
    other("retention", "apply", "--yes")
    assert line.json("verify", "--read-data")["result"]["ok"]
