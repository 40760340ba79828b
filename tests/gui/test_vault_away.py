"""The disk of the vault is pulled out and comes back: what is said meanwhile, and what is not said after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.app.agent.client import agent_of
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.gui.screens.restore.restore import Restore
from tests.gui.conftest import Shown
from tests.gui.test_first_run import Show
from tests.gui.test_window import kept, practice, press, words
from tests.support.command_line import CommandLine

__all__ = ["kept", "practice"]

NOT_REACHED = "n’a pas pu joindre le coffre"
ABSENT = "n’est pas là"


@pytest.fixture
def saved(kept: CommandLine) -> Iterator[CommandLine]:
    yield kept
    client = agent_of(profile_at(str(kept.profile)))
    if client is not None:
        with client:
            client.end()


def _back_up(shown: Shown) -> None:
    """By the agent, until it ended."""
    shown.window.go("activity")
    shown.settle()
    room = shown.window.rooms["activity"]
    ended = words(room).count("Terminée") + words(room).count("Échec")
    press(room, "Sauvegarder maintenant")
    shown.until(lambda: words(room).count("Terminée") + words(room).count("Échec") > ended)
    shown.settle()


def _see(shown: Shown, room: str) -> str:
    shown.window.go(room)
    shown.settle()
    return words(shown.window.rooms[room])


def test_a_disk_that_goes_and_comes_back(saved: CommandLine, tmp_path: Path, show: Show) -> None:
    shown = show(saved)
    shown.settle()
    _see(shown, "restore")
    room = shown.window.rooms["restore"]
    assert isinstance(room, Restore)
    shown.until(lambda: room.listing.rowCount())
    room.table.selectAll()
    shown.settle()
    away = saved.vault.rename(tmp_path / "ailleurs")
    (tmp_path / "sorti").mkdir()
    room.taking.restore(str(tmp_path / "sorti"))
    shown.until(lambda: not room.taking.bringing.at_work)
    assert ABSENT in room.taking.told.text()
    _back_up(shown)
    activity = words(shown.window.rooms["activity"]).partition("Historique")[0]
    assert activity.count(ABSENT) == 1, activity  # a restore and a backup failed of the same
    home = _see(shown, "home")
    assert "est protégé" in home and NOT_REACHED in home and ABSENT in home
    away.rename(saved.vault)
    _back_up(shown)
    home = _see(shown, "home")
    assert "est protégé" in home and NOT_REACHED not in home and ABSENT not in home, home
    assert ABSENT not in _see(shown, "restore")
