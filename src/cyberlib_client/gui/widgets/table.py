"""A table of words that fills its card; rows can be chosen by keyboard and pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ..look.theme import theme

_ROW = 44
_MOVES: Final = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Space)


class Table(QTableView):
    """The first arrow key chooses the line where the keyboard stands, which nothing shows before: Qt would go
    to the next one, and nowhere from the only one."""

    def __init__(self) -> None:
        super().__init__()
        self._below: Mapping[int, int] = {}

    def hide_below(self, widths: Mapping[int, int]) -> None:
        """Columns that are left out in a table narrower than that (px): names are not cut off for them."""
        self._below = widths

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        for column, least in self._below.items():
            self.setColumnHidden(column, self.width() < theme().grown(least))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See QWidget."""
        at, chosen = self.currentIndex(), self.selectionModel()
        if event.key() in _MOVES and not event.modifiers() and at.isValid() and not chosen.hasSelection():
            self.selectRow(at.row())
            return
        super().keyPressEvent(event)


def dress(view: QTableView, name: str, stretched: int, widths: Sequence[int]) -> None:
    """How all our tables are. `stretched`: the column that takes the room; `widths`: px of all."""
    view.setAccessibleName(name)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setTextElideMode(Qt.TextElideMode.ElideRight)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(theme().px(_ROW))
    view.setIconSize(QSize(20, 20))
    head = view.horizontalHeader()
    head.setHighlightSections(False)
    head.setMinimumSectionSize(theme().grown(96))
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column, width in enumerate(widths):
        head.resizeSection(column, theme().px(width))
    head.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
