"""Our own icons: lines on a grid of 24, drawn in whatever colour they are used in."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ...resources import resource


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text("utf-8")


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int, ratio: float = 1.0, apart: int = 0) -> QPixmap:
    """An icon of `size` px on each side, for a screen with `ratio` pixels to each. `apart`: px left
    empty behind it.

    Raises FileNotFoundError for a name that there is not."""
    renderer = QSvgRenderer(
        QByteArray(_drawing(name).replace('stroke="#000"', f'stroke="{colour}"').encode())
    )
    drawn = QPixmap(round((size + apart) * ratio), round(size * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return drawn


def icon(name: str, colour: str, size: int = 20, chosen: str | None = None, apart: int = 0) -> QIcon:
    """For a button; sharp on screens of any density. `chosen`: its colour while the button is checked."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0, 3.0):
        made.addPixmap(pixmap(name, colour, size, ratio, apart), QIcon.Mode.Normal, QIcon.State.Off)
        if chosen is not None:
            made.addPixmap(pixmap(name, chosen, size, ratio, apart), QIcon.Mode.Normal, QIcon.State.On)
    return made
