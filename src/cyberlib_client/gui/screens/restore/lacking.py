"""What stands in place of the files where there is nothing to show, with the way out."""

from __future__ import annotations

from collections.abc import Callable

from ....app.wording.language import say
from ...room import House
from ...widgets.basics import Card, button, clear, label, row
from ...words import no_vault_yet


class Lacking(Card):
    """Hidden until something lacks."""

    def __init__(self) -> None:
        super().__init__()
        self._line = row()
        self.body.addLayout(self._line)
        self.hide()

    def say(self, words: str, todo: str, clicked: Callable[[], object]) -> None:
        """What lacks, and the button that helps."""
        clear(self._line)
        self._line.addWidget(label(words, wrap=True), 1)
        self._line.addWidget(button(todo, clicked, main=True))
        self.show()

    def say_no_vault(self, house: House) -> None:
        """There is nowhere yet to restore from."""
        self.say(no_vault_yet(), say("Créer le coffre", "Make the vault"), lambda: house.do("make"))
