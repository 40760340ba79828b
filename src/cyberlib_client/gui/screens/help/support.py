"""Whom to ask, and a mail to them."""

from __future__ import annotations

from urllib.parse import quote

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from .... import __version__
from ....app.clerk import questions_support as q
from ....app.hosts_told import Contact
from ....app.wording.language import say
from ....core.errors import CyberlibError
from ...room import House
from ...widgets.basics import Card, button, label, row
from .explaining import copy


def letter(told: Contact, code: str = "") -> QUrl:
    """A mail that is begun: nothing is sent by this program."""
    subject = f"CyberLib {code}".strip()
    body = say(
        "Bonjour,\n\nCe que je faisais :\n\nCe qui s’affiche :\n\n(Joignez l’archive de diagnostic : Aide,"
        " « Préparer l’archive ». N’écrivez ni phrase secrète, ni mot du kit, ni nom de patient.)\n",
        "Hello,\n\nWhat I was doing:\n\nWhat is shown:\n\n(Attach the archive for support: Help, “Make the"
        " archive”. Write no passphrase, no word of the kit, no patient’s name.)\n",
    )
    return QUrl(f"mailto:{quote(told.mail, safe='@')}?subject={quote(subject)}&body={quote(body)}")


class Support(Card):
    """See the module."""

    def __init__(self, house: House) -> None:
        super().__init__(say("Assistance", "Support"))
        self._bridge = house.bridge
        self.code = ""
        self._told = Contact("")
        self._name, self._words = label(kind="strong", wrap=True), label(kind="small", wrap=True)
        self._mail = button(say("Écrire un courriel", "Write a mail"), self._write, sign="mail")
        self._copy = button(say("Copier l’adresse", "Copy the address"), self._copied, link=True)
        self.body.addWidget(self._name)
        self.body.addWidget(self._words)
        self.body.addLayout(row(self._mail, self._copy, None))
        self.body.addWidget(label(f"CyberLib {__version__}", "small"))  # asked for first on the telephone
        self.body.addStretch(1)
        self._show(self._told)

    def look(self) -> None:
        """Asks anew."""
        self._bridge.ask(q.ContactAsked, Contact, self._show, failed=self._failed)

    def _show(self, told: Contact) -> None:
        self._told = told
        self._mail.setVisible(bool(told.mail))
        self._copy.setVisible(bool(told.mail))
        if not told.source:
            self._name.setText(say("Aucun contact n’est connu", "No contact is known"))
            self._words.setText(
                say(
                    "Demandez à qui a installé CyberLib. Cette personne peut faire paraître ici son nom, son"
                    " adresse et son téléphone.",
                    "Ask whoever installed CyberLib. They can have their name, address and telephone number"
                    " shown here.",
                )
            )
            return
        by = {
            "settings": say("Votre informaticien", "Your technician"),
            "host": say("L’assistance de votre hébergeur", "Your host’s support"),
        }[told.source]
        self._name.setText(told.name or by)
        parts = [by] if told.name else []
        parts += [each for each in (told.phone, told.mail) if each]
        self._words.setText("\n".join(parts))

    def _failed(self, _error: CyberlibError) -> None:
        self._show(Contact(""))

    def _write(self) -> None:
        QDesktopServices.openUrl(letter(self._told, self.code))

    def _copied(self) -> None:
        copy(self._told.mail)
        self._copy.setText(say("Copiée", "Copied"))
