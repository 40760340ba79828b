"""`cyberlib agent install` and `uninstall`: what cannot work is refused, with what to do next."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cyberlib_client.app import service_install
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.session import Session
from cyberlib_client.cli.prompt import TerminalPrompt
from tests.support.command_line import CommandLine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")
without_systemd = pytest.mark.skipif(
    os.path.isdir("/run/systemd/system"), reason="where systemd runs it would be asked for real"
)


def test_without_a_vault_there_is_nothing_to_run(tmp_path: Path) -> None:
    assert CommandLine(tmp_path).error("agent", "install", "--user", code=2) == "no_vault"


def test_a_machine_that_does_not_open_the_vault_by_itself_is_refused(line: CommandLine) -> None:
    (line.profile / "credentials" / "device.json").unlink()
    assert line.error("agent", "install", "--user", code=5) == "service_locked"


def test_a_keychain_is_out_of_reach_of_a_system_service(line: CommandLine) -> None:
    device = line.profile / "credentials" / "device.json"
    device.write_text(device.read_text().replace('"file"', '"keychain"'))
    assert line.error("agent", "install", "--system", code=5) == "service_keychain"


@without_systemd
def test_where_systemd_does_not_run_that_is_said(line: CommandLine) -> None:
    assert line.error("agent", "install", "--user", code=1) == "service_no_manager"
    assert line.error("agent", "install", "--system", code=1) == "service_no_manager"
    assert line.error("agent", "uninstall", "--user", code=1) == "service_no_manager"


def test_one_of_two_scopes_is_meant(line: CommandLine) -> None:
    assert line.error("agent", "install", "--system", "--user", code=2) == "usage"


def test_the_service_runs_the_agent_of_this_profile_and_may_write_its_vault(line: CommandLine) -> None:
    session = Session(
        profile_at(str(line.profile)), TerminalPrompt(before=lambda: None, asking=lambda _asking: None)
    )
    plan = service_install.plan_of(session, "system")
    assert plan.command[0] == os.path.abspath(sys.executable)
    assert plan.command[-4:] == ("--profile", str(line.profile), "agent", "run")
    assert plan.writes == (str(line.vault),)
    exports = line.profile.parent / "exports"
    exports.mkdir()
    line("hooks", "add", "dump", "--folder", str(exports), "--", sys.executable, "-c", "pass")
    session.fresh_settings()
    assert service_install.plan_of(session, "system").writes == (str(line.vault), str(exports))
    same = profile_at(f"{line.profile}/../{line.profile.name}")
    assert service_install.name_of(same) == plan.name
    assert service_install.name_of(profile_at(f"{line.profile}2")) != plan.name
