"""The folders of the machine that this one replaces: where they are here, and what the vault has of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from ....app.adopting_told import AdoptedFolder, Adoption
from ....app.clerk import questions_first_run as f
from ....app.wording.adopted import left_out
from ....app.wording.language import Both, say
from ....app.wording.units import FILE, ITEM, many, moment, size
from ....core.errors import CyberlibError, Stopped
from ....core.events import Progress
from ...bridge import Bridge
from ...widgets.basics import Card, button, clear, column, label, row
from ...widgets.files import ask_folder
from ...words import error

_PLACES: Final = {
    "known": Both("Déjà protégé.", "Protected already."),
    "there": Both("Ce dossier existe ici.", "This folder is here."),
    "absent": Both("N’existe pas encore ici.", "Is not here yet."),
    "none": Both("Aucune place ici : choisissez-en une.", "No place here: choose one."),
    "file": Both("Un fichier seul : restaurez-le à part.", "A single file: restore it apart."),
}


class OldFolders(Card):
    """Shown where the vault has folders of another machine; `added` is told each that is taken over."""

    def __init__(self, bridge: Bridge, added: Callable[[str], object]) -> None:
        super().__init__(say("Les dossiers d’un autre poste", "Another machine’s folders"))
        self._bridge, self._added = bridge, added
        self._asked: int | None = None
        self._device = ""
        self.folders: list[OldFolder] = []
        self._lead = label(kind="small-ink", wrap=True)
        self.body.addWidget(self._lead)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(10)
        self.body.addLayout(self._lines)
        self.restore = QCheckBox(
            say("Y remettre ce que le coffre en a", "Put there what the vault has of them")
        )
        self.restore.setToolTip(
            say("Ce qui est déjà là reste tel quel.", "What is there already stays as it is.")
        )
        self.body.addWidget(self.restore)
        self.problem = label(kind="wrong", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.state = label(kind="small-ink", wrap=True)
        self.go = button(say("Reprendre ces dossiers", "Take these folders over"), self.adopt, main=True)
        self.halt = button(say("Arrêter", "Stop"), self._halt, link=True)
        self.halt.hide()
        ways = row(self.go, self.halt, self.state)
        ways.setStretch(2, 1)
        self.body.addLayout(ways)
        self.hide()

    def look(self) -> None:
        """What there is, once."""
        if not self.folders and self._asked is None:
            self._bridge.ask(f.OldFoldersAsked, Adoption | None, self.show_all, failed=lambda _raised: None)

    def show_all(self, told: Adoption | None) -> None:
        """Where each is, or may be."""
        clear(self._lines)
        self.folders = []
        if told is None:
            self.hide()
            return
        self._device = told.machine
        when = moment(told.time)
        self._lead.setText(
            say(
                f"« {told.device} » protégeait ceci ; dernière version du {when}. Ce que le coffre contient"
                " déjà n’est pas renvoyé.",
                f"“{told.device}” protected this; newest snapshot of {when}. What the vault holds already is"
                " not sent again.",
            )
        )
        for each in told.folders:
            made = OldFolder(each)
            self.folders.append(made)
            self._lines.addWidget(made)
        self.restore.setChecked(any(each.place == "absent" for each in told.folders))
        self.show()

    def adopt(self) -> None:
        """Those that are ticked."""
        pairs = {each.told.source: each.to if each.box.isChecked() else "" for each in self.folders}
        if not any(pairs.values()):
            self._refuse(say("Cochez un dossier au moins.", "Tick one folder at least."))
            return
        self.problem.hide()
        self.go.setEnabled(False)
        self.halt.setVisible(self.restore.isChecked())
        self.state.setText(say("Un instant…", "One moment…"))
        self._asked = self._bridge.ask(
            f.OldFoldersTaken,
            Adoption,
            self._taken,
            failed=self._failed,
            stands=self._stands,
            device=self._device,
            pairs=pairs,
            restore=self.restore.isChecked(),
        )

    def _stands(self, so_far: Progress) -> None:
        self.state.setText(f"{many(so_far.files_done, *FILE)} · {size(so_far.bytes_done)}…")

    def _halt(self) -> None:
        if self._asked is not None:
            self._bridge.stop(self._asked)

    def _taken(self, told: Adoption) -> None:
        self._rest()
        for each in told.folders:
            if each.adopted:
                self._added(each.to)
        words = say("Repris.", "Taken over.")
        if told.schedule == "taken":
            words = say("Repris, avec les horaires.", "Taken over, with the schedule.")
        if told.restored:
            words += say(
                f" Restauré : {many(told.files, *FILE)}, {size(told.bytes)}.",
                f" Restored: {many(told.files, *FILE)}, {size(told.bytes)}.",
            )
        self.show_all(told)
        self.restore.setChecked(False)
        self.state.setText(words)
        if told.failed:
            self._refuse(
                say(
                    f"Pas restaurés en entier : {many(told.failed, *ITEM)}. Continuez : « Restaurer » les"
                    " montrera, et rien n’est perdu dans le coffre.",
                    f"Not restored whole: {many(told.failed, *ITEM)}. Go on: “Restore” shows them, and"
                    " nothing is lost in the vault.",
                )
            )

    def _failed(self, raised: CyberlibError) -> None:
        self._rest()
        if isinstance(raised, Stopped):
            self._refuse(
                say(
                    "Arrêté. Ce qui est restauré reste ; reprenez quand vous voulez.",
                    "Stopped. What is restored stays; go on when you like.",
                )
            )
        else:
            self._refuse(str(error(raised)))

    def _rest(self) -> None:
        self._asked = None
        self.go.setEnabled(True)
        self.halt.hide()
        self.state.setText("")

    def _refuse(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.show()


class OldFolder(QWidget):
    """One of them, and its place here."""

    def __init__(self, told: AdoptedFolder) -> None:
        super().__init__()
        self.told = told
        self.box = QCheckBox()
        self.box.setAccessibleName(say(f"Reprendre {told.source}", f"Take over {told.source}"))
        self.box.setChecked(bool(told.to))
        self.box.setEnabled(told.place != "file")
        self.field = QLineEdit(told.to)
        self.field.setAccessibleName(say(f"{told.source} est ici", f"{told.source} is here"))
        self.field.textEdited.connect(lambda text: self.box.setChecked(bool(text.strip())))
        choose = button(say("Choisir…", "Choose…"), self._choose)
        choose.setAccessibleName(self.field.accessibleName())
        state = say("Repris.", "Taken over.") if told.adopted else str(_PLACES[told.place])
        self.setLayout(
            row(
                self.box,
                column(
                    label(told.source, "strong", wrap=True),
                    row(self.field, choose),
                    label(state, "small"),
                    *(label(each, "small", wrap=True) for each in left_out(told)),
                    gap=4,
                ),
                gap=12,
            )
        )
        for each in (self.field, choose):
            each.setVisible(told.place != "file")

    @property
    def to(self) -> str:
        """Where it is here, as it was typed."""
        return self.field.text().strip()

    def _choose(self) -> None:
        ask_folder(self, self.field.accessibleName(), self._chosen, self.to)

    def _chosen(self, path: str) -> None:
        self.field.setText(path)
        self.box.setChecked(True)
