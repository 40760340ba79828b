"""Officers open the vault to this machine: its six words, the wait, and a new passphrase.

`ByOfficers` is the way in for every screen; `ask_officers.AskOfficers` is the same as a dialog of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from ....app.clerk import questions_escrow as q
from ....app.clerk.questions_people import DelayWaived
from ....app.escrow_told import EscrowAsked, EscrowOfficer, EscrowOpened, EscrowStanding
from ....app.wording.language import say
from ....app.wording.units import moment
from ....core.errors import CyberlibError, UsageError
from ...bridge import Bridge
from ...widgets.basics import Card, button, clear, label, row
from ...widgets.files import ask_file
from ...widgets.form import problem
from ...words import error
from .by_files import NewSecret, Papers

_EVERY: Final = 4000
"""Milliseconds between two looks at the host."""
_BY_FILES: Final = ("escrow_to_missing", "escrow_no_host")


class ByOfficers(Card):
    """Shown from the asking until the vault is open, or the request is taken back."""

    def __init__(
        self,
        bridge: Bridge,
        opened: Callable[[EscrowOpened, str], object],
        failed: Callable[[CyberlibError], object],
        ended: Callable[[], object],
        shown: Callable[[QWidget], object] = lambda _part: None,
    ) -> None:
        """`opened`: by this new passphrase from now on; `failed`: it could not be asked; `ended`: somebody
        said no, or took it back; `shown`: this part is there to be looked at."""
        super().__init__(kind="note", margin=16)
        self._bridge, self._opened, self._failed, self._ended = bridge, opened, failed, ended
        self._shown = shown
        self._facts: dict[str, Any] = {}
        self._at = ""
        self._files: list[str] = []
        self._looks, self._ready, self._opening = False, False, False
        self.papers = Papers(self._ask_by_files)
        self.papers.hide()
        self.body.addWidget(self.papers)
        self._part = self._words_part()
        self._part.hide()
        self.body.addWidget(self._part)
        self.secret = NewSecret(self.open)
        self.secret.hide()
        self.body.addWidget(self.secret)
        self.problem = problem()
        self.body.addWidget(self.problem)
        name = say("Réponse d’un dépositaire", "An officer’s answer")
        self.back = button(
            say("Annuler la demande", "Cancel the request"), lambda: self._give_up(), link=True
        )
        self.more = button(
            say("Réponse reçue en fichier…", "Answer that came as a file…"),
            lambda: ask_file(self, name, self.take_answer),
            link=True,
        )
        # A holder who is there need not wait for those who are told of it.
        self.waive = button(
            say("Je suis titulaire : ne pas attendre…", "I am a holder: do not wait…"), self._waive, link=True
        )
        self.waive.hide()
        self._ways = QWidget()
        self._ways.setLayout(row(self.back, self.more, self.waive, None))
        self.body.addWidget(self._ways)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.look)
        self.hide()

    def _words_part(self) -> QWidget:
        made = QWidget()
        inside = QVBoxLayout(made)
        inside.setContentsMargins(0, 0, 0, 0)
        title = say("Six mots à lire aux dépositaires", "Six words to read to the officers")
        inside.addWidget(label(title, "strong"))
        inside.addWidget(
            label(
                say(
                    "Ils vous appellent, à un numéro qu’ils connaissent ; ne les dites à personne d’autre."
                    " Vous pouvez fermer ce programme en attendant.",
                    "They call you, on a number that they know; tell them to nobody else. You may close this"
                    " program meanwhile.",
                ),
                "small-ink",
                wrap=True,
            )
        )
        self._words = QGridLayout()
        self._words.setHorizontalSpacing(28)
        inside.addLayout(self._words)
        self.state = label(kind="small-ink", wrap=True)
        self.officers = label(kind="small-ink", wrap=True)
        self.files = label(kind="small-ink", wrap=True)
        self.files.hide()
        for each in (self.state, self.officers, self.files):
            inside.addWidget(each)
        return made

    @property
    def asked(self) -> bool:
        """Whether a request waits."""
        return self._timer.isActive()

    def ask(self, at: str = "", *, papers: str = "", to: str = "", anew: bool = False, **facts: Any) -> None:
        """Asks, or takes up again what was asked. `facts`: of `OfficersOpen`: `contract_key`,
        `contract_key_file`, `replaces`."""
        self._facts, self._at = facts, at
        keys = {name: given for name, given in facts.items() if name.startswith("contract_key")}
        self._bridge.ask(
            q.OfficersAsked,
            EscrowAsked,
            self._show,
            failed=self._over,
            at=at,
            papers=papers,
            to=to,
            anew=anew,
            **keys,
        )

    def _ask_by_files(self) -> None:
        self.ask(self._at, papers=self.papers.folder, to=self.papers.request, **self._facts)

    def go_on(self) -> None:
        """What was asked on another day, whether its host answers or not."""
        self._bridge.ask(q.OfficersStood, EscrowStanding, self._resume, failed=self._not_known)

    def show_words(self, words: list[str], officers: list[EscrowOfficer]) -> None:
        """What is to be read out, and who may call."""
        clear(self._words)
        for place, word in enumerate(words):
            self._words.addWidget(label(f"{place + 1}. {word}", "title"), place // 3, place % 3)
        self.setAccessibleName(say(f"Six mots : {' '.join(words)}", f"Six words: {' '.join(words)}"))
        names = ", ".join(f"{each.name} ({each.organisation})" for each in officers)
        self.papers.hide()
        self._part.show()
        self._ways.show()
        self.officers.setText(say(f"Dépositaires : {names}.", f"Officers: {names}."))
        self.show()

    def _show(self, asked: EscrowAsked) -> None:
        self.show_words(asked.words, asked.officers)
        self._shown(self)
        self._timer.start()
        self.look()

    def _resume(self, told: EscrowStanding) -> None:
        self.show_words(told.words, told.officers)
        self._shown(self)
        self._timer.start()
        self._stands(told)

    def look(self) -> None:
        """How it stands."""
        if not self._looks:
            self._looks = True
            self._bridge.ask(q.OfficersStood, EscrowStanding, self._stands, failed=self._not_known)

    def stop(self) -> None:
        """Nobody looks at it any more."""
        self._timer.stop()

    def _stands(self, told: EscrowStanding) -> None:
        self._looks = False
        if not self._timer.isActive() or self._opening:
            return
        if told.state in ("cancelled", "left", "expired"):
            self._give_up(UsageError("escrow_release_over", state=f"release_{told.state}"))
            return
        self.state.setText(_state(told))
        self.waive.setVisible(told.state == "waiting")
        enough = told.state == "open" and told.answered >= told.needed
        self._ready = enough or self._ready
        self._offer()

    def _waive(self) -> None:
        self.problem.hide()
        self._bridge.ask(DelayWaived, None, self._waived, failed=self._not_waived)

    def _waived(self, _nothing: None) -> None:
        self.waive.hide()
        self.look()

    def _not_waived(self, raised: CyberlibError) -> None:
        self.problem.setText(str(error(raised)))
        self.problem.show()

    def take_answer(self, path: str) -> None:
        """A file that an officer handed over."""
        if path not in self._files:
            self._files.append(path)
        names = ", ".join(self._files)
        self.files.setText(say(f"Fichiers de réponse : {names}", f"Files of answers: {names}"))
        self.files.show()
        self._offer()

    def _offer(self) -> None:
        if (self._ready or self._files) and self.secret.isHidden():
            self.secret.show()
            self._shown(self.secret)

    def open(self) -> None:
        """By the answers, with the passphrase that was typed."""
        if self._opening or not self.secret.right():
            return
        self._opening = True
        self.problem.hide()
        self.secret.wait()
        self._bridge.ask(
            q.OfficersOpen,
            EscrowOpened,
            self._done,
            failed=self._not_opened,
            new=self.secret.first.text(),
            answers=self._files,
            **self._facts,
        )

    def _done(self, opened: EscrowOpened) -> None:
        self.stop()
        self.hide()
        secret = self.secret.first.text()
        self.secret.clear()
        self._opened(opened, secret)

    def _not_opened(self, raised: CyberlibError) -> None:
        self._opening = False
        self.secret.wait(waits=False)
        if raised.code.startswith("passphrase_"):
            self.secret.of_first.refuse(str(error(raised)))
            return
        self.problem.setText(str(error(raised)))
        self.problem.show()
        if self._files:  # chosen anew: one of them may be another request's
            self._files = []
            self.files.hide()

    def _not_known(self, raised: CyberlibError) -> None:
        """The host refuses for a moment: it is asked again."""
        self._looks = False
        if raised.code == "escrow_not_asked":
            self._gone()

    def _give_up(self, why: CyberlibError | None = None) -> None:
        """`why`: what is told once it is taken back."""

        def gone(_told: object) -> None:
            self._gone()
            if why is not None:
                self._failed(why)

        def stays(raised: CyberlibError) -> None:
            self.problem.setText(str(error(raised)))
            self.problem.show()
            self._timer.start()

        self.stop()
        self._bridge.ask(q.OfficersGivenUp, None, gone, failed=stays)

    def _over(self, raised: CyberlibError) -> None:
        if raised.code == "escrow_release_over":  # said no to, or too old: the next one is another
            self._give_up(raised)
        elif raised.code == "escrow_asked_damaged":  # its key is lost with it
            self.ask(self._at, anew=True, **self._facts)
        elif raised.code in _BY_FILES and not self.papers.folder:  # no host has a part in it
            self._part.hide()
            self._ways.hide()
            self.papers.show()
            self.show()
            self._shown(self)
            self._ended()
        elif not self.papers.isHidden():
            self.papers.refuse(str(error(raised)))
        else:
            self._failed(raised)

    def _gone(self) -> None:
        self.stop()
        self.hide()
        self.secret.clear()
        self.secret.hide()
        self.papers.hide()
        self.files.hide()
        self.problem.hide()
        self._files, self._ready = [], False
        self._ended()


def _state(told: EscrowStanding) -> str:
    needed = told.needed
    if told.state == "waiting":
        return say(
            f"Tous les contacts du cabinet sont prévenus. Retenue jusqu’au {moment(told.opens)}, puis remise"
            f" aux dépositaires ; il en faut {needed}.",
            f"All contacts of the practice are told. Held back until {moment(told.opens)}, then handed to the"
            f" officers; it takes {needed} of them.",
        )
    if told.state == "open":
        return say(
            f"Les dépositaires l’ont. Réponses reçues : {told.answered} sur {needed}.",
            f"The officers have it. Answers here: {told.answered} of {needed}.",
        )
    if told.state == "files":
        return say(
            f"Remettez la demande aux dépositaires, puis donnez leurs réponses ici : il en faut {needed}.",
            f"Hand the request to the officers, then give their answers here: it takes {needed}.",
        )
    return say(
        "L’hébergeur ne répond pas pour l’instant ; la demande attend.",
        "The host does not answer for now; the request waits.",
    )
