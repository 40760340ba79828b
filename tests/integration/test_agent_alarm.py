"""Many files are encrypted under the eyes of an agent: it sees that soon, says so, and goes on saving."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import ransom_tree as made
from tests.support.agents import RunningAgent, until
from tests.support.command_line import CommandLine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals; watching is not shown through Wine")

RNG = random.Random("agent alarm")

_ENCRYPT = """
import os, sys
for folder, _, names in os.walk(sys.argv[1]):
    for name in sorted(names):
        path = os.path.join(folder, name)
        with open(path, "r+b") as file:
            file.write(os.urandom(os.path.getsize(path)))
        os.rename(path, path + ".locked")
"""


@pytest.fixture
def practice(line: CommandLine, tmp_path: Path) -> CommandLine:
    for number in range(10):
        below = tmp_path / "cabinet" / f"dossier {number}"
        below.mkdir(parents=True)
        for piece in range(15):
            (below / f"lettre {piece}.pdf").write_bytes(made.pdf(RNG))
            (below / f"note {piece}.txt").write_bytes(made.text(RNG))
    line("sources", "add", str(tmp_path / "cabinet"))
    line("schedule", "set", "--times", "none")  # and changes wait for a minute of quiet
    line("alarm", "canaries", "on")
    return line


@pytest.fixture
def agent(practice: CommandLine) -> Iterator[RunningAgent]:
    agent = RunningAgent(practice)
    yield agent
    agent.end()


def _kinds(agent: RunningAgent) -> list[str]:
    return [each["kind"] for each in agent.status["incidents"]]


def test_an_attack_is_told_while_it_goes_on_and_backups_go_on(agent: RunningAgent, tmp_path: Path) -> None:
    line = agent.line
    line("backup")
    assert _kinds(agent) == []
    subprocess.run([sys.executable, "-c", _ENCRYPT, str(tmp_path / "cabinet")], check=True, timeout=60)
    until(lambda: "ransomware_alarm" in _kinds(agent), 50)  # no minute of quiet is waited for
    until(lambda: len(line.json("snapshots")["items"]) == 2, 50)
    health = agent.status["health"]
    assert (health["level"], health["next"]) == ("danger", "look_at_alarm")
    assert health["reasons"][0]["code"] == "ransomware_alarm"
    assert line.json("report")["result"]["health"]["level"] == "danger"
    shown = line.json("alarm", "show")["result"]
    assert {"canaries_changed", "canaries_gone"} & {each["code"] for each in shown["reasons"]}
    assert line("backup").code == 0


def test_a_decoy_that_is_touched_is_looked_at_without_a_backup(agent: RunningAgent, tmp_path: Path) -> None:
    line = agent.line
    line("backup")
    (tmp_path / "cabinet" / "dossier 1" / "note 1.txt").write_bytes(b"an ordinary change")
    decoy = next((tmp_path / "cabinet").glob("zzz-*.xlsx"))
    decoy.write_bytes(b"encrypted")
    until(lambda: "ransomware_alarm" in _kinds(agent), 50)
    assert len(line.json("snapshots")["items"]) == 1
