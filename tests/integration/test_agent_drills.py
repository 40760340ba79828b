"""An agent tries a restore by itself, as often as the settings say."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.state.profile import Profile
from cyberlib_client.state.records import RunRecord
from tests.support.agent_life import Life
from tests.support.clocks import at
from tests.support.command_line import CommandLine
from tests.support.trees import make_tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")


@pytest.fixture
def life(line: CommandLine, tmp_path: Path) -> Life:
    make_tree(tmp_path / "cabinet", {f"{n}.bin": os.urandom(20_000) for n in range(6)})
    line("sources", "add", str(tmp_path / "cabinet"))
    settings = line.profile / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    told = '[drill]\nevery = "2 d"\n[verification]\nrotate = false\n'
    settings.write_text(f"{text}\n{told}", encoding="utf-8")
    return Life(Profile(str(line.profile), bootstrap.private_files), at(2026, 10, 5, 8), 1)


def drills(life: Life) -> list[RunRecord]:
    history = bootstrap.history(life.profile)
    return [run for run in history.runs(limit=500) if run.command == "drill"]


def test_drills_come_round(life: Life, line: CommandLine) -> None:
    life.start()
    life.live(at(2026, 10, 10, 8))
    assert life.agent is not None
    assert [chore.name for chore in life.agent.status().chores] == ["drill", "retention"]
    life.stop()
    runs = drills(life)
    assert 2 <= len(runs) <= 3
    assert {(run.trigger, run.exit, run.outcome) for run in runs} == {("schedule", 0, "completed")}
    assert all(run.files == 6 for run in runs)
    kept = line.json("certificate", "list")["items"]
    assert [each["outcome"] for each in kept] == ["passed"] * len(runs)
    assert line.json("certificate", "show")["result"]["record"]["trigger"] == "schedule"
    assert line.json("report")["result"]["certificate"]["id"] == kept[-1]["id"]
