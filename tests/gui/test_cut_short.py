"""What happens in the middle of things: an agent that dies, folders that are gone, disks that are full."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog

from tests.gui.test_window import Show, practice, press, words
from tests.support.command_line import CommandLine

__all__ = ["practice"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_agent_that_dies_at_work_is_told_and_the_next_goes_on(
    line: CommandLine, practice: Path, show: Show
) -> None:
    with open(practice / "gros.bin", "wb") as large:
        for _ in range(100):
            large.write(os.urandom(1 << 20))
    line("sources", "add", str(practice))
    shown = show(line)
    shown.settle()
    press(shown.window.rooms["home"], "Sauvegarder maintenant")
    shown.until(lambda: shown.bridge.agent is not None and shown.bridge.agent.job is not None)
    agent = shown.bridge.agent
    assert agent is not None
    os.kill(agent.pid, signal.SIGKILL)
    shown.until(lambda: shown.bridge.agent is None)
    shown.settle()
    assert "a été interrompu" in shown.window.banner.text
    assert "relancez" in shown.window.banner.text and "agent_died" in shown.window.banner.text
    activity = shown.window.rooms["activity"]
    assert "rien ne se fait seul" in words(activity)

    press(activity, "Sauvegarder maintenant")
    shown.until(lambda: "Terminée" in words(activity))
    assert line.json("snapshots")["items"][-1]["files"] == 3


def test_the_rules_of_a_folder_that_is_gone_say_so(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice))
    shutil.rmtree(practice)
    shown = show(line)
    shown.window.go("folders")
    shown.settle()
    folders = shown.window.rooms["folders"]
    assert "Introuvable" in words(folders)
    press(folders, "Exclusions…")
    (dialog,) = shown.window.findChildren(QDialog)
    shown.until(lambda: "n’est pas là en ce moment" in words(dialog))
    assert "0 fichier" not in words(dialog) and "Rien n’est laissé" not in words(dialog)
    dialog.close()
