"""A vault at a host that another machine of the practice opens to this one: its six words, and the wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout

from ....app.approval_told import ApprovalAsked, ApprovalOpened, ApprovalShown
from ....app.clerk import questions_first_run as q
from ....app.wording.language import say
from ....app.wording.units import moment
from ....core.errors import CyberlibError, UsageError
from ...bridge import Bridge
from ...widgets.basics import Card, button, clear, label, row

_EVERY: Final = 4000
"""Milliseconds between two looks at the host."""


class Approved(Card):
    """Shown from the asking until the vault is open, or the request is taken back."""

    def __init__(
        self,
        bridge: Bridge,
        opened: Callable[[ApprovalOpened], object],
        failed: Callable[[CyberlibError], object],
        ended: Callable[[], object],
        shown: Callable[[], object],
    ) -> None:
        """`ended`: somebody said no, or took it back; `shown`: the words are there to be seen."""
        super().__init__(kind="note", margin=16)
        self._bridge, self._opened, self._failed, self._ended = bridge, opened, failed, ended
        self._shown = shown
        self._facts: dict[str, Any] = {}
        self._asks = self._taking = False
        self.body.addWidget(
            label(say("Six mots à taper sur un autre poste", "Six words to type elsewhere"), "strong")
        )
        self.body.addWidget(
            label(
                say(
                    "Sur un poste du cabinet qui ouvre ce coffre : « Clé et accès », « Lui ouvrir… ». Ne les"
                    " dites à personne d’autre. Vous pouvez fermer ce programme en attendant.",
                    "At a machine of the practice that opens this vault: “Key and access”, “Let it in…”. Tell"
                    " them to nobody else. You may close this program meanwhile.",
                ),
                "small-ink",
                wrap=True,
            )
        )
        self._words = QGridLayout()
        self._words.setHorizontalSpacing(28)
        self.body.addLayout(self._words)
        self.state = label(kind="small-ink", wrap=True)
        self.body.addWidget(self.state)
        self.back = button(
            say("Retirer la demande", "Take the request back"), lambda: self._withdraw(), link=True
        )
        self.body.addLayout(row(self.back, None))
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.look)
        self.hide()

    @property
    def asked(self) -> bool:
        """Whether a request waits."""
        return self._timer.isActive()

    def ask(self, at: str, **facts: Any) -> None:
        """Asks, or takes up again what was asked. `facts`: of `ApprovalTaken`."""
        self._facts = facts
        self._bridge.ask(q.ApprovalWanted, ApprovalAsked, self._show, failed=self._over, at=at)

    def show_asked(self, asked: ApprovalAsked) -> None:
        """The words."""
        clear(self._words)
        for place, word in enumerate(asked.words):
            self._words.addWidget(label(f"{place + 1}. {word}", "title"), place // 3, place % 3)
        self.setAccessibleName(
            say(f"Six mots : {' '.join(asked.words)}", f"Six words: {' '.join(asked.words)}")
        )
        self.state.setText(say("En attente d’une réponse…", "Waiting for an answer…"))
        self.show()

    def _show(self, asked: ApprovalAsked) -> None:
        if self._taking:
            return
        self.show_asked(asked)
        self._shown()
        self._timer.start()
        self.look()

    def look(self) -> None:
        """How it stands; a window that is closed lets another one look."""
        if not self._asks and self.isVisible():
            self._asks = True
            self._bridge.ask(q.ApprovalStood, ApprovalShown, self._stands, failed=self._not_known)

    def stop(self) -> None:
        """Nobody looks at it any more."""
        self._timer.stop()

    def _stands(self, told: ApprovalShown) -> None:
        self._asks = False
        if not self._timer.isActive() or not self.isVisible():  # a window that is closed takes nothing
            return
        if told.state == "held":
            self.state.setText(
                say(
                    f"Accordé sur « {told.by} », sans la phrase secrète : retenu jusqu’au"
                    f" {moment(told.opens)}.",
                    f"Granted at “{told.by}”, without the passphrase: held back until {moment(told.opens)}.",
                )
            )
        elif told.state in ("open", "taken"):
            self.stop()
            self._taking = True  # once: it takes the profile's lock
            self.state.setText(
                say(f"Accordé sur « {told.by} ». Ouverture…", f"Granted at “{told.by}”. Opening…")
            )
            self._bridge.ask(
                q.ApprovalTaken, ApprovalOpened, self._done, failed=self._not_taken, **self._facts
            )
        elif told.state != "asked":
            self._withdraw(UsageError("approval_over", state=f"approval_{told.state}"))

    def _done(self, opened: ApprovalOpened) -> None:
        self._taking = False
        self.hide()
        self._opened(opened)

    def _not_taken(self, raised: CyberlibError) -> None:
        self._taking = False
        self.state.setText("")
        self._failed(raised)

    def _not_known(self, raised: CyberlibError) -> None:
        """The host is away for a moment: it is asked again."""
        self._asks = False
        if raised.code == "approval_not_asked":
            self._gone()

    def _withdraw(self, why: CyberlibError | None = None) -> None:
        """`why`: what is told once it is taken back."""

        def gone(_told: object) -> None:
            self._gone()
            if why is not None:
                self._failed(why)

        self.stop()
        self._bridge.ask(q.ApprovalGivenUp, ApprovalShown, gone, failed=gone)

    def _over(self, raised: CyberlibError) -> None:
        if raised.code == "approval_over":  # said no to, or too old: the next one is another
            self._withdraw(raised)
        else:
            self._failed(raised)

    def _gone(self) -> None:
        self.stop()
        self.hide()
        self._ended()
