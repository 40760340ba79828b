"""The side bar: the seven rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QRadioButton, QVBoxLayout

from ...app.wording.language import say
from ..look.icons import icon
from ..look.theme import theme
from ..look.tokens import SIDE
from .basics import IconLabel, label, restyle, row

_BADGE: Final = 20
_WORDS: Final = 150
"""px of the bar that grow with the text."""


class RoomButton(QRadioButton):
    """Leads to a room. One of several is chosen, which a screen reader is told by what it is."""

    def __init__(self, name: str, sign: str) -> None:
        super().__init__(f"  {name}")  # the icon's distance, which no style sheet sets
        self._name, self._sign, self.badge = name, sign, 0
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("kind", "room")
        self.setIconSize(QSize(theme().grown(20), theme().grown(20)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme().changed.connect(self._draw)
        self.toggled.connect(self._toggled)
        self._draw()

    def _toggled(self, chosen: bool) -> None:
        self.setProperty("chosen", "true" if chosen else "false")
        restyle(self)

    def show_badge(self, number: int) -> None:
        """How many things there ask for attention; told to screen readers too."""
        self.badge = number
        words = say(f"{self._name}, {number} à regarder", f"{self._name}, {number} to look at")
        self.setAccessibleName(words if number else self._name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        super().paintEvent(event)
        if not self.badge:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = str(self.badge) if self.badge < 100 else "99+"
        font = self.font()
        font.setBold(True)
        font.setPixelSize(theme().grown(_BADGE) - 8)
        painter.setFont(font)
        high = theme().grown(_BADGE)
        width = max(high, painter.fontMetrics().horizontalAdvance(words) + 12)
        at = QRectF(self.width() - width - 12, (self.height() - high) / 2, width, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("badge"))
        painter.drawRoundedRect(at, high / 2, high / 2)
        painter.setPen(theme().colour("on_badge"))
        painter.drawText(at, Qt.AlignmentFlag.AlignCenter, words)

    def hitButton(self, pos: QPoint) -> bool:
        """See QAbstractButton: all of it, not the words alone."""
        return self.rect().contains(pos)

    def _draw(self) -> None:
        tokens = theme().tokens
        self.setIcon(icon(self._sign, tokens.side_ink, theme().grown(20), chosen=tokens.on_side))


class AskButton(QPushButton):
    """Opens the help; looks as its neighbours above."""

    def __init__(self, name: str) -> None:
        super().__init__(f"  {name}")
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("kind", "room")
        self.setIconSize(QSize(theme().grown(20), theme().grown(20)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme().changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self.setIcon(icon("help", theme().tokens.side_ink, theme().grown(20)))


class Side(QFrame):
    """`chosen`: takes the name of a room; `ask`: opens the help on the one that is there."""

    def __init__(
        self, rooms: dict[str, tuple[str, str]], chosen: Callable[[str], object], ask: Callable[[], object]
    ) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setFixedWidth(theme().px(_WORDS) + SIDE - _WORDS)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(12, 20, 12, 20)
        inside.setSpacing(4)
        self._mark = IconLabel("shield-check", "side_mark", 24)
        logo = label("CyberLib")
        logo.setProperty("kind", "logo")
        head = row(self._mark, logo, None, gap=10)
        head.setContentsMargins(12, 2, 12, 16)
        inside.addLayout(head)
        group = QButtonGroup(self)
        self.buttons: dict[str, RoomButton] = {}
        for name, (words, sign) in rooms.items():
            made = RoomButton(words, sign)
            made.clicked.connect(lambda _checked=False, name=name: chosen(name))
            group.addButton(made)
            inside.addWidget(made)
            self.buttons[name] = made
        inside.addStretch(1)
        self.ask = AskButton(say("Aide sur cette page", "Help on this page"))
        self.ask.setToolTip(say("Touche F1", "The F1 key"))
        self.ask.clicked.connect(lambda _checked=False: ask())
        inside.addWidget(self.ask)
        self.foot = label(wrap=True)
        self.foot.setContentsMargins(12, 0, 12, 0)
        inside.addWidget(self.foot)

    def alone(self, alone: bool) -> None:
        """Without rooms to go to, or with them again."""
        for each in self.buttons.values():
            each.setVisible(not alone)

    def choose(self, name: str) -> None:
        """Shows which room is there."""
        self.buttons[name].setChecked(True)
