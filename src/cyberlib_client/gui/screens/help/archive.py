"""The archive for support: what it holds is shown before it is written, and where it is afterwards."""

from __future__ import annotations

import os

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from ....app.clerk import questions_support as q
from ....app.diagnosis.contents import PARTS, PROMISE, Diagnosis
from ....app.wording.language import say
from ....app.wording.units import size
from ....core.errors import CyberlibError
from ...room import House
from ...widgets.basics import Card, button, label, row
from ...widgets.files import ask_folder
from ...words import error_line


class Archive(Card):
    """The way to it."""

    def __init__(self, house: House) -> None:
        super().__init__(say("Archive pour l’assistance", "Archive for support"))
        self._house = house
        words = say(
            "Ce qu’il faut pour comprendre une panne, sans secret ni nom de patient. Rien n’est envoyé.",
            "What it takes to understand a fault, without a secret or a patient’s name. Nothing is sent.",
        )
        self.body.addWidget(label(words, "small", wrap=True))
        self.body.addLayout(row(button(say("Préparer l’archive…", "Make the archive…"), self._open), None))
        self.body.addStretch(1)

    def _open(self) -> None:
        Archiving(self._house, self.window()).open()


class Archiving(QDialog):
    """What it holds, then the place, then where it is."""

    def __init__(self, house: House, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._bridge = house.bridge
        self._at = ""
        self.setWindowTitle(say("Archive pour l’assistance", "Archive for support"))
        self.setMinimumWidth(600)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(28, 24, 28, 24)
        inside.setSpacing(12)
        inside.addWidget(label(self.windowTitle(), "title"))
        inside.addWidget(label(str(PROMISE), "soft", wrap=True))
        held = QGridLayout()
        held.setHorizontalSpacing(16)
        held.setVerticalSpacing(6)
        held.setColumnStretch(1, 1)
        for number, (name, what) in enumerate(PARTS.items()):
            held.addWidget(label(name, "small-ink"), number, 0)
            held.addWidget(label(str(what), "small", wrap=True), number, 1)
        inside.addLayout(held)
        self.told = label(wrap=True)
        self.told.hide()
        inside.addWidget(self.told)
        self._folder = button(say("Ouvrir le dossier", "Open the folder"), self._open_folder)
        self._folder.hide()
        self._close = button(say("Annuler", "Cancel"), self.reject)
        self._go = button(say("Enregistrer…", "Save…"), self._choose, main=True)
        self._go.setDefault(True)
        inside.addStretch(1)
        inside.addLayout(row(None, self._folder, self._close, self._go))

    def _choose(self) -> None:
        kind = QStandardPaths.StandardLocation.DocumentsLocation
        title = say("Dans quel dossier ?", "Into which folder?")
        ask_folder(self, title, self.write, QStandardPaths.writableLocation(kind))

    def write(self, to: str) -> None:
        """Writes it into a folder."""
        self._go.setEnabled(False)
        self._say(say("L’archive s’écrit…", "The archive is being written…"), "soft")
        self._bridge.ask(q.DiagnosisWanted, Diagnosis, self._written, failed=self._failed, to=to)

    def _written(self, made: Diagnosis) -> None:
        self._at = made.at
        self._say(
            say(
                f"Écrite, {size(made.bytes)} : {made.at}. Joignez-la à votre message.",
                f"Written, {size(made.bytes)}: {made.at}. Attach it to your message.",
            ),
            "strong",
        )
        self._go.hide()
        self._folder.show()
        self._close.setText(say("Fermer", "Close"))

    def _failed(self, raised: CyberlibError) -> None:
        self._go.setEnabled(True)
        self._say(error_line(raised), "wrong")

    def _say(self, words: str, kind: str) -> None:
        self.told.setProperty("kind", kind)
        self.told.style().unpolish(self.told)
        self.told.style().polish(self.told)
        self.told.setText(words)
        self.told.show()

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(os.path.dirname(self._at)))
