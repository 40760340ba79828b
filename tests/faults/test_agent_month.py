"""A workstation left alone for a month: its agent ends equal to the disk, and its history is true."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.agent.keeping import read_kept
from cyberlib_client.state.profile import Profile
from cyberlib_client.state.records import Moment
from tests.faults.disks import mounted_tmpfs
from tests.support.agent_life import Life
from tests.support.clocks import at
from tests.support.command_line import CommandLine, restored
from tests.support.trees import told

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks, mounts"),
]

HOUR: Final = 3600 * 10**9
DAY: Final = 24 * HOUR


class Span(NamedTuple):
    """What truly was from one moment to another: "on", "asleep", "off"."""

    start: int
    end: int
    state: str


class Month:
    """Days of work, nights, weekends, and what goes wrong."""

    def __init__(self, line: CommandLine, disk: Path, seed: int) -> None:
        self.line, self.disk = line, disk
        self.random = random.Random(seed)
        self.sources = line.profile.parent / "cabinet"
        for number in range(60):
            self.write(self.folder() / f"lettre {number}.txt")
        line("sources", "add", str(self.sources))
        self.profile = Profile(str(line.profile), bootstrap.private_files)
        self.start = at(2026, 10, 5)
        self.life = Life(self.profile, self.start, seed)
        self.spans: list[Span] = []
        self.cuts = 0
        self.full_days: list[int] = []

    # ---- what people do

    def folder(self) -> Path:
        return self.sources / f"patient {self.random.randrange(12)}"

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.random.randbytes(self.random.randrange(200, 4_000)))

    def work(self) -> None:
        """A few changes, most of which are told."""
        for _ in range(self.random.randrange(1, 5)):
            folder = self.folder()
            files = sorted(folder.iterdir()) if folder.is_dir() else []
            touched = {folder}
            match self.random.randrange(6):
                case 0 if files:
                    files[0].unlink()
                case 1 if files:
                    target = self.folder()
                    target.mkdir(parents=True, exist_ok=True)
                    touched |= {target, target.parent}
                    files[-1].rename(target / f"{self.random.randrange(10**6)}.txt")
                case 2 if files:
                    files[0].write_bytes(files[0].read_bytes() + b"suite")
                case _:
                    touched.add(folder.parent)
                    self.write(folder / f"compte rendu {self.random.randrange(10**6)}.txt")
            for each in touched:
                if self.random.random() < 0.03:
                    continue  # an event that never came, and nobody knows
                self.life.folders.change(each)
        if self.random.random() < 0.03:
            self.life.folders.overflow()

    # ---- days

    def day(self, number: int) -> None:
        midnight = self.start + number * DAY
        if self.life.machine.wall >= midnight + 8 * HOUR or (number % 7) >= 5:
            self.rest(midnight + DAY)
            return
        self.rest(midnight + 8 * HOUR)
        if self.life.agent is None:
            self.life.start()
        begun = self.life.machine.wall
        for hour in range(8, 19):
            self.hour(number, midnight, hour)
            if self.life.agent is None:  # the current went; somebody switches on again after a while
                self.spans.append(Span(begun, self.life.machine.wall, "on"))
                self.cuts += 1
                self.rest(self.life.machine.wall + self.random.randrange(5, 50) * 60 * 10**9)
                self.life.start()
                begun = self.life.machine.wall
        self.spans.append(Span(begun, self.life.machine.wall, "on"))
        if self.random.random() < 0.4:
            self.life.stop()

    def hour(self, number: int, midnight: int, hour: int) -> None:
        end = midnight + (hour + 1) * HOUR
        ballast = self.disk / "ballast"
        if number == 9 and hour == 9:
            self.fill(ballast)
        if number == 10 and hour == 16:
            ballast.unlink()
        if number == 15 and hour == 10:
            self.line.vault.rename(self.line.vault.with_name("elsewhere"))  # the disk with the vault is away
        if number == 15 and hour == 14:
            self.line.vault.with_name("elsewhere").rename(self.line.vault)
        self.life.on_battery = 12 if number == 17 and 9 <= hour < 15 else None
        if number == 22 and hour == 11:
            self.life.machine.put(-1200)
        if self.random.random() < 0.15 and hour != 12:
            self.work()
        self.life.cut_next = self.life.cut_next or self.random.random() < 0.02
        self.life.live(end)

    def fill(self, ballast: Path) -> None:
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(64 * 1024))
            except OSError:
                pass

    def rest(self, until: int) -> None:
        """Asleep, or off."""
        if until <= self.life.machine.wall:
            return
        self.spans.append(
            Span(self.life.machine.wall, until, "asleep" if self.life.agent is not None else "off")
        )
        self.life.machine.sleep((until - self.life.machine.wall) / 1e9)


def states(moments: list[Moment], now: int, last_seen: int) -> list[Span]:
    """When the agent was at work, asleep, or not there, as the history tells it."""
    found: list[Span] = []
    since: int | None = None
    asleep: list[Span] = []
    for moment in moments:
        if moment.kind == "agent_started":
            since = moment.at
        elif moment.kind == "slept":
            asleep.append(Span(moment.at - int(moment.facts["seconds"] or 0) * 10**9, moment.at, "asleep"))
        elif moment.kind in ("agent_ended", "agent_lost") and since is not None:
            end = moment.at if moment.kind == "agent_ended" else int(moment.facts["last"] or 0)
            found.append(Span(since, end, "on"))
            since = None
    if since is not None:
        found.append(Span(since, max(now, last_seen), "on"))
    return [*asleep, *found]


def state_at(spans: list[Span], moment: int) -> str:
    return next((span.state for span in spans if span.start <= moment < span.end), "off")


@pytest.mark.parametrize("seed", [2026])
def test_a_month(line: CommandLine, tmp_path: Path, seed: int) -> None:
    with mounted_tmpfs(tmp_path / "disk", "size=24m") as disk:
        vault = disk / "vault"
        shutil.move(line.vault, vault)
        settings = line.profile / "settings.toml"
        settings.write_text(settings.read_text().replace(str(line.vault), str(vault)))
        line.vault = vault
        month = Month(line, disk, seed)
        for number in range(30):
            month.day(number)
        _all_is_well_in_the_end(month, tmp_path)
        _the_history_tells_the_truth(month)


def _all_is_well_in_the_end(month: Month, tmp_path: Path) -> None:
    """Whatever was lost on the way: after the next whole look the newest snapshot is the disk."""
    life = month.life
    life.cut_next = False  # the current stays on from now on
    if life.agent is None:
        life.start()
    life.live(life.machine.wall + DAY + 2 * HOUR)
    assert life.ended[-1][1] == "completed"
    month.line("restore", "latest", "--to", str(tmp_path / "back"))
    assert told(restored(tmp_path / "back", month.sources)) == told(month.sources)
    found = month.line.json("verify", "--read-data")["result"]
    assert found["ok"] and found["problems"] == []


def _the_history_tells_the_truth(month: Month) -> None:
    life = month.life
    history = bootstrap.history(month.profile)
    runs = [run for run in history.runs(limit=10_000) if run.command == "backup"]
    told_of = [(run.trigger, run.reason if run.outcome != "completed" else "completed") for run in runs]
    truly = [(trigger, "interrupted" if how == "killed" else how) for trigger, how in life.ended]
    different = [(n, *each) for n, each in enumerate(zip(told_of, truly, strict=False)) if each[0] != each[1]]
    assert different == [] and len(told_of) == len(truly)
    outcomes = {how for _, how in truly}
    assert {"completed", "interrupted", "store_full", "store_absent"} <= outcomes
    assert {"schedule", "missed", "changes", "reconcile"} <= {trigger for trigger, _ in truly}
    assert any(run.scope == "partial" for run in runs) and any(run.scope == "full" for run in runs)

    moments = history.moments(0)
    spans = states(moments, life.machine.wall, read_kept(month.profile).alive)
    edges = [edge for span in month.spans for edge in (span.start, span.end)]
    hours, wrong = 0, []
    for moment in range(month.start + HOUR // 2, month.spans[-1].end, HOUR):
        if min(abs(moment - edge) for edge in edges) < 26 * 60 * 10**9:
            continue  # a lost agent was last seen a quarter of an hour before, and one clock was set back
        hours += 1
        pair = state_at(spans, moment), state_at(month.spans, moment)
        wrong += [((moment - month.start) / HOUR, *pair)] if pair[0] != pair[1] else []
    assert hours > 500 and wrong == []
    assert month.cuts >= 2 and sum(moment.kind == "agent_lost" for moment in moments) == month.cuts

    waited = [moment for moment in moments if moment.kind == "waiting" and moment.facts["for"] == "battery"]
    that_day = month.start + 17 * DAY
    assert waited and all(that_day < moment.at < that_day + DAY for moment in waited)
    assert [m.facts["seconds"] for m in moments if m.kind == "clock_moved"] == [-1200]
    full = [each for each in history.incidents(open_only=False) if each.kind == "store_full"]
    assert len(full) == 1 and full[0].cleared is not None and full[0].times > 1
    assert history.incidents(open_only=True) == []
    history.close()
