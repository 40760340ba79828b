"""What is typed where officers open the vault: the passphrase that it gets; and where no host has a part in
it, folders."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ....app.wording.language import say
from ...widgets.basics import button, forget, row
from ...widgets.files import ask_folder
from ...widgets.form import Field, problem
from .forms import hidden

_REQUEST = "escrow-request.json"


class NewSecret(QWidget):
    """The passphrase that the vault gets, twice."""

    def __init__(self, go: Callable[[], object]) -> None:
        super().__init__()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        self.first = hidden(say("Nouvelle phrase secrète", "New passphrase"))
        self.again = hidden(say("Encore une fois", "Once more"))
        hint = say(
            "Douze caractères au moins ; six mots au hasard, par exemple.",
            "Twelve characters at least; six words by chance, say.",
        )
        self.of_first = Field(self.first.accessibleName(), self.first, hint)
        self.of_again = Field(self.again.accessibleName(), self.again)
        inside.addLayout(self.of_first)
        inside.addLayout(self.of_again)
        self.go = button(say("Ouvrir le coffre", "Open the vault"), go, main=True)
        inside.addLayout(row(None, self.go))
        for each in (self.first, self.again):
            each.textChanged.connect(lambda _text: self._quiet())
            each.returnPressed.connect(go)

    def _quiet(self) -> None:
        self.of_first.refuse("")
        self.of_again.refuse("")

    def right(self) -> bool:
        """Whether both are the same."""
        if not self.first.text():
            self.of_first.refuse(say("Il manque la phrase secrète.", "The passphrase is missing."))
            self.first.setFocus()
        elif self.first.text() != self.again.text():
            self.of_again.refuse(say("Ce n’est pas la même.", "This is not the same."))
            self.again.setFocus()
        else:
            return True
        return False

    def wait(self, *, waits: bool = True) -> None:
        """While it is opened nothing can be pressed twice."""
        self.go.setEnabled(not waits)
        self.go.setText(say("Ouverture…", "Opening…") if waits else say("Ouvrir le coffre", "Open the vault"))

    def clear(self) -> None:
        """No secret stays."""
        forget(self.first, self.again)
        self.wait(waits=False)


class Papers(QWidget):
    """A folder with policy, deposit and consent, and one for the request."""

    def __init__(self, go: Callable[[], object]) -> None:
        super().__init__()
        self._go = go
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        self._from, self._to = QLineEdit(), QLineEdit()
        self._fields = []
        for field, name in (
            (self._from, say("Dossier des documents du séquestre", "Folder with the escrow’s documents")),
            (self._to, say("Dossier où écrire la demande", "Folder to write the request to")),
        ):
            field.setAccessibleName(name)
            choose = button(say("Choisir…", "Choose…"), self._choosing(name, field))
            self._fields.append(Field(name, row(field, choose), named=field))
            inside.addLayout(self._fields[-1])
        self.problem = problem()
        inside.addWidget(self.problem)
        ask = button(say("Écrire la demande", "Write the request"), self._asked, main=True)
        inside.addLayout(row(None, ask))

    def _choosing(self, name: str, field: QLineEdit) -> Callable[[], object]:
        return lambda: ask_folder(self, name, field.setText)

    @property
    def folder(self) -> str:
        """With what was signed."""
        return "" if self.isHidden() else self._from.text().strip()

    @property
    def request(self) -> str:
        """The file for it."""
        return os.path.join(self._to.text().strip(), _REQUEST)

    def give(self, folder: str, to: str) -> None:
        """As if they were chosen."""
        self._from.setText(folder)
        self._to.setText(to)

    def refuse(self, words: str) -> None:
        """It was not asked, and why."""
        self.problem.setText(words)
        self.problem.show()

    def _asked(self) -> None:
        self.problem.hide()
        missing = say("À remplir.", "To be filled in.")
        for field, typed in zip(self._fields, (self._from, self._to), strict=True):
            field.refuse("" if typed.text().strip() else missing)
        if self._from.text().strip() and self._to.text().strip():
            self._go()
