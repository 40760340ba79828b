"""Each dialog and each room for whoever has no mouse or no eyes for it: names, roles, the order and the ring
of the focus, Escape and Enter."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QDialog, QPushButton, QRadioButton, QWidget

from cyberlib_client.gui.look.theme import begin, theme
from cyberlib_client.gui.screens.rooms import ROOMS
from tests.gui.conftest import Shown
from tests.support.command_line import CommandLine
from tools.screenshots import DIALOGS
from tools.state_pictures import STATES, night_sky

Show = Callable[[CommandLine], Shown]
_ROLELESS = (QAccessible.Role.NoRole, QAccessible.Role.Client)


@pytest.fixture
def shown(line: CommandLine, tmp_path_factory: pytest.TempPathFactory, show: Show) -> Shown:
    folder = tmp_path_factory.mktemp("practice") / "Courriers"
    folder.mkdir()
    for number in range(3):
        (folder / f"lettre {number}.txt").write_text("fictif", encoding="utf-8")
    line("sources", "add", str(folder))
    line("backup")
    made = show(line)
    made.window.activateWindow()
    made.settle()
    return made


def stops(within: QWidget) -> list[QWidget]:
    """What the Tab key is to reach."""
    return [
        each
        for each in within.findChildren(QWidget)
        if each.isVisibleTo(within)
        and each.isEnabled()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.window() is within.window()
        and each.focusProxy() is None
        and not isinstance(each.parent(), QAbstractSpinBox)
        and not each.objectName().startswith("qt_")
        and not (isinstance(each, QRadioButton) and not each.isChecked())
    ]


def unnamed(within: QWidget) -> list[str]:
    found = []
    for each in stops(within):
        told = QAccessible.queryAccessibleInterface(each)
        if not told.text(QAccessible.Text.Name).strip() or told.role() in _ROLELESS:
            found.append(f"{type(each).__name__}: {told.text(QAccessible.Text.Name)!r}, {told.role()}")
    return found


def walked(within: QWidget) -> list[QWidget]:
    """Where the Tab key leads, until it is back."""
    seen: list[QWidget] = []
    for _ in range(120):
        here = QApplication.focusWidget()
        if here is not None:
            if here in seen:
                break
            seen.append(here)
        QTest.keyClick(here or within.window(), Qt.Key.Key_Tab)
    return seen


def without_ring(within: QWidget) -> list[str]:
    """What looks the same with the focus and without."""
    found = []
    for each in stops(within):
        if each.visibleRegion().isEmpty():
            continue
        pictures: list[QImage] = []
        for on in (True, False):
            (each.setFocus if on else each.clearFocus)()
            QApplication.processEvents()
            pictures.append(each.window().grab().toImage())
        if pictures[0] == pictures[1]:
            found.append(f"{type(each).__name__} {each.accessibleName()}")
    return found


def look(dialog: QDialog) -> None:
    name = type(dialog).__name__
    dialog.activateWindow()
    QTest.qWait(30)
    assert dialog.windowTitle().strip(), name
    assert unnamed(dialog) == [], name
    here = QApplication.focusWidget()
    assert here is not None and here.window() is dialog, name
    missed = [each for each in stops(dialog) if each not in walked(dialog)]
    assert missed == [], name
    assert without_ring(dialog) == [], name
    for each in dialog.findChildren(QPushButton):
        if each.text() in ("Annuler", "Fermer") and each.property("kind") != "main":
            assert not each.isDefault(), f"{name}: Enter would leave it"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible(), f"{name} does not close at Escape"


@pytest.mark.parametrize("room", [room for room in DIALOGS if room != "restore"])
def test_each_dialog_of_a_room_can_be_used_without_a_mouse(shown: Shown, room: str) -> None:
    for opened in DIALOGS[room].values():
        shown.window.go(room)
        shown.settle()
        dialog = opened(shown.window)
        shown.settle()
        look(dialog)
        shown.settle()


@pytest.mark.parametrize("name", STATES)
def test_each_other_dialog_can_be_used_without_a_mouse(shown: Shown, name: str) -> None:
    shown.window.go(name.partition("-")[0])
    shown.settle()
    dialog = STATES[name](shown.window, lambda _bridge: shown.settle())
    dialog.open()
    look(dialog)
    shown.settle()


@pytest.mark.parametrize("room", list(ROOMS))
def test_each_room_can_be_used_without_a_mouse(shown: Shown, room: str) -> None:
    shown.window.go(room)
    shown.settle()
    assert unnamed(shown.window) == []
    here = shown.window.rooms[room]
    reached = walked(shown.window)
    assert [each.accessibleName() for each in stops(here) if each not in reached] == []
    assert without_ring(here) == []


def test_one_key_leads_from_the_side_bar_to_the_room_and_back(shown: Shown) -> None:
    window = shown.window
    window.go("copies")
    shown.settle()
    window.side.buttons["copies"].setFocus()
    QTest.keyClick(window, Qt.Key.Key_F6)
    assert window.rooms["copies"].isAncestorOf(QApplication.focusWidget())
    QTest.keyClick(window, Qt.Key.Key_F6)
    assert QApplication.focusWidget() is window.side.buttons["copies"]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert window.here == "keys"


def test_rooms_are_told_as_one_of_several(shown: Shown) -> None:
    for name, each in shown.window.side.buttons.items():
        told = QAccessible.queryAccessibleInterface(each)
        assert told.role() is QAccessible.Role.RadioButton
        assert bool(told.state().checked) is (name == "home")


@pytest.fixture
def contrast() -> Iterator[None]:
    theme().contrast(night_sky())
    yield
    theme().contrast(None)


def test_high_contrast_takes_the_colours_of_the_system(shown: Shown, contrast: None) -> None:
    shown.window.go("settings")
    shown.settle()
    picture = shown.window.grab().toImage()
    allowed = {"#000000", "#ffffff", "#d6b4fd", "#2b2b2b"}
    flat = {picture.pixelColor(x, y).name() for x in range(3, 1280, 16) for y in range(3, 800, 16)}
    assert {"#000000", "#d6b4fd"} <= flat
    ours = {theme().tokens.of(role) for role in ("brand", "ok", "todo", "wrong", "soft", "ink")}
    assert {each.lower() for each in ours} <= allowed
    assert without_ring(shown.window.rooms["settings"]) == []


def test_light_comes_back_after_high_contrast(shown: Shown) -> None:
    theme().contrast(night_sky())
    theme().contrast(None)
    begin(QApplication.instance(), "light")  # type: ignore[arg-type]
    assert theme().tokens.window == "#F4F7F8"


@pytest.mark.parametrize("size", [(800, 600), (800, 540)])
@pytest.mark.parametrize("room", list(ROOMS))
def test_nothing_is_cut_in_the_smallest_window(shown: Shown, room: str, size: tuple[int, int]) -> None:
    shown.window.resize(*size)
    shown.window.go(room)
    shown.settle()
    assert (shown.window.width(), shown.window.height()) == size
    here = shown.window.rooms[room]
    for each in stops(here):
        here.ensureWidgetVisible(each, 0, 0)
        QApplication.processEvents()
        left = each.mapTo(here, each.rect().topLeft()).x()
        assert left >= 0 and left + each.width() <= here.width(), each.accessibleName() or type(each)
    needed = here.widget().minimumSizeHint().width()
    assert needed <= here.viewport().width()  # else it is to be scrolled sideways
