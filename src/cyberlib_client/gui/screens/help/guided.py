"""Being helped from afar: eight words, steps that are granted one by one, a proposal, and what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from ....app.guidance.told import GuidedTold, ProposalTold
from ....app.guidance.words import ended_words, line_words, step_words
from ....app.wording.language import say
from ....app.wording.units import FILE, many, moment, size
from ....core.errors import CyberlibError
from ....core.events import Progress
from ...room import House
from ...widgets.basics import Card, Pill, button, clear, column, label, line, row
from ...widgets.files import ask_folder
from ...words import error_line

STEPS: Final = ("state", "names", "proposal")
_MOST_LINES: Final = 8
_MOST_PATHS: Final = 12


class BeGuided(Card):
    """See the module."""

    def __init__(self, house: House) -> None:
        super().__init__(say("Être aidé à distance", "Be helped from afar"))
        self._house, self._guided = house, house.guided
        self._before = label(
            say(
                "Appelez l’assistance, au numéro du contrat. Elle voit ce que vous accordez, étape par étape"
                " : l’état du poste, puis les noms ; elle propose, vous confirmez. Jamais le contenu d’un"
                " fichier. Vous arrêtez quand vous voulez.",
                "Call support, at the number in the contract. They see what you grant, step by step: the"
                " machine’s state, then names; they propose, you confirm. Never what a file holds. You stop"
                " whenever you want.",
            ),
            "small",
            wrap=True,
        )
        self.body.addWidget(self._before)
        self.problem = label(kind="wrong", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self._inside = QVBoxLayout()
        self._inside.setSpacing(12)
        self.body.addLayout(self._inside)
        self.begin = button(say("Ouvrir une séance", "Open a session"), self._begin)
        self.body.addLayout(row(self.begin, None))
        self._moved = label(kind="small", wrap=True)
        self._guided.changed.connect(self.show_state)
        self._guided.progress.connect(self._show_progress)
        self._guided.failed.connect(self._refuse)
        self.show_state(self._guided.told)

    def show_state(self, told: GuidedTold | None) -> None:
        """As it stands."""
        clear(self._inside)
        on = self._guided.goes_on
        self._before.setVisible(told is None or told.state != "joined")
        self.begin.setVisible(not on)
        if told is None:
            if on:
                self._inside.addWidget(
                    label(say("La séance s’ouvre…", "The session is being opened…"), "soft")
                )
            return
        self.problem.hide()
        if told.state == "waiting":
            self._inside.addLayout(_words(told.words))
        if told.state == "joined":
            self._inside.addWidget(self._who(told))
            if told.proposal is not None:
                self._inside.addWidget(self._proposed(told.proposal))
            if told.restoring:
                self._moved = label(say("Restauration…", "Restoring…"), "strong", wrap=True)
                self._inside.addWidget(self._moved)
            self._inside.addLayout(self._steps(told))
        if told.state == "over":
            ended = ended_words(told.ended)
            self._inside.addWidget(
                label(say(f"Séance terminée : {ended}.", f"Session over: {ended}."), "strong", wrap=True)
            )
        if told.state != "waiting":
            self._inside.addWidget(line())
            self._inside.addLayout(_log(told))

    def _who(self, told: GuidedTold) -> QWidget:
        name = label(say(f"{told.helper} vous aide.", f"{told.helper} helps you."), "strong", wrap=True)
        if not told.known_as:
            return name
        warned = Card(kind="note-wrong", margin=12)
        warned.body.addWidget(name)
        warned.body.addWidget(
            label(
                say(
                    f"L’hébergeur connaît cette personne sous un autre nom, {told.known_as}. Si ce n’est pas"
                    " qui vous avez au téléphone, arrêtez.",
                    f"The host knows this person by another name, {told.known_as}. If that is not whom you"
                    " have on the telephone, stop.",
                ),
                "small-ink",
                wrap=True,
            )
        )
        return warned

    def _steps(self, told: GuidedTold) -> QGridLayout:
        made = QGridLayout()
        made.setHorizontalSpacing(12)
        made.setVerticalSpacing(10)
        made.setColumnStretch(1, 1)
        for place, step in enumerate(STEPS):
            words = step_words(step)
            made.addWidget(label(f"{place + 1}.", "strong"), place, 0)
            made.addWidget(label(words[:1].upper() + words[1:], wrap=True), place, 1)
            granted = step in told.granted
            if granted:
                made.addWidget(Pill(say("Accordé", "Granted"), "ok"), place, 2)
            if granted and step == told.granted[-1]:
                back = button(say("Retirer", "Take back"), lambda: self._guided.decide("back"), link=True)
                back.setAccessibleName(say(f"Retirer : {words}", f"Take back: {words}"))
                made.addWidget(back, place, 3)
            if place == len(told.granted):
                made.addLayout(self._answers(told, words), place, 2, 1, 2)
        return made

    def _answers(self, told: GuidedTold, words: str) -> QVBoxLayout:
        """Yes or no to the next step; marked where support asks for it."""
        wanted = told.wanted != "" and told.wanted in STEPS[len(told.granted) :]
        yes = button(say("Accorder", "Grant"), lambda: self._guided.decide("allow"), main=wanted)
        yes.setAccessibleName(say(f"Accorder : {words}", f"Grant: {words}"))
        no = button(say("Pas maintenant", "Not now"), lambda: self._guided.decide("deny"), link=True)
        no.setVisible(wanted)
        asks = label(say("L’assistance le demande.", "Support asks for it."), "small-ink")
        asks.setVisible(wanted)
        return column(row(None, no, yes), row(None, asks), gap=2)

    def _proposed(self, proposal: ProposalTold) -> QWidget:
        made = Card(kind="note-todo", margin=14)
        when, files = moment(proposal.time), many(proposal.files, *FILE)
        asks = say(
            f"Restaurer {files} ({size(proposal.bytes)}), de la version du {when} ?",
            f"Restore {files} ({size(proposal.bytes)}), from the snapshot of {when}?",
        )
        made.body.addWidget(label(asks, "strong", wrap=True))
        if proposal.there:
            there = many(proposal.there, *FILE)
            is_there = say(f"Déjà là, sans changement : {there}.", f"Here already, unchanged: {there}.")
            made.body.addWidget(label(is_there, "small-ink", wrap=True))
        for path in proposal.shown[:_MOST_PATHS]:
            made.body.addWidget(label(path, "small-ink", wrap=True))
        more = len(proposal.shown) - _MOST_PATHS
        if more > 0:
            made.body.addWidget(label(say(f"et {more} autres", f"and {more} others"), "small-ink"))
        made.body.addWidget(
            label(
                say(
                    "Ce qui existe reste ; ce qui est restauré est mis à côté.",
                    "What exists stays; what is restored is put beside it.",
                ),
                "small-ink",
                wrap=True,
            )
        )
        yes = button(
            say("Restaurer", "Restore"), lambda: self._guided.decide("yes", proposal.number), main=True
        )
        to = button(say("Dans un dossier…", "Into a folder…"), lambda: self._choose(proposal.number))
        no = button(say("Refuser", "Decline"), lambda: self._guided.decide("no", proposal.number), link=True)
        made.body.addLayout(row(None, no, to, yes))
        made.setAccessibleName(say("Une restauration est proposée", "A restore is proposed"))
        return made

    def _choose(self, number: int) -> None:
        kind = QStandardPaths.StandardLocation.DocumentsLocation
        title = say("Dans quel dossier ?", "Into which folder?")

        def chosen(folder: str) -> None:
            self._guided.decide("yes", number, folder)

        ask_folder(self, title, chosen, QStandardPaths.writableLocation(kind))

    def _begin(self) -> None:
        if self._house.locked:
            self._house.unlock(lambda _nothing: self._guided.begin())
        else:
            self._guided.begin()

    def _show_progress(self, progress: Progress) -> None:
        told = self._guided.told
        if told is not None and told.restoring:
            done = many(progress.files_done, *FILE)
            self._moved.setText(say(f"Restauration : {done}.", f"Restoring: {done}."))

    def _refuse(self, error: CyberlibError) -> None:
        self.problem.setText(error_line(error))
        self.problem.show()


def _words(words: Sequence[str]) -> QVBoxLayout:
    """Large, numbered, in two rows."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(8)
    for place, word in enumerate(words):
        grid.addWidget(label(f"{place + 1}. {word}", "section"), place // 4, place % 4)
    said = label(
        say(
            "Lisez ces huit mots à l’assistance, que vous avez appelée vous-même. À personne d’autre.",
            "Read these eight words to support, whom you called yourself. To nobody else.",
        ),
        wrap=True,
    )
    return column(said, grid, gap=10)


def _log(told: GuidedTold) -> QVBoxLayout:
    made = QVBoxLayout()
    made.setSpacing(2)
    for each in reversed(told.log[-_MOST_LINES:]):
        made.addWidget(label(f"{moment(each.time)}  {line_words(each)}", "small", wrap=True))
    return made
