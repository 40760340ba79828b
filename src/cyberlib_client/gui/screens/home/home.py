"""Am I protected? What is missing? How long has it been? When was a restore last proven?"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ....app.agent.messages import Begun, Changed, Ended
from ....app.clerk import questions as q
from ....app.clerk.home import HomeTold, StorageTold
from ....app.reports import ReportDay, ReportHealth
from ....app.wording.language import say
from ....app.wording.report_words import STATES, day_text, word
from ....app.wording.units import FILE, count, many, moment, size
from ....core.errors import CyberlibError
from ...doing import do, doing_button
from ...look.tokens import PAGE, Role
from ...room import House, Room
from ...widgets.basics import Card, IconLabel, Pill, Seal, button, clear, column, label, line, row
from ...widgets.calendar import Calendar, Day
from ...words import DOING, HEADLINES, ago, doing, error, reason
from .place import Place, Storage

_LOOKS: Final[dict[str, tuple[str, Role, Role]]] = {
    "protected": ("shield-check", "ok", "ok_soft"),
    "attention": ("shield-alert", "todo", "todo_soft"),
    "danger": ("shield-off", "wrong", "wrong_soft"),
    "unknown": ("shield-unknown", "soft", "line"),
}
_SOON: Final = 500
"""ms after something happened: much may happen at once."""
_MINUTE: Final = 60_000
"""ms between two looks: how long ago it was changes too."""
_MOST: Final = 5
"""Reasons that somebody reads."""


class Home(Room):
    """See the module."""

    def __init__(self, house: House) -> None:
        super().__init__(house, say("Accueil", "Home"))
        self._head = _Head(house)
        self._attention = Card(say("Ce qui demande votre attention", "What asks for your attention"))
        self._reasons = QVBoxLayout()
        self._attention.body.addLayout(self._reasons)
        self._missing = Card(say("Que manque-t-il ?", "What is missing?"))
        self._missing_pill, self._missing_words = Pill(), label(kind="small", wrap=True)
        self._missing.body.addLayout(row(self._missing_pill, self._missing_words))
        self._missing_words.setMinimumWidth(90)
        self._missing.body.addStretch(1)
        self._proof = Card(say("Dernière restauration prouvée", "Last proven restore"))
        self._proof_pill, self._proof_words = Pill(), label(kind="small", wrap=True)
        self._attest = button(say("Attestation (PDF)", "Certificate (PDF)"), self._open_proof, link=True)
        self._attest.hide()  # until one is known
        self._attested = ""
        self._proof.body.addLayout(row(self._proof_pill, self._proof_words))
        self._proof_words.setMinimumWidth(90)
        self._proof.body.addWidget(self._attest)
        self._proof.body.addStretch(1)
        self._days = Card(say("Les 90 derniers jours", "The last 90 days"))
        self._calendar, self._days_words = Calendar(), label(kind="small", wrap=True)
        self._calendar.setAccessibleName(say("Les 90 derniers jours", "The last 90 days"))
        self._days.body.addWidget(self._calendar)
        self._days.body.addWidget(self._days_words)
        self._storage = Storage(lambda: house.go("copies"))
        self._place = Place()
        self.column.setContentsMargins(PAGE[0], 22, PAGE[2], 18)
        self.column.setSpacing(14)  # all of it in sight at 1280 × 800
        self.column.addWidget(self._head)
        self.column.addWidget(self._attention)
        self.column.addLayout(_halves(self._missing, self._proof))
        self.column.addWidget(self._days)
        self.column.addLayout(_halves(self._storage, self._place))
        self.column.addStretch(1)
        self._attention.hide()
        self._place_asked = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON)
        self._soon.timeout.connect(self._look)
        self._minutes = QTimer(self)
        self._minutes.timeout.connect(self._look)
        self._minutes.start(_MINUTE)

    def enter(self) -> None:
        """See Room."""
        self.bridge.ask(q.HomeAsked, HomeTold, self._show, failed=self._failed)

    def heard(self, job: int, event: object) -> None:
        """See Room."""
        if isinstance(event, Begun | Ended | Changed):
            self._place_asked &= not isinstance(event, Ended)
            self._soon.start()

    def _look(self) -> None:
        if self.isVisible():
            self.enter()

    def _failed(self, raised: CyberlibError) -> None:
        told = error(raised)
        self._head.show_failure(told.title, told.advice)

    def _show(self, told: HomeTold) -> None:
        health = told.report.health
        self._head.show_health(told)
        self._show_reasons(health)
        if health.missing:
            first = reason(health.missing[0])
            self._missing_pill.say(say("À regarder", "To look at"), "todo")
            self._missing_words.setText(first.title)
        else:
            self._missing_pill.say(say("Rien", "Nothing"), "ok")
            self._missing_words.setText(
                say("Tous les dossiers choisis sont dans le coffre.", "All chosen folders are in the vault.")
            )
        self._show_proof(told)
        self._show_days(told)
        self._storage.show_told(told)
        self._place.show_told(told)
        if told.place != "none" and not self._place_asked:
            self._place_asked = True
            self.bridge.ask(q.StorageAsked, StorageTold, self._show_storage, failed=self._show_absent)

    def _show_storage(self, told: StorageTold) -> None:
        self._storage.show_storage(told)
        self._place.show_storage(told)

    def _show_absent(self, raised: CyberlibError) -> None:
        self._storage.show_absent()
        self._place.show_absent(raised)

    def _show_reasons(self, health: ReportHealth) -> None:
        clear(self._reasons)
        told = [each for each in health.reasons if each.weight != "notice"][:_MOST]
        if len(told) < 2:
            told = []  # the head says it
        for each in told:
            message = reason(each)
            role: Role = "wrong" if each.weight == "danger" else "todo"
            sign = IconLabel("cross" if each.weight == "danger" else "alert", role, 20)
            words = column(label(message.title, "strong", wrap=True), gap=2)
            if message.advice:
                words.addWidget(label(message.advice, "small", wrap=True))
            what = doing(each.code)
            act = doing_button(self.house, what) if what and each is not told[0] else None
            line_ = row(sign, words, *([act] if act is not None else []), gap=14)
            line_.setStretch(1, 1)
            self._reasons.addLayout(line_)
            if each is not told[-1]:
                self._reasons.addWidget(line())
        self._attention.setVisible(bool(told))

    def _show_proof(self, told: HomeTold) -> None:
        health, certificate = told.report.health, told.report.certificate
        good = certificate is not None and not certificate.problem
        self._attested = certificate.file if certificate is not None and good else ""
        self._attest.setVisible(good)
        if health.proof is None:
            self._proof_pill.say(say("Jamais", "Never"), "todo")
            self._proof_words.setText(
                say(
                    "Une restauration d’essai se fait d’elle-même chaque mois.",
                    "A restore is tried by itself each month.",
                )
            )
            return
        old = any(each.code == "restore_proof_old" for each in health.reasons)
        self._proof_pill.say(moment(health.proof)[:10], "todo" if old else "ok")
        words = ""
        if certificate is not None and good:
            words = say(
                f"{many(certificate.files, *FILE)} comparés",
                f"{many(certificate.files, *FILE)} compared",
            )
        self._proof_words.setText(words)

    def _open_proof(self) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(self._attested)):
            self._proof_words.setText(
                say(f"Elle est ici : {self._attested}", f"It is here: {self._attested}")
            )

    def _show_days(self, told: HomeTold) -> None:
        calendar = told.report.calendar
        days = [Day(each.state, _day_words(each)) for each in calendar]
        name = say("Les 90 derniers jours, un par case", "The last 90 days, one a cell")
        self._calendar.show_days(days, name)
        done = sum(each.state == "done" for each in calendar)
        troubled = [each for each in calendar if each.state in ("failed", "incomplete", "stopped")]
        words = say(
            f"Une case = un jour · {count(done)} {'jours complets' if done > 1 else 'jour complet'}",
            f"A cell is a day · {count(done)} complete {'days' if done != 1 else 'day'}",
        )
        if troubled:
            last = troubled[-1]
            words += say(
                f" · le {day_text(last)} : {word(STATES, last.state)}",
                f" · {day_text(last)}: {word(STATES, last.state)}",
            )
        self._days_words.setText(words)


def _day_words(each: ReportDay) -> str:
    told = f"{day_text(each)} : {word(STATES, each.state)}"
    if each.stored:
        told += say(f", {size(each.stored)} envoyés", f", {size(each.stored)} sent")
    return told


def _halves(left: QWidget, right: QWidget) -> QVBoxLayout:
    both = row(left, right, gap=18)
    both.setStretch(0, 1)
    both.setStretch(1, 1)
    made = QVBoxLayout()
    made.addLayout(both)
    return made


_OF_THE_LAST_ATTEMPT: Final = frozenset(("unreachable", "run_interrupted", "run_stopped"))


class _Head(Card):
    """The state, in a sentence, and the one next thing to do."""

    def __init__(self, house: House) -> None:
        super().__init__(margin=20)
        self._house = house
        self._seal = Seal()
        self._title, self._words = label(kind="title", wrap=True), label(kind="soft", wrap=True)
        self._todo = button("", self._clicked, main=True)
        self._doing = "back_up"
        words = column(None, self._title, self._words, None, gap=4)
        line_ = row(self._seal, words, self._todo, gap=22)
        line_.setStretch(1, 1)
        self.body.addLayout(line_)
        self._title.setText(say("Un instant…", "One moment…"))
        self._todo.hide()

    def show_health(self, told: HomeTold) -> None:
        """The answers."""
        health = told.report.health
        self._seal.show_state(*_LOOKS.get(health.level, _LOOKS["unknown"]))
        self._title.setText(str(HEADLINES.get(health.level, HEADLINES["unknown"])))
        weighty = [each for each in health.reasons if each.weight != "notice"]
        if health.level == "protected":
            # One attempt that failed is no alarm, and no secret.
            weighty = [each for each in health.reasons if each.code in _OF_THE_LAST_ATTEMPT]
        self._words.setText(
            "\n".join(filter(None, (reason(weighty[0]).title if weighty else "", _last(told))))
        )
        self._doing = health.next or "back_up"
        self._todo.setText(str(DOING.get(self._doing, DOING["look_at_incidents"]).words))
        self._make_main(main=bool(health.next))
        self._todo.show()
        self.setAccessibleName(self._title.text())

    def show_failure(self, title: str, advice: str) -> None:
        """Nothing is known."""
        self._seal.show_state(*_LOOKS["unknown"])
        self._title.setText(title)
        self._words.setText(advice)
        self._todo.hide()

    def _make_main(self, *, main: bool) -> None:
        self._todo.setProperty("kind", "main" if main else "")
        self._todo.style().unpolish(self._todo)
        self._todo.style().polish(self._todo)

    def _clicked(self) -> None:
        do(self._house, self._doing)


def _last(told: HomeTold) -> str:
    health = told.report.health
    if health.last_backup is None or health.age is None:
        return say(
            "Ce qui est protégé n’a pas encore été sauvegardé.", "What is protected was not backed up yet."
        )
    when = ago(health.age)
    parts = [
        say(f"Dernière sauvegarde {when}", f"Last backup {when}"),
        many(told.report.files, *FILE),
    ]
    if not health.missing:
        parts.append(say("rien n’a été oublié", "nothing was left out"))
    return " · ".join(parts)
