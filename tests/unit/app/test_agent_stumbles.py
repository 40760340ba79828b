"""A fault of ours in the agent is told, noted without names, and costs a minute."""

from __future__ import annotations

import threading
from datetime import UTC, tzinfo
from pathlib import Path

import pytest

from cyberlib_client.app.agent.agent import Agent
from cyberlib_client.app.agent.world import RealMemory, RealWorld
from cyberlib_client.app.bootstrap import profile_at
from tests.support.command_line import CommandLine
from tests.support.trees import make_tree


class Stumbling(RealWorld):
    """The real world, whose zone is asked for in vain at first."""

    def __init__(self, line: CommandLine) -> None:
        super().__init__(profile_at(str(line.profile)))
        self.left = 1

    def zone(self) -> tzinfo:
        if self.left:
            self.left -= 1
            raise ZeroDivisionError("Martin.pdf")
        return UTC


def test_the_agent_goes_on(line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tree(tmp_path / "cabinet", {"a.txt": b"a"})
    line("sources", "add", str(tmp_path / "cabinet"))
    monkeypatch.setattr("cyberlib_client.app.agent.agent._TROUBLED", 0.1)
    world = Stumbling(line)
    profile = profile_at(str(line.profile))
    agent = Agent(profile, world, RealMemory(profile))
    thread = threading.Thread(target=agent.run)
    thread.start()
    seen = set()
    for _ in range(1_000):
        seen.add(agent.status().problem)
        if agent.status().next_run is not None:
            break
        threading.Event().wait(0.02)
    agent.end()
    thread.join(180)
    assert not thread.is_alive() and agent.status().next_run is not None
    assert "agent_stumbled" in seen and agent.status().problem == ""
    (report,) = Path(profile.crashes).iterdir()
    assert "ZeroDivisionError" in report.read_text() and "Martin" not in report.read_text()
