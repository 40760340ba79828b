"""What befalls the runs of an agent's workers is in its status, in the history and in the report."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app.agent.messages import BackupJob
from cyberlib_client.app.agent.worker import Order, Worker
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.core.ports import CancelToken
from tests.support.command_line import CommandLine
from tests.support.trees import make_tree

_GONE = "import os, sys; os.rename(sys.argv[1], sys.argv[1] + '.unplugged')"


@pytest.fixture
def practice(line: CommandLine, tmp_path: Path) -> CommandLine:
    for name in ("cabinet", "disque"):
        make_tree(tmp_path / name, {"lettre.txt": b"Cher confrere"})
        line("sources", "add", str(tmp_path / name))
    line("backup")
    return line


def _run(line: CommandLine, cancel: CancelToken | None = None) -> int:
    worker = Worker(profile_at(str(line.profile)), io.BytesIO(), cancel or CancelToken())
    return worker.work(Order(BackupJob(), "schedule"))


def _battery(line: CommandLine, _folder: Path) -> int:
    cancel = CancelToken()
    cancel.cancel("battery_low")
    return _run(line, cancel)


def _vanished(line: CommandLine, folder: Path) -> int:
    (folder / "disque").rename(folder / "ailleurs")
    return _run(line)


def _unplugged(line: CommandLine, folder: Path) -> int:
    """Once the run has begun, and found it there."""
    line("hooks", "add", "pull", "--", sys.executable, "-c", _GONE, str(folder / "disque"))
    code = _run(line)
    assert (folder / "disque.unplugged").exists()
    line("hooks", "remove", "pull")
    return code


def _hook_fails(line: CommandLine, _folder: Path) -> int:
    line("hooks", "add", "dump", "--", sys.executable, "-c", "raise SystemExit(4)")
    return _run(line)


def _hook_hangs(line: CommandLine, _folder: Path) -> int:
    hanging = "import time; time.sleep(600)"
    line("hooks", "add", "dump", "--seconds", "1", "--", sys.executable, "-c", hanging)
    return _run(line)


def _no_vault(line: CommandLine, folder: Path) -> int:
    (folder / "vault").rename(folder / "away")
    return _run(line)


@pytest.mark.parametrize(
    ("befalls", "exit_code", "kind", "outcome", "level"),
    [
        (_battery, 130, "stopped", "stopped", "protected"),
        (_vanished, 3, "source_missing", "completed", "danger"),
        (_unplugged, 3, "source_missing", "completed", "danger"),
        (_hook_fails, 3, "hook_failed", "completed", "attention"),
        (_hook_hangs, 3, "hook_failed", "completed", "attention"),
        (_no_vault, 6, "store_absent", "failed", "protected"),
    ],
)
def test_it_is_seen_everywhere(
    practice: CommandLine,
    tmp_path: Path,
    befalls: Callable[[CommandLine, Path], int],
    exit_code: int,
    kind: str,
    outcome: str,
    level: str,
) -> None:
    assert befalls(practice, tmp_path) == exit_code
    shown: dict[str, Any] = practice.json("agent", "status", code=1)["result"]
    assert [each["kind"] for each in shown["incidents"]] == [kind]
    assert shown["health"]["level"] == level
    report = practice.json("report")["result"]
    assert (report["runs"][-1]["outcome"], report["runs"][-1]["trigger"]) == (outcome, "schedule")
    assert [each["kind"] for each in report["incidents"]] == [kind]
    told = practice("agent", "status", code=1).out
    assert "(since " in told
