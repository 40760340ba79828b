"""The small parts: labels, buttons, cards, pills, icons. Each says what it is to a screen reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Final, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ..look.icons import icon, pixmap
from ..look.theme import theme
from ..look.tokens import CARD, GAP, PAGE, Role
from .prose import Prose

Kind = Literal[
    "title", "section", "figure", "strong", "soft", "small", "small-ink", "step", "wrong", "guided", ""
]
Tone = Literal["ok", "todo", "wrong", ""]

SIGNS: Final[dict[Tone, str]] = {"ok": "check", "todo": "alert", "wrong": "cross", "": "dot"}
"""Never colour alone."""
_LONGEST_TIP: Final = 2000
"""Letters."""


def label(text: str = "", kind: Kind = "", *, wrap: bool = False) -> QLabel:
    """Plain text: what comes from a vault or a file's name is never markup."""
    made = Prose(text) if wrap else QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("kind", kind)
    return made


def tip(text: str) -> str:
    """For a tooltip, which is markup to Qt wherever it looks like it: a file's name could have Qt open
    another file, or a share of somebody else's machine, as its image."""
    text = text[:_LONGEST_TIP]
    return f'<p style="white-space: pre-wrap">{escape(text)}</p>' if "<" in text else text


def button(
    text: str, clicked: Callable[[], object], *, main: bool = False, link: bool = False, sign: str = ""
) -> QPushButton:
    """`main`: the one thing to do. `link`: in a line of text. `sign`: an icon before the words."""
    made = _Button(text, sign, "on_brand" if main else "brand")
    made.setProperty("kind", "main" if main else "link" if link else "")
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    made.clicked.connect(lambda _checked=False: clicked())
    return made


def forget(*fields: QLineEdit) -> None:
    """No secret stays in them: what `clear` takes out, Ctrl+Z brings back once it is shown."""
    for each in fields:
        each.setText("")


_APART: Final = 5
"""px more between an icon and its words than Qt leaves."""


class _Button(QPushButton):
    """Its icon follows the theme."""

    def __init__(self, text: str, sign: str, role: Role) -> None:
        super().__init__(text.replace("&", "&&"))  # in a folder's name it is no shortcut
        self._sign, self._role = sign, role
        if sign:
            self.setIconSize(QSize(theme().grown(18) + _APART, theme().grown(18)))
            self._draw()
            theme().changed.connect(self._draw)

    def _draw(self) -> None:
        self.setIcon(icon(self._sign, theme().tokens.of(self._role), theme().grown(18), apart=_APART))


class IconLabel(QWidget):
    """An icon that follows the theme."""

    def __init__(self, name: str, role: Role = "ink", size: int = 20) -> None:
        super().__init__()
        self._name, self._role, self._size = name, role, theme().grown(size)
        self.setFixedSize(self._size, self._size)
        theme().changed.connect(self.update)

    def show_icon(self, name: str, role: Role) -> None:
        """Another one."""
        self._name, self._role = name, role
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """See QWidget."""
        painter = QPainter(self)
        drawn = pixmap(self._name, theme().tokens.of(self._role), self._size, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(0, 0), drawn)


class Seal(QWidget):
    """The state of the machine: an icon in a disk of 76 px."""

    _SIZE = 76

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(self._SIZE, self._SIZE)
        self._name, self._role, self._ground = "shield-unknown", "soft", "line"
        theme().changed.connect(self.update)

    def show_state(self, name: str, role: Role, ground: Role) -> None:
        """An icon, its colour, and that of the disk."""
        self._name, self._role, self._ground = name, role, ground
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """See QWidget."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour(self._ground))  # type: ignore[arg-type]
        painter.drawEllipse(QRectF(0, 0, self._SIZE, self._SIZE))
        colour = theme().tokens.of(self._role)  # type: ignore[arg-type]
        at = (self._SIZE - 40) / 2
        painter.drawPixmap(QPointF(at, at), pixmap(self._name, colour, 40, self.devicePixelRatioF()))


class Pill(QFrame):
    """A word or two in a tone, with its sign."""

    def __init__(self, text: str = "", tone: Tone = "") -> None:
        super().__init__()
        self.setProperty("kind", "pill")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme().px(26))
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 0, 12, 0)
        line.setSpacing(5)
        self._sign = IconLabel("dot", "soft", 14)
        self._words = label()
        line.addWidget(self._sign)
        line.addWidget(self._words)
        self.say(text, tone)

    def say(self, text: str, tone: Tone) -> None:
        """Other words, another tone."""
        role: Role = "soft" if tone == "" else tone
        self._sign.show_icon(SIGNS[tone], role)
        self._words.setText(text)
        self.setAccessibleName(text)
        self.setProperty("tone", tone)
        restyle(self)
        restyle(self._words)

    @property
    def text(self) -> str:
        """Its words."""
        return self._words.text()


def restyle(widget: QWidget) -> None:
    """A style sheet looks at properties once."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Card(QFrame):
    """A raised surface; `body` takes its parts. `title`: its heading, if it has one."""

    def __init__(self, title: str = "", *, kind: str = "card", margin: int = CARD) -> None:
        super().__init__()
        self.setProperty("kind", kind)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(8)
        self.title = label(title, "section", wrap=True)
        if title:
            self.title.setContentsMargins(0, 0, 0, 4)
            self.body.addWidget(self.title)
            self.setAccessibleName(title)


def line() -> QFrame:
    """A thin line between two things."""
    made = QFrame()
    made.setProperty("kind", "line")
    return made


def row(*parts: QWidget | QLayout | None, gap: int = 12) -> QHBoxLayout:
    """Things beside one another; None takes what room is left."""
    made = QHBoxLayout()
    _fill(made, parts, gap)
    return made


def column(*parts: QWidget | QLayout | None, gap: int = 4) -> QVBoxLayout:
    """Things below one another; None takes what room is left."""
    made = QVBoxLayout()
    _fill(made, parts, gap)
    return made


def _fill(made: QBoxLayout, parts: Sequence[QWidget | QLayout | None], gap: int) -> None:
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(gap)
    for part in parts:
        if part is None:
            made.addStretch(1)
        elif isinstance(part, QLayout):
            made.addLayout(part)
        else:
            made.addWidget(part)


class _Ground(QWidget):
    """As high as its column is at its width: Qt's least height is that of texts at their narrowest, and what
    fits would scroll by some pixels."""

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        least, laid = super().minimumSizeHint(), self.layout()
        if laid is None or not laid.hasHeightForWidth():
            return least
        high = laid.heightForWidth(max(least.width(), self.width()))
        return QSize(least.width(), min(least.height(), high))


def beside(width: int, widest: int) -> int:
    """The margin at each side of a column that grows no wider than `widest`, in what is `width` wide."""
    return max(PAGE[0], (width - widest) // 2)


def page(gap: int = GAP) -> tuple[QWidget, QVBoxLayout]:
    """The ground of a screen and its column."""
    ground = _Ground()
    ground.setObjectName("page")
    made = QVBoxLayout(ground)
    made.setContentsMargins(*PAGE)
    made.setSpacing(gap)
    return ground, made


def clear(layout: QLayout) -> None:
    """Takes all out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
