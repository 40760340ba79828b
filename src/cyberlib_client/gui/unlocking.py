"""The window that asks for what opens the vault."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QVBoxLayout, QWidget

from ..app.clerk import questions as q
from ..app.wording.language import say
from ..core.errors import CyberlibError
from .bridge import Bridge, Then
from .widgets.basics import button, forget, label, row
from .words import error, meant


class Unlocking(QDialog):
    """`then` is called once the vault is open; nothing when it is closed before. `by_itself`: this machine
    does not open it by itself any more, and is to, unless that is not wanted."""

    def __init__(
        self, bridge: Bridge, then: Then, parent: QWidget | None = None, *, by_itself: bool = False
    ) -> None:
        super().__init__(parent)
        self._bridge, self._then = bridge, then
        self.setWindowTitle(say("Ouvrir le coffre", "Open the vault"))
        self.setMinimumWidth(460)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(28, 24, 28, 24)
        inside.setSpacing(12)
        inside.addWidget(label(self.windowTitle(), "title"))
        inside.addWidget(
            label(
                say(
                    "Donnez la phrase secrète du coffre, ou les 24 mots du kit de secours.",
                    "Give the vault’s passphrase, or the 24 words of the recovery kit.",
                ),
                "soft",
                wrap=True,
            )
        )
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setAccessibleName(say("Phrase secrète ou 24 mots", "Passphrase or 24 words"))
        self.secret.returnPressed.connect(self._open)
        self._shown = button(say("Afficher", "Show"), self._show_typed, link=True)
        typed = row(self.secret, self._shown)
        inside.addLayout(typed)
        self.by_itself = QCheckBox(
            say(
                "Ce poste l’ouvre ensuite de lui-même, pour sauvegarder seul",
                "From then on this machine opens it by itself, to back up unattended",
            )
        )
        self.by_itself.setChecked(by_itself)
        self.by_itself.setVisible(by_itself)
        inside.addWidget(self.by_itself)
        self.problem = label(kind="wrong", wrap=True)
        self.problem.hide()
        inside.addWidget(self.problem)
        self._go = button(say("Ouvrir", "Open"), self._open, main=True)
        self._go.setDefault(True)
        lost = button(
            say("Ni phrase secrète, ni mots…", "Neither passphrase nor words…"), self.ask_officers, link=True
        )
        inside.addLayout(row(lost, None, button(say("Annuler", "Cancel"), self.reject), self._go))
        self.secret.setFocus()

    def _show_typed(self) -> None:
        hidden = self.secret.echoMode() is QLineEdit.EchoMode.Password
        self.secret.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self._shown.setText(say("Cacher", "Hide") if hidden else say("Afficher", "Show"))

    def _open(self) -> None:
        if not self.secret.text().strip():
            self._refuse(say("Il manque la phrase secrète.", "The passphrase is missing."))
            return
        self._go.setEnabled(False)
        self._go.setText(say("Ouverture…", "Opening…"))
        self._bridge.ask(
            q.Unlock,
            None,
            self._opened,
            failed=self._failed,
            secret=self.secret.text(),
            by_itself=self.by_itself.isChecked(),
        )

    def ask_officers(self) -> None:
        """Of the escrow, if there is one; then it is opened by the new passphrase."""
        from .screens.keys.ask_officers import AskOfficers

        AskOfficers(self, self._bridge, self._by_new).open()

    def _by_new(self, secret: str) -> None:
        self.secret.setText(secret)
        self._open()

    def _opened(self, _nothing: object) -> None:
        self.accept()
        self._then(None)

    def done(self, result: int) -> None:
        """See QDialog. No secret stays in the field."""
        forget(self.secret)
        super().done(result)

    def _failed(self, raised: CyberlibError) -> None:
        self._refuse(str(error(meant(raised, self.secret.text()))))

    def _refuse(self, words: str) -> None:
        self._go.setEnabled(True)
        self._go.setText(say("Ouvrir", "Open"))
        self.problem.setText(words)
        self.problem.show()
        self.secret.setFocus()
        self.secret.selectAll()
