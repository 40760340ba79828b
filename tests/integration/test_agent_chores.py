"""An agent reads the vault a portion a day, between backups, and makes way for them."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.agent.jobs import Process, StartWorker
from cyberlib_client.app.agent.messages import BackupJob, Ended, Event, VerifyJob, told
from cyberlib_client.app.agent.worker import Order
from cyberlib_client.core.errors import Stopped
from cyberlib_client.state.packs_read import day_of, read_packs_read
from cyberlib_client.state.profile import Profile
from cyberlib_client.state.records import RunRecord
from tests.support.agent_life import Life
from tests.support.clocks import at
from tests.support.command_line import CommandLine
from tests.support.trees import make_tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

HOUR = 3600 * 10**9


@pytest.fixture
def life(line: CommandLine, tmp_path: Path) -> Life:
    make_tree(tmp_path / "cabinet", {f"{n}.bin": os.urandom(50_000) for n in range(6)})
    line("sources", "add", str(tmp_path / "cabinet"))
    settings = line.profile / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[drill]\nevery = "off"\n', encoding="utf-8")
    return Life(Profile(str(line.profile), bootstrap.private_files), at(2026, 10, 5, 8), 1)


def verifications(life: Life) -> list[RunRecord]:
    history = bootstrap.history(life.profile)
    return [run for run in history.runs(limit=500) if run.command == "verify"]


def test_days_at_work(life: Life, line: CommandLine) -> None:
    for day in range(4):
        life.start()
        life.live(at(2026, 10, 5 + day, 18))
        assert life.agent is not None
        chore = next(each for each in life.agent.status().chores if each.name == "verify")
        assert chore.name == "verify" and chore.failures == 0
        life.stop()
        life.machine.sleep(14 * 3600)
    runs = verifications(life)
    assert [run.trigger for run in runs] == ["schedule"] * 3
    assert all(run.exit == 0 and run.bytes > 0 for run in runs)
    history = bootstrap.history(life.profile)
    for run in runs:
        backups = [each for each in history.runs(limit=500) if each.command == "backup"]
        assert all(each.ended <= run.started or run.ended <= each.started for each in backups)
    vault = line.json("vault", "info")["result"]["id"]
    assert read_packs_read(life.profile, vault).within(day_of(life.machine.wall), 30) > 0


def test_damage_found_by_a_portion_is_told_until_it_is_healed(life: Life, line: CommandLine) -> None:
    life.start()
    life.live(at(2026, 10, 5, 9))
    pack = max((line.vault / "packs").rglob("*/*"), key=lambda path: path.stat().st_size)
    data = bytearray(pack.read_bytes())
    data[1000] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(data)
    for hour in range(9, 9 + 8 * 24):
        life.live(at(2026, 10, 5) + hour * HOUR)
        if [run.exit for run in verifications(life)][-1:] == [7]:
            break
    history = bootstrap.history(life.profile)
    assert "vault_damaged" in [each.kind for each in history.incidents(open_only=True)]
    line("verify", "--quick", code=7)
    assert "vault_damaged" in [each.kind for each in history.incidents(open_only=True)]
    life.live(life.machine.wall + 48 * HOUR)  # the daily backup puts back what is lost
    assert [run.exit for run in verifications(life)][-1] == 0
    assert "vault_damaged" not in [each.kind for each in history.incidents(open_only=True)]
    assert line.json("verify", "--rotate")["result"]["mode"] == "portion"
    life.stop()


class Endless:
    """A worker that verifies until it is told to stop."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self._asked = threading.Event()
        self._told = False

    def events(self) -> Callable[[], Event | None]:
        return self._next

    def _next(self) -> Event | None:
        assert self._asked.wait(180)
        if self._told:
            return None
        self._told = True
        return Ended(130, error=told(Stopped(by=self.reasons[0])))

    def stop(self, reason: str) -> None:
        self.reasons.append(reason)
        self._asked.set()

    def kill(self) -> None:
        self.stop("killed")


class Busy(Life):
    """Its verifications never end by themselves."""

    endless: Endless | None = None

    def worker(self) -> StartWorker:
        start = super().worker()

        def started(order: Order) -> Process:
            if not isinstance(order.job, VerifyJob):
                return start(order)
            self.endless = Endless()
            return self.endless

        return started

    def until_verifying(self) -> Endless:
        """Until a verification is at work."""
        assert self.agent is not None
        for _ in range(3000):
            self.agent.step()
            for _ in range(2000):
                job = self.agent.status().job
                if job is None or job.command == "verify":
                    break
                time.sleep(0.005)
            if job is not None and self.endless is not None and not self.endless.reasons:
                return self.endless
            self.machine.work(30)
        raise AssertionError("it never began")


@pytest.mark.parametrize("way", ["changes", "asked", "battery", "paused"])
def test_a_chore_makes_way(life: Life, tmp_path: Path, way: str) -> None:
    busy = Busy(life.profile, life.machine.wall, 1)
    busy.start()
    assert busy.agent is not None
    endless = busy.until_verifying()
    backups = len(busy.ended)
    if way == "changes":
        make_tree(tmp_path / "cabinet", {"new.txt": b"new"})
        busy.folders.change(tmp_path / "cabinet")
    elif way == "asked":
        busy.agent.start(BackupJob(), False, Nobody())
    elif way == "battery":
        busy.on_battery = 2
    else:
        busy.agent.pause(busy.machine.wall + HOUR)
    for _ in range(20):
        busy.agent.step()
        if endless.reasons:
            break
        busy.machine.work(15)
    expected = {"changes": "backup", "asked": "backup", "battery": "battery_low", "paused": "paused"}
    assert endless.reasons == [expected[way]]
    busy.wait_for_jobs()
    busy.agent.step()
    busy.wait_for_jobs()
    if way in ("changes", "asked"):
        assert "completed" in [how for _, how in busy.ended[backups:]], "the backup was made"
        again = busy.until_verifying()
        assert again is not endless
        # On a busy machine what changed may be heard of twice, and it makes way twice.
        assert failures(busy) in (1, 2), "the one under way"
    else:
        assert failures(busy) == 0
    busy.stop()


def failures(life: Life) -> int:
    """Of verifications, in a row."""
    assert life.agent is not None
    return next(each.failures for each in life.agent.status().chores if each.name == "verify")


class Nobody:
    """A client that does not listen."""

    def hear(self, _job: int, _event: Event) -> None:
        pass


def test_battery_keeps_a_chore_waiting(life: Life) -> None:
    life.start()
    life.live(at(2026, 10, 5, 9))
    life.on_battery = 10
    life.live(at(2026, 10, 6, 8))
    assert verifications(life) == []
    life.on_battery = None
    life.live(at(2026, 10, 6, 10))
    assert len(verifications(life)) == 1
    life.stop()


def test_a_chore_that_is_switched_off(life: Life, line: CommandLine) -> None:
    settings = line.profile / "settings.toml"
    settings.write_text(settings.read_text() + "\n[verification]\nrotate = false\n")
    life.start()
    life.live(at(2026, 10, 7, 8))
    assert life.agent is not None and [each.name for each in life.agent.status().chores] == ["retention"]
    assert verifications(life) == []
    life.stop()
