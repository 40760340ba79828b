"""What the publisher's staff asked for and were granted, and each thing that they read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ....app.clerk import questions_escrow as q
from ....app.covering_told import AccessShown, CoverShown
from ....app.wording.language import Both, say
from ....app.wording.units import moment
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import Card, IconLabel, button, clear, column, label, row
from ...widgets.files import ask_folder
from ...widgets.form import Field, Number
from ...words import error
from .forms import Proved

_WIDTH = 620
_MOST_HOURS = 72
_USUAL_HOURS = 8
_MOST_SHOWN = 200
"""Lines of what was read."""
_WHAT = {
    "snapshots": Both("liste des versions", "list of snapshots"),
    "list": Both("liste", "listed"),
    "restore": Both("restauré", "restored"),
    "refused": Both("essayé en vain, rien n’a été lu", "tried in vain, nothing was read"),
    "unreadable": Both("illisible avec les clés de ce coffre", "unreadable by this vault’s keys"),
}


class CoversCard(Card):
    """Shown where there is a request of the staff, or was one."""

    def __init__(self, bridge: Bridge, changed: Callable[[str], object]) -> None:
        """`changed`: told in a sentence when something was granted or ended."""
        super().__init__(say("L’assistance restaure pour vous", "The support restores for you"))
        self._bridge, self._changed = bridge, changed
        self._lines = QVBoxLayout()
        self._lines.setSpacing(10)
        self.body.addLayout(self._lines)
        self.problem = label(kind="wrong", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.hide()

    def look(self) -> None:
        """What there is."""
        self._bridge.ask(q.CoversAsked, list[CoverShown], self.show_all, failed=lambda _raised: None)

    def show_all(self, found: list[CoverShown]) -> None:
        """All of it, but for requests that came to nothing."""
        self.problem.hide()
        clear(self._lines)
        told = [each for each in found if each.state == "asked" or each.until]
        for each in told:
            self._lines.addWidget(self._one(each))
        self.setVisible(bool(told))

    def _one(self, cover: CoverShown) -> QWidget:
        made = Card(kind="note-wrong" if cover.state == "given" else "note", margin=12)
        title = _title(cover)
        lines = [label(title, "strong", wrap=True)]
        if cover.until:
            of = ", ".join(cover.paths) or say("tout le coffre", "all of the vault")
            versions = ", ".join(each[:8] for each in cover.snapshots)
            if versions:
                of += say(f" (versions {versions})", f" (snapshots {versions})")
            lines.append(label(say(f"Peut être lu : {of}", f"May be read: {of}"), "small-ink", wrap=True))
            lines.append(
                label(
                    say(f"Par {cover.who} : {cover.reason}", f"By {cover.who}: {cover.reason}"),
                    "small-ink",
                    wrap=True,
                )
            )
        read = [line for each in cover.accesses for line in _read(each)]
        lines += [label(line, "small-ink", wrap=True) for line in read[:_MOST_SHOWN]]
        if len(read) > _MOST_SHOWN:
            rest = say("La suite : cyberlib escrow cover list.", "The rest: cyberlib escrow cover list.")
            lines.append(label(rest, "small-ink", wrap=True))
        inside = row(IconLabel("key", "brand"), column(*lines, gap=4))
        inside.setStretch(1, 1)
        if cover.state == "asked":
            yes = button(say("Autoriser…", "Grant…"), self.give, main=True)
            inside.addWidget(yes)
        elif cover.state == "given":
            no = button(say("Retirer", "End it"), lambda: self._end(cover.id), main=True)
            no.setAccessibleName(
                say(f"Retirer l’autorisation de {cover.workstation}", f"End the grant to {cover.workstation}")
            )
            inside.addWidget(no)
        made.body.addLayout(inside)
        made.setAccessibleName(title)
        return made

    def give(self) -> None:
        """By the words that the staff read out."""
        GiveCover(self, self._bridge, self._given).open()

    def _given(self, cover: CoverShown) -> None:
        until = moment(cover.until)
        self._changed(
            say(
                f"L’assistance est autorisée jusqu’au {until}, dès que deux dépositaires ont répondu.",
                f"The support is granted access until {until}, once two officers have answered.",
            )
        )

    def _end(self, cover: str) -> None:
        self._bridge.ask(q.CoverEnded, list[CoverShown], self._ended, failed=self._refuse, cover=cover)

    def _ended(self, _ended: list[CoverShown]) -> None:
        self._changed(
            say(
                "L’autorisation est retirée. Quittez puis rejoignez le séquestre : sa clé est passée par le"
                " poste de l’assistance.",
                "The grant is ended. Leave and join the escrow again: its key passed through the support’s"
                " machine.",
            )
        )

    def _refuse(self, raised: CyberlibError) -> None:
        self.problem.setText(str(error(raised)))
        self.problem.show()


class GiveCover(Proved):
    """The six words, how long, what of the vault, and why."""

    def __init__(self, parent: QWidget, bridge: Bridge, then: Callable[[CoverShown], object]) -> None:
        super().__init__(
            parent,
            bridge,
            say("Autoriser l’assistance à restaurer", "Let the support restore"),
            say(
                "Appelez l’assistance au numéro que vous connaissez : elle vous lit les six mots de son"
                " poste. Deux dépositaires doivent encore répondre, et vous voyez chaque fichier lu. Ces"
                " limites lient son programme : qui réunit les parts pourrait techniquement tout lire.",
                "Call the support on a number that you know: they read the six words of their machine to"
                " you. Two officers have yet to answer, and you see each file that is read. These limits"
                " bind their program: who puts the parts together could technically read all.",
            ),
            say("Autoriser", "Grant"),
            then,
        )
        self.words, self.who, self.reason, self.path = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.of_words = Field(say("Les six mots de l’assistance", "The support’s six words"), self.words)
        self.of_who = Field(say("Vos prénom et nom", "Your full name"), self.who)
        self.of_reason = Field(say("Pourquoi", "Why"), self.reason)
        named = say("Rien d’autre que ce dossier", "Nothing but this folder")
        self.path.setAccessibleName(named)
        choose = button(say("Choisir…", "Choose…"), lambda: ask_folder(self, named, self.path.setText))
        hint = say("Vide : tout le coffre.", "Empty: all of the vault.")
        of_path = Field(named, row(self.path, choose), hint, named=self.path)
        self.hours = Number()
        self.hours.setRange(1, _MOST_HOURS)
        self.hours.setValue(_USUAL_HOURS)
        self.hours.setSuffix(say(" h", " h"))
        of_hours = Field(say("Pour combien de temps", "For how long"), self.hours)
        for each in (self.of_words, self.of_who, self.of_reason, of_path, of_hours):
            self.body.insertLayout(self.body.count() - 1, each)
        self.body.addStretch(1)
        self.fit(_WIDTH, 720)

    def _save(self) -> None:
        missing = say("À remplir.", "To be filled in.")
        typed = ((self.of_words, self.words), (self.of_who, self.who), (self.of_reason, self.reason))
        for field, inside in typed:
            field.refuse("" if inside.text().strip() else missing)
        if not all(inside.text().strip() for _field, inside in typed):
            return
        path = self.path.text().strip()
        self._ask(
            q.CoverGiven,
            CoverShown,
            self._done,
            words=self.words.text(),
            who=self.who.text(),
            reason=self.reason.text(),
            hours=self.hours.value(),
            paths=[path] if path else [],
        )

    def _failed(self, raised: CyberlibError) -> None:
        if raised.code.startswith("escrow_words_"):
            self.refuse("")
            self.of_words.refuse(str(error(raised)))
            self.words.setFocus()
        else:
            super()._failed(raised)


def _title(cover: CoverShown) -> str:
    name, until = cover.workstation, moment(cover.until) if cover.until else ""
    if cover.state == "asked":
        when = moment(cover.asked)
        return say(
            f"« {name} » demande à restaurer pour vous, le {when}",
            f"“{name}” asks to restore for you, on {when}",
        )
    if cover.state == "given":
        return say(
            f"« {name} » peut lire dans votre coffre jusqu’au {until}",
            f"“{name}” may read in your vault until {until}",
        )
    return say(f"« {name} » ne peut plus rien lire", f"“{name}” can read nothing any more")


def _read(access: AccessShown) -> list[str]:
    what = str(_WHAT.get(access.what, access.what))
    head = f"{moment(access.heard)}, {what} {access.snapshot[:8]}".rstrip()
    return [head, *(f"· {path}" for path in access.paths)]
