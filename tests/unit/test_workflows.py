"""What runs in CI is what was looked at: actions by their commit, not by a name that may be moved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WORKFLOWS = sorted((Path(__file__).resolve().parents[2] / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_named_by_their_commit(path: Path) -> None:
    used = re.findall(r"\buses:\s*(.+?)\s*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert used, "a workflow that takes nothing from elsewhere needs no such test"
    assert [line for line in used if not PINNED.fullmatch(line)] == []


def test_there_are_workflows() -> None:
    assert WORKFLOWS
