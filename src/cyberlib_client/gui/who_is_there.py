"""The window that asks who is there, when the practice's host wants to know."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from ..app.clerk.questions_people import PersonThere
from ..app.wording.language import say
from ..app.wording.people import action_words
from ..app.workplace import WAYS, Notice, PersonGiven, Way
from ..core.errors import CyberlibError
from .bridge import Bridge, Then
from .widgets.basics import button, forget, label, row
from .words import error as words_of

_NEEDED: Final = "host_proof_needed"
_ELSEWHERE: Final = ("host_sign_in_begun", "host_telephone_asked")
_REFUSED: Final = ("host_person_refused", "host_proof_not_valid")


class WhoIsThere:
    """Answers for the bridge. `shown`: the form, while it is there; `waiting`: for somebody who answers in a
    browser or on a telephone."""

    def __init__(self, bridge: Bridge, window: QWidget) -> None:
        self._bridge, self._window = bridge, window
        self._action = ""
        self._mail = ""
        self._ways: frozenset[Way] = frozenset()
        self.shown: PersonForm | None = None
        self.waiting: Waiting | None = None
        bridge.who_is_there = self.ask
        bridge.noticed.connect(self._wait)
        bridge.over.connect(self._over)

    def ask(self, error: CyberlibError, again: Callable[[], object], failed: Then) -> bool:
        """Whether somebody is asked; then either `again` or `failed` is called."""
        if error.code == _NEEDED:
            self._action = str(error.facts.get("action", ""))
            self._ways = frozenset(way for way in WAYS if error.facts.get(way))
        elif error.code not in _REFUSED or not self._action:
            return False
        problem = "" if error.code == _NEEDED else str(words_of(error))
        parent = QApplication.activeModalWidget() or self._window

        def given(who: PersonGiven) -> None:
            self._mail, self.shown = who.mail or self._mail, None

            def taken(_nothing: object) -> None:
                again()

            self._bridge.ask(
                PersonThere, None, taken, failed=failed, mail=who.mail, password=who.password, code=who.code,
                way=who.way,
            )  # fmt: skip

        def left() -> None:
            self._action, self.shown = "", None
            failed(error)

        self.shown = PersonForm(self._action, self._mail, problem, given, left, parent)
        self.shown.offer(self._ways)
        self.shown.open()
        return True

    def _wait(self, number: int, notice: Notice) -> None:
        if notice.code not in _ELSEWHERE:
            return
        self._over(number)
        parent = QApplication.activeModalWidget() or self._window
        self.waiting = Waiting(number, notice, lambda: self._bridge.stop(number), parent)
        self.waiting.open()

    def _over(self, number: int) -> None:
        if self.waiting is not None and self.waiting.number == number:
            shown, self.waiting = self.waiting, None
            shown.accept()
            shown.deleteLater()


class Waiting(QDialog):
    """Somebody answers elsewhere, in the question of this `number`; `left`: they will not."""

    def __init__(self, number: int, notice: Notice, left: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.number, self._left = number, left
        self.setMinimumWidth(460)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(28, 24, 28, 24)
        inside.setSpacing(12)
        digits = notice.facts.get("number")
        if digits is None:
            self.setWindowTitle(say("Dans le navigateur", "In the browser"))
            lead = say(
                "Connectez-vous dans le navigateur. S’il ne s’est pas ouvert, ouvrez-y cette adresse, qui"
                " sert une fois :",
                "Sign in in the browser. If it did not open, open this address there, which serves once:",
            )
        else:
            self.setWindowTitle(say("Sur votre téléphone", "On your telephone"))
            lead = say(
                "La question est sur votre téléphone. Ne dites oui que s’il montre ce même nombre :",
                "The question is on your telephone. Say yes only if it shows this same number:",
            )
        inside.addWidget(label(self.windowTitle(), "title"))
        inside.addWidget(label(lead, "soft", wrap=True))
        url = str(notice.facts.get("url", ""))
        self.told = label(url, wrap=True) if digits is None else label(str(digits), "figure")
        self.told.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        inside.addWidget(self.told)
        inside.addLayout(row(None, button(say("Annuler", "Cancel"), self.reject)))

    def reject(self) -> None:
        """See QDialog."""
        super().reject()
        self._left()


class PersonForm(QDialog):
    """Address, password, code. `given` takes them; `left`: it was closed without."""

    def __init__(
        self,
        action: str,
        mail: str,
        problem: str,
        given: Callable[[PersonGiven], None],
        left: Callable[[], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._given, self._left = given, left
        self.setWindowTitle(say("Qui êtes-vous ?", "Who are you?"))
        self.setMinimumWidth(460)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(28, 24, 28, 24)
        inside.setSpacing(12)
        inside.addWidget(label(self.windowTitle(), "title"))
        told = say(
            f"L’hébergeur demande qui est là, pour : {action_words(action)}.",
            f"The host asks who is there, to: {action_words(action)}.",
        )
        inside.addWidget(label(told, "soft", wrap=True))
        self.mail, self.password, self.code = QLineEdit(mail), QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        form = QFormLayout()
        form.addRow(say("Votre adresse", "Your address"), self.mail)
        form.addRow(say("Mot de passe chez l’hébergeur", "Password at the host"), self.password)
        form.addRow(say("Code du téléphone, ou de secours", "Code, or recovery code"), self.code)
        inside.addLayout(form)
        self.problem = label(problem, kind="wrong", wrap=True)
        self.problem.setVisible(bool(problem))
        inside.addWidget(self.problem)
        go = button(say("Continuer", "Continue"), self.go, main=True)
        go.setDefault(True)
        self.elsewhere = button(
            say("Par Pro Santé Connect…", "By Pro Santé Connect…"), self.go_elsewhere, link=True
        )
        self.telephone = button(say("Sur mon téléphone…", "On my telephone…"), self.go_telephone, link=True)
        self.passkey = button(say("Par clé d’identification…", "By passkey…"), self.go_passkey, link=True)
        for each in (self.elsewhere, self.telephone, self.passkey):
            each.setAutoDefault(False)
        inside.addLayout(row(self.passkey, self.elsewhere, self.telephone, None))
        inside.addLayout(row(None, button(say("Annuler", "Cancel"), self.reject), go))
        (self.password if mail else self.mail).setFocus()

    def offer(self, ways: Set[Way]) -> None:
        """What will do as well."""
        self.elsewhere.setVisible("provider" in ways)
        self.telephone.setVisible("telephone" in ways)
        self.passkey.setVisible("passkey" in ways)

    def go(self) -> None:
        """Hands over what was typed, when nothing is missing."""
        typed = (self.mail.text().strip(), self.password.text(), self.code.text().strip())
        if not all(typed):
            self.problem.setText(say("Il manque une réponse.", "An answer is missing."))
            self.problem.show()
            return
        self.accept()
        self._given(PersonGiven(*typed))

    def go_elsewhere(self) -> None:
        """At the provider, in a browser."""
        self.accept()
        self._given(PersonGiven(way="provider"))

    def go_passkey(self) -> None:
        """By a passkey, in a browser."""
        self.accept()
        self._given(PersonGiven(way="passkey"))

    def go_telephone(self) -> None:
        """By the question there, which takes an address."""
        mail = self.mail.text().strip()
        if not mail:
            self.problem.setText(say("Il manque votre adresse.", "Your address is missing."))
            self.problem.show()
            self.mail.setFocus()
            return
        self.accept()
        self._given(PersonGiven(mail, way="telephone"))

    def reject(self) -> None:
        """See QDialog."""
        super().reject()
        self._left()

    def done(self, result: int) -> None:
        """See QDialog. No secret stays in a field."""
        forget(self.password)
        forget(self.code)
        super().done(result)
