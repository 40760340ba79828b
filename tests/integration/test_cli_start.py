"""A listing starts at once: what it does not need is not even loaded (docs/decisions/0003-click.md)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import SOURCES, CommandLine
from tests.support.trees import make_tree

HEAVY = {
    "rich",
    "keyring",
    "secretstorage",
    "tomlkit",
    "pathspec",
    "fpdf",
    "PIL",
    "platformdirs",
    "sqlite3",
    "logging",
}
UNNEEDED = {
    "cyberlib_client.services.backup",
    "cyberlib_client.services.restore",
    "cyberlib_client.services.verify",
    "cyberlib_client.app.demo",
    "cyberlib_client.app.messages",
    "cyberlib_client.files.scan",
    "cyberlib_client.files.filters",
    "cyberlib_client.core.words_fr",
}


@pytest.mark.parametrize("command", ["snapshots", "ls"])
def test_a_listing_loads_only_what_it_needs(line: CommandLine, tmp_path: Path, command: str) -> None:
    folder = make_tree(tmp_path / "Cabinet", {"a.txt": b"a"})
    line("backup", str(folder))
    program = (
        "import sys; from cyberlib_client.cli.main import main; code = main(sys.argv[1:]);"
        "print(*sorted(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    words = [command, *([f"latest:{folder}/a.txt"] if command == "ls" else [])]
    done = subprocess.run(
        [sys.executable, "-c", program, *line.arguments(*words)],
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.split())
    assert f"cyberlib_client.cli.commands.{command}" in loaded
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
    assert loaded & UNNEEDED == set()
    assert {name for name in loaded if name.startswith("cyberlib_client.cli.commands.")} == {
        f"cyberlib_client.cli.commands.{command}"
    }
