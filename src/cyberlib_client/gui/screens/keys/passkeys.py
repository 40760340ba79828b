"""Passkeys of the practice's people: shown below each, made in a browser, removed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ....app.clerk import questions_people as q
from ....app.people_told import PasskeyShown, PersonShown
from ....app.wording.language import say
from ....app.wording.units import moment
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import button, label, row
from ...widgets.form import Field, Form
from ...words import error

_WIDTH = 560


def passkey_row(key: PasskeyShown, remove: Callable[[PasskeyShown], object]) -> QHBoxLayout:
    """One of somebody's, and a way to be rid of it."""
    if key.used is None:
        used = say("jamais utilisée", "never used")
    else:
        used = say(f"utilisée le {moment(key.used)}", f"used {moment(key.used)}")
    words = say(f"Clé d’identification « {key.name} » · {used}", f"Passkey “{key.name}” · {used}")
    going = button(say("Ôter…", "Remove…"), lambda: remove(key), link=True)
    going.setAccessibleName(say(f"Ôter la clé « {key.name} »", f"Remove the passkey “{key.name}”"))
    made = row(label(words, "small", wrap=True), going)
    made.setContentsMargins(38, 0, 0, 0)
    made.setStretch(0, 1)
    return made


class AddPasskey(Form):
    """Its name; then who is there is asked, and the browser makes it."""

    def __init__(self, parent: QWidget, bridge: Bridge, then: Callable[[str], object]) -> None:
        super().__init__(
            parent,
            say("Ajouter une clé d’identification", "Add a passkey"),
            say(
                "Elle prouve qui vous êtes sans mot de passe ni code : par l’empreinte, le visage ou le code"
                " de cet appareil, d’un téléphone ou d’une clé de sécurité. Prouvez d’abord qui vous êtes ;"
                " elle se crée ensuite dans le navigateur.",
                "It proves who you are without a password or a code: by your finger, face or the code of this"
                " machine, a telephone or a security key. Prove first who you are; then it is made in the"
                " browser.",
            ),
            say("Continuer", "Continue"),
            self._save,
        )
        self._bridge, self._then = bridge, then
        self.name = QLineEdit()
        self.name.setMaxLength(100)
        hint = say(
            "Pour la reconnaître, par exemple « Clé du bureau ».", "To know it by, such as “Office key”."
        )
        self._of_name = Field(say("Nom de la clé", "Name of the passkey"), self.name, hint)
        self.body.addLayout(self._of_name)
        self.body.addStretch(1)
        self.fit(_WIDTH, 340)

    def _save(self) -> None:
        name = self.name.text().strip()
        self._of_name.refuse("" if name else say("À remplir.", "To be filled in."))
        if not name:
            return
        self.refuse("")
        self.wait()
        self._bridge.ask(q.PasskeyWanted, PasskeyShown, self._done, failed=self._failed, name=name)

    def _failed(self, raised: CyberlibError) -> None:
        self.refuse(str(error(raised)))

    def _done(self, made: PasskeyShown) -> None:
        self.accept()
        self._then(
            say(
                f"La clé d’identification « {made.name} » prouve désormais qui vous êtes.",
                f"The passkey “{made.name}” proves who you are from now on.",
            )
        )


class RemovePasskey(Form):
    """It is to prove nothing any more."""

    def __init__(
        self,
        parent: QWidget,
        bridge: Bridge,
        key: PasskeyShown,
        whose: str,
        then: Callable[[str], object],
    ) -> None:
        super().__init__(
            parent,
            say(f"Ôter la clé « {key.name} » ?", f"Remove the passkey “{key.name}”?"),
            say(
                f"{whose} ne prouvera plus rien avec elle. Cette personne, ou un titulaire, prouve d’abord"
                " qui elle est.",
                f"{whose} will prove nothing with it any more. They, or a holder, prove first who they are.",
            ),
            say("Ôter", "Remove"),
            self._save,
        )
        self._bridge, self._then, self._key = bridge, then, key
        self.body.addStretch(1)
        self.fit(_WIDTH, 260)

    def _save(self) -> None:
        self.refuse("")
        self.wait()
        self._bridge.ask(
            q.PasskeyUnwanted, PersonShown, self._done, failed=self._failed, passkey=self._key.id
        )

    def _failed(self, raised: CyberlibError) -> None:
        self.refuse(str(error(raised)))

    def _done(self, _left: PersonShown) -> None:
        self.accept()
        self._then(
            say(
                f"La clé d’identification « {self._key.name} » ne prouve plus rien.",
                f"The passkey “{self._key.name}” proves nothing any more.",
            )
        )
