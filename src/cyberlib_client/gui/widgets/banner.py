"""A line at the head of the window for what went wrong; it goes when it is closed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ...app.wording.language import say
from ..look.theme import theme
from ..look.tokens import WIDEST
from .basics import Card, IconLabel, beside, button, label, row


class Banner(QWidget):
    """Hidden until there is something to say. `explain`: takes the code of an error and what was said."""

    def __init__(self, explain: Callable[[str, str], object]) -> None:
        super().__init__()
        self._outside = outside = QVBoxLayout(self)
        outside.setContentsMargins(32, 16, 32, 0)
        card = Card(kind="note-wrong", margin=12)
        self._words = label(wrap=True)
        self._code, self._explain = "", explain
        self._more = button(say("En savoir plus", "Learn more"), self._learn, link=True)
        close = button(say("Fermer", "Close"), self.hide, link=True)
        line = row(IconLabel("alert", "wrong"), self._words, self._more, close)
        line.setStretch(1, 1)
        card.body.addLayout(line)
        outside.addWidget(card)
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget: as wide as what is below it."""
        super().resizeEvent(event)
        side = beside(self.width(), theme().grown(WIDEST))
        self._outside.setContentsMargins(side, 16, side, 0)

    @property
    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def say(self, words: str, code: str = "") -> None:
        """Shows it. `code`: of the error, which can be explained."""
        self._code = code
        self._more.setVisible(bool(code))
        self._words.setText(words)
        self.setAccessibleName(words)
        self.show()

    def _learn(self) -> None:
        self._explain(self._code, self._words.text())
