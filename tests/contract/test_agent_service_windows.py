"""The agent as a service of Windows: made by its command, begun without a console, ended by the manager."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("services of Windows", allow_module_level=True)

from cyberlib_client.app import service_install
from cyberlib_client.app.bootstrap import profile_at, services
from cyberlib_client.system.windows import service
from tests.support.agents import until
from tests.support.command_line import SOURCES, CommandLine
from tests.support.systems import WINE
from tests.support.trees import make_tree

PROGRAM = """
import os, sys
os.environ["PYTHONPATH"] = os.pathsep.join({path!r})
sys.path[:0] = {path!r}
from cyberlib_client.__main__ import start
start()
"""


def test_the_service_backs_up_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[str] = []
    make_tree(tmp_path / "cabinet", {"a.txt": b"a"})
    line = CommandLine(tmp_path)
    line.make_vault()
    line("sources", "add", str(tmp_path / "cabinet"))
    line("schedule", "set", "--times", "none")
    # A service has no variable of ours, so it is told where the sources of the program are.
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(path=[str(SOURCES), *filter(None, sys.path)]), encoding="utf-8")
    python = getattr(sys, "_base_executable", sys.executable)  # that of a virtual environment cannot be one
    monkeypatch.setattr(service_install, "program", lambda: [python, str(program)])
    monkeypatch.setattr(service_install, "in_virtual_environment", lambda: False)
    if WINE:  # which lets everybody read what administrators may: the service would refuse its profile
        monkeypatch.setattr(service, "hand_to_system", handed.append)
    name = service_install.name_of(profile_at(str(line.profile)))
    assert line.json("agent", "install")["notices"][0]["code"] == "profile_of_system"
    assert handed == ([str(line.profile)] if WINE else [])
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


def test_the_python_of_a_virtual_environment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, rather than by a service that never answers."""
    line = CommandLine(tmp_path)
    line.make_vault()
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setattr(service, "hand_to_system", lambda folder: pytest.fail("the profile was changed"))
    refused = line.attempt("agent", "install")
    assert refused.code == 2 and "[service_virtual_environment]" in refused.err and "venv" in refused.err
    assert services().state(service_install.name_of(profile_at(str(line.profile))), "system") == "absent"
