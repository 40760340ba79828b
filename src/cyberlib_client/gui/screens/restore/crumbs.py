"""Where one is: the folders above, each of which opens, or what is shown in their place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ....app.wording.language import say
from ...widgets.basics import button, clear, label, row, tip

_NEAREST: Final = 3
"""Folders that are named; those above them are behind a sign."""
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

    def show_path(self, path: str, words: str = "") -> None:
        """A path, or these words instead."""
        clear(self._line)
        self._line.addWidget(button(say("Tout", "All"), partial(self._opened, ""), link=True))
        if words:
            self._line.addWidget(label(f" ›  {words}", "small"))
        names = path.strip("/").split("/") if path and not words else []
        hidden = len(names) - _NEAREST if len(names) > _NEAREST + 1 else 0
        above = ""
        for number, name in enumerate(names):
            above = f"{above}/{name}"
            if number >= hidden - 1:
                self._line.addWidget(label(" › ", "small"))
                self._line.addWidget(self._to(above, _MORE if number < hidden else name))
        self._line.addStretch(1)

    def _to(self, path: str, name: str) -> QPushButton:
        short = name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
        made = button(short, partial(self._opened, path), link=True)
        made.setAccessibleName(path if name == _MORE else name)
        made.setToolTip(tip(path))
        return made
