"""Retention from the command line: a policy, what it would do, what it does, what comes back."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.agent.chore_list import kind_of
from cyberlib_client.app.agent.messages import RetentionJob
from cyberlib_client.app.prompts import Nobody
from cyberlib_client.app.session import Session
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.format_v1.retired import PURGE, RETIRE, Retirement, by_kind
from cyberlib_client.repository.retirements import put_retirement
from cyberlib_client.repository.unlocking import offered_passphrase
from cyberlib_client.repository.vault import open_vault
from cyberlib_client.services.device import identity
from cyberlib_client.state.profile import Profile
from cyberlib_client.transports.folder import FolderStore
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.trees import make_tree

DAY = 86_400 * 10**9
BEGIN = 25_600 * DAY + 12 * 3600 * 10**9  # of 2040: later than what a file system tells of its files


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
    report = line.json("report")["result"]
    aside = report["aside"]
    assert (aside["snapshots"], aside["waiting"]) == (len(year) - 2, done["plan"]["waiting"])
    assert (aside["first"][:10], aside["frozen"]) == (waiting[0]["until"][:10], "")
    assert f"{len(year) - 2} snapshots" in line("report").out
    line("report", "--html", str(line.profile / "page.html"))
    assert "In quarantine" in (line.profile / "page.html").read_text(encoding="utf-8")
    (much,) = [each for each in report["incidents"] if each["kind"] == "much_let_go"]
    assert much["facts"]["total"] == len(year) and much["facts"]["count"] == len(year) - 2
    assert "cyberlib undelete" in line("report").out
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
    assert line.json("report")["result"]["aside"]["snapshots"] == 2
    assert not [e for e in line.json("report")["result"]["incidents"] if e["kind"] == "much_let_go"]
    assert line.json("undelete", year[3])["result"]["back"] == [year[3]]
    assert line.json("report")["result"]["aside"]["snapshots"] == 1
    assert line.error("undelete", year[3], code=2) == "not_retired"
    line("restore", year[3], "--to", str(tmp_path / "out"))
    proven(line, "retention", "set", "--last", "1")
    calendar.days(31)
    done = line.json("retention", "apply", "--yes")["result"]
    assert year[4] not in ids(line, "--retired")
    assert ids(line) == [year[3], year[-1]], "what somebody brought back went again"
    assert [each["rules"] for each in done["plan"]["kept"]] == [["undeleted"], ["newest", "last"]]
    assert line.error("undelete", year[4], code=1) == "quarantine_over"


def test_an_undo_after_the_end(line: CommandLine, year: list[str], calendar: Calendar) -> None:
    proven(line, "forget", year[3], "--yes")
    name = next(line.vault.glob(f"snapshots/**/{year[3]}*"))
    data = name.read_bytes()
    calendar.days(31)
    line("retention", "apply", "--yes")
    assert not name.exists()
    name.write_bytes(data)  # a copy put back by hand
    assert line.error("undelete", year[3], code=1) == "quarantine_over"
    assert line.json("undelete", "--all")["result"]["back"] == []
    assert year[3] not in ids(line)


def told(line: CommandLine) -> int:
    """Of how many snapshots the report says that another machine let them go."""
    reasons = line.json("report")["result"]["health"]["reasons"]
    return sum(each["facts"]["count"] for each in reasons if each["code"] == "let_go_elsewhere")


def test_all_comes_back_by_one_command(line: CommandLine, year: list[str], calendar: Calendar) -> None:
    """Whoever has the keys lets all go, as if a patient had refused, and says that it is being deleted."""
    store = FolderStore(str(line.vault))
    vault = open_vault(store, offered_passphrase(PASSPHRASE))
    thief = identity(vault.keys, bytes(48), "thief")
    names = [name for kind in ("snapshots", "packs", "index") for name, _ in store.list(kind)]
    for action in (RETIRE, PURGE):
        said = Retirement(thief.device, action, calendar(), "", "erasure", by_kind(names))
        put_retirement(store, vault.keys, os.urandom, said, thief.signing)
    assert ids(line) == []
    assert line.error("undelete", year[0], code=1) == "deletion_announced"
    assert line.error("undelete", year[0], "--all", code=2) == "usage"
    assert {each["announced"] for each in line.json("undelete")["result"]["waiting"]} == {True}
    assert not told(line)
    line("backup")
    assert told(line) == len(year)
    calendar.days(1.1)
    done = line.json("undelete", "--all")["result"]
    assert (done["back"], done["waiting"]) == (year, [])
    assert not told(line)
    year += ids(line)[-1:]
    assert ids(line) == year
    calendar.days(40)
    line("retention", "apply", "--yes")
    assert line.json("verify", "--read-data")["result"]["ok"]
    assert ids(line) == year


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
    assert line.json("report")["result"]["aside"]["frozen"]
    assert "Nothing is deleted: an alarm stands on" in line("report").out
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


@pytest.fixture
def other(line: CommandLine, year: list[str], tmp_path: Path) -> CommandLine:
    """A second machine of the vault, with three snapshots."""
    made = CommandLine(tmp_path / "other")
    folder = make_tree(tmp_path / "Accueil", {"a.txt": b"a"})
    with made.secret(PASSPHRASE):
        made("vault", "open", "--at", str(line.vault), "--device-file", "--device-name", "OTHER")
    made("sources", "add", str(folder))
    for _ in range(3):
        (folder / "a.txt").write_bytes(os.urandom(100))
        made("backup")
    return made


def weekly(line: CommandLine) -> int:
    """What an agent does once a week."""
    session = Session(Profile(str(line.profile), bootstrap.private_files), Nobody())
    session.trigger = "schedule"
    try:
        kind = kind_of(RetentionJob())
        assert kind is not None
        return kind.do(session, RetentionJob()).exit_code
    except CyberlibError as error:
        return error.exit_code
    finally:
        session.closing.close()


def mine(line: CommandLine) -> list[str]:
    name = line.json("vault", "info")["result"]["device"]
    return [s["id"] for s in line.json("snapshots")["items"] if s["device"] == name]


def test_a_policy_in_the_vault_holds_for_all_machines(
    line: CommandLine, other: CommandLine, year: list[str], calendar: Calendar
) -> None:
    before = objects(line)
    assert weekly(other) == 0 and objects(line) == before, "nothing is chosen, nothing is done"
    assert line.error("retention", "set", "--last", "2", "--all-devices", code=5) == "proof_needed"
    looked = line.json("retention", "set", "--last", "2", "--all-devices", "--dry-run")["result"]
    assert not looked["saved"] and len(looked["then"]["going"]) == len(year) - 2 + 1
    assert objects(line) == before
    proven(line, "retention", "set", "--last", "2", "--all-devices")
    shown = other.json("retention", "show")["result"]
    assert not shown["chosen"]
    [shared] = shown["shared"]
    assert (shared["last"], shared["device_id"]) == (2, "")
    assert shared["set_by"] == line.json("snapshots")["items"][0]["device"] and shared["set_at"]
    assert "In the vault, for all devices (set by " in other("retention", "show").out
    os.rename(line.vault, line.vault.with_name("away"))
    shown = other.json("retention", "show")
    assert shown["result"]["shared"] is None
    assert [each["code"] for each in shown["notices"]] == ["policies_not_seen"]
    assert "nothing is ever deleted" not in other("retention", "show").out
    os.rename(line.vault.with_name("away"), line.vault)
    # One machine has a policy of its own as well, and another one that stands in the vault for it alone.
    line("retention", "set", "--last", "4")
    calendar.days(3)
    assert [weekly(each) for each in (line, other)] == [0, 0]
    assert (len(mine(line)), len(mine(other))) == (4, 2)
    proven(line, "retention", "set", "--last", "1", "--device", "other")
    proven(line, "retention", "apply", "--all-devices", "--yes")
    assert (len(mine(line)), len(mine(other))) == (4, 1), "this machine's own policy is not another's"
    assert line.error("retention", "set", "--preset", "none", code=5) == "proof_needed", "the vault’s is left"
    proven(other, "retention", "set", "--preset", "none", "--device", "OTHER")
    assert [each["last"] for each in line.json("retention", "show")["result"]["shared"]] == [2]
    proven(other, "retention", "set", "--preset", "none", "--all-devices")
    assert line.json("retention", "show")["result"]["shared"] == []
    assert proven(line, "retention", "set", "--last", "1", "--device", "X", code=2)["error"]["code"] == (
        "device_unknown"
    )
    assert line.json("verify", "--read-data")["result"]["ok"]


def test_what_the_agent_could_not_do_is_told_until_it_did(
    line: CommandLine, year: list[str], calendar: Calendar
) -> None:
    proven(line, "retention", "set", "--last", "1")
    calendar.days(70)
    assert weekly(line) == 1
    line("backup")
    kinds = [each["kind"] for each in line.json("report")["result"]["incidents"]]
    assert "clock_doubtful" in kinds, "a backup did not put the clock right"
    line("retention", "apply", "--yes", "--clock-is-right")
    found = {each["kind"]: each["cleared"] for each in line.json("report")["result"]["incidents"]}
    assert found.pop("clock_doubtful")
    assert found == {"much_let_go": None, "kit_unchecked": None}  # more than a year went by


def test_two_machines_each_keep_their_own(
    line: CommandLine, other: CommandLine, year: list[str], calendar: Calendar
) -> None:
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
