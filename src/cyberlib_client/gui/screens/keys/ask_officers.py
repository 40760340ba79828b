"""A dialog for a machine whose vault nothing opens any more: officers are asked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ....app.escrow_told import EscrowOpened
from ....app.wording.language import say
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import button, label, row
from ...widgets.form import problem
from ...words import error
from .by_officers import ByOfficers


class AskOfficers(QDialog):
    """`then`: by the new passphrase, once the vault is open."""

    def __init__(self, parent: QWidget, bridge: Bridge, then: Callable[[str], object]) -> None:
        super().__init__(parent)
        self._then = then
        self.setWindowTitle(say("Ni phrase secrète, ni kit", "Neither passphrase nor kit"))
        self.setMinimumWidth(600)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(28, 24, 28, 20)
        inside.setSpacing(12)
        inside.addWidget(label(self.windowTitle(), "title"))
        self.lead = label(
            say(
                "Si le cabinet a choisi un séquestre, ses dépositaires peuvent rendre l’accès à ce poste."
                " Tous les contacts du cabinet sont prévenus, et chacun peut refuser ; la demande est"
                " retenue un jour.",
                "If the practice chose an escrow, its officers can give access to this machine. All contacts"
                " of the practice are told, and each can say no; the request is held back for a day.",
            ),
            "soft",
            wrap=True,
        )
        inside.addWidget(self.lead)
        self.asking = ByOfficers(bridge, self._opened, self._failed, self._rest)
        inside.addWidget(self.asking)
        self.problem = problem()
        inside.addWidget(self.problem)
        self.go = button(say("Demander aux dépositaires", "Ask the officers"), self._ask, main=True)
        close = button(say("Fermer", "Close"), self.reject)
        close.setAutoDefault(False)
        inside.addStretch(1)
        inside.addLayout(row(None, close, self.go))

    def showEvent(self, event: QShowEvent) -> None:
        """See QWidget: what was asked on another day goes on."""
        super().showEvent(event)
        if not self.asking.asked:
            self.asking.go_on()

    def hideEvent(self, event: QHideEvent) -> None:
        """See QWidget."""
        super().hideEvent(event)
        self.asking.stop()
        self.asking.secret.clear()

    def _ask(self) -> None:
        self.problem.hide()
        self.go.setEnabled(False)
        self.asking.ask()

    def _opened(self, _opened: EscrowOpened, secret: str) -> None:
        self.accept()
        self._then(secret)

    def _failed(self, raised: CyberlibError) -> None:
        self.problem.setText(str(error(raised)))
        self.problem.show()
        self.go.setEnabled(True)

    def _rest(self) -> None:
        self.go.setEnabled(True)
        self.go.show()
