"""A real agent on any system: what it does by itself, its workers, and how it ends."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.agents import RunningAgent, until
from tests.support.command_line import CommandLine, restored
from tests.support.systems import WINE
from tests.support.trees import make_tree, told

PLAN = {"courriers": {f"lettre {n}.txt": b"Cher confrere, " * n for n in range(20)}}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "cabinet", PLAN)


@pytest.fixture
def line(tmp_path: Path, sources: Path) -> CommandLine:
    """Changes are saved after five seconds of quiet."""
    line = CommandLine(tmp_path)
    line.make_vault()
    line("sources", "add", str(sources))
    line("schedule", "set", "--quiet", "5 s", "--times", "none")
    return line


@pytest.fixture
def agent(line: CommandLine) -> Iterator[RunningAgent]:
    agent = RunningAgent(line)
    yield agent
    agent.end()


def test_a_change_is_saved_by_itself_and_restores(agent: RunningAgent, sources: Path, tmp_path: Path) -> None:
    line = agent.line
    line("backup")
    assert [(each["watched"], each["why"]) for each in agent.status["watching"]] == [(True, "")]
    if WINE:
        list(os.walk(sources))  # it tells of folders that were opened
    (sources / "courriers" / "lettre 3.txt").write_text("corrigee")
    (sources / "nouveau").mkdir()
    (sources / "nouveau" / "ordonnance.txt").write_text("repos")
    until(lambda: len(line.json("snapshots")["items"]) == 2)
    line("restore", "latest", "--to", str(tmp_path / "back"))
    assert told(restored(tmp_path / "back", sources)) == told(sources)
    until(lambda: agent.status["job"] is None)
    assert agent.status["changed"] == 0
    assert line.error("agent", "run", code=1) == "agent_running"
    with agent.client() as client:
        client.end()
    assert agent.process.wait(180) == 0
    assert not (line.profile / "agent.json").exists()
    assert line.attempt("agent", "status").code == 1


def test_a_worker_stops_when_asked_and_when_its_agent_is_gone(agent: RunningAgent) -> None:
    line = agent.line
    line("hooks", "add", "slow", "--", sys.executable, "-c", "import time; time.sleep(50)")
    command = line.start("--json", "backup")
    until(lambda: agent.status["job"] is not None)
    line("agent", "stop")
    out, _ = command.communicate(timeout=180)
    assert (command.returncode, json.loads(out)["error"]["code"]) == (130, "stopped")
    command = line.start("--json", "backup")
    until(lambda: agent.status["job"] is not None)
    command.kill()  # left alone it would make the backup itself
    agent.process.kill()
    command.communicate(timeout=180)
    line("hooks", "remove", "slow")
    until(lambda: line.attempt("backup").code == 0)  # nobody holds the profile any more
    assert len(line.json("snapshots")["items"]) == 1
