"""A table of words that fills its card; rows can be chosen by keyboard and pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from ..look.theme import theme

Index = QModelIndex | QPersistentModelIndex
_ROW = 44
_BESIDE = 8
"""px that Qt leaves free beside the text of an item."""
_MOSTLY = 0.75
"""Of the room there is, for what comes before its ending; where that is less, its beginning has it all."""
_LONGEST = 6
"""Letters of an ending; what is longer is a part of the name."""
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


class Names(QStyledItemDelegate):
    """Of files: where one does not fit, its middle is left out, but not for whom it is nor what it is."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """See QStyledItemDelegate."""
        super().initStyleOption(option, index)
        part, view = QStyle.SubElement.SE_ItemViewItemText, self.parent()
        assert isinstance(view, QTableView)
        room = view.style().subElementRect(part, option, view).width() - _BESIDE
        option.text = shortened(option.text, option.fontMetrics, room)


def shortened(text: str, metrics: QFontMetrics, room: int) -> str:
    """A name, and what may come after it (` · folder`), whose ending stays: a letter and its PDF, both of
    one patient, are told apart by that. What is left to cut is cut at the end, as everywhere."""
    name = text.partition(" · ")[0]
    stem, _dot, ending = name.rpartition(".")
    if not stem or len(ending) > _LONGEST or metrics.horizontalAdvance(name) <= room:
        return text
    kept = f"\xa0.{ending}"
    left = room - metrics.horizontalAdvance(kept)
    if left < room * _MOSTLY:
        return text
    return metrics.elidedText(stem, Qt.TextElideMode.ElideRight, left) + kept


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
