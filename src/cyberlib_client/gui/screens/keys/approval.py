"""New machines that ask to be let in: yes by the six words that they show, or no."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from ....app.approval_told import ApprovalShown
from ....app.clerk import questions_keys as q
from ....app.wording.language import say
from ....app.wording.units import moment
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import Card, IconLabel, button, clear, column, label, row
from ...widgets.form import Field
from ...words import error
from .forms import Proved

_WIDTH = 620
_OF_WORDS = ("approval_word", "approval_words")


class ApprovalCard(Card):
    """Shown while there is one that asks."""

    def __init__(self, bridge: Bridge, changed: Callable[[str], object]) -> None:
        """`changed`: told in a sentence when one was let in."""
        super().__init__(say("Nouveaux postes", "New machines"))
        self._bridge, self._changed = bridge, changed
        self._lines = QVBoxLayout()
        self._lines.setSpacing(10)
        self.body.addLayout(self._lines)
        self.problem = label(kind="wrong", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.hide()

    def look(self) -> None:
        """Who asks."""
        self._bridge.ask(q.ApprovalsAsked, list[ApprovalShown], self.show_all, failed=lambda _raised: None)

    def show_all(self, found: list[ApprovalShown]) -> None:
        """Those that are not over."""
        self.problem.hide()
        clear(self._lines)
        standing = [each for each in found if each.state in ("asked", "held", "open") and not each.here]
        for each in standing:
            self._lines.addWidget(self._one(each))
        self.setVisible(bool(standing))

    def _one(self, asked: ApprovalShown) -> QWidget:
        made = Card(kind="note-wrong" if asked.state == "held" else "note", margin=12)
        when = moment(asked.asked)
        title = say(
            f"« {asked.device} » demande l’accès à votre coffre, le {when}",
            f"“{asked.device}” asks for access to your vault, on {when}",
        )
        text = column(label(title, "strong", wrap=True), label(_state(asked), "small-ink", wrap=True), gap=4)
        no = button(say("Refuser", "Say no"), lambda: self._no(asked.id), main=asked.state == "held")
        no.setAccessibleName(
            say(f"Refuser la demande de {asked.device}", f"Say no to {asked.device}’s request")
        )
        yes = button(say("Lui ouvrir…", "Let it in…"), lambda: self.let_in(asked), main=True)
        yes.setAccessibleName(say(f"Ouvrir le coffre à {asked.device}", f"Open the vault to {asked.device}"))
        yes.setVisible(asked.state == "asked")
        inside = row(IconLabel("alert" if asked.state == "held" else "key", "brand"), text, no, yes)
        inside.setStretch(1, 1)
        made.body.addLayout(inside)
        made.setAccessibleName(title)
        return made

    def let_in(self, asked: ApprovalShown) -> None:
        """By its words."""
        LetIn(self, self._bridge, asked, self._let_in).open()

    def _let_in(self, told: ApprovalShown) -> None:
        if told.state == "held":
            words = say(
                f"« {told.device} » aura l’accès le {moment(told.opens)}, si personne ne refuse.",
                f"“{told.device}” gets access on {moment(told.opens)}, if nobody says no.",
            )
        else:
            words = say(
                f"« {told.device} » peut ouvrir le coffre : il suffit d’y continuer.",
                f"“{told.device}” can open the vault: go on there.",
            )
        self._changed(words)

    def _no(self, approval: str) -> None:
        self._bridge.ask(
            q.ApprovalRefused,
            list[ApprovalShown],
            lambda _gone: self.look(),
            failed=self._refuse,
            approval=approval,
        )

    def _refuse(self, raised: CyberlibError) -> None:
        self.problem.setText(str(error(raised)))
        self.problem.show()


class LetIn(Proved):
    """The six words, and the passphrase, or a day's wait."""

    def __init__(
        self,
        parent: QWidget,
        bridge: Bridge,
        asked: ApprovalShown,
        then: Callable[[ApprovalShown], object],
    ) -> None:
        super().__init__(
            parent,
            bridge,
            say("Ouvrir le coffre à un nouveau poste", "Open the vault to a new machine"),
            say(
                f"« {asked.device} » pourra tout lire et sauvegarder. Tapez les six mots que son écran"
                " montre ; si vous n’y êtes pas, faites-vous les lire par quelqu’un dont vous connaissez la"
                " voix.",
                f"“{asked.device}” will be able to read all and to back up. Type the six words on its screen;"
                " if you are not there, have them read by somebody whose voice you know.",
            ),
            say("Lui ouvrir", "Let it in"),
            then,
        )
        self._asked = asked.id
        self.words = QLineEdit()
        self.of_words = Field(
            say("Les six mots du nouveau poste", "The new machine’s six words"),
            self.words,
            say("Quatre lettres de chaque mot suffisent.", "Four letters of each word are enough."),
        )
        self.body.insertLayout(0, self.of_words)
        self.words.textChanged.connect(lambda _text: self.of_words.refuse(""))
        self.unproven = QCheckBox(say("Je n’ai ni l’une ni les autres", "I have neither"))
        self.body.addWidget(self.unproven)
        self.delay = label(
            say(
                "L’hébergeur prévient alors tous les contacts du cabinet et retient l’accès un jour ; chacun"
                " peut le refuser.",
                "The host then tells all contacts of the practice and holds the access back for a day; each"
                " can say no.",
            ),
            "small-ink",
            wrap=True,
        )
        self.delay.hide()
        self.body.addWidget(self.delay)
        self.body.addStretch(1)
        self.unproven.toggled.connect(self._toggled)
        self.fit(_WIDTH, 440)

    def _toggled(self, on: bool) -> None:
        self.secret.setVisible(not on)
        self.proof.title.setVisible(not on)
        self.delay.setVisible(on)
        self.proof.refuse("")
        if on:
            self.secret.clear()

    def _save(self) -> None:
        words = self.words.text().strip()
        self.of_words.refuse("" if words else say("Il manque les six mots.", "The six words are missing."))
        if not words:
            return
        if not self.unproven.isChecked():
            self._ask(q.ApprovalGranted, ApprovalShown, self._done, approval=self._asked, words=words)
            return
        self.refuse("")
        self.wait()
        self._bridge.ask(
            q.ApprovalGranted,
            ApprovalShown,
            self._done,
            failed=self._failed,
            approval=self._asked,
            words=words,
            secret="",
        )

    def _failed(self, raised: CyberlibError) -> None:
        if raised.code.startswith(_OF_WORDS):
            self.refuse("")
            self.of_words.refuse(str(error(raised)))
            self.words.setFocus()
        else:
            super()._failed(raised)


def _state(asked: ApprovalShown) -> str:
    if asked.state == "held":
        return say(
            f"Accordé sur « {asked.by} » sans la phrase secrète : il l’aura le {moment(asked.opens)}. Si"
            " personne du cabinet ne l’a voulu, refusez.",
            f"Granted at “{asked.by}” without the passphrase: it gets it on {moment(asked.opens)}. If nobody"
            " of the practice wants it, say no.",
        )
    if asked.state == "open":
        return say(
            f"Accordé sur « {asked.by} » ; il n’est pas encore venu le prendre.",
            f"Granted at “{asked.by}”; it has not come to take it yet.",
        )
    return say("Si personne du cabinet ne l’a voulu, refusez.", "If nobody of the practice wants it, say no.")
