"""Where one is: the folders above, each of which opens, or what is shown in their place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout

from ....app.wording.language import say
from ...widgets.basics import button, clear, label, row


class Crumbs:
    """`line` is to be laid out; `opened` is called with a path, "" for all sources."""

    def __init__(self, opened: Callable[[str], object]) -> None:
        self._opened = opened
        self.line: QHBoxLayout = row(gap=0)
        self.line.setContentsMargins(13, 0, 8, 0)  # above the names

    def show(self, path: str, words: str = "") -> None:
        """A path, or these words instead."""
        clear(self.line)
        self.line.addWidget(button(say("Tout", "All"), partial(self._opened, ""), link=True))
        if words:
            self.line.addWidget(label(f" ›  {words}", "small"))
        above = ""
        for name in path.strip("/").split("/") if path and not words else []:
            above = f"{above}/{name}"
            self.line.addWidget(label(" › ", "small"))
            self.line.addWidget(button(name, partial(self._opened, above), link=True))
        self.line.addStretch(1)
