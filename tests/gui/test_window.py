"""What a practice does in the window: through a real vault, a real clerk, a real agent."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QMessageBox,
    QPlainTextEdit,
    QWidget,
)

from cyberlib_client.app.agent.client import agent_of
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.core.errors import Failed
from cyberlib_client.gui.screens.activity.activity import Activity
from cyberlib_client.gui.screens.folders.folders import Folders
from cyberlib_client.gui.screens.home.home import Home
from cyberlib_client.gui.screens.restore import more
from cyberlib_client.gui.screens.restore.restore import Restore
from cyberlib_client.gui.screens.rooms import ROOMS
from cyberlib_client.gui.unlocking import Unlocking
from cyberlib_client.gui.widgets.basics import Pill
from tests.gui.conftest import Shown
from tests.support.command_line import PASSPHRASE, CommandLine

Show = Callable[[CommandLine], Shown]


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    folder = tmp_path / "Cabinet"
    (folder / "Courriers").mkdir(parents=True)
    (folder / "Courriers" / "lettre.txt").write_text("Cher confrère,\npremière version\n", encoding="utf-8")
    (folder / "base.bin").write_bytes(bytes(range(256)) * 40)
    return folder


@pytest.fixture
def kept(line: CommandLine, practice: Path) -> CommandLine:
    """Two versions of a letter are in the vault."""
    line("sources", "add", str(practice))
    line("backup")
    (practice / "Courriers" / "lettre.txt").write_text("Cher confrère,\nseconde version\n", encoding="utf-8")
    line("backup")
    return line


def words(widget: QWidget) -> str:
    """All that is written in a widget and can be seen."""
    found = []
    for each in widget.findChildren(QWidget):
        text = getattr(each, "text", None)
        if callable(text) and each.isVisibleTo(widget):
            found.append(str(text()))
    return "\n".join(found)


def press(widget: QWidget, text: str) -> None:
    """The one button of that name that can be seen."""
    buttons = [each for each in widget.findChildren(QAbstractButton) if each.isVisibleTo(widget)]
    assert text in [each.text().strip() for each in buttons], words(widget)
    (button,) = [each for each in buttons if each.text().strip() == text]
    assert button.isEnabled()
    button.click()


def test_home_answers_the_four_questions(kept: CommandLine, show: Show) -> None:
    shown = show(kept)
    shown.settle()
    home = shown.window.rooms["home"]
    assert isinstance(home, Home)
    told = words(home)
    assert "Votre poste est protégé" in told
    assert "Dernière sauvegarde" in told and "2 fichiers" in told and "rien n’a été oublié" in told
    assert "Jamais" in told  # no restore was proven yet
    assert "2 versions" in told and "Sur un disque" in told
    assert {pill.text for pill in home.findChildren(Pill)} == {
        "Rien",
        "Jamais",
        "Règle 3-2-1 non tenue",
    }
    press(home, "Voir les copies")
    assert shown.window.here == "copies"


def test_the_certificate_of_the_last_proof_is_opened_from_home(
    kept: CommandLine, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept("drill")
    opened: list[QUrl] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url)
        return len(opened) < 2  # then nothing here opens PDFs any more

    monkeypatch.setattr("cyberlib_client.gui.screens.home.home.QDesktopServices.openUrl", open_url)
    shown = show(kept)
    shown.settle()
    home = shown.window.rooms["home"]
    press(home, "Attestation (PDF)")
    press(home, "Attestation (PDF)")
    at = opened[0].toLocalFile()
    kept("certificate", "verify", at)
    assert f"Elle est ici\u00a0: {at}" in words(home)


def test_settings_that_cannot_be_read_are_told_in_the_window(line: CommandLine, show: Show) -> None:
    (line.profile / "settings.toml").write_text("vault = [", encoding="utf-8")
    shown = show(line)
    shown.settle()
    assert "réglages" in words(shown.window.rooms["home"])


def test_a_folder_is_added_and_removed(line: CommandLine, practice: Path, show: Show) -> None:
    shown = show(line)
    shown.window.go("folders")
    shown.settle()
    room = shown.window.rooms["folders"]
    assert isinstance(room, Folders)
    assert "Rien n’est encore protégé" in words(room)
    room.add(str(practice))
    shown.settle()
    assert str(practice) in words(room)
    room.add(str(practice))
    shown.settle()
    assert "[source_known]" in shown.window.banner.text
    assert shown.window.banner.isVisible()
    assert "2 fichiers · 10,3 Ko" in words(room)
    press(room, "Retirer")
    shown.settle()
    assert "Rien n’est encore protégé" in words(room)
    assert line.json("sources", "list")["items"] == []


def opened(shown: Shown, *names: str) -> Restore:
    """The room of restores, in a folder reached by its names."""
    shown.window.go("restore")
    shown.settle()
    room = shown.window.rooms["restore"]
    assert isinstance(room, Restore)
    for name in names:
        at = [n for n in range(room.listing.rowCount()) if room.listing.row_at(n).name == name]
        room.table.doubleClicked.emit(room.listing.index(at[0], 0))
        shown.settle()
    return room


def choose(room: Restore, name: str) -> None:
    names = [room.listing.row_at(n).name for n in range(room.listing.rowCount())]
    room.table.selectRow(names.index(name))


def test_an_earlier_version_is_seen_and_brought_back(
    kept: CommandLine, practice: Path, tmp_path: Path, show: Show
) -> None:
    shown = show(kept)
    room = opened(shown, "Courriers")
    choose(room, "lettre.txt")
    shown.settle()
    (look,) = room.taking.findChildren(QPlainTextEdit)
    assert "seconde version" in look.toPlainText()
    room.slider.setValue(0)
    shown.until(lambda: not room._settle.isActive())  # it waits for further moves
    shown.settle()
    choose(room, "lettre.txt")
    shown.settle()
    room.taking.restore(str(tmp_path / "back"))
    shown.settle()
    assert "1 fichier restauré et contrôlé" in room.taking.told.text()
    assert "C’est " in room.taking.told.text()  # where to look for it
    (letter,) = (tmp_path / "back").rglob("lettre.txt")
    assert "première version" in letter.read_text("utf-8")
    press(room, "Restaurer ce fichier")  # where it came from: what is there stays
    shown.settle()
    both = sorted(path.read_text("utf-8") for path in (practice / "Courriers").iterdir())
    assert len(both) == 2 and "première" in both[0] and "seconde" in both[1]
    assert "est resté" in room.taking.told.text()


def test_a_search_goes_over_all_versions(kept: CommandLine, practice: Path, show: Show) -> None:
    (practice / "Courriers" / "lettre.txt").unlink()
    kept("backup")
    shown = show(kept)
    room = opened(shown)
    room.search.setText("LETTRE")
    shown.until(lambda: room.listing.rowCount() == 1)
    assert room.listing.row_at(0).entry.path.endswith("Courriers/lettre.txt")
    assert room.listing.row_at(0).name.startswith("lettre.txt · ")  # its end may be cut: the name is seen
    choose(room, room.listing.row_at(0).name)
    press(room, "Toutes ses versions")
    shown.until(lambda: room.listing.rowCount() == 2)
    room.search.setText("rien de tel")
    shown.until(lambda: "Aucun nom ne correspond." in words(room))
    names = kept.profile / "state" / "names"
    shown.until(names.exists)  # learned while nobody asked; the search that knows them finds the same
    assert b"lettre" not in names.read_bytes()
    room.search.setText("ettre")
    shown.until(lambda: room.listing.rowCount() == 1)


def test_a_search_that_finds_very_much_is_told_in_parts(
    kept: CommandLine, practice: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(25):
        (practice / "Courriers" / f"ordonnance {number}.txt").touch()
    kept("backup")
    monkeypatch.setattr(more, "FIRST", 2)
    shown = show(kept)
    room = opened(shown)
    room.search.setText("ordonnance")
    shown.until(lambda: room.more.isVisible())
    assert room.listing.rowCount() == 2 and "Voici les 2 noms trouvés d’abord" in words(room.more)
    press(room.more, "En montrer 20 noms")
    shown.until(lambda: room.listing.rowCount() == 20 and room.more.isVisible())
    press(room.more, "En montrer 200 noms")
    shown.until(lambda: room.listing.rowCount() == 25)
    shown.settle()
    assert not room.more.isVisible()
    room.search.setText("ordonnanc")  # another search begins with few again
    shown.until(lambda: room.more.isVisible())
    assert room.listing.rowCount() == 2


def test_a_closed_vault_asks_for_its_passphrase(kept: CommandLine, show: Show) -> None:
    for secret in (kept.profile / "credentials").iterdir():
        secret.unlink()
    shown = show(kept)
    shown.window.go("restore")
    shown.settle()
    room = shown.window.rooms["restore"]
    press(room, "Ouvrir le coffre…")
    (dialog,) = shown.window.findChildren(Unlocking)
    press(dialog, "Ouvrir")
    assert "Il manque la phrase secrète." in dialog.problem.text()
    dialog.secret.setText("pas la bonne du tout")
    shown.bot.keyClick(dialog.secret, Qt.Key.Key_Return)
    shown.settle()
    assert dialog.isVisible() and "phrase" in dialog.problem.text()
    dialog.secret.setText(PASSPHRASE)
    press(dialog, "Ouvrir")
    shown.settle()
    assert not dialog.isVisible()
    assert isinstance(room, Restore) and room.listing.rowCount() > 0


def test_a_backup_by_the_agent_is_followed(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice))
    shown = show(line)
    shown.settle()
    press(shown.window.rooms["home"], "Sauvegarder maintenant")
    room = shown.window.rooms["activity"]
    assert isinstance(room, Activity) and shown.window.here == "activity"
    try:
        shown.until(lambda: "Terminée" in words(room))
        assert "2 fichiers" in words(room)
        shown.until(lambda: "Suspendre" in words(room.now))
        room.now._pause_until(2**62)  # too long: the agent says so
        shown.until(lambda: shown.window.banner.text)
        assert shown.bridge.agent is not None
    finally:
        client = agent_of(profile_at(str(line.profile)))
        assert client is not None
        with client:
            client.end()
    shown.until(lambda: shown.bridge.agent is None)
    assert "rien ne se fait seul" in words(room.now)


def test_a_clerk_that_dies_is_told_and_replaced(kept: CommandLine, show: Show) -> None:
    shown = show(kept)
    shown.settle()
    process = shown.bridge._clerk._process
    assert process is not None
    process.send_signal(signal.SIGSTOP)  # so that it is at the question when it dies
    shown.window.go("keys")
    process.kill()
    process.wait()
    shown.settle()
    assert "[clerk_gone]" in shown.window.banner.text
    shown.window.go("folders")
    shown.settle()
    assert "Cabinet" in words(shown.window.rooms["folders"])


def test_a_clerk_that_cannot_be_started_is_told(
    kept: CommandLine, show: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As an antivirus does it, or a machine without memory; the window says so, and goes on once it can."""
    with monkeypatch.context() as patch:
        patch.setattr("cyberlib_client.app.program.sys.executable", str(tmp_path / "python"))
        shown = show(kept)
        shown.until(lambda: "ne peut pas démarrer" in words(shown.window))
    shown.window.go("folders")
    shown.settle()
    assert "Cabinet" in words(shown.window.rooms["folders"])


def test_all_that_takes_the_keyboard_has_a_name(kept: CommandLine, show: Show) -> None:
    shown = show(kept)
    for name in ROOMS:
        shown.window.go(name)
        shown.settle()
    nameless = [
        f"{room}: {type(each).__name__}"
        for room, inside in shown.window.rooms.items()
        for each in inside.findChildren(QWidget)
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not each.accessibleName()
        and not (isinstance(each, QAbstractButton) and each.text())
        and each.metaObject().className() not in ("QScrollBar", "QHeaderView")
    ]
    assert nameless == []


def test_errors_nobody_takes_are_shown(kept: CommandLine, show: Show) -> None:
    shown = show(kept)
    shown.bridge.failed.emit(Failed("clerk_gone", reason="Permission denied"))
    assert "s’est arrêté\xa0: accès refusé." in shown.window.banner.text


def test_a_restore_by_the_keyboard_alone(kept: CommandLine, practice: Path, show: Show) -> None:
    (practice / "Courriers" / "lettre.txt").unlink()
    shown = show(kept)
    window, bot = shown.window, shown.bot
    window.activateWindow()
    bot.waitUntil(window.isActiveWindow, timeout=60_000)
    shown.settle()

    def strike(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        bot.keyClick(QApplication.focusWidget() or window, key, modifier)

    def tab_to(reached: Callable[[QWidget], bool]) -> None:
        for _ in range(40):
            strike(Qt.Key.Key_Tab)
            focus = QApplication.focusWidget()
            if focus is not None and reached(focus):
                return
        raise AssertionError("the Tab key does not lead there")

    strike(Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    shown.settle()
    room = window.rooms["restore"]
    assert isinstance(room, Restore)
    tab_to(lambda focus: focus is room.table)
    strike(Qt.Key.Key_Down)
    names = [room.listing.row_at(n).name for n in range(room.listing.rowCount())]
    while room.listing.row_at(room.table.currentIndex().row()).name != "Courriers":
        strike(Qt.Key.Key_Down if room.table.currentIndex().row() < len(names) - 1 else Qt.Key.Key_Up)
    strike(Qt.Key.Key_Return)
    shown.settle()
    strike(Qt.Key.Key_Down)
    shown.settle()
    tab_to(lambda focus: focus is room.taking.here)
    strike(Qt.Key.Key_Space)
    shown.settle()
    assert "seconde version" in (practice / "Courriers" / "lettre.txt").read_text("utf-8")


def test_leaving_during_a_restore_asks_first(kept: CommandLine, tmp_path: Path, show: Show) -> None:
    shown = show(kept)
    room = opened(shown, "Courriers")
    left: list[str] = []
    shown.window.leave(lambda: left.append("at once"))
    assert left == ["at once"]
    choose(room, "lettre.txt")
    room.taking.restore(str(tmp_path / "back"))
    assert room.busy
    shown.window.leave(lambda: left.append("asked"))
    (asking,) = shown.window.findChildren(QMessageBox)
    assert "restauration est en cours" in asking.text() and left == ["at once"]
    press(asking, "Arrêter la restauration")
    assert left == ["at once", "asked"]
    shown.settle()
    assert not room.busy


def test_a_room_that_is_entered_has_no_ring_around_anything(kept: CommandLine, show: Show) -> None:
    shown = show(kept)
    shown.window.activateWindow()
    shown.bot.waitUntil(shown.window.isActiveWindow, timeout=60_000)
    shown.settle()
    shown.window.go("restore")  # its search has the keyboard
    shown.settle()
    for key, name in ((Qt.Key.Key_6, "keys"), (Qt.Key.Key_7, "settings"), (Qt.Key.Key_5, "copies")):
        at = QApplication.focusWidget() or shown.window
        shown.bot.keyClick(at, key, Qt.KeyboardModifier.ControlModifier)
        shown.settle()
        focus = QApplication.focusWidget()
        assert not isinstance(focus, QAbstractButton), name
        shown.bot.keyClick(focus or shown.window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None and shown.window.rooms[name].isAncestorOf(focus)
