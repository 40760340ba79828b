"""Agents as processes of their own."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec

from cyberlib_client.app.agent.client import AgentClient, agent_of
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.cli.records import RESULTS
from tests.support.command_line import CommandLine


class RunningAgent:
    """`cyberlib agent run` as a process of its own."""

    def __init__(self, line: CommandLine) -> None:
        self.line = line
        self.process = line.start("agent", "run")
        until(lambda: self.line.attempt("agent", "status").code == 0)

    @property
    def status(self) -> dict[str, Any]:
        """As it tells; its exit code is another matter."""
        document = json.loads(self.line.attempt("--json", "agent", "status").out)
        msgspec.convert(document["result"], RESULTS["agent status"])
        found: dict[str, Any] = document["result"]
        return found

    def client(self) -> AgentClient:
        """A connection of its own, for use in a `with` block."""
        client = agent_of(profile_at(str(self.line.profile)))
        assert client is not None
        return client

    def end(self) -> int:
        """Asks it to end as a service's manager does; its exit code."""
        if self.process.poll() is None:
            if sys.platform == "win32":  # which has no such signal
                with self.client() as client:
                    client.end()
            else:
                self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(180)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return code


def until(seen: Callable[[], object], seconds: float = 180.0) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)
