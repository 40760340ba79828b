"""The vault's disk is gone: files come back from a second copy, without a mouse."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cyberlib_client.gui.screens.restore.restore import Restore
from tests.gui.test_first_run import Keyboard, Show
from tests.gui.test_window import kept, practice, words
from tests.support.command_line import CommandLine

__all__ = ["kept", "practice"]


def test_a_restore_from_a_copy_by_the_keyboard_alone(
    kept: CommandLine, practice: Path, tmp_path: Path, show: Show
) -> None:
    kept("copy", "add", "Disque bleu", str(tmp_path / "disque"))
    kept("copy", "run", "Disque bleu")
    kept.vault.rename(tmp_path / "parti")
    (practice / "Courriers" / "lettre.txt").unlink()
    shown = show(kept)
    keys = Keyboard(shown)
    shown.settle()
    shown.bot.keyClick(shown.window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    shown.settle()
    room = shown.window.rooms["restore"]
    assert isinstance(room, Restore) and "on peut restaurer depuis elle" in words(room)
    keys.press("Restaurer depuis «\xa0Disque bleu\xa0»")
    shown.until(lambda: room.listing.rowCount())
    focus = QApplication.focusWidget()
    assert focus is not None and room.isAncestorOf(focus)  # not somewhere in the side bar
    keys.type("Rechercher un nom dans toutes les versions", "lettre")
    shown.until(lambda: room.listing.rowCount() == 1)
    shown.settle()
    keys.tab_to("Fichiers de cette version")
    keys.strike(Qt.Key.Key_Down)
    print(
        "ROW",
        room.table.currentIndex().row(),
        [i.row() for i in room.table.selectionModel().selectedRows()],
        room.taking.here.text(),
        room.taking.here.isVisible(),
        room.taking.here.isEnabled(),
        QApplication.focusWidget(),
    )
    shown.settle()
    print(words(room))
    keys.press("Restaurer ce fichier")
    shown.until(lambda: not room.taking.bringing.at_work)
    assert "seconde version" in (practice / "Courriers" / "lettre.txt").read_text("utf-8"), words(room)
    keys.press("Revenir au coffre")
    assert "parti" not in words(room) and "on peut restaurer depuis elle" in words(room)
    focus = QApplication.focusWidget()
    print(focus, getattr(focus, "text", str)())
    keys.press("Réessayer")
    (tmp_path / "parti").rename(kept.vault)
    keys.press("Réessayer")
    shown.until(lambda: room.listing.rowCount())
    assert not room.reading.isVisible()
