"""The places for a new vault that the first screen offers."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from ....app.first_run_told import PlaceTold
from ....app.wording.language import say
from ....app.wording.units import size
from ...widgets.basics import Card, IconLabel, column, label, row
from .fields import BucketFields, HostFields
from .step import Way, folder_button, typed

_FOLDER: Final = "CyberLib"


class Option(Card):
    """One of several; what it takes is shown once it is chosen."""

    def __init__(self, title: str, words: str, sign: str, group: QButtonGroup) -> None:
        super().__init__(kind="option", margin=16)
        self.radio = _Radio(title, self._begin)
        self.radio.setAccessibleDescription(words)
        group.addButton(self.radio)
        words_of = column(self.radio, label(words, "small", wrap=True), gap=0)
        head = row(words_of, IconLabel(sign, "brand", 28), gap=16)
        head.setStretch(0, 1)
        words_of.setAlignment(self.radio, Qt.AlignmentFlag.AlignLeft)  # its ring is around its words alone
        self.body.addLayout(head)
        self.more = QWidget()
        self.inside = QVBoxLayout(self.more)
        self.inside.setContentsMargins(0, 6, 0, 0)
        self.inside.setSpacing(8)
        self.body.addWidget(self.more)
        self.more.hide()
        self.radio.toggled.connect(self._toggled)

    def _toggled(self, chosen: bool) -> None:
        self.more.setVisible(chosen)
        self.setProperty("chosen", "true" if chosen else "false")
        self.style().unpolish(self)
        self.style().polish(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """See QWidget: all of it can be pressed."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.radio.setChecked(True)
            self._begin()

    def _begin(self) -> None:
        """Whoever came by the pointer types next; by the keyboard, other options are still to be reached."""
        first = next((each for each in self.more.findChildren(QLineEdit) if each.isVisibleTo(self)), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.MouseFocusReason)


class _Radio(QRadioButton):
    """`pressed_on`: called once it was chosen by the pointer."""

    def __init__(self, title: str, pressed_on: Callable[[], object]) -> None:
        super().__init__(title)
        self._pressed_on = pressed_on

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """See QWidget."""
        super().mouseReleaseEvent(event)
        if self.isChecked():
            self._pressed_on()


class Host(Option):
    """Its address, and the contract key."""

    def __init__(self, way: Way, group: QButtonGroup) -> None:
        super().__init__(
            say("Chez un hébergeur", "At a host"),
            say(
                "Hors du cabinet, à l’abri d’un vol ou d’un incendie. Il vous a remis une clé de contrat.",
                "Outside the practice, safe from theft and fire. It gave you a contract key.",
            ),
            "server",
            group,
        )
        self.fields = HostFields(way)
        self.inside.addWidget(self.fields)

    def missing(self) -> tuple[str, QWidget] | None:
        """What is to be typed first."""
        return self.fields.missing()


class Bucket(Option):
    """A bucket that the practice rents."""

    def __init__(self, way: Way, group: QButtonGroup) -> None:
        super().__init__(
            say("Dans un stockage S3", "In an S3 storage"),
            say(
                "Un compartiment loué à un prestataire : votre informaticien en connaît l’adresse et la clé.",
                "A bucket rented from a provider: your technician knows its address and key.",
            ),
            "server",
            group,
        )
        self.fields = BucketFields(way)
        self.inside.addWidget(self.fields)

    def missing(self) -> tuple[str, QWidget] | None:
        """What is to be typed first."""
        return self.fields.missing()


class Folder(Option):
    """A folder on another disk."""

    def __init__(self, way: Way, group: QButtonGroup) -> None:
        super().__init__(
            say("Sur un disque ou un serveur du cabinet", "On a disk or a server of the practice"),
            say(
                "Un dossier vide sur un disque USB, un NAS, un serveur de fichiers.",
                "An empty folder on a USB disk, a NAS, a file server.",
            ),
            "disk",
            group,
        )
        self.at = typed(way, say("Dossier du coffre", "Folder of the vault"))
        choose = folder_button(self, self.at.accessibleName(), self.at.setText)
        self.inside.addLayout(column(label(self.at.accessibleName(), "strong"), row(self.at, choose)))
        self._warning = Card(kind="note-todo", margin=12)
        self._words = label(kind="small-ink", wrap=True)
        line = row(IconLabel("alert", "todo"), self._words)
        line.setStretch(1, 1)
        self._warning.body.addLayout(line)
        self._warning.hide()
        self.inside.addWidget(self._warning)
        self.at.textChanged.connect(lambda _text: self._warning.hide())

    def missing(self) -> tuple[str, QWidget] | None:
        """What is to be typed first."""
        if not self.at.text().strip():
            return say("Il manque le dossier du coffre.", "The folder of the vault is missing."), self.at
        return None

    def warn(self, told: PlaceTold) -> None:
        """It is on this machine's own disk."""
        room = size(told.free) if told.free is not None else "?"
        self._say(
            say(
                "Ce dossier est sur le disque de ce poste : s’il tombe en panne, tout est perdu à la fois."
                f" Choisissez un autre disque si vous le pouvez, ou continuez. Place libre : {room}.",
                "This folder is on this machine’s own disk: should it fail, all is lost at once. Choose"
                f" another disk if you can, or continue. Free room: {room}.",
            )
        )

    def propose_inside(self) -> bool:
        """A disk that holds something else, as most do, is good all the same: a folder in it. False where
        that was proposed already."""
        at = self.at.text().strip()
        if os.path.basename(at) == _FOLDER:
            return False
        self.at.setText(os.path.join(at, _FOLDER))
        self._say(
            say(
                "Il y a déjà autre chose à cet endroit, qui ne sera pas touché. Le coffre ira à côté, dans un"
                f" nouveau dossier « {_FOLDER} » : continuez, ou choisissez un autre endroit.",
                "There is something else in that place already, which will not be touched. The vault will be"
                f" beside it, in a new folder “{_FOLDER}”: continue, or choose another place.",
            )
        )
        return True

    def _say(self, words: str) -> None:
        self._words.setText(words)
        self._warning.setAccessibleName(words)
        self._warning.show()
