"""What the rooms of the window have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget

from ..app.agent.messages import Job
from ..core.errors import CyberlibError
from .bridge import Bridge, Then
from .guided import Guided
from .left_alone import LeftAlone
from .look.theme import theme
from .look.tokens import PAGE, WIDEST
from .widgets.basics import beside, page


class House(Protocol):
    """The window, as its rooms see it."""

    bridge: Bridge
    locked: bool
    """Nothing of the vault, nor names of files, are shown until somebody gives what opens it."""

    left_alone: LeftAlone
    guided: Guided

    def go(self, room: str) -> None:
        """Shows another room."""

    def do(self, job: str) -> None:
        """Has something done: "backup", "verify", "drill", "resume", "agent", "unlock", "make", "terms",
        "alarm"."""

    def note(self, words: str) -> None:
        """A sentence, without names, beside the clock when nobody looks at the window."""

    def explain(self, code: str, more: str = "") -> None:
        """Opens the help at an error's code. `more`: what was said of it."""

    def begin(self, job: Job) -> None:
        """Has the agent do a job, and starts the agent where there is none; nothing else is shown."""

    def say_error(self, error: CyberlibError) -> None:
        """A sentence at the head of the window."""

    def lock(self) -> None:
        """Whoever comes next gives the passphrase before anything of the vault is shown."""

    def unlock(self, then: Then) -> None:
        """Asks for what opens the vault, then calls `then(None)`."""


class Room(QScrollArea):
    """A screen: a column that scrolls when the window is small, and stays in the middle of a wide one."""

    WIDEST: ClassVar = WIDEST
    """px of its column: a line of text, or a button at its end, is not looked for across a whole desk."""

    def __init__(self, house: House, name: str) -> None:
        super().__init__()
        self.house, self.bridge = house, house.bridge
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        ground, self.column = page()
        self._ground = ground
        ground.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        ground.setAccessibleName(name)
        self.setAccessibleName(name)
        self.setWidget(ground)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget. The bar to scroll by takes its room from the margin: nothing moves when it comes."""
        super().resizeEvent(event)
        left = beside(self.width(), theme().grown(self.WIDEST))
        right = left - (self.width() - self.viewport().width())
        self.column.setContentsMargins(left, PAGE[1], right, PAGE[3])

    def enter(self) -> None:
        """It is shown: what it tells is looked up anew."""

    def empty(self) -> None:
        """Names and contents go; what is at work goes on."""

    def once_open(self, change: Callable[[], object]) -> Callable[[], None]:
        """For a button that changes something: at once, or once somebody has opened a locked window."""

        def pressed() -> None:
            if self.house.locked:
                self.house.unlock(then)
            else:
                change()

        def then(_nothing: object) -> None:
            change()

        return pressed

    def take_keyboard(self) -> None:
        """Tab leads to its first part from here, and no ring is around any of them yet."""
        self._ground.setFocus()

    def hold_keyboard(self) -> None:
        """Before what may have it is hidden, which would hand it on to the side bar."""
        if QApplication.focusWidget() in self.findChildren(QWidget):
            self.take_keyboard()

    @property
    def keeps(self) -> bool:
        """Whether it is kept once it is emptied: it follows what is at work."""
        return False

    @property
    def busy(self) -> bool:
        """Whether something is at work that ends with the window."""
        return False

    def heard(self, job: int, event: object) -> None:
        """Something happened; see agent.messages.Event."""
