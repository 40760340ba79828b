"""What a folder leaves out, chosen while one sees what that comes to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from ....app.clerk import questions_settings as q
from ....app.source_rules import Kind, RuleDraft, SourceRules
from ....app.sources_told import RulesChanged, RulesTried, SourceInfo
from ....app.wording.language import Both, say
from ....app.wording.units import FILE, many
from ....core.errors import CyberlibError
from ....core.events import Progress
from ...bridge import Bridge
from ...widgets.basics import Card, button, clear, column, label, row
from ...widgets.files import ask_folder
from ...widgets.form import Field, Form
from ...words import error
from .left_out import left, show_rules, taken

_PAUSE: Final = 250
"""ms after the last key until it is looked up."""
_OF_FIELD: Final = ("bad_pattern", "folder_not_below", "bad_path")
KINDS: Final[dict[Kind, tuple[Both, Both]]] = {
    "folder": (
        Both("Un dossier", "A folder"),
        Both(
            "Un nom, comme Brouillons : tous les dossiers qui s’appellent ainsi. Ou choisissez-en un.",
            "A name, such as Drafts: all folders that are called so. Or choose one.",
        ),
    ),
    "type": (
        Both("Un type de fichier", "A type of file"),
        Both("La fin du nom, comme mp4 ou bak.", "How names end, such as mp4 or bak."),
    ),
    "pattern": (
        Both("Un motif", "A pattern"),
        Both(
            "Comme dans un fichier .gitignore : *.bak, /Archives/, ou !garder.bak qui reprend un fichier.",
            "As in a .gitignore file: *.bak, /Archives/, or !keep.bak, which takes a file back.",
        ),
    ),
}


class Excluding(Form):
    """`then` is called with what was changed."""

    def __init__(
        self, parent: QWidget, bridge: Bridge, source: SourceInfo, then: Callable[[RulesChanged], object]
    ) -> None:
        name = source.path.rstrip("/").rpartition("/")[2] or source.path
        super().__init__(
            parent,
            say(f"Ce que « {name} » laisse de côté", f"What “{name}” leaves out"),
            say(
                "Ce que vous choisissez ici n’est plus sauvegardé. Ce qui est déjà dans le coffre y reste.",
                "What you choose here is not backed up any more. What is in the vault already stays.",
            ),
            say("Enregistrer", "Save"),
            self._save,
        )
        self._bridge, self._source, self._then = bridge, source, then
        self._exclude = list(source.exclude)
        self._asked: int | None = None
        self._saving = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._soon.timeout.connect(self._try)
        both = row(self._choices(), self._outcome(), gap=24)
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        self.body.addLayout(both)
        self.body.addStretch(1)
        self.go.setDefault(False)  # the Enter key adds what is typed
        self.go.setAutoDefault(False)
        self.fit(960, 640)
        self._kind_chosen()
        self._show_own()
        self.finished.connect(lambda _how: self._stop())
        self._try()
        self.text.setFocus()

    # ---- parts

    def _choices(self) -> QVBoxLayout:
        self.kind = QComboBox()
        self.kind.setAccessibleName(say("Ce qui est à laisser", "What to leave out"))
        for kind, (words, _) in KINDS.items():
            self.kind.addItem(str(words), kind)
        self.kind.currentIndexChanged.connect(lambda _index: self._kind_chosen())
        self.text = QLineEdit()
        self.text.setAccessibleName(say("Nom, type ou motif", "Name, type or pattern"))
        self.text.textChanged.connect(lambda _text: self._soon.start())
        self.text.returnPressed.connect(self._add)
        self._choose = button(say("Choisir…", "Choose…"), self._ask_folder)
        self._choose.setAutoDefault(False)
        add = button(say("Ajouter", "Add"), self._add)
        add.setAutoDefault(False)
        typed = row(self.text, self._choose, add, gap=8)
        typed.setStretch(0, 1)
        self.field = Field(
            say("Ajouter une exclusion", "Add an exclusion"),
            column(self.kind, typed, gap=8),
            " ",
            named=self.text,
        )
        self._own = QVBoxLayout()
        self.usual = QCheckBox(say("Caches et fichiers temporaires", "Caches and temporary files"))
        self.usual.setChecked(self._source.default_exclusions)
        self.usual.toggled.connect(lambda _on: self._soon.start())
        self._usual_list = QPlainTextEdit()
        self._usual_list.setReadOnly(True)
        self._usual_list.setProperty("kind", "preview")
        self._usual_list.setAccessibleName(say("Règles d’usage", "Usual rules"))
        self._usual_list.setTabChangesFocus(True)
        self._usual_list.setFixedHeight(140)
        self._usual_list.hide()
        self._which = button(say("Lesquels ?", "Which?"), self._show_usual, link=True)
        self._which.setAutoDefault(False)
        self.one_system = QCheckBox(say("Autres disques montés à l’intérieur", "Other disks mounted inside"))
        self.one_system.setChecked(self._source.one_file_system)
        self.one_system.toggled.connect(lambda _on: self._soon.start())
        return column(
            self.field,
            label(say("Laissés de côté ici", "Left out here"), "strong"),
            self._own,
            row(self.usual, self._which, None),
            self._usual_list,
            self.one_system,
            None,
            gap=12,
        )

    def _outcome(self) -> QVBoxLayout:
        card = Card(say("Ce que cela donne", "What it comes to"))
        self.taken, self.left = label(kind="figure", wrap=True), label(kind="small-ink", wrap=True)
        self.remark = label(kind="small", wrap=True)
        self._rules = QVBoxLayout()
        self._rules.setSpacing(8)
        card.body.addWidget(self.taken)
        card.body.addWidget(self.left)
        card.body.addWidget(self.remark)
        card.body.addLayout(self._rules)
        card.body.addStretch(1)
        return column(card)

    def _show_own(self) -> None:
        clear(self._own)
        for pattern in self._exclude:
            drop = button(say("Reprendre", "Take back"), partial(self._drop, pattern), link=True)
            drop.setAutoDefault(False)
            drop.setAccessibleName(say(f"Reprendre {pattern}", f"Take {pattern} back"))
            words = label(pattern, wrap=True)
            made = row(words, drop)
            made.setStretch(0, 1)
            self._own.addLayout(made)
        if not self._exclude:
            self._own.addWidget(label(say("Rien de plus.", "Nothing more."), "soft"))

    # ---- what is chosen

    def _kind_chosen(self) -> None:
        kind = self.kind.currentData()
        self._choose.setVisible(kind == "folder")
        self.field.hint.setText(str(KINDS[kind][1]))
        self.field.hint.show()
        self._soon.start()

    def _ask_folder(self) -> None:
        title = say("Un dossier à laisser de côté", "A folder to leave out")
        ask_folder(self, title, self.text.setText, self._source.path)

    def _draft(self) -> RuleDraft | None:
        text = self.text.text()
        return RuleDraft(self.kind.currentData(), text) if text.strip() else None

    def _wanted(self) -> SourceRules:
        return SourceRules(list(self._exclude), self.one_system.isChecked(), self.usual.isChecked())

    def _add(self) -> None:
        """The draft joins the list once it was tried; refused, it stays in its field."""
        self._try(adding=True)

    def _drop(self, pattern: str) -> None:
        self._exclude.remove(pattern)
        self._show_own()
        self._soon.start()

    def _show_usual(self) -> None:
        self._bridge.ask(
            q.UsualRulesAsked,
            list[str],
            lambda rules: self._usual_list.setPlainText("\n".join(rules)),
            path=self._source.path,
        )
        self._usual_list.setVisible(self._usual_list.isHidden())

    # ---- tried at once

    def _stop(self) -> None:
        self._soon.stop()
        if self._asked is not None:
            self._bridge.cancel(self._asked)
            self._asked = None

    def _try(self, *, adding: bool = False) -> None:
        self._stop()
        draft = self._draft()
        self._asked = self._bridge.ask(
            q.RulesTriedAsked,
            RulesTried,
            lambda told: self._show(told, draft, adding=adding),
            failed=self._failed,
            stands=self._stands,
            path=self._source.path,
            rules=self._wanted(),
            draft=draft,
        )

    def _stands(self, told: Progress) -> None:
        self._remark(
            say(f"On compte… {many(told.files_done, *FILE)}", f"Counting… {many(told.files_done, *FILE)}")
        )

    def _remark(self, words: str) -> None:
        self.remark.setText(words)
        self.remark.setVisible(bool(words))

    def _failed(self, raised: CyberlibError) -> None:
        self._asked = None
        words = str(error(raised))
        if raised.code in _OF_FIELD:
            self.field.refuse(words)
            self._remark(
                say("Sans ce que vous tapez, rien ne change.", "Without what you type nothing changes.")
            )
        else:
            self._remark(words)
        if self._saving:
            self._saving = False
            self.wait(waits=False)

    def _show(self, told: RulesTried, draft: RuleDraft | None, *, adding: bool) -> None:
        self._asked = None
        self.field.refuse("")
        found = told.found
        self.taken.setText(taken(found))
        self.left.setText(left(found))
        if not self._source.present:
            self.taken.setText("")
            self.left.setText("")
            self._remark(
                say(
                    "Ce dossier n’est pas là en ce moment : rien ne peut être compté. Les règles se notent"
                    " tout de même.",
                    "This folder is not there now: nothing can be counted. Rules are noted all the same.",
                )
            )
        elif told.pattern and told.pattern in found.unused:
            self._remark(
                say(
                    f"« {told.pattern} » ne laisse rien de côté pour l’instant : est-ce bien écrit ?",
                    f"“{told.pattern}” leaves nothing out for now: is it as you mean it?",
                )
            )
        else:
            self._remark("")
        show_rules(self._rules, found.left_out, told.pattern)
        if adding and told.pattern:
            if told.pattern not in self._exclude:
                self._exclude.append(told.pattern)
            if self._draft() == draft:  # and nobody typed on meanwhile
                self.text.clear()
            self._show_own()
        if self._saving:
            self._write()

    # ---- saved

    def _save(self) -> None:
        """What is still in the field counts too."""
        self.wait()
        if self._draft() is not None:
            self._saving = True
            self._try(adding=True)
        else:
            self._stop()
            self._write()

    def _write(self) -> None:
        self._saving = False
        self._stop()
        self._bridge.ask(
            q.RulesWanted,
            RulesChanged,
            self._saved,
            failed=lambda raised: self.refuse(str(error(raised))),
            path=self._source.path,
            rules=self._wanted(),
        )

    def _saved(self, changed: RulesChanged) -> None:
        self.accept()
        self._then(changed)
