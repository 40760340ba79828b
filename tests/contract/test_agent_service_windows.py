"""The agent as a service of Windows: made by its command, begun without a console, ended by the manager."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("services of Windows", allow_module_level=True)

from cyberlib_client.app import service_install
from cyberlib_client.app.bootstrap import profile_at, services
from tests.support.agents import until
from tests.support.command_line import SOURCES, CommandLine
from tests.support.trees import make_tree

PROGRAM = """
import os, sys
os.environ["PYTHONPATH"] = {path!r}
sys.path.insert(0, {path!r})
from cyberlib_client.__main__ import start
start()
"""


def test_the_service_backs_up_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tree(tmp_path / "cabinet", {"a.txt": b"a"})
    line = CommandLine(tmp_path)
    line.make_vault()
    line("sources", "add", str(tmp_path / "cabinet"))
    line("schedule", "set", "--times", "none")
    # A service has no variable of ours, so it is told where the sources of the program are.
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(path=str(SOURCES)), encoding="utf-8")
    monkeypatch.setattr(service_install, "program", lambda: [sys.executable, str(program)])
    name = service_install.name_of(profile_at(str(line.profile)))
    line("agent", "install")
    try:
        assert services().state(name, "system") == "running"
        until(lambda: line.attempt("agent", "status").code == 0)
        line("backup")  # by a worker of the service's
        assert len(line.json("snapshots")["items"]) == 1
        services().stop(name, "system")
        assert services().state(name, "system") == "stopped"
        assert not (line.profile / "agent.json").exists()
    finally:
        line("agent", "uninstall")
    assert services().state(name, "system") == "absent"
