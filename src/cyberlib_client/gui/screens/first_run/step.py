"""What the six screens of the first run have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from ....app.first_run_told import FirstRunTold
from ....app.wording.language import say
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...room import House
from ...widgets.basics import Card, IconLabel, button, label, row
from ...widgets.files import ask_file, ask_folder
from ...words import error


class Way(Protocol):
    """The first run, as its screens see it."""

    house: House
    bridge: Bridge
    told: FirstRunTold

    def advance(self) -> None:
        """What this screen asks for is there: looks how far it is, and shows the next one."""

    def look(self, then: Callable[[], object]) -> None:
        """Learns how far it is, then calls `then`."""

    def refresh(self) -> None:
        """Its buttons are to say something else."""

    def leave(self, room: str = "home") -> None:
        """Away from it, to a room."""

    def reveal(self, part: QWidget) -> None:
        """Scrolls to it where it is out of sight."""

    def press(self) -> None:
        """As if "Continue" were pressed."""


class Step(QWidget):
    """A screen: a title, a sentence, and what `self.body` holds. What is wrong stands below it."""

    def __init__(self, way: Way, title: str, intro: str) -> None:
        super().__init__()
        self.way, self.bridge = way, way.bridge
        self.working = ""
        """What is waited for, in the place of "Continue"."""
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(16)
        self.title, self.intro = label(title, "title", wrap=True), label(intro, "soft", wrap=True)
        outside.addWidget(self.title)
        outside.addWidget(self.intro)
        self.body = QVBoxLayout()
        self.body.setSpacing(14)
        outside.addLayout(self.body)
        self._problem = label(wrap=True)
        self._problem.setObjectName("problem")
        self._wrong = Card(kind="note-wrong", margin=12)
        line = row(IconLabel("alert", "wrong"), self._problem)
        line.setStretch(1, 1)
        self._wrong.body.addLayout(line)
        self._wrong.hide()
        outside.addWidget(self._wrong)

    # ---- what each says of itself

    @property
    def go_words(self) -> str:
        """On the button that goes on; empty for none."""
        return say("Continuer", "Continue")

    @property
    def can_go(self) -> bool:
        """Whether it can be pressed now."""
        return not self.working

    @property
    def can_back(self) -> bool:
        """Whether there is something before it."""
        return True

    @property
    def can_leave(self) -> bool:
        """Whether there is something left for later."""
        return True

    def enter(self) -> None:
        """It is shown; `self.way.told` is new."""

    def left(self) -> None:
        """It is not shown any more: what it had looked up is not waited for."""

    def go_on(self) -> None:
        """ "Continue" was pressed."""
        self.way.advance()

    def go_back(self) -> bool:
        """ "Back" was pressed; whether it stayed on this screen."""
        return False

    def heard(self, job: int, event: object) -> None:
        """See Room."""

    # ---- what they use

    def work(self, words: str) -> None:
        """Something is waited for."""
        self.working = words
        self.quiet()
        self.way.refresh()

    def rest(self) -> None:
        """Nothing is waited for any more."""
        self.working = ""
        self.way.refresh()

    @property
    def problem(self) -> str:
        """What is said to be wrong."""
        return self._problem.text() if self._wrong.isVisibleTo(self) else ""

    def complain(self, words: str, at: QWidget | None = None) -> None:
        """A sentence on what is wrong. `at`: the field to look at."""
        self._problem.setText(words)
        self._wrong.setAccessibleName(words)
        self._wrong.show()
        self.rest()
        self.way.reveal(self._wrong)
        if at is not None:
            at.setFocus()
            if isinstance(at, QLineEdit):
                at.selectAll()

    def refuse(self, raised: CyberlibError) -> None:
        """The same for an error."""
        self.complain(str(error(raised)))

    def quiet(self) -> None:
        """Nothing is wrong any more."""
        self._wrong.hide()


def typed(way: Way, name: str, hint: str = "", *, secret: bool = False) -> QLineEdit:
    """A field; Enter goes on."""
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    if secret:
        made.setEchoMode(QLineEdit.EchoMode.Password)
    made.returnPressed.connect(way.press)
    return made


def folder_button(parent: QWidget, title: str, chosen: Callable[[str], object]) -> QPushButton:
    """Opens a dialog that chooses a folder."""

    made = button(say("Choisir…", "Choose…"), lambda: ask_folder(parent, title, chosen))
    made.setAccessibleName(title)
    return made


def file_button(parent: QWidget, text: str, title: str, chosen: Callable[[str], object]) -> QPushButton:
    """Opens a dialog that chooses a file."""

    return button(text, lambda: ask_file(parent, title, chosen))
