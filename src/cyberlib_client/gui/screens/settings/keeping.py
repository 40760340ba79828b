"""How long snapshots are kept: chosen while one sees what would go; applied after a look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ....app.clerk import questions_settings as q
from ....app.retention_change import RetentionChange
from ....app.retention_told import Preview, RetentionChanged, RetentionDone, RetentionShown
from ....app.wording.language import Both, say
from ....app.wording.units import moment, size
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import Card, clear, column, forget, label, line, row
from ...widgets.form import Field, Form, Number
from ...words import error
from . import sentences

_PAUSE: Final = 300
_SHOWN: Final = 8
_PROOF: Final = ("proof_needed", "locked", "wrong_secret", "recovery_words_checksum", "recovery_word_unknown")
NUMBERS: Final = {
    "last": (Both("Les dernières", "The last"), Both("", "")),
    "within": (Both("Toutes celles de", "All of"), Both(" jours", " days")),
    "hourly": (Both("Une par heure", "One an hour"), Both(" heures", " hours")),
    "daily": (Both("Une par jour", "One a day"), Both(" jours", " days")),
    "weekly": (Both("Une par semaine", "One a week"), Both(" semaines", " weeks")),
    "monthly": (Both("Une par mois", "One a month"), Both(" mois", " months")),
    "yearly": (Both("Une par an", "One a year"), Both(" ans", " years")),
}
"""What each is, and what it counts."""


class Keeping(Form):
    """`then` takes what was changed. `wanted`: what is chosen at first, otherwise what is in force."""

    def __init__(
        self,
        parent: QWidget,
        bridge: Bridge,
        shown: RetentionShown,
        then: Callable[[RetentionChanged], object],
        wanted: RetentionShown | None = None,
    ) -> None:
        super().__init__(
            parent,
            say("Combien de temps garder les versions", "How long to keep snapshots"),
            say(
                "Enregistrer n’efface rien. Ce qui n’est plus gardé passe d’abord en quarantaine.",
                "Saving deletes nothing. What is not kept any more goes into quarantine first.",
            ),
            say("Enregistrer", "Save"),
            self._save,
        )
        self._bridge, self._then = bridge, then
        self._asked: int | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._soon.timeout.connect(self._try)
        at_first = wanted or shown
        both = row(self._choices(at_first), self._outcome(), gap=24)
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        self.body.addLayout(both)
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.proof = Field(
            say("Phrase secrète du coffre, ou les 24 mots", "The vault’s passphrase, or the 24 words"),
            self.secret,
            say("Garder moins le demande.", "Keeping less takes it."),
        )
        self._proof_card = Card(kind="note", margin=14)
        self._proof_card.body.addLayout(self.proof)
        self._proof_card.hide()
        self.body.addWidget(self._proof_card)
        self.body.addStretch(1)
        self.finished.connect(lambda _how: self._stop())
        self.finished.connect(lambda _how: forget(self.secret))
        self.fit(960, 680)
        self._show_numbers()
        self._try()

    def _choices(self, shown: RetentionShown) -> QVBoxLayout:
        self.group = QButtonGroup(self)
        made = QVBoxLayout()
        made.setSpacing(2)
        self.presets: dict[str | None, QRadioButton] = {}
        own = say("Mes propres nombres", "Numbers of my own")
        for preset, words in (*((k, str(v[0])) for k, v in sentences.PRESETS.items()), (None, own)):
            choice = QRadioButton(words)
            self.presets[preset] = choice
            self.group.addButton(choice)
            made.addWidget(choice)
            if preset is not None:
                about = label(str(sentences.PRESETS[preset][1]), "small", wrap=True)
                about.setContentsMargins(28, 0, 0, 8)
                made.addWidget(about)
        known = (
            shown.preset if shown.preset in sentences.PRESETS and (shown.preset or not shown.chosen) else None
        )
        self.presets[known].setChecked(True)
        grid = QGridLayout()
        grid.setContentsMargins(28, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(2, 1)
        self.numbers: dict[str, Number] = {}
        for place, (name, (about_it, unit)) in enumerate(NUMBERS.items()):
            number = Number()
            number.setRange(-1, 10_000)
            number.setSpecialValueText(say("sans fin", "no end"))
            number.setValue(getattr(shown, name))
            number.setSuffix(str(unit))
            number.setAccessibleName(str(about_it))
            number.valueChanged.connect(lambda _value: self._soon.start())
            self.numbers[name] = number
            grid.addWidget(label(str(about_it), "small"), place, 0)
            grid.addWidget(number, place, 1)
        self._grid = QWidget()
        self._grid.setLayout(grid)
        made.addWidget(self._grid)
        self.labelled = QCheckBox(say("Toujours celles qui ont une étiquette", "Always those with a label"))
        self.labelled.setChecked(shown.labelled)
        self.quarantine = Number()
        self.quarantine.setRange(7, 366)
        self.quarantine.setValue(shown.quarantine)
        self.quarantine.setSuffix(say(" jours", " days"))
        made.addWidget(self.labelled)
        made.addLayout(
            Field(
                say("Quarantaine", "Quarantine"),
                row(self.quarantine, None),
                say(
                    "Pendant ce temps, ce qui est parti se rétablit. 7 jours au moins.",
                    "In that time, what went comes back. At least 7 days.",
                ),
                named=self.quarantine,
            )
        )
        made.addWidget(label(say("Ce n’est pas un conseil juridique.", "This is no legal advice."), "small"))
        made.addStretch(1)
        self.group.buttonToggled.connect(lambda _button, _on: self._show_numbers())
        self.labelled.toggled.connect(lambda _on: self._soon.start())
        self.quarantine.valueChanged.connect(lambda _value: self._soon.start())
        return made

    def _outcome(self) -> QVBoxLayout:
        card = Card(say("Ce que cela ferait", "What it would do"))
        self.meaning = label(say("On regarde…", "Looking…"), wrap=True)
        self._list = QVBoxLayout()
        card.body.addWidget(self.meaning)
        card.body.addLayout(self._list)
        card.body.addStretch(1)
        return column(card)

    def _show_numbers(self) -> None:
        self._grid.setVisible(self.presets[None].isChecked())
        self._soon.start()

    def change(self) -> RetentionChange:
        """What is chosen."""
        preset = next(name for name, choice in self.presets.items() if choice.isChecked())
        labelled, quarantine = self.labelled.isChecked(), self.quarantine.value()
        if preset is not None:
            return RetentionChange(preset or "none", labelled=labelled, quarantine=quarantine)
        typed = {name: "all" if n.value() == -1 else str(n.value()) for name, n in self.numbers.items()}
        return RetentionChange(**typed, labelled=labelled, quarantine=quarantine)

    # ---- tried at once

    def _stop(self) -> None:
        self._soon.stop()
        if self._asked is not None:
            self._bridge.cancel(self._asked)
            self._asked = None

    def _try(self) -> None:
        self._stop()
        self.refuse("")
        self._asked = self._bridge.ask(
            q.RetentionTriedAsked, RetentionChanged, self._mean, failed=self._untried, change=self.change()
        )

    def _untried(self, raised: CyberlibError) -> None:
        self._asked = None
        self.meaning.setText(str(error(raised)))
        clear(self._list)

    def _mean(self, told: RetentionChanged) -> None:
        self._asked = None
        self.meaning.setText("\n".join(sentences.going(told.then, told.after.quarantine)))
        show_going(self._list, told.then)

    # ---- saved

    def _save(self) -> None:
        self._stop()
        self.wait()
        self._bridge.ask(
            q.RetentionWanted,
            RetentionChanged,
            self._saved,
            failed=self._failed,
            change=self.change(),
            secret=self.secret.text(),
        )

    def _failed(self, raised: CyberlibError) -> None:
        self.refuse("")
        if raised.code not in _PROOF:
            self.refuse(str(error(raised)))
            return
        first = self._proof_card.isHidden()
        self._proof_card.show()
        self.proof.refuse("" if first else str(error(raised)))
        self.secret.setFocus()
        self.secret.selectAll()

    def _saved(self, told: RetentionChanged) -> None:
        forget(self.secret)
        self.accept()
        self._then(told)


class Applying(Form):
    """What goes now, shown first; `then` takes what was done."""

    def __init__(
        self, parent: QWidget, bridge: Bridge, shown: RetentionShown, then: Callable[[RetentionDone], object]
    ) -> None:
        super().__init__(
            parent,
            say("Appliquer maintenant", "Apply now"),
            say(
                "L’agent le fait de lui-même une fois par semaine.",
                "The agent does it by itself once a week.",
            ),
            say("Mettre en quarantaine", "Put into quarantine"),
            self._apply,
        )
        self._bridge, self._then, self._quarantine = bridge, then, shown.quarantine
        self.meaning = label(say("On regarde…", "Looking…"), wrap=True)
        self._list = QVBoxLayout()
        card = Card()
        card.body.addWidget(self.meaning)
        card.body.addLayout(self._list)
        self.body.addWidget(card)
        self.body.addStretch(1)
        self.go.setEnabled(False)
        self.fit(640, 480)
        self._asked = bridge.ask(q.RetentionApplied, RetentionDone, self._show, failed=self._failed, dry=True)
        self.rejected.connect(lambda: bridge.cancel(self._asked))

    def _failed(self, raised: CyberlibError) -> None:
        self.refuse(str(error(raised)))
        self.go.setEnabled(False)

    def _show(self, told: RetentionDone) -> None:
        plan = told.plan
        words = list(sentences.going(plan, self._quarantine))
        if plan.due:
            due = size(plan.due)
            words.append(
                say(
                    f"Tout de suite : {due} effacés, dont la quarantaine est finie.",
                    f"At once: {due} deleted, whose quarantine is over.",
                )
            )
        self.meaning.setText("\n".join(words))
        show_going(self._list, plan)
        self.go.setEnabled(bool(plan.going or plan.due or plan.frees))

    def _apply(self) -> None:
        self.wait()
        self._asked = self._bridge.ask(
            q.RetentionApplied, RetentionDone, self._done, failed=self._failed, dry=False
        )

    def _done(self, told: RetentionDone) -> None:
        self.accept()
        self._then(told)


def show_going(into: QVBoxLayout, plan: Preview | None) -> None:
    """The snapshots that would go, the oldest first."""
    clear(into)
    versions = sorted(plan.going, key=lambda each: each.time) if plan is not None else []
    for each in versions[:_SHOWN]:
        told = row(
            label(moment(each.time)), label(each.device, "small"), None, label(size(each.bytes), "small")
        )
        into.addLayout(told)
        into.addWidget(line())
    more = len(versions) - _SHOWN
    if more > 0:
        into.addWidget(label(say(f"et {more} autres", f"and {more} more"), "small"))
