"""Dialogs in which something is chosen, with what is wrong beside each field; and what was changed, told."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLabel,
    QLayout,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ...app.wording.language import say
from ..look.icons import icon
from ..look.theme import theme
from .basics import Card, IconLabel, button, column, label, page, row

_BY_TAB: Final = Qt.FocusPolicy.TabFocus


class Search(QLineEdit):
    """A field to search by, with its icon."""

    def __init__(self, words: str, width: int) -> None:
        super().__init__()
        self.setProperty("kind", "search")
        self.setPlaceholderText(words)
        self.setAccessibleName(words)
        self.setClearButtonEnabled(True)
        self.setFixedWidth(theme().px(width))
        self._sign = self.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        self._sign.setEnabled(False)
        theme().changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self._sign.setIcon(icon("search", theme().tokens.soft, 16))


class Number(QSpinBox):
    """A number and what it counts, with the room before it that a style sheet gives to other fields."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(10, 0, 0, 0)


class Field(QVBoxLayout):
    """A name, what is typed or chosen, a hint, and what is wrong with it."""

    def __init__(self, name: str, inside: QWidget | QLayout, hint: str = "", *, named: QWidget | None = None):
        super().__init__()
        self.setSpacing(4)
        words = self.title = label(name, "strong")
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
        if not hint:  # shown by what it lies in: by itself it would be a window for a moment
            self.hint.hide()
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
        self._ground = ground
        self._cancel = cancel = button(say("Annuler", "Cancel"), self.reject)
        cancel.setAutoDefault(False)  # the Enter key never means it
        outside.addLayout(row(None, cancel, self.go))

    def showEvent(self, event: QShowEvent) -> None:
        """See QWidget: the keyboard goes through the fields before the buttons, which were made first."""
        super().showEvent(event)
        inside = [each for each in self._ground.findChildren(QWidget) if each.window() is self]
        fields = [each for each in inside if each.focusPolicy() & _BY_TAB]
        for one, other in pairwise([*fields, self._cancel, self.go]):
            QWidget.setTabOrder(one, other)
        if self.focusWidget() in (None, self.go, self._cancel):
            there = (each for each in fields if each.isVisibleTo(self) and each.isEnabled())
            # of several options, the chosen one
            of = (each for each in there if not isinstance(each, QRadioButton) or each.isChecked())
            first = next(of, self.go)
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def fit(self, width: int, height: int) -> None:
        """As large as that, and no larger than the screen."""
        room = self.screen().availableGeometry()
        self.resize(min(theme().px(width), room.width() - 40), min(theme().px(height), room.height() - 80))

    def refuse(self, words: str) -> None:
        """It was not saved, and why."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        self.wait(waits=False)

    def ends_well(self, *, ended: bool = True) -> None:
        """It did what it is for and stays to tell of it: there is nothing left to cancel."""
        self._cancel.setText(say("Fermer", "Close") if ended else say("Annuler", "Cancel"))

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
