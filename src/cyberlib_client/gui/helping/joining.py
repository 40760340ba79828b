"""Support's way into a meeting: eight words, and a credential."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ...app.wording.language import say
from ..widgets.basics import button, label, page, row
from ..widgets.files import ask_file
from ..widgets.form import Field


class Joining(QWidget):
    """`join`: called once both are typed."""

    def __init__(self, credential: str, join: Callable[[], object]) -> None:
        super().__init__()
        ground, column = page()
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(ground)
        column.addWidget(label(say("Aider un client", "Help a customer"), "title"))
        column.addWidget(
            label(
                say(
                    "Le client vous appelle, ouvre une séance (« Aide », « Ouvrir une séance ») et vous lit"
                    " huit mots.",
                    "The customer calls you, opens a session (“Help”, “Open a session”) and reads you eight"
                    " words.",
                ),
                "soft",
                wrap=True,
            )
        )
        self.words = QLineEdit()
        self.of_words = Field(
            say("Les huit mots", "The eight words"),
            self.words,
            say("Quatre lettres de chaque mot suffisent.", "Four letters of each word are enough."),
        )
        self.credential = QLineEdit(credential)
        choose = button(say("Choisir…", "Choose…"), self._choose)
        line = row(self.credential, choose)
        line.setStretch(0, 1)
        self.of_credential = Field(
            say("Votre accréditation", "Your credential"),
            line,
            say("Le fichier que l’exploitant vous a remis.", "The file that the host’s operator gave you."),
            named=self.credential,
        )
        self.go = button(say("Rejoindre", "Join"), join, main=True)
        self.problem = label(kind="wrong", wrap=True)
        column.addLayout(self.of_words)
        column.addLayout(self.of_credential)
        column.addWidget(self.problem)
        self.problem.hide()
        column.addLayout(row(None, self.go))
        column.addStretch(1)
        self.words.returnPressed.connect(join)
        self.credential.returnPressed.connect(join)

    def typed(self) -> tuple[str, str]:
        """Words and file, which are being tried from now on."""
        self.problem.hide()
        self.go.setEnabled(False)
        return self.words.text(), self.credential.text().strip()

    def done(self) -> None:
        """They led somewhere: they serve once."""
        self.words.clear()
        self.go.setEnabled(True)

    def refuse(self, words: str) -> None:
        """Why they did not."""
        self.go.setEnabled(True)
        self.problem.setText(words)
        self.problem.show()

    def _choose(self) -> None:
        ask_file(self, say("Votre accréditation", "Your credential"), self.credential.setText)
