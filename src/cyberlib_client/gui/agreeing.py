"""What somebody has to read and agree to: the host's terms, and that an alarm was none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ..app.alarms_told import AlarmDismissed, AlarmShown
from ..app.clerk import questions_support as q
from ..app.hosts_told import TermsShown
from ..app.messages import translated
from ..app.wording.language import Both, language, say
from ..app.wording.units import FILE, many, moment
from ..core.errors import CyberlibError
from .look.theme import theme
from .room import House
from .widgets.basics import button, forget, label, row
from .words import error_line

CHANGED: Final = Both(
    "L’hébergeur les a changées entre-temps : voici celles qui valent maintenant. Rien n’a été accepté.",
    "The host has changed them meanwhile: these are in force now. Nothing was accepted.",
)


class _Asking(QDialog):
    """A title, a body, a line for what is wrong, and two buttons."""

    def __init__(self, house: House, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self._house = house
        self.setWindowTitle(name)
        self.setMinimumWidth(theme().grown(560))
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(28, 24, 28, 24)
        self.body.setSpacing(12)
        self.body.addWidget(label(name, "title", wrap=True))
        self.words = label(say("Un instant…", "One moment…"), "soft", wrap=True)
        self.body.addWidget(self.words)
        self.problem = label(kind="wrong", wrap=True)
        self.problem.hide()

    def feet(self, go: str) -> None:
        """The last lines."""
        self.body.addWidget(self.problem)
        self._close = button(say("Fermer", "Close"), self.reject)
        self._close.setAutoDefault(False)
        self.go = button(go, self.agree, main=True)
        self.go.setAutoDefault(False)  # agreed to by its own press, never by an Enter elsewhere
        self.go.hide()
        self.body.addLayout(row(None, self._close, self.go))

    def agree(self) -> None:
        """The main button was pressed."""

    def refuse(self, raised: CyberlibError) -> None:
        """What is wrong, beside what was typed."""
        self.go.setEnabled(True)
        self.words.setVisible(self.words.text() != say("Un instant…", "One moment…"))
        self.problem.setText(error_line(raised))
        self.problem.show()


class Terms(_Asking):
    """The host's terms in force, accepted by whoever uses this account."""

    def __init__(self, house: House, parent: QWidget, then: Callable[[], object] | None = None) -> None:
        super().__init__(house, parent, say("Conditions de l’hébergeur", "The host’s terms"))
        self._then = then if then is not None else lambda: house.do("backup")
        self.resize(720, 560)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setProperty("kind", "preview")
        self._text.setAccessibleName(say("Texte des conditions", "Text of the terms"))
        self.body.addWidget(self._text, 1)
        self._text.hide()
        self._read: str | None = None
        self.feet(say("Accepter", "Accept"))
        house.bridge.ask(q.TermsAsked, TermsShown, self._show, failed=self.refuse)

    def _show(self, told: TermsShown) -> None:
        if not told.version:
            self.words.setText(say("L’hébergeur n’en a pas.", "The host has none."))
            return
        self._read = told.text
        self._text.setPlainText(told.text)
        self._text.show()
        self.go.setVisible(not told.accepted)
        day = told.effective[:10]
        day = "/".join(reversed(day.split("-"))) if language() == "fr" else day
        self.words.setText(
            say(
                f"Version {told.version}, en vigueur depuis le {day}. Elles ont été acceptées par ce compte.",
                f"Version {told.version}, in force since {day}. This account has accepted them.",
            )
            if told.accepted
            else say(
                f"Version {told.version}, en vigueur depuis le {day}. Sans accord, plus rien n’est"
                f" sauvegardé chez l’hébergeur ; les restaurations restent possibles.",
                f"Version {told.version}, in force since {day}. Without agreement nothing more is"
                f" backed up at the host; restores stay possible.",
            )
        )

    def agree(self) -> None:
        """See _Asking."""
        self.go.setEnabled(False)
        self._house.bridge.ask(
            q.TermsAsked, TermsShown, self._agreed, failed=self.refuse, accept=True, read=self._read
        )

    def _agreed(self, told: TermsShown) -> None:
        if not told.accepted:
            self._show(told)
            self.problem.setText(str(CHANGED))
            self.problem.show()
            self.go.setEnabled(True)
            return
        self.accept()
        self._then()


class Alarm(_Asking):
    """What raised it, and taking it back against a proof that one may."""

    def __init__(self, house: House, parent: QWidget) -> None:
        super().__init__(
            house, parent, say("Alarme : fichiers abîmés en nombre", "Alarm: many files damaged")
        )
        self._first = label(kind="strong", wrap=True)
        self._first.hide()
        self.body.insertWidget(1, self._first)
        self._proof = QWidget()
        inside = QVBoxLayout(self._proof)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(
            label(
                say(
                    "C’était voulu (fichiers chiffrés ou renommés par vous) ? Levez l’alarme :"
                    " phrase secrète, ou 24 mots du kit.",
                    "Was it meant (files that you encrypted or renamed)? Take the alarm back:"
                    " passphrase, or the 24 words of the kit.",
                ),
                wrap=True,
            )
        )
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setAccessibleName(say("Phrase secrète ou 24 mots", "Passphrase or 24 words"))
        self.secret.returnPressed.connect(self.agree)
        inside.addWidget(self.secret)
        self._proof.hide()
        self.body.addWidget(self._proof)
        self.body.addStretch(1)
        self.feet(say("Lever l’alarme", "Take the alarm back"))
        house.bridge.ask(q.AlarmAsked, AlarmShown, self._show, failed=self.refuse)

    def _show(self, told: AlarmShown) -> None:
        if told.level == "none":
            self.words.setText(say("Il n’y a pas d’alarme.", "There is no alarm."))
            return
        since, lost = moment(told.since or told.raised or ""), many(told.lost, *FILE)
        self._first.setText(
            say(
                "Débranchez ce poste du réseau, n’effacez rien, appelez votre informaticien.",
                "Take this machine off the network, delete nothing, call your technician.",
            )
        )
        self._first.show()
        lines = [
            say(f"Vu depuis le {since} : {lost} touchés.", f"Seen since {since}: {lost} affected."),
            *(f"– {translated(f'alarm_{each.code}', language())}" for each in told.reasons),
        ]
        lines.append(
            say(
                "Les versions d’avant sont dans le coffre : « Restaurer » les rend. Rien n’y est"
                " effacé tant que l’alarme dure.",
                "The versions from before are in the vault: “Restore” gives them back. Nothing is"
                " deleted there while the alarm lasts.",
            )
        )
        self.words.setText("\n".join(lines))
        self._proof.show()
        self.go.show()
        self.adjustSize()

    def agree(self) -> None:
        """See _Asking."""
        if not self.secret.text().strip():
            self.problem.setText(say("Il manque la phrase secrète.", "The passphrase is missing."))
            self.problem.show()
            return
        self.go.setEnabled(False)
        secret, ask = self.secret.text(), self._house.bridge.ask
        forget(self.secret)
        ask(q.AlarmDismissal, AlarmDismissed, self._dismissed, failed=self.refuse, secret=secret)

    def done(self, result: int) -> None:
        """See QDialog."""
        forget(self.secret)
        super().done(result)

    def _dismissed(self, _told: object) -> None:
        self.accept()
        self._house.go("home")
