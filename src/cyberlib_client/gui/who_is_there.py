"""The window that asks who is there, when the practice's host wants to know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QApplication, QDialog, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from ..app.clerk.questions_people import PersonThere
from ..app.wording.language import say
from ..app.wording.people import action_words
from ..core.errors import CyberlibError
from .bridge import Bridge, Then
from .widgets.basics import button, forget, label, row
from .words import error as words_of

_NEEDED: Final = "host_proof_needed"
_REFUSED: Final = ("host_person_refused", "host_proof_not_valid")


class WhoIsThere:
    """Answers for the bridge. `shown`: the form, while it is there."""

    def __init__(self, bridge: Bridge, window: QWidget) -> None:
        self._bridge, self._window = bridge, window
        self._action = ""
        self._mail = ""
        self._elsewhere = False
        self.shown: PersonForm | None = None
        bridge.who_is_there = self.ask

    def ask(self, error: CyberlibError, again: Callable[[], object], failed: Then) -> bool:
        """Whether somebody is asked; then either `again` or `failed` is called."""
        if error.code == _NEEDED:
            self._action = str(error.facts.get("action", ""))
            self._elsewhere = bool(error.facts.get("provider"))
        elif error.code not in _REFUSED or not self._action:
            return False
        problem = "" if error.code == _NEEDED else str(words_of(error))
        parent = QApplication.activeModalWidget() or self._window

        def given(mail: str, password: str, code: str) -> None:
            self._mail, self.shown = mail, None

            def taken(_nothing: object) -> None:
                again()

            self._bridge.ask(PersonThere, None, taken, failed=failed, mail=mail, password=password, code=code)

        def left() -> None:
            self._action, self.shown = "", None
            failed(error)

        self.shown = PersonForm(self._action, self._mail, problem, given, left, parent)
        self.shown.elsewhere.setVisible(self._elsewhere)
        self.shown.open()
        return True


class PersonForm(QDialog):
    """Address, password, code. `given` takes them; `left`: it was closed without."""

    def __init__(
        self,
        action: str,
        mail: str,
        problem: str,
        given: Callable[[str, str, str], None],
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
        inside.addLayout(row(self.elsewhere, None, button(say("Annuler", "Cancel"), self.reject), go))
        (self.password if mail else self.mail).setFocus()

    def go(self) -> None:
        """Hands over what was typed, when nothing is missing."""
        typed = (self.mail.text().strip(), self.password.text(), self.code.text().strip())
        if not all(typed):
            self.problem.setText(say("Il manque une réponse.", "An answer is missing."))
            self.problem.show()
            return
        self.accept()
        self._given(*typed)

    def go_elsewhere(self) -> None:
        """In a browser."""
        self.accept()
        self._given("", "", "")

    def reject(self) -> None:
        """See QDialog."""
        super().reject()
        self._left()

    def done(self, result: int) -> None:
        """See QDialog. No secret stays in a field."""
        forget(self.password)
        forget(self.code)
        super().done(result)
