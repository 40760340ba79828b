"""The practice's people whom its host knows: who they are, invitations given and taken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from ....app.clerk import questions_people as q
from ....app.people_told import PasskeyShown, PeopleTold, PersonAccepted, PersonInvited, PersonShown
from ....app.wording.language import Both, say
from ....app.wording.units import moment
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import Card, IconLabel, button, clear, column, forget, label, row
from ...widgets.form import Field, Form
from ...words import error
from .forms import hidden
from .passkeys import AddPasskey, RemovePasskey, passkey_row

_WIDTH: Final = 620
_ROLES: Final = {"holder": Both("titulaire", "holder"), "member": Both("membre", "member")}
_STATES: Final = {
    "invited": Both("invitation en attente", "invited"),
    "enrolled": Both("prouve qui elle est", "proves who they are"),
    "reset": Both("invitée de nouveau", "invited anew"),
}
_DOT: Final = 4
"""Pixels of each square of the picture."""
_QUIET: Final = 4
_CODES_BESIDE: Final = 2


class PeopleCard(Card):
    """Shown at a host."""

    def __init__(self, bridge: Bridge, changed: Callable[[str], object]) -> None:
        """`changed`: told in a sentence what was done."""
        super().__init__(say("Les personnes du cabinet", "The practice’s people"))
        self._bridge, self._changed = bridge, changed
        self.body.addWidget(
            label(
                say(
                    "L’hébergeur leur demande qui elles sont avant ce qui engage le cabinet : révoquer un"
                    " poste, le séquestre, la fin du contrat.",
                    "The host asks who they are before what binds the practice: revoking a machine, the"
                    " escrow, the contract’s end.",
                ),
                "soft",
                wrap=True,
            )
        )
        self._lines = QVBoxLayout()
        self._lines.setSpacing(10)
        self.body.addLayout(self._lines)
        take = button(say("J’ai reçu une invitation…", "I have an invitation…"), self.take)
        self._invite = button(say("Inviter une personne…", "Invite a person…"), self.invite, link=True)
        self._add = button(
            say("Ajouter une clé d’identification…", "Add a passkey…"), self.add_passkey, link=True
        )
        self.body.addLayout(row(take, self._invite, self._add, None))
        self.hide()

    def look(self) -> None:
        """Who there is."""
        self._bridge.ask(q.PeopleAsked, PeopleTold, self.show_all, failed=lambda _raised: self.hide())

    def show_all(self, told: PeopleTold) -> None:
        """Everybody."""
        clear(self._lines)
        for each in told.people:
            role, state = _ROLES.get(each.role, each.role), _STATES.get(each.state, each.state)
            made = row(
                IconLabel("shield", "brand", 24),
                column(label(each.name, "strong"), label(f"{role} · {state}", "small"), gap=2),
                gap=14,
            )
            made.setStretch(1, 1)
            self._lines.addLayout(made)
            for key in each.passkeys:
                self._lines.addLayout(passkey_row(key, partial(self.remove_passkey, each.name)))
        if not told.people:
            nobody = say(
                "L’hébergeur ne connaît encore personne ; il invite la première personne à votre demande.",
                "The host knows nobody yet; it invites the first person when you ask.",
            )
            self._lines.addWidget(label(nobody, "small-ink", wrap=True))
        # Without anybody enrolled nobody could prove to be a holder.
        somebody = any(each.state == "enrolled" for each in told.people)
        self._invite.setVisible(somebody)
        self._add.setVisible(somebody and told.takes_passkeys)
        self.show()

    def take(self) -> None:
        """An invitation that somebody was given."""
        TakeInvitation(self, self._bridge, self._taken).open()

    def invite(self) -> None:
        """Somebody else."""
        InvitePerson(self, self._bridge, self.look).open()

    def add_passkey(self) -> None:
        """Of whoever proves who they are."""
        AddPasskey(self, self._bridge, self._changed).open()

    def remove_passkey(self, whose: str, key: PasskeyShown) -> None:
        """One of somebody's."""
        RemovePasskey(self, self._bridge, key, whose, self._changed).open()

    def _taken(self, person: PersonShown) -> None:
        self._changed(
            say(
                f"L’hébergeur connaît maintenant {person.name}.",
                f"The host knows {person.name} now.",
            )
        )


class InvitePerson(Form):
    """Name, address and role; then the invitation, shown once."""

    def __init__(self, parent: QWidget, bridge: Bridge, then: Callable[[], object]) -> None:
        super().__init__(
            parent,
            say("Inviter une personne", "Invite a person"),
            say(
                "Un titulaire prouve d’abord qui il est. L’invitation se remet en main propre.",
                "A holder proves first who they are. The invitation is handed over in person.",
            ),
            say("Inviter", "Invite"),
            self._save,
        )
        self._bridge, self._then = bridge, then
        self.name, self.mail = QLineEdit(), QLineEdit()
        self._of_name = Field(say("Prénom et nom", "First and last name"), self.name)
        self._of_mail = Field(say("Courriel", "Mail address"), self.mail)
        self.holder = QCheckBox(say("Comme titulaire", "As a holder"))
        decides = say(
            "Un titulaire décide du séquestre, des personnes et de la fin du contrat.",
            "A holder decides on the escrow, on people and on the contract’s end.",
        )
        self.body.addLayout(self._of_name)
        self.body.addLayout(self._of_mail)
        self.body.addLayout(column(self.holder, label(decides, "small", wrap=True)))
        self.told = label(kind="soft", wrap=True)
        self.code = _selectable(label(kind="strong", wrap=True))
        for each in (self.told, self.code):
            each.hide()
            self.body.addWidget(each)
        self.body.addStretch(1)
        self.fit(_WIDTH, 480)

    def _save(self) -> None:
        if not _all_filled((self._of_name, self.name), (self._of_mail, self.mail)):
            return
        self.refuse("")
        self.wait()
        self._bridge.ask(
            q.PersonWanted,
            PersonInvited,
            self._done,
            failed=self._failed,
            name=self.name.text().strip(),
            mail=self.mail.text().strip(),
            holder=self.holder.isChecked(),
        )

    def _failed(self, raised: CyberlibError) -> None:
        self.refuse(str(error(raised)))

    def _done(self, made: PersonInvited) -> None:
        until = moment(made.until)
        self.told.setText(
            say(
                f"Invitation de {made.name}, montrée cette seule fois, valable jusqu’au {until}. À taper sur"
                " un poste du cabinet, dans « Clé et accès », « J’ai reçu une invitation » :",
                f"Invitation of {made.name}, shown this once, good until {until}. To be typed at a machine"
                " of the practice, in “Key and access”, “I have an invitation”:",
            )
        )
        self.code.setText(made.invitation)
        for each in (self.name, self.mail, self.holder):
            each.setEnabled(False)
        self.told.show()
        self.code.show()
        self.go.hide()
        self.ends_well()
        self._then()


class TakeInvitation(Form):
    """A password; then an application for codes, recovery codes for paper, and the first code."""

    def __init__(self, parent: QWidget, bridge: Bridge, then: Callable[[PersonShown], object]) -> None:
        super().__init__(
            parent,
            say("J’ai reçu une invitation", "I have an invitation"),
            say(
                "Il faut votre téléphone, avec une application de codes à usage unique.",
                "You need your telephone, with an application for one-time codes.",
            ),
            say("Continuer", "Continue"),
            self._save,
        )
        self._bridge, self._then = bridge, then
        self._accepted: PersonAccepted | None = None
        self.invitation = QLineEdit()
        name = say("Nouveau mot de passe chez l’hébergeur", "New password at the host")
        again = say("Le même, encore une fois", "The same once more")
        self.first, self.second = hidden(name), hidden(again)
        self._of_invitation = Field(say("L’invitation", "The invitation"), self.invitation)
        hint = say("Au moins 12 signes ; par exemple cinq mots tirés au hasard.",
                   "At least 12 signs; five words drawn by chance, for example.")  # fmt: skip
        self._of_first, self._of_second = Field(name, self.first, hint), Field(again, self.second)
        self._chosen = QWidget()
        inside = QVBoxLayout(self._chosen)
        inside.setContentsMargins(0, 0, 0, 0)
        for each in (self._of_invitation, self._of_first, self._of_second):
            inside.addLayout(each)
        self.body.addWidget(self._chosen)
        self.code = QLineEdit()
        self._of_code = Field(
            say("3. Le code à six chiffres que montre l’application", "3. The six digits that it shows"),
            self.code,
        )
        self._linked = QWidget()
        self._linked.hide()
        self.body.addWidget(self._linked)
        self.body.addStretch(1)
        self.fit(_WIDTH, 560)

    def _save(self) -> None:
        if self._accepted is not None:
            self._confirm()
            return
        same = self.first.text() == self.second.text()
        filled = _all_filled((self._of_invitation, self.invitation), (self._of_first, self.first))
        self._of_second.refuse("" if same else say("Ce n’est pas le même.", "It is not the same."))
        if not filled or not same:
            return
        self.refuse("")
        self.wait()
        self._bridge.ask(
            q.InvitationTaken,
            PersonAccepted,
            self._show_codes,
            failed=self._failed,
            invitation=self.invitation.text(),
            password=self.first.text(),
        )

    def _confirm(self) -> None:
        if not _all_filled((self._of_code, self.code)):
            return
        self.refuse("")
        self.wait()
        self._bridge.ask(
            q.InvitationConfirmed,
            PersonShown,
            self._done,
            failed=self._failed,
            invitation=self.invitation.text(),
            code=self.code.text(),
        )

    def _failed(self, raised: CyberlibError) -> None:
        self.refuse(str(error(raised)))

    def _show_codes(self, made: PersonAccepted) -> None:
        self.wait(waits=False)
        self._accepted = made
        inside = QVBoxLayout(self._linked)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        read = say(
            "1. Lisez cette image avec l’application, ou tapez-y le secret :",
            "1. Read this picture with the application, or type the secret there:",
        )
        inside.addWidget(label(read, "strong", wrap=True))
        picture = QLabel()
        picture.setPixmap(_picture(made.uri))
        picture.setAccessibleName(say("Image pour l’application de codes", "Picture for the application"))
        spaced = " ".join(made.secret[at : at + 4] for at in range(0, len(made.secret), 4))
        inside.addLayout(row(picture, _selectable(label(spaced, "small-ink", wrap=True))))
        paper = say(
            "2. Notez ces codes de secours sur papier, pas sur ce poste : chacun sert une fois, sans le"
            " téléphone. Ils ne seront plus montrés.",
            "2. Write these recovery codes on paper, not on this machine: each serves once, without the"
            " telephone. They are not shown again.",
        )
        inside.addWidget(label(paper, "strong", wrap=True))
        codes = QGridLayout()
        for place, code in enumerate(made.recovery_codes):
            codes.addWidget(_selectable(label(code)), place // _CODES_BESIDE, place % _CODES_BESIDE)
        inside.addLayout(codes)
        inside.addLayout(self._of_code)
        self._chosen.hide()
        self._linked.show()
        self.fit(_WIDTH, 760)
        self.code.setFocus()

    def _done(self, person: PersonShown) -> None:
        self.accept()
        self._then(person)

    def done(self, result: int) -> None:
        """See QDialog. No secret stays in a field."""
        forget(self.first, self.second, self.code, self.invitation)
        super().done(result)


def _all_filled(*fields: tuple[Field, QLineEdit]) -> bool:
    for field, inside in fields:
        field.refuse("" if inside.text().strip() else say("À remplir.", "To be filled in."))
    return all(inside.text().strip() for _field, inside in fields)


def _selectable(made: QLabel) -> QLabel:
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return made


def _picture(uri: str) -> QPixmap:
    """Black on white, in whatever colours the window is: applications read nothing else."""
    import segno

    matrix = [list(line) for line in segno.make(uri, micro=False).matrix]
    size = len(matrix) + 2 * _QUIET
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for y, line in enumerate(matrix, _QUIET):
        for x, dark in enumerate(line, _QUIET):
            if dark:
                image.setPixelColor(x, y, QColor("black"))
    return QPixmap.fromImage(image.scaled(size * _DOT, size * _DOT))
