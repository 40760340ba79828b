"""Where one is: the folders above, each of which opens, or what is shown in their place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ....app.wording.language import say
from ...widgets.basics import button, clear, label, row, tip

_NEAREST: Final = 3
"""Folders that are named beside the one that is open; those above them are behind a sign."""
_LETTERS: Final = 28
_MORE: Final = "…"


class Crumbs(QWidget):
    """`opened`: called with a path, "" for all sources. However deep a folder is, the page is no wider."""

    def __init__(self, opened: Callable[[str], object]) -> None:
        super().__init__()
        self._opened = opened
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._line: QHBoxLayout = row(gap=0)
        self._line.setContentsMargins(13, 0, 8, 0)  # above the names
        self.setLayout(self._line)
        self._levels: list[_Level] = []

    def show_path(self, path: str, words: str = "") -> None:
        """A path, or these words instead."""
        clear(self._line)
        self._levels = []
        self._all = button(say("Tout", "All"), partial(self._opened, ""), link=True)
        self._line.addWidget(self._all)
        if words:
            self._line.addWidget(label(f" ›  {words}", "small"))
        above = ""
        for name in path.strip("/").split("/") if path and not words else []:
            short = name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
            self._add(f"{above}/{name}", short, name)
            if not above:
                self._add("", _MORE, say("Dossiers au-dessus", "Folders above"))
            above = f"{above}/{name}"
        self._line.addStretch(1)
        if self._levels:
            self._more = self._levels.pop(1)
        self._fit()

    def _add(self, path: str, short: str, name: str) -> None:
        made = _Level(path, label(" › ", "small"), button(short, lambda: self._opened(made.path), link=True))
        made.to.setAccessibleName(name)
        made.to.setToolTip(tip(path))
        self._line.addWidget(made.sign)
        self._line.addWidget(made.to)
        self._levels.append(made)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The last, and those before it that have room; the sign opens the one before them."""
        if not self._levels:
            return
        first = self._all.sizeHint().width() + self._more.width()
        left = self.width() - first - 21
        shown = 0
        for each in reversed(self._levels):
            left -= each.width()
            if shown and (left < 0 or shown > _NEAREST):
                break
            shown += 1
        hidden = len(self._levels) - shown
        for number, each in enumerate(self._levels):
            each.show(shown=number >= hidden)
        self._more.show(shown=bool(hidden))
        if hidden:
            self._more.path = self._levels[hidden - 1].path
            self._more.to.setToolTip(tip(self._more.path))


class _Level:
    """A folder above, with the sign before it."""

    def __init__(self, path: str, sign: QWidget, to: QPushButton) -> None:
        self.path, self.sign, self.to = path, sign, to

    def width(self) -> int:
        """px that it takes."""
        return self.sign.sizeHint().width() + self.to.sizeHint().width()

    def show(self, *, shown: bool) -> None:
        """Both of it, or none."""
        self.sign.setVisible(shown)
        self.to.setVisible(shown)
