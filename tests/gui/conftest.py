"""A window on a real profile, drawn without a screen, with its clerk in a process of its own."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cyberlib_client.app.wording import language
from cyberlib_client.gui.bridge import Bridge
from cyberlib_client.gui.look.theme import begin
from cyberlib_client.gui.window import Window
from tests.support.command_line import CommandLine

PATIENCE = 180_000
"""ms until something that does not come fails a test; nothing waits for so long."""


@pytest.fixture(autouse=True, scope="session")
def look(qapp: QApplication) -> None:
    """As the program itself begins: what Qt changes in a process, later tests would meet."""
    begin(qapp, "light")


class Shown:
    """A window, and how to wait for it."""

    def __init__(self, bot: QtBot, window: Window) -> None:
        self.bot, self.window, self.bridge = bot, window, window.bridge

    def until(self, true: Callable[[], object]) -> None:
        """Waits."""
        self.bot.waitUntil(lambda: bool(true()), timeout=PATIENCE)

    def settle(self) -> None:
        """Until all that was asked is answered."""
        self.until(lambda: not self.bridge.waits)
        self.bot.wait(20)  # what was added to a layout is shown in the next turn


@pytest.fixture
def show(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[[CommandLine], Shown]]:
    """Shows the window of a profile, in French."""
    before = language.language()
    begin(qapp, "light")
    made: list[Shown] = []

    def show(line: CommandLine) -> Shown:
        language.choose("fr")  # commands that ran in this process chose theirs
        window = Window(Bridge(str(line.profile)))
        qtbot.addWidget(window)
        window.bridge.start()
        window.show()
        made.append(Shown(qtbot, window))
        return made[-1]

    yield show
    for shown in made:
        shown.bridge.close()
    language.choose(before)
