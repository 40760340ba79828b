"""Text in lines, with the room between them that reading takes: Qt's own labels set lines solid."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy

from ..look.tokens import PITCH, PITCH_LARGE, SECTION

_WIDE: Final = 16_000
"""px: no line is broken."""
_TOGETHER: Final = re.compile(r"(?<=\d) (?=\w)| (?=·)")
"""No line ends between a number and what it counts, nor begins with a dot."""
_LEAST: Final = 10
"""Letters: a longer name or path is broken rather than the window made wider."""


class Prose(QLabel):
    """Plain text that wraps."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _pitch(self) -> int:
        metrics = self.fontMetrics()
        size = self.font().pixelSize()
        large = size > SECTION * 1.3
        return max(metrics.height(), round(size * (PITCH_LARGE if large else PITCH)))

    def _laid(self, width: int) -> tuple[QTextLayout, int]:
        """The lines, for a width within the margins; their height."""
        text = _TOGETHER.sub("\xa0", self.text()).replace("\n", "\u2028")
        laid = QTextLayout(text, self.font(), self)
        option = QTextOption(self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        laid.setTextOption(option)
        laid.beginLayout()
        pitch, height = self._pitch(), 0
        while (line := laid.createLine()).isValid():
            line.setLineWidth(max(1, width))
            line.setPosition(QPointF(0, height + (pitch - line.height()) / 2))
            height += pitch
        laid.endLayout()
        return laid, max(height, pitch)

    def hasHeightForWidth(self) -> bool:
        """See QWidget."""
        return True

    def heightForWidth(self, width: int) -> int:
        """See QWidget."""
        margins = self.contentsMargins()
        sides = margins.left() + margins.right()
        return self._laid(width - sides)[1] + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        """See QWidget."""
        width = super().sizeHint().width()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        least = self.fontMetrics().averageCharWidth() * _LEAST
        return QSize(min(least, super().minimumSizeHint().width()), self.heightForWidth(_WIDE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """See QWidget."""
        inside = self.contentsRect()
        laid, height = self._laid(inside.width())
        top = 0 if self.alignment() & Qt.AlignmentFlag.AlignTop else max(0, (inside.height() - height) // 2)
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        laid.draw(painter, QPointF(inside.left(), inside.top() + top))
