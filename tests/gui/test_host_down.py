"""The host is out of reach: what each room says, and what one can do all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from cyberlib_client.app.agent.client import agent_of
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.gui.screens.restore.restore import Restore
from tests.gui.conftest import Shown
from tests.gui.test_first_run import Show, home
from tests.gui.test_window import words
from tests.integration.test_cli_host import Practice
from tests.support.command_line import CommandLine
from tests.support.hosts import serving

__all__ = ["home"]


@pytest.fixture
def alone(tmp_path: Path, home: Path) -> Iterator[CommandLine]:
    """A machine that is protected at a host, with a second copy, on the day when the host is gone."""
    with serving(tmp_path / "host") as host:
        practice = Practice(host, tmp_path, seats=1)
        line = practice.station("ACCUEIL")
        practice.vault(line)
        line.language = "fr"
        line("sources", "add", str(home / "Desktop"))
        line("backup")
        line("copy", "add", "Disque bleu", str(tmp_path / "disque"))
        line("copy", "run", "Disque bleu")
        (home / "Desktop" / "note.txt").write_text("plus tard", encoding="utf-8")
        line("backup")
    yield line
    client = agent_of(profile_at(str(line.profile)))
    if client is not None:
        with client:
            client.end()


def _click(shown: Shown, inside: QWidget, text: str) -> None:
    found = [b for b in inside.findChildren(QAbstractButton) if b.isVisible() and b.text().strip() == text]
    assert len(found) == 1, (text, words(inside))
    shown.bot.mouseClick(found[0], Qt.MouseButton.LeftButton)
    shown.settle()


def test_it_is_said_and_files_come_back_from_a_copy(alone: CommandLine, tmp_path: Path, show: Show) -> None:
    """One test: each time that the host is asked takes ten seconds until it is given up."""
    shown = show(alone)
    shown.settle()
    at_home = words(shown.window.rooms["home"])
    assert "est protégé" in at_home and "ne répond pas" in at_home
    shown.window.go("restore")
    shown.settle()
    room = shown.window.rooms["restore"]
    assert isinstance(room, Restore)
    assert "ne répond pas" in words(room) and "on peut restaurer depuis elle" in words(room)
    _click(shown, room, "Restaurer depuis «\xa0Disque bleu\xa0»")
    assert "Vous restaurez depuis la copie" in words(room) and "ne répond pas" not in words(room)
    assert room.slider.maximum() == 0  # the first backup alone: the second is not in the copy
    room.search.setText("note")
    shown.until(lambda: room.listing.rowCount() == 1)
    shown.settle()
    room.table.selectRow(0)
    shown.settle()
    to = tmp_path / "ailleurs"
    to.mkdir()
    room.taking.restore(str(to))
    shown.until(lambda: not room.taking.bringing.at_work)
    (found,) = to.rglob("note.txt")
    assert found.read_text(encoding="utf-8") == "à rappeler"
    assert "1 fichier" in words(room)
    assert room.taking.open.isVisible()
    shown.window.hide_contents()  # as when nobody touched it: the room that comes next reads the vault
    shown.window.go("restore")
    shown.settle()
    again = shown.window.rooms["restore"]
    assert isinstance(again, Restore) and again is not room
    assert "ne répond pas" in words(again) and not again.table.isVisible()
