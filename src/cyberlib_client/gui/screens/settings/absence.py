"""How long a window that nobody touches shows names: told and chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QComboBox, QWidget

from ....app.clerk import questions_settings as q
from ....app.wording.language import say
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.form import Field, Form
from ...words import error

_CHOICES: Final = (5, 10, 30, 0)


def sentence(minutes: int) -> str:
    """What is in force."""
    if not minutes:
        return say(
            "La fenêtre reste telle quelle : qui passe devant l’écran voit ce qu’elle montre.",
            "The window stays as it is: whoever passes the screen sees what it shows.",
        )
    return say(
        f"Après {minutes} minutes sans y toucher, la fenêtre revient à l’accueil et ne montre plus de nom.",
        f"After {minutes} minutes without a touch the window goes home and shows no names any more.",
    )


class Absence(Form):
    """`then`: takes what was and what is now."""

    def __init__(
        self, parent: QWidget, bridge: Bridge, minutes: int, then: Callable[[int, int], object]
    ) -> None:
        lead = say(
            "Les noms de fichiers et de patients ne restent pas à l’écran. Ctrl+L verrouille tout de suite.",
            "Names of files and patients do not stay on the screen. Ctrl+L locks at once.",
        )
        super().__init__(parent, title(), lead, say("Enregistrer", "Save"), self._save)
        self._bridge, self._before, self._then = bridge, minutes, then
        self.chosen = QComboBox()
        for each in sorted({*_CHOICES, minutes}, key=lambda choice: choice or 10_000):
            self.chosen.addItem(_words(each), each)
        self.chosen.setCurrentIndex(self.chosen.findData(minutes))
        self.body.addLayout(Field(say("Vider la fenêtre", "Empty the window"), self.chosen))
        self.body.addStretch(1)
        self.fit(520, 300)

    def _save(self) -> None:
        minutes = self.chosen.currentData()
        if minutes == self._before:
            self.accept()
            return
        self.wait()
        self._bridge.ask(q.LeftAloneWanted, int, self._saved, failed=self._failed, minutes=minutes)

    def _saved(self, now: int) -> None:
        self.accept()
        self._then(self._before, now)

    def _failed(self, raised: CyberlibError) -> None:
        self.refuse(str(error(raised)))


def title() -> str:
    """Of this setting."""
    return say("Quand personne n’est devant la fenêtre", "When nobody is at the window")


def _words(minutes: int) -> str:
    if not minutes:
        return say("Jamais", "Never")
    return say(f"Après {minutes} minutes", f"After {minutes} minutes")
