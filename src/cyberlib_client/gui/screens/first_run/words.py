"""The 24 words: shown, saved, typed back."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from ....app.bootstrap import random
from ....app.clerk import questions_first_run as f
from ....app.keys_told import RecoveryKitMade
from ....app.wording.language import say
from ....core.errors import CyberlibError
from ...look.theme import theme
from ...widgets.basics import Card, button, column, label, row
from ...words import error
from .fields import shows
from .step import Way, folder_button, typed

_TYPED_BACK = 3
_ROWS = 6
_WIDE = 320
"""px of a field for one word."""


class Sheet(QWidget):
    """The 24 words, and the kit to print."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._bridge = way.bridge
        self.file = ""
        self._kept: list[str] = []
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(14)
        card = Card(kind="note")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(10)
        card.body.addLayout(self._grid)
        inside.addWidget(card)
        title = say("Dossier du kit de secours", "Folder of the recovery kit")
        self._save = folder_button(self, title, self.save)
        self._save.setText(say("Enregistrer le kit à imprimer…", "Save the kit to print…"))
        self._open = button(say("L’ouvrir pour l’imprimer", "Open it to print it"), self._show_it, link=True)
        self.told = label(kind="small-ink", wrap=True)
        line = row(self._save, self.told, self._open)
        line.setStretch(1, 1)
        inside.addLayout(line)

    def show_words(self, words: list[str]) -> None:
        """These."""
        if words != self._kept:
            self._kept, self.file = words, ""
            self.told.setText(
                say("Une feuille avec ces mots et un code QR.", "A sheet with these words and a QR code.")
            )
        self._open.setVisible(bool(self.file))
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for number, each in enumerate(words):
            at, column_of = number % _ROWS, 2 * (number // _ROWS)
            self._grid.addWidget(label(f"{number + 1}.", "soft"), at, column_of, Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(label(each, "strong"), at, column_of + 1)
            self._grid.setColumnStretch(column_of + 1, 1)

    def save(self, folder: str) -> None:
        """The kit, into a folder; only its owner reads it."""
        self._save.setEnabled(False)
        words = " ".join(self._kept)
        self._bridge.ask(
            f.KitWanted, RecoveryKitMade, self._saved, failed=self._not_saved, words=words, folder=folder
        )

    def _saved(self, made: RecoveryKitMade) -> None:
        self._save.setEnabled(True)
        self.file = made.file
        self._open.show()
        self.told.setText(
            say(
                f"Enregistré : {made.file}. Imprimez-le, puis effacez-le.",
                f"Saved: {made.file}. Print it, then delete it.",
            )
        )

    def _not_saved(self, raised: CyberlibError) -> None:
        self._save.setEnabled(True)
        self.told.setText(str(error(raised)))

    def _show_it(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.file))


class Again(QWidget):
    """The passphrase, for new words."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        self.secret = typed(way, say("Phrase secrète", "Passphrase"), secret=True)
        inside.addLayout(
            column(label(self.secret.accessibleName(), "strong"), row(self.secret, shows(self.secret)))
        )


class TypedBack(QWidget):
    """Three of the words."""

    def __init__(self, way: Way, words: list[str]) -> None:
        super().__init__()
        left = list(range(len(words)))
        chosen = sorted(left.pop(random(1)[0] % len(left)) for _ in range(_TYPED_BACK))
        self.wanted = {number: words[number] for number in chosen}
        self.typed: dict[int, QLineEdit] = {}
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        for number in chosen:
            field = typed(way, say(f"Mot numéro {number + 1}", f"Word number {number + 1}"))
            self.typed[number] = field
            field.setFixedWidth(theme().grown(_WIDE))
            inside.addLayout(column(label(field.accessibleName(), "strong"), row(field, None)))

    def wrong(self) -> tuple[str, QWidget] | None:
        """Which are not the right ones, and the first of them."""
        found = [
            number
            for number, field in self.typed.items()
            if field.text().strip().casefold() != self.wanted[number].casefold()
        ]
        if not found:
            return None
        numbers = ", ".join(str(number + 1) for number in found)
        words = (
            say(f"Le mot numéro {numbers} n’est pas le bon.", f"Word number {numbers} is not the right one.")
            if len(found) == 1
            else say(f"Ces mots ne sont pas les bons : {numbers}.", f"These words are not right: {numbers}.")
        )
        words += say(
            " Relisez votre feuille, ou revenez aux mots par « Retour ».",
            " Read your sheet again, or go back to the words by “Back”.",
        )
        return words, self.typed[found[0]]
