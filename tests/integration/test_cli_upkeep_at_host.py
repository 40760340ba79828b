"""Retention, refusals and repair of a vault at a host, from the command line: the host's word counts."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_host.storage.folder import FolderStorage
from tests.integration.test_cli_host import Practice
from tests.integration.test_host_retirement import later
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.hosts import TestHost
from tests.support.trees import make_tree, told
from tests.support.vaults import DAY


class Wrong:
    """A workstation's clock that shows what it likes, in a practice with a vault at a host."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = bootstrap.clock
        self.ahead = 0.0
        monkeypatch.setattr(bootstrap, "clock", lambda: real() + int(self.ahead * DAY))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Wrong:
    return Wrong(monkeypatch)


@pytest.fixture
def line(host: TestHost, tmp_path: Path, clock: Wrong) -> CommandLine:
    practice = Practice(host, tmp_path)
    made = practice.station("POSTE")
    practice.vault(made)
    folder = make_tree(tmp_path / "Cabinet", {"lettre.txt": b"fictif", "patient": {"irm.bin": b""}})
    made("sources", "add", str(folder))
    (folder / "patient" / "irm.bin").write_bytes(os.urandom(40_000))
    return made


def days(line: CommandLine, host: TestHost, clock: Wrong, *ahead: float) -> list[str]:
    """A backup a day, by a clock that is so many days ahead each time; the snapshots' ids."""
    for wrong in ahead:
        clock.ahead = wrong
        scan = Path(line.profile).parents[1] / "Cabinet" / "scan.bin"
        scan.write_bytes(os.urandom(40_000))
        line("backup")
        later(host, 1)
    return [each["id"] for each in line.json("snapshots")["items"]]


def proven(line: CommandLine, *args: str, code: int = 0) -> Any:
    with line.secret(PASSPHRASE):
        return line.json(*args, code=code)["result"]


def ids(told: list[Any]) -> list[str]:
    return [each["id"] for each in told]


def test_a_workstations_clock_lets_nothing_go_early(host: TestHost, line: CommandLine, clock: Wrong) -> None:
    """It was years ahead, then years behind; what counts is the day on which the host received each."""
    made = days(line, host, clock, 0, 0, 1800, -1800, 0)
    proven(line, "retention", "set", "--daily", "4", "--quarantine", "7")
    clock.ahead = 2000
    dry = line.json("retention", "apply", "--dry-run")["result"]
    assert ids(dry["plan"]["going"]) == made[:1]
    assert len({each["time"][:10] for each in dry["plan"]["kept"]}) == 4
    done = line.json("retention", "apply", "--yes")["result"]
    assert done["plan"]["going"] == dry["plan"]["going"]
    told = line.json("undelete")["result"]["waiting"][0]
    assert told["until"][:16] == done["until"][:16], "the same word on when it ends"
    clock.ahead = 2200
    later(host, 20)  # longer than this profile's quarantine, not than the host's
    dry = line.json("retention", "apply", "--dry-run")["result"]
    done = line.json("retention", "apply", "--yes")["result"]
    assert (dry["plan"]["due"], done["purged"], done["held"]) == (0, 0, 0)
    assert done["plan"]["waiting"] > 0
    line("undelete", made[0])
    assert made[0] in ids(line.json("snapshots")["items"])
    proven(line, "forget", made[0], "--yes")
    later(host, 31)
    clock.ahead = -3000
    assert line.json("retention", "apply", "--yes")["result"]["purged_snapshots"] == 1
    assert line.error("undelete", made[0], code=1) == "quarantine_over"


def test_what_is_written_anew_keeps_its_day(host: TestHost, line: CommandLine, clock: Wrong) -> None:
    """A patient's data taken out: the host receives all snapshots again on one day, and none goes for that.
    `--now` waives no quarantine of the host's, and says until when it lasts."""
    made = days(line, host, clock, 0, 400, 0)
    folder = line.profile.parents[1] / "Cabinet" / "patient"
    args = ("refuse", str(folder), "--reason", "refusal", "--purge", "--now", "--yes")
    done = proven(line, *args)
    assert (sorted(done["versions"]), done["line"]["status"]) == (sorted(made), "waiting")
    assert done["kept"] > 0
    quarantine = host.context.quarantine_days
    ends = datetime.fromtimestamp(host.clock() / 1e6, UTC) + timedelta(days=quarantine)
    assert abs(datetime.fromisoformat(done["line"]["until"][:19] + "Z") - ends) < timedelta(minutes=5)
    proven(line, "retention", "set", "--daily", "3")
    dry = line.json("retention", "apply", "--dry-run")["result"]["plan"]
    assert (dry["going"], dry["due"]) == ([], 0)
    assert len({each["time"][:10] for each in dry["kept"]}) == 3
    later(host, quarantine - 1)
    line("retention", "apply", "--yes")
    assert line.json("refusals", "check", code=3)["items"][0]["status"] == "waiting"
    later(host, 2)
    line("retention", "apply", "--yes")
    assert line.json("refusals", "check")["items"][0]["status"] == "proven"


def test_what_a_host_lost_comes_from_a_copy(host: TestHost, line: CommandLine, clock: Wrong) -> None:
    """It counts the pack yet, and lets nobody replace anything: what that held is stored in another. The
    files are not on the workstation any more, so no backup would bring them."""
    days(line, host, clock, 0)
    cabinet, disk = line.profile.parents[1] / "Cabinet", line.profile.parent / "disque"
    before = told(cabinet)
    line("copy", "add", "disque", str(disk))
    line("copy")
    storage = host.context.storage
    assert isinstance(storage, FolderStorage)
    at = line.json("vault", "info")["result"]["at"].rpartition("/")[2]
    stored = [path for path in (Path(storage._root) / at).rglob("*") if path.is_file()]
    max(stored, key=lambda path: path.stat().st_size).unlink()
    for name in ("scan.bin", "patient/irm.bin", "lettre.txt"):
        (cabinet / name).unlink()
    assert not line.json("verify", "--read-data", code=7)["result"]["ok"]
    looked = line.json("repair", "--from", "disque", code=7)["result"]
    assert [fix["kind"] for fix in looked["fixes"]] == ["anew"]
    done = line.json("repair", "--apply", "--from", "disque", "--no-backup")["result"]
    assert (done["ok"], [fix["count"] for fix in done["fixes"]]) == (True, [1])
    out = line.profile.parent / "out"
    line("restore", "latest", "--to", str(out))
    assert told(restored(out, cabinet)) == before
    assert line.json("repair", "--apply", "--from", "disque", "--no-backup")["result"]["fixes"] == []
