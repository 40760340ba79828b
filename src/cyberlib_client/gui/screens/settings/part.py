"""One of the settings, as its room shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...widgets.basics import Card, IconLabel, button, column, label, row


class Part(Card):
    """A setting: what it is now, and the way to change it."""

    def __init__(self, title: str, sign: str, change: str, clicked: Callable[[], object]) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self._words = label(kind="soft", wrap=True)
        self.words_below = column(label(title, "section"), self._words, gap=4)
        self.change = button(change, clicked)
        self.change.setAccessibleName(f"{change} {title}")
        self.change.setEnabled(False)  # until it is known what is to be changed
        inside = row(IconLabel(sign, "brand", 24), self.words_below, self.change, gap=16)
        inside.setStretch(1, 1)
        self.body.addLayout(inside)

    def say(self, words: Iterable[str]) -> None:
        """What it is now."""
        self._words.setText("\n".join(words))
        self.change.setEnabled(True)
