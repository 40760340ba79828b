"""An agent makes second copies when their disk is there: soon after it is plugged in, and no more often."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.state.profile import Profile
from cyberlib_client.state.records import RunRecord
from cyberlib_client.transports.folder import FolderStore
from tests.support.agent_life import Life
from tests.support.clocks import at
from tests.support.command_line import CommandLine
from tests.support.trees import make_tree
from tests.support.vaults import make_vault

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

HOUR = 3600 * 10**9
MINUTE = 60 * 10**9


@pytest.fixture
def life(line: CommandLine, tmp_path: Path) -> Life:
    make_tree(tmp_path / "cabinet", {f"{n}.bin": os.urandom(30_000) for n in range(3)})
    line("sources", "add", str(tmp_path / "cabinet"))
    return Life(Profile(str(line.profile), bootstrap.private_files), at(2026, 10, 5, 8), 1)


def copies(life: Life) -> list[RunRecord]:
    history = bootstrap.history(life.profile)
    return [run for run in history.runs(limit=500) if run.command == "copy"]


def test_disks_in_rotation(life: Life, line: CommandLine, tmp_path: Path) -> None:
    line("copy", "add", "monday", str(tmp_path / "usb1"), "--every", "6 h")
    line("copy", "add", "tuesday", str(tmp_path / "usb2"), "--every", "6 h")
    (tmp_path / "usb1").rename(tmp_path / "in-the-safe")
    life.start()
    life.live(at(2026, 10, 5, 8) + 40 * MINUTE)  # who switches a machine on wants to use it first
    assert [run.exit for run in copies(life)] == [0]
    (tmp_path / "in-the-safe").rename(tmp_path / "usb1")
    plugged = life.machine.wall
    life.live(plugged + 10 * MINUTE)
    assert [run.exit for run in copies(life)] == [0, 0]
    life.live(plugged + 5 * HOUR)
    assert len(copies(life)) == 2
    life.live(plugged + 8 * HOUR)
    assert [(run.exit, run.trigger) for run in copies(life)] == [(0, "schedule")] * 4
    assert life.agent is not None
    chores = {each.name: each for each in life.agent.status().chores}
    assert chores["copy:monday"].failures == chores["copy:tuesday"].failures == 0
    assert [each["lacks"] for each in line.json("copy", "list")["items"]] == [0, 0]


def test_by_hand_alone_is_by_hand_alone_but_for_a_look_at_what_is_there(
    life: Life, line: CommandLine, tmp_path: Path
) -> None:
    line("backup")
    line("copy", "add", "monday", str(tmp_path / "usb1"), "--every", "")
    line("copy", "add", "tuesday", str(tmp_path / "usb2"), "--every", "")
    line("copy")
    for path in (tmp_path / "usb1").rglob("?" * 64):
        path.chmod(0o600)
        path.write_bytes(bytes(path.stat().st_size))
    (tmp_path / "usb2").rename(tmp_path / "in-the-safe")
    life.start()
    life.live(at(2026, 10, 6, 12))
    assert [run.trigger for run in copies(life)] == ["user"]
    found = bootstrap.history(life.profile).incidents(open_only=True)
    assert [(each.kind, each.subject) for each in found] == [("copy_unsound", "monday")]
    assert life.agent is not None
    chores = {each.name: each.failures for each in life.agent.status().chores}
    assert (chores["check:monday"], chores["check:tuesday"]) == (0, 0), "a disk that is away is no failure"


def test_a_copy_that_fails_is_told_and_held_back(life: Life, line: CommandLine, tmp_path: Path) -> None:
    line("copy", "add", "monday", str(tmp_path / "usb1"), "--every", "6 h")
    shutil.rmtree(tmp_path / "usb1")
    make_vault(FolderStore.make(str(tmp_path / "usb1")))
    life.start()
    life.live(at(2026, 10, 5, 20))
    ended = copies(life)
    assert 1 <= len(ended) < 6
    assert [run.reason for run in ended] == ["copy_other_vault"] * len(ended)
    incidents = bootstrap.history(life.profile).incidents(open_only=True)
    assert [each.kind for each in incidents] == ["copy_other_vault"]
