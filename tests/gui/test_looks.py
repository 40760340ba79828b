"""What somebody sees: nothing moves under the pointer, nothing is out of sight that need not be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QStandardItemModel
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget, QWidgetItem
from pytestqt.qtbot import QtBot

from cyberlib_client.app.wording import language
from cyberlib_client.gui.screens.first_run.key import Key
from cyberlib_client.gui.screens.first_run.welcome import Welcome
from cyberlib_client.gui.screens.restore.crumbs import Crumbs
from cyberlib_client.gui.screens.restore.marks import Marks
from cyberlib_client.gui.widgets.basics import Card
from cyberlib_client.gui.widgets.files import ask_folder
from cyberlib_client.gui.widgets.prose import Prose
from cyberlib_client.gui.widgets.table import Table, dress, shortened
from tests.gui.test_first_run import Show, Wizard, home, line
from tests.gui.test_window import words
from tests.support.command_line import CommandLine

__all__ = ["home", "line"]


@pytest.fixture
def french() -> Iterator[None]:
    """Whatever the tests before it chose."""
    before = language.language()
    language.choose("fr")
    yield
    language.choose(before)


def test_the_first_run_keeps_its_buttons_where_they_are(
    line: CommandLine, home: Path, tmp_path: Path, show: Show
) -> None:
    shown = show(line)
    wizard = Wizard(shown)

    def place() -> QPoint:
        shown.bot.wait(20)  # what was laid out anew is there in the next turn
        go = wizard.first.go
        return go.mapTo(shown.window, go.rect().bottomRight())

    shown.window.resize(800, 540)  # all of the first screen does not fit
    assert wizard.first.go.visibleRegion().rectCount() == 1
    shown.window.resize(1280, 800)
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    wizard.click("Continuer")
    first = place()
    problem = wizard.first.findChild(QLabel, "problem")
    assert isinstance(problem, QLabel) and problem.text() == wizard.problem
    shown.until(lambda: problem.visibleRegion().boundingRect().height() == problem.height())
    assert wizard.first.verticalScrollBar().isVisible()  # and nothing makes room for it
    options = welcome.host.mapTo(shown.window, welcome.host.rect().bottomRight())
    assert options.x() == first.x()
    shown.bot.mouseClick(welcome.folder.radio, Qt.MouseButton.LeftButton, pos=QPoint(9, 14))
    assert welcome.folder.at.hasFocus()  # no ring around the option: what it asks for is typed next
    welcome.folder.radio.setFocus(Qt.FocusReason.TabFocusReason)
    shown.bot.keyClick(welcome.folder.radio, Qt.Key.Key_Down)
    assert welcome.bucket.radio.hasFocus()  # the arrow keys go on to the others
    shown.bot.keyClick(welcome.bucket.radio, Qt.Key.Key_Up)
    welcome.folder.at.setText(str(tmp_path / "Coffre"))
    wizard.click("Continuer")
    wizard.click("Continuer")  # it is on this machine's own disk
    assert wizard.here == "protect" and place() == first
    wizard.click("Continuer")
    assert place() == first
    wizard.click("En proposer une")
    assert place() == first
    key = wizard.step()
    assert isinstance(key, Key)
    secret = key.secret.first
    assert len(secret.text().split()) == 6
    shown.window.resize(800, 600)
    longest = secret.fontMetrics().horizontalAdvance("chauffeur " * 6)
    shown.until(lambda: secret.contentsRect().width() > longest)  # whoever notes them sees them all
    shown.window.resize(1280, 800)
    wizard.click("Continuer")
    assert "24 mots" in wizard.told and "trousseau" not in wizard.told
    kept = list(key.words)
    wizard.click("Je les ai notés")
    wizard.type_back(kept)
    wizard.click("Continuer")
    shown.until(lambda: "La première sauvegarde est faite" in wizard.told)
    assert "seul ce qui change" in wizard.told and "continue sans vous" not in wizard.told
    wizard.click("Continuer")
    shown.until(lambda: "Votre poste est protégé" in wizard.told)
    focus = QApplication.focusWidget()
    assert focus is None or not shown.window.side.isAncestorOf(focus)
    wizard.click("Aller à l’accueil")
    focus = QApplication.focusWidget()
    assert focus is None or not shown.window.side.isAncestorOf(focus)
    told = words(shown.window.rooms["home"])
    assert "Règle 3-2-1 non tenue" in told and "Il faut 3 exemplaires" in told
    assert "Manque\xa0: 1 exemplaire, 1 support, 1 ailleurs." in told
    assert shown.window.rooms["home"].verticalScrollBar().maximum() == 0  # all of it in sight
    shown.window.resize(1920, 1000)
    shown.bot.wait(20)
    room = shown.window.rooms["home"]
    cards = [each for each in room.findChildren(Card) if each.isVisible()]
    left = min(each.mapTo(room, QPoint()).x() for each in cards)
    right = max(each.mapTo(room, each.rect().topRight()).x() for each in cards)
    assert right - left < 1100 and abs(left - (room.width() - right)) <= 2  # in the middle


def test_the_slider_of_versions_has_dates(qtbot: QtBot, french: None) -> None:
    marks = Marks()
    qtbot.addWidget(marks)
    marks.show_times(["2026-03-02T12:00:00Z"])
    assert marks.told == []
    marks.show_times([f"2026-03-0{n}T12:00:00Z" for n in range(1, 10)])
    assert marks.told == ["01/03", "03/03", "05/03", "07/03", "09/03"]
    marks.show_times(["2025-12-31T12:00:00Z", "2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z"])
    assert marks.told == ["31/12/2025", "01/01/2026", ""]  # no date twice
    marks.show_times(["2026-03-02T12:00:00Z", "2026-03-02T13:30:00Z"])
    assert len(marks.told) == 2 and all(len(each) == 5 for each in marks.told)  # hours within a day
    marks.show_times(["2026-03-02T12:00:50Z", "2026-03-02T12:01:10Z"])
    assert marks.told == []


def test_a_folder_is_looked_for_from_the_users_own(
    qtbot: QtBot, french: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Qt's own dialog began where the program was started, and said “Look in:” to French practices."""
    letters = tmp_path / "Courriers"
    letters.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    page = QWidget()
    qtbot.addWidget(page)
    got: list[str] = []
    ask_folder(page, "Quel dossier", got.append)
    (dialog,) = page.findChildren(QFileDialog)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    assert dialog.labelText(QFileDialog.DialogLabel.LookIn) == "Dans\xa0:"
    dialog.selectFile(str(letters))
    dialog.accept()
    assert [Path(each) for each in got] == [letters]


def test_in_a_narrow_table_names_keep_their_room(qtbot: QtBot) -> None:
    table = Table()
    qtbot.addWidget(table)
    table.setModel(QStandardItemModel(1, 3))
    dress(table, "Fichiers", 0, (360, 170, 110))
    table.hide_below({1: 430, 2: 540})
    for width, hidden in ((600, []), (500, [2]), (230, [1, 2]), (600, [])):
        table.resize(width, 200)
        table.show()
        assert [n for n in range(3) if table.isColumnHidden(n)] == hidden
        assert table.columnWidth(0) > 220


def test_names_that_do_not_fit_tell_whom_and_what(qapp: QApplication) -> None:
    metrics = QFontMetrics(QApplication.font())
    name = "Courrier 000077 - MÛRIER-BLANC Octave - Prescription de rééducation.pdf"
    room = metrics.horizontalAdvance("Courrier 000077 - MÛRIER-BLANC Octave - P")
    for text in (name, f"{name} · Cabinet/2023-09"):
        cut = shortened(text, metrics, room)
        assert cut.startswith("Courrier 000077 - MÛRIER-BLANC") and cut.endswith("…\xa0.pdf")
        assert metrics.horizontalAdvance(cut) <= room
    assert shortened(name, metrics, 60) == name  # cut at its end: all there is room for is its beginning
    fits = metrics.horizontalAdvance(name)
    assert shortened(f"{name} · Cabinet", metrics, fits) == f"{name} · Cabinet"
    assert shortened("M. Dupont, très longue lettre", metrics, 20) == "M. Dupont, très longue lettre"


def test_no_line_ends_between_a_number_and_its_unit(qtbot: QtBot) -> None:
    told = Prose("147 fichiers · 275 Ko")
    qtbot.addWidget(told)
    wide = told.fontMetrics().horizontalAdvance("147 fichiers · 275 ")
    laid, _height = told._laid(wide + 2)
    text = laid.text()
    lines = [laid.lineAt(n) for n in range(laid.lineCount())]
    parts = [text[each.textStart() : each.textStart() + each.textLength()].strip() for each in lines]
    assert parts == ["147\xa0fichiers\xa0·", "275\xa0Ko"]


def test_a_deep_folder_makes_the_page_no_wider(qtbot: QtBot) -> None:
    opened: list[str] = []
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(1000, 100)
    crumbs = Crumbs(opened.append)
    crumbs.setParent(page)
    path = "/srv/secretariat/Documents/Cabinet/Courriers/2023/" + "Comptes rendus " * 5
    crumbs.resize(900, 30)
    page.show()
    crumbs.show_path(path)

    def shown() -> list[str]:
        return [each.text() for each in crumbs.findChildren(QPushButton) if each.isVisible()][1:]

    qtbot.waitUntil(lambda: len(shown()) == 5, timeout=60_000)
    last = shown()[-1]
    assert set(shown()) == {"…", "Cabinet", "Courriers", "2023", last} and len(last) < 30
    assert QWidgetItem(crumbs).minimumSize().width() == 0
    (more,) = (each for each in crumbs.findChildren(QPushButton) if each.isVisible() and each.text() == "…")
    more.click()
    assert opened == ["/srv/secretariat/Documents"]
    crumbs.resize(300, 30)
    qtbot.waitUntil(lambda: len(shown()) < 5, timeout=60_000)
    assert {"…", last} <= set(shown())
    qtbot.wait(20)  # laid out
    buttons = [each for each in crumbs.findChildren(QPushButton) if each.isVisible()]
    assert all(each.width() >= each.sizeHint().width() for each in buttons)  # none is cut off
    crumbs.resize(900, 30)
    crumbs.show_path("/srv/Cabinet/Courriers/2023")
    qtbot.waitUntil(lambda: shown() == ["srv", "Cabinet", "Courriers", "2023"], timeout=60_000)
