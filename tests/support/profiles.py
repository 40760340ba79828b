"""For tests of the program: a profile with its vault, made once, and a copy of it for each test.

Stretching a passphrase takes long, on purpose, and copying a profile does not.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import CommandLine


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """Not to be changed: `line` is a copy."""
    made = CommandLine(tmp_path_factory.mktemp("made"))
    made.make_vault()
    return made


@pytest.fixture
def line(made_once: CommandLine, tmp_path: Path) -> CommandLine:
    """The command line on a profile of its own, whose empty vault opens without being asked."""
    return made_once.copy(tmp_path)
