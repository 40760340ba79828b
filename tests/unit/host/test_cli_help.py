"""Help needs no host; all else does."""

from __future__ import annotations

import pytest

from cyberlib_host.cli.main import main
from cyberlib_host.cli.run import cli

pytestmark = pytest.mark.portable


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_help_of_a_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"cyberlib-host {command}" in capsys.readouterr().out


def test_all_else_needs_a_folder(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CYBERLIB_HOST_DATA", raising=False)
    assert main(["organisation", "list"]) == 2
    assert "--data" in capsys.readouterr().err
