"""The host's terms, read and accepted."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit

from ....app.clerk import questions_first_run as q
from ....app.hosts_told import TermsShown
from ....app.wording.language import say
from ....app.wording.units import moment
from ....core.errors import CyberlibError
from ...agreeing import CHANGED
from ...widgets.basics import label
from .step import Step, Way


class Terms(Step):
    """See the module."""

    def __init__(self, way: Way) -> None:
        super().__init__(way, say("Les conditions de l’hébergeur", "The host’s terms"), "")
        self.show_termsn: TermsShown | None = None
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setProperty("kind", "long")
        self._text.setAccessibleName(say("Texte des conditions", "Text of the terms"))
        self.body.addWidget(self._text)
        self._coming = label(kind="small", wrap=True)
        self.body.addWidget(self._coming)

    @property
    def go_words(self) -> str:
        """See Step."""
        if self.show_termsn is None:
            return say("Réessayer", "Try again")
        if self.show_termsn.accepted:
            return say("Continuer", "Continue")
        return say("Accepter et continuer", "Accept and continue")

    def enter(self) -> None:
        """See Step."""
        self.work(say("Un instant…", "One moment…"))
        self.bridge.ask(q.TermsAsked, TermsShown, self.show_terms, failed=self._failed)

    def _failed(self, raised: CyberlibError) -> None:
        self._text.setVisible(self.show_termsn is not None)
        self.refuse(raised)

    def show_terms(self, shown: TermsShown) -> None:
        """These."""
        self.show_termsn = shown
        self._text.setVisible(bool(shown.version))
        self._text.setPlainText(shown.text)
        if not shown.version:
            words = say("L’hébergeur n’en a pas à accepter.", "The host has none to accept.")
        else:
            since = moment(shown.effective)[:10]
            words = say(f"Version {shown.version}, en vigueur depuis le {since}.",
                        f"Version {shown.version}, in force since {since}.")  # fmt: skip
            if shown.accepted:
                words += say(" Vous les avez acceptées.", " You accepted them.")
        self.intro.setText(words)
        coming = [each.partition(": ") for each in shown.coming]
        self._coming.setText(
            "\n".join(
                say(
                    f"À venir : version {n}, le {moment(on)[:10]}.",
                    f"To come: version {n}, on {moment(on)[:10]}.",
                )
                for n, _, on in coming
            )
        )
        self._coming.setVisible(bool(coming))
        self.rest()

    def go_on(self) -> None:
        """See Step."""
        if self.show_termsn is None:
            self.enter()
        elif self.show_termsn.accepted:
            self.way.advance()
        else:
            self.work(say("Un instant…", "One moment…"))
            read = self.show_termsn.text
            self.bridge.ask(
                q.TermsAsked, TermsShown, self._accepted, failed=self.refuse, accept=True, read=read
            )

    def _accepted(self, shown: TermsShown) -> None:
        if not shown.accepted:
            self.show_terms(shown)
            self.complain(str(CHANGED))
            return
        self.show_termsn = shown
        self.way.advance()
