"""Dialogs in which something is chosen, with what is wrong beside each field; and what was changed, told."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QLayout, QScrollArea, QVBoxLayout, QWidget

from ...app.wording.language import say
from .basics import Card, IconLabel, button, column, label, page, row


class Field(QVBoxLayout):
    """A name, what is typed or chosen, a hint, and what is wrong with it."""

    def __init__(self, name: str, inside: QWidget | QLayout, hint: str = "", *, named: QWidget | None = None):
        super().__init__()
        self.setSpacing(4)
        words = label(name, "strong")
        self.addWidget(words)
        target = named or (inside if isinstance(inside, QWidget) else None)
        if target is not None:
            words.setBuddy(target)
            if not target.accessibleName():
                target.setAccessibleName(name)
        if isinstance(inside, QLayout):
            self.addLayout(inside)
        else:
            self.addWidget(inside)
        self.hint = label(hint, "small", wrap=True)
        self.hint.setVisible(bool(hint))
        self.addWidget(self.hint)
        self.problem = problem()
        self.addWidget(self.problem)
        self._target = target

    def refuse(self, words: str) -> None:
        """What is wrong with it; empty when nothing is."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        if self._target is not None:
            self._target.setAccessibleDescription(words)


def problem() -> QLabel:
    """A line for what is wrong, hidden until there is something."""
    made = label(kind="wrong", wrap=True)
    made.hide()
    return made


class Form(QDialog):
    """A dialog with a title, a body that scrolls where it must, and two buttons. `saved` is called by the
    main one. It outlives its closing: an answer may still be on its way."""

    def __init__(self, parent: QWidget, title: str, lead: str, go: str, saved: Callable[[], object]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(28, 24, 28, 20)
        outside.setSpacing(14)
        head = column(label(title, "title", wrap=True), gap=6)
        if lead:
            head.addWidget(label(lead, "soft", wrap=True))
        outside.addLayout(head)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        ground, self.body = page(14)
        self.body.setContentsMargins(2, 2, 6, 2)
        scroll.setWidget(ground)
        outside.addWidget(scroll, 1)
        self.problem = problem()
        outside.addWidget(self.problem)
        self._words = go
        self.go = button(go, saved, main=True)
        self.go.setDefault(True)
        cancel = button(say("Annuler", "Cancel"), self.reject)
        cancel.setAutoDefault(False)  # the Enter key never means it
        outside.addLayout(row(None, cancel, self.go))

    def fit(self, width: int, height: int) -> None:
        """As large as that, and no larger than the screen."""
        room = self.screen().availableGeometry()
        self.resize(min(width, room.width() - 40), min(height, room.height() - 80))

    def refuse(self, words: str) -> None:
        """It was not saved, and why."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        self.wait(waits=False)

    def wait(self, *, waits: bool = True) -> None:
        """While it is being saved nothing can be pressed twice."""
        self.go.setEnabled(not waits)
        self.go.setText(say("Un instant…", "One moment…") if waits else self._words)


class Told(QWidget):
    """What was just changed, with the way back; hidden until something was."""

    def __init__(self) -> None:
        super().__init__()
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        card = Card(kind="note", margin=12)
        self._words = label(wrap=True)
        self._undo: Callable[[], object] = lambda: None
        self.back = button(say("Revenir en arrière", "Undo"), self._back, link=True)
        inside = row(IconLabel("check", "ok"), self._words, self.back)
        inside.setStretch(1, 1)
        card.body.addLayout(inside)
        outside.addWidget(card)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def say(self, words: str, undo: Callable[[], object] | None = None) -> None:
        """Tells it. `undo`: brings back what was before."""
        self._words.setText(words)
        self.setAccessibleName(words)
        self._undo = undo or (lambda: None)
        self.back.setVisible(undo is not None)
        self.show()

    def _back(self) -> None:
        self.back.hide()
        self._undo()
