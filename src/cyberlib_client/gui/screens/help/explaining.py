"""Help over a room: its questions, or what an error means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QApplication, QDialog, QScrollArea, QVBoxLayout, QWidget

from ....app.messages import error_message, error_texts
from ....app.wording.language import language, say
from ...doing import do
from ...room import House
from ...widgets.basics import Card, button, label, page, row
from ...words import DOING, doing, for_window
from .topics import Topic


def topic_card(house: House, topic: Topic, done: QDialog | None = None) -> Card:
    """A question with its answer, and what there is to do."""
    card = Card(str(topic.question))
    card.body.addWidget(label(str(topic.answer), "soft", wrap=True))
    if topic.does:
        card.body.addLayout(row(_leading(house, topic.does, done), None))
    return card


def _leading(house: House, what: str, done: QDialog | None) -> QWidget:
    def lead() -> None:
        if done is not None:
            done.accept()
        do(house, what)

    return button(str(DOING[what].words), lead)


_STEP = QAbstractSlider.SliderAction
_STEPS: Final = {
    Qt.Key.Key_Down: _STEP.SliderSingleStepAdd,
    Qt.Key.Key_Up: _STEP.SliderSingleStepSub,
    Qt.Key.Key_PageDown: _STEP.SliderPageStepAdd,
    Qt.Key.Key_PageUp: _STEP.SliderPageStepSub,
    Qt.Key.Key_End: _STEP.SliderToMaximum,
    Qt.Key.Key_Home: _STEP.SliderToMinimum,
}


class Explaining(QDialog):
    """`topics`: shown one below the other. `code`: an error that is explained first; `said`: what was said
    of it."""

    def __init__(
        self,
        house: House,
        parent: QWidget,
        name: str,
        topics: Sequence[Topic],
        *,
        code: str = "",
        said: str = "",
    ) -> None:
        super().__init__(parent)
        self._house = house
        self.setWindowTitle(name)
        self.setMinimumSize(560, 420)
        self.resize(640, 520)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 20)
        ground, inside = page()
        inside.addWidget(label(name, "title", wrap=True))
        if code:
            inside.addWidget(self._explained(code, said))
        for each in topics:
            inside.addWidget(topic_card(house, each, self))
        inside.addStretch(1)
        self._scrolled = scrolled = QScrollArea()
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it has no role; see keyPressEvent
        scrolled.setWidgetResizable(True)
        scrolled.setAccessibleName(name)
        scrolled.setWidget(ground)
        outside.addWidget(scrolled)
        close = button(say("Fermer", "Close"), self.accept, main=True)
        close.setDefault(True)
        foot = row(button(say("Toute l’aide", "All help"), self._all, link=True), None, close)
        foot.setContentsMargins(32, 0, 32, 0)
        outside.addLayout(foot)
        close.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See QWidget: what does not fit is scrolled to from wherever the focus is."""
        if (step := _STEPS.get(Qt.Key(event.key()))) is not None:
            self._scrolled.verticalScrollBar().triggerAction(step)
        else:
            super().keyPressEvent(event)

    def _all(self) -> None:
        self.accept()
        self._house.go("help")

    def _explained(self, code: str, said: str) -> Card:
        message = for_window(error_message(code, {}, language()), code)
        # Without its facts a sentence would have gaps: what was said has them.
        card = Card(said or message.title)
        if code in error_texts() and message.advice and "?" not in message.advice and not said:
            card.body.addWidget(label(message.advice, wrap=True))
        card.body.addWidget(
            label(
                say(
                    "Rien de ce qui est déjà dans le coffre n’est touché. Si cela dure, donnez ce code à"
                    " l’assistance :",
                    "Nothing that is in the vault already is touched. If it lasts, give this code to"
                    " support:",
                ),
                "soft",
                wrap=True,
            )
        )
        copied = button(say("Copier le code", "Copy the code"), lambda: copy(code))
        parts: list[QWidget | None] = [label(code, "strong"), copied, None]
        what = doing(code)
        if what and DOING[what].room != "help":  # else it stands below
            parts.append(_leading(self._house, what, self))
        card.body.addLayout(row(*parts))
        return card


def copy(text: str) -> None:
    """To the clipboard."""
    QApplication.clipboard().setText(text)
