"""The three places for a vault that the first screen offers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QPushButton, QRadioButton, QVBoxLayout, QWidget

from ....app.first_run_told import PlaceTold
from ....app.wording.language import say
from ....app.wording.units import size
from ...widgets.basics import Card, IconLabel, button, column, forget, label, row
from .step import Way, file_button, folder_button, typed


class Option(Card):
    """One of several; what it takes is shown once it is chosen."""

    def __init__(self, title: str, words: str, sign: str, group: QButtonGroup) -> None:
        super().__init__(kind="option", margin=16)
        self.radio = QRadioButton(title)
        self.radio.setAccessibleDescription(words)
        group.addButton(self.radio)
        head = row(
            column(self.radio, label(words, "small", wrap=True), gap=0), IconLabel(sign, "brand", 28), gap=16
        )
        head.setStretch(0, 1)
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
        self._declared, self._left_key = "", False
        self.key_file = ""
        self.at = typed(way, say("Adresse de l’hébergeur", "Address of the host"), "https://")
        self.key = typed(way, say("Clé de contrat", "Contract key"))
        self.ca = typed(way, say("Fichier de certificats (PEM)", "File of certificates (PEM)"))
        self.inside.addLayout(column(label(self.at.accessibleName(), "strong"), self.at))
        from_file = file_button(
            self,
            say("Depuis un fichier…", "From a file…"),
            say("Fichier de la clé de contrat", "File of the contract key"),
            self.take_key_file,
        )
        self._key_label = label(self.key.accessibleName(), "strong")
        self._key_line = QWidget()
        line = row(self.key, from_file)
        self._key_line.setLayout(line)
        self.inside.addLayout(column(self._key_label, self._key_line))
        self._special = button(
            say("L’hébergeur a son propre certificat…", "The host has a certificate of its own…"),
            self.show_ca,
            link=True,
        )
        self.inside.addWidget(self._special)
        self._ca_line = QWidget()
        choose = file_button(self, say("Choisir…", "Choose…"), self.ca.accessibleName(), self.ca.setText)
        choose.setAccessibleName(self.ca.accessibleName())
        inner = column(label(self.ca.accessibleName(), "strong"), row(self.ca, choose))
        self._ca_line.setLayout(inner)
        self._ca_line.hide()
        self.inside.addWidget(self._ca_line)
        self._note = label(kind="small-ink", wrap=True)
        self._note.hide()
        self.inside.addWidget(self._note)

    @property
    def address(self) -> str:
        """As it was typed; `https://` may be left out."""
        at = self.at.text().strip()
        return at if "://" in at else f"https://{at}"

    def take_key_file(self, path: str) -> None:
        """The key is in a file."""
        self.key_file = path
        forget(self.key)
        self.key.setPlaceholderText(path)

    def show_told(self, declared: str, left_host: str, *, left_key: bool) -> None:
        """`declared`: where this machine is declared already; `left_…`: what was left for it."""
        self._declared, self._left_key = declared, left_key
        if not self.at.text():
            self.at.setText(declared or left_host)
        self.at.setReadOnly(bool(declared))
        self._key_label.setVisible(not declared and not left_key)
        self._key_line.setVisible(not declared and not left_key)
        self._special.setVisible(not declared)
        words = ""
        if declared:
            words = say("Ce poste y est déjà déclaré.", "This machine is declared there already.")
        elif left_key:
            words = say(
                "La clé de contrat a déjà été placée sur ce poste par votre informaticien.",
                "Your technician has put the contract key on this machine already.",
            )
        self._note.setText(words)
        self._note.setVisible(bool(words))

    def missing(self) -> tuple[str, QWidget] | None:
        """What is to be typed first."""
        if not self.at.text().strip():
            return say("Il manque l’adresse de l’hébergeur.", "The address of the host is missing."), self.at
        if not (self._declared or self._left_key or self.key.text().strip() or self.key_file):
            return say("Il manque la clé de contrat.", "The contract key is missing."), self.key
        return None

    def show_ca(self) -> None:
        """The field for its own certificate."""
        self._ca_line.show()
        self.ca.setFocus()


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
        self._words.setText(
            say(
                "Ce dossier est sur le disque de ce poste : s’il tombe en panne, tout est perdu à la fois."
                f" Choisissez un autre disque si vous le pouvez, ou continuez. Place libre : {room}.",
                "This folder is on this machine’s own disk: should it fail, all is lost at once. Choose"
                f" another disk if you can, or continue. Free room: {room}.",
            )
        )
        self._warning.setAccessibleName(self._words.text())
        self._warning.show()


class Join(Option):
    """A vault that is there, and what opens it."""

    def __init__(self, way: Way, group: QButtonGroup) -> None:
        super().__init__(
            say("Ouvrir le coffre du cabinet", "Open the practice’s vault"),
            say(
                "Il existe déjà : pour restaurer après une panne, ou pour ajouter ce poste.",
                "It is there already: to restore after a failure, or to add this machine.",
            ),
            "key",
            group,
        )
        self.at = typed(way, say("Dossier de ce coffre", "Folder of that vault"))
        choose = folder_button(self, self.at.accessibleName(), self.at.setText)
        self.inside.addLayout(column(label(self.at.accessibleName(), "strong"), row(self.at, choose)))
        self.secret = typed(way, say("Phrase secrète ou 24 mots", "Passphrase or 24 words"), secret=True)
        self.inside.addLayout(
            column(label(self.secret.accessibleName(), "strong"), row(self.secret, shows(self.secret)))
        )
        self.inside.addWidget(
            label(
                say(
                    "Un coffre chez un hébergeur se rouvre, pour l’instant, par la ligne de commande.",
                    "A vault at a host is, for now, opened again by the command line.",
                ),
                "small",
                wrap=True,
            )
        )

    def missing(self) -> tuple[str, QWidget] | None:
        """What is to be typed first."""
        if not self.at.text().strip():
            return say("Il manque le dossier du coffre.", "The folder of the vault is missing."), self.at
        if not self.secret.text().strip():
            return say("Il manque ce qui l’ouvre.", "What opens it is missing."), self.secret
        return None


def shows(*fields: QLineEdit) -> QPushButton:
    """A button that shows what is typed, and hides it again."""

    def turn() -> None:
        hidden = fields[0].echoMode() is QLineEdit.EchoMode.Password
        for each in fields:
            each.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        made.setText(say("Cacher", "Hide") if hidden else say("Afficher", "Show"))

    made = button(say("Afficher", "Show"), turn, link=True)
    return made
