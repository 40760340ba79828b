"""Dates under the slider of versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ....app.wording.language import language
from ...widgets.basics import clear, label

_MOST: Final = 5
_MOMENT: Final = timedelta(minutes=30)


class Marks(QWidget):
    """When the versions are from, oldest at the left: the slider has a place for each, so that dates stand
    at places of versions and not at regular times."""

    def __init__(self) -> None:
        super().__init__()
        self._line = QGridLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(0)
        self.told: list[str] = []

    def show_times(self, times: Sequence[str]) -> None:
        """Moments, UTC, oldest first."""
        clear(self._line)
        last = len(times) - 1
        places = range(min(_MOST, last + 1))
        chosen = [times[round(n * last / (len(places) - 1))] for n in places] if last > 0 else []
        self.told = _told([_local(each) for each in chosen])
        for each in range(self._line.columnCount()):
            self._line.setColumnStretch(each, 0)
        between = 2 * (len(self.told) - 1)  # half the room between two of them is a column
        for number, words in enumerate(self.told):
            first, end = max(0, 2 * number - 1), min(between, 2 * number + 1)
            side = Qt.AlignmentFlag.AlignHCenter
            if number == 0:
                side = Qt.AlignmentFlag.AlignLeft
            elif number == len(self.told) - 1:
                side = Qt.AlignmentFlag.AlignRight
            self._line.addWidget(label(words, "small"), 0, first, 1, end - first, side)
        for each in range(between):
            self._line.setColumnStretch(each, 1)
        self.setVisible(bool(self.told))


def _local(iso: str) -> datetime:
    return datetime.fromisoformat(iso.replace("Z", "+00:00")).astimezone()


def _told(moments: list[datetime]) -> list[str]:
    """Each as short as tells them apart: the hour within a day, the year where there is more than one."""
    french = language() == "fr"
    if moments and moments[-1] - moments[0] < _MOMENT:
        return []  # one after the other: their hours say nothing
    if len({each.date() for each in moments}) == 1:
        return _once([f"{each:%H:%M}" for each in moments])
    years = len({each.year for each in moments}) > 1
    short = ("%d/%m/%Y" if years else "%d/%m") if french else ("%Y-%m-%d" if years else "%b %d")
    return _once([each.strftime(short) for each in moments])


def _once(told: list[str]) -> list[str]:
    once = ["" if each == before else each for before, each in pairwise(["", *told])]
    return once if sum(map(bool, once)) > 1 else []  # a date alone says nothing of the others
