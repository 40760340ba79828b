"""The last days, one cell each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip

from ..look.icons import pixmap
from ..look.theme import theme
from ..look.tokens import Role

_ROWS: Final = 3
_HEIGHT: Final = 22
_GAP: Final = 4
_ROLES: Final[dict[str, Role]] = {
    "done": "ok",
    "incomplete": "todo",
    "stopped": "todo",
    "failed": "wrong",
    "none": "line",
}
_SIGNS: Final = {"incomplete": "alert", "stopped": "pause", "failed": "cross"}


class Day:
    """`state`: see `app.report_days`. `words`: what is told of it."""

    def __init__(self, state: str, words: str) -> None:
        self.state, self.words = state, words


class Calendar(QLabel):
    """Three rows of days, oldest first; what is told of one shows at the pointer and by the arrow keys.
    To screen readers it is a text: a plain widget is nothing to them."""

    def __init__(self) -> None:
        super().__init__()
        self._days: list[Day] = []
        self._at: int | None = None
        self.setFixedHeight(_ROWS * _HEIGHT + (_ROWS - 1) * _GAP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(600, self.height())

    def show_days(self, days: Sequence[Day], name: str) -> None:
        """Oldest first. `name`: what it is, for screen readers."""
        self._days = list(days)
        self._at = None
        self.setAccessibleName(name)
        self.update()

    def _cell(self, number: int) -> QRectF:
        across = max(1, -(-len(self._days) // _ROWS))
        width = (self.width() - _GAP * (across - 1)) / across
        row, place = divmod(number, across)
        return QRectF(place * (width + _GAP), row * (_HEIGHT + _GAP), width, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """See QWidget."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, day in enumerate(self._days):
            cell = self._cell(number)
            role = _ROLES.get(day.state, "line")
            hollow = role == "line" and theme().tokens.contrast
            painter.setPen(QPen(theme().colour(role), 1) if hollow else Qt.PenStyle.NoPen)
            painter.setBrush(Qt.BrushStyle.NoBrush if hollow else theme().colour(role))
            painter.drawRoundedRect(cell, 4, 4)
            if sign := _SIGNS.get(day.state):
                at = cell.center() - QRectF(0, 0, 14, 14).center()
                painter.drawPixmap(at, pixmap(sign, theme().tokens.card, 14, self.devicePixelRatioF()))
            if self.hasFocus() and number == self._at:
                painter.setPen(QPen(theme().colour("ink"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(cell.adjusted(1, 1, -1, -1), 4, 4)

    def event(self, event: QEvent) -> bool:
        """See QWidget."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for number, day in enumerate(self._days):
                if self._cell(number).contains(event.pos()):
                    QToolTip.showText(event.globalPos(), day.words, self)
                    return True
            QToolTip.hideText()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """See QWidget: today is where one begins."""
        super().focusInEvent(event)
        if self._at is None and self._days:
            self._at = len(self._days) - 1
            self.setAccessibleDescription(self._days[self._at].words)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See QWidget."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._days:
            super().keyPressEvent(event)
            return
        last = len(self._days) - 1
        self._at = last if self._at is None else min(last, max(0, self._at + step))
        day, cell = self._days[self._at], self._cell(self._at)
        self.setAccessibleDescription(day.words)
        QToolTip.showText(self.mapToGlobal(QPoint(round(cell.x()), round(cell.bottom()))), day.words, self)
        self.update()
