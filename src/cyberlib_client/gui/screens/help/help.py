"""Help without a network: the questions that practices ask, whom to ask, and the archive for support."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout

from ....app.wording.language import say
from ...room import House, Room
from ...widgets.basics import clear, label, row
from ...widgets.form import Search
from .archive import Archive
from .explaining import topic_card
from .guided import BeGuided
from .support import Support
from .topics import found


class Help(Room):
    """See the module."""

    def __init__(self, house: House) -> None:
        super().__init__(house, say("Aide", "Help"))
        self.search = Search(say("Chercher dans l’aide", "Search the help"), 300)
        self.search.textChanged.connect(self._find)
        self.column.addLayout(row(label(say("Aide", "Help"), "title"), None, self.search))
        self.support, self.archive = Support(house), Archive(house)
        both = row(self.support, self.archive, gap=18)
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        self.column.addLayout(both)
        self.guided = BeGuided(house)
        self.column.addWidget(self.guided)
        self._none = label(
            say("Aucune question ne correspond.", "No question has these words."), "soft", wrap=True
        )
        self.column.addWidget(self._none)
        self._topics = QVBoxLayout()
        self._topics.setSpacing(self.column.spacing())
        self.column.addLayout(self._topics)
        self.column.addStretch(1)
        self._find("")

    def enter(self) -> None:
        """See Room."""
        self.support.look()
        if self.house.guided.goes_on:
            QTimer.singleShot(
                0, self, lambda: self.ensureWidgetVisible(self.guided, 0, 24)
            )  # once it is laid out

    def _find(self, words: str) -> None:
        clear(self._topics)
        topics = found(words)
        for each in topics:
            self._topics.addWidget(topic_card(self.house, each))
        self._none.setVisible(not topics)
