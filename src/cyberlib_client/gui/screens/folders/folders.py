"""What is protected: the folders, their sizes, what is left out and which rule did it."""

from __future__ import annotations

import time
from functools import partial
from typing import Final

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout

from ....app.clerk import questions as q
from ....app.clerk import questions_settings as s
from ....app.source_rules import SourceRules
from ....app.sources_told import PreviewInfo, Protected, RulesChanged, RulesTried, SourceInfo
from ....app.wording.language import say
from ....app.wording.units import FILE, many, moment
from ....core.errors import CyberlibError
from ....core.events import Progress
from ...room import House, Room
from ...widgets.basics import Card, IconLabel, Pill, button, clear, column, label, line, row
from ...widgets.files import ask_folder
from ...widgets.form import Told
from ...words import error
from .excluding import Excluding
from .left_out import left, show_rules, taken

_OLD: Final = 300.0
"""Seconds after which a folder is counted anew when the room is entered."""
_NAMED: Final = 4
"""Patterns named in the list."""


class Folders(Room):
    """See the module. Folders are counted one after the other while the room is shown."""

    def __init__(self, house: House) -> None:
        super().__init__(house, say("Dossiers protégés", "Protected folders"))
        choose = self.once_open(self._choose)
        add = button(say("Ajouter un dossier…", "Add a folder…"), choose, main=True, sign="folder-plus")
        self.column.addLayout(row(label(say("Dossiers protégés", "Protected folders"), "title"), None, add))
        self.told = Told()
        self.column.addWidget(self.told)
        self._card = Card()
        self._lines = QVBoxLayout()
        self._lines.setSpacing(10)
        self._card.body.addLayout(self._lines)
        self.column.addWidget(self._card)
        self._left = Card(say("Laissé de côté", "Left out"))
        self._left_words = label(kind="small", wrap=True)
        self._left_lines = QVBoxLayout()
        self._left.body.addWidget(self._left_words)
        self._left.body.addLayout(self._left_lines)
        self.column.addWidget(self._left)
        self.column.addStretch(1)
        self._sources: list[Protected] = []
        self._counted: dict[str, tuple[SourceInfo, PreviewInfo, float]] = {}
        self._figures: dict[str, QLabel] = {}
        self._asked: int | None = None

    def enter(self) -> None:
        """See Room."""
        self._stop()
        self.bridge.ask(s.ProtectedAsked, list[Protected], self._show, failed=self.house.say_error)

    def hideEvent(self, event: QHideEvent) -> None:
        """See QWidget: nobody waits for what is being counted any more."""
        self._stop()
        super().hideEvent(event)

    # ---- the list

    def _show(self, sources: list[Protected]) -> None:
        clear(self._lines)
        self._sources, self._figures = sources, {}
        for each in sources:
            self._lines.addLayout(self._line(each))
            if each is not sources[-1]:
                self._lines.addWidget(line())
        if not sources:
            self._lines.addLayout(_nothing())
        self._left.setVisible(bool(sources))
        self._show_left()
        self._count()

    def _line(self, each: Protected) -> QVBoxLayout:
        source = each.source
        name = source.path.rstrip("/").rpartition("/")[2] or source.path
        figures = label(kind="small", wrap=True)
        self._figures[source.path] = figures
        words = column(label(name, "strong"), label(source.path, "small", wrap=True), figures, gap=2)
        if source.exclude:
            named = ", ".join(source.exclude[:_NAMED])
            more = "…" if len(source.exclude) > _NAMED else ""
            words.addWidget(label(say(f"Sans {named}{more}", f"Without {named}{more}"), "small", wrap=True))
        self._show_figures(each)
        change = button(say("Exclusions…", "Exclusions…"), self.once_open(partial(self._exclude, source)))
        change.setAccessibleName(say(f"Ce que {name} laisse de côté", f"What {name} leaves out"))
        remove = button(say("Retirer", "Remove"), self.once_open(partial(self._remove, source)))
        remove.setAccessibleName(say(f"Retirer {name}", f"Remove {name}"))
        made = row(IconLabel("folder", "brand", 24), words, gap=14)
        made.setStretch(1, 1)
        if not source.present:
            made.addWidget(Pill(say("Introuvable", "Not there"), "wrong"))
        made.addWidget(change)
        made.addWidget(remove)
        return column(made)

    def _show_figures(self, each: Protected, counting: str = "") -> None:
        counted = self._counted.get(each.source.path)
        told = [taken(counted[1])] if counted is not None else [counting] if counting else []
        if each.gone is not None:
            told.append(
                say(f"introuvable depuis le {moment(each.gone)}", f"not there since {moment(each.gone)}")
            )
        elif each.saved is not None:
            told.append(say(f"sauvegardé le {moment(each.saved)}", f"backed up {moment(each.saved)}"))
        else:
            told.append(say("pas encore sauvegardé", "not backed up yet"))
        self._figures[each.source.path].setText(" · ".join(told))

    # ---- counted while one looks

    def _stop(self) -> None:
        if self._asked is not None:
            self.bridge.cancel(self._asked)
            self._asked = None

    def _count(self) -> None:
        """The next one that is not known."""
        now = time.monotonic()
        for each in self._sources:
            source = each.source
            known = self._counted.get(source.path)
            fresh = known is not None and known[0] == source and now - known[2] < _OLD
            if fresh or not source.present or not self.isVisible():
                continue
            self._asked = self.bridge.ask(
                s.RulesTriedAsked,
                RulesTried,
                partial(self._counted_one, each),
                failed=partial(self._uncounted, each),
                stands=partial(self._counting, each),
                path=source.path,
                rules=_rules(source),
            )
            return

    def _counting(self, each: Protected, told: Progress) -> None:
        files = many(told.files_done, *FILE)
        self._show_figures(each, say(f"on compte… {files}", f"counting… {files}"))

    def _counted_one(self, each: Protected, told: RulesTried) -> None:
        self._asked = None
        self._counted[each.source.path] = each.source, told.found, time.monotonic()
        self._show_figures(each)
        self._show_left()
        self._count()

    def _uncounted(self, each: Protected, raised: CyberlibError) -> None:
        self._asked = None
        self._show_figures(each, str(error(raised)))

    def _show_left(self) -> None:
        found = [
            self._counted[each.source.path][1] for each in self._sources if each.source.path in self._counted
        ]
        rules = [rule for one in found for rule in one.left_out]
        if found and rules:
            self._left_words.setText(" ".join(dict.fromkeys(left(each) for each in found if each.left_out)))
        else:
            self._left_words.setText(
                say(
                    "Les fichiers temporaires et les caches ne sont pas sauvegardés. Rien d’autre n’est"
                    " laissé de côté sans que ce soit dit ici.",
                    "Temporary files and caches are not backed up. Nothing else is left out without being"
                    " told here.",
                )
            )
        show_rules(self._left_lines, rules)

    # ---- changed

    def _choose(self) -> None:
        ask_folder(self, say("Choisir un dossier à protéger", "Choose a folder to protect"), self.add)

    def add(self, path: str) -> None:
        """A folder is protected from now on."""
        self._stop()
        self.bridge.ask(q.SourceAdded, SourceInfo, self._added, failed=self.house.say_error, path=path)

    def _added(self, made: SourceInfo) -> None:
        self.told.say(
            say(
                f"{made.path} est protégé dès la prochaine sauvegarde.",
                f"{made.path} is protected from the next backup on.",
            ),
            lambda: self._remove(made),
        )
        self.enter()

    def _remove(self, source: SourceInfo) -> None:
        self._stop()

        def gone(_gone: SourceInfo) -> None:
            self.told.say(
                say(
                    f"{source.path} n’est plus sauvegardé. Ce qui est déjà dans le coffre y reste.",
                    f"{source.path} is not backed up any more. What is in the vault already stays.",
                ),
                lambda: self._bring_back(source),
            )
            self.enter()

        self.bridge.ask(q.SourceRemoved, SourceInfo, gone, failed=self.house.say_error, path=source.path)

    def _bring_back(self, source: SourceInfo) -> None:
        self.bridge.ask(
            q.SourceAdded,
            SourceInfo,
            lambda _made: self._put_back(source),
            failed=self.house.say_error,
            path=source.path,
        )

    def _exclude(self, source: SourceInfo) -> None:
        self._stop()
        dialog = Excluding(self, self.bridge, source, self._excluded)
        dialog.finished.connect(lambda _how: self._count())
        dialog.open()

    def _excluded(self, changed: RulesChanged) -> None:
        if changed.before != changed.after:
            self.told.say(
                say(
                    f"Noté pour {changed.after.path}, dès la prochaine sauvegarde.",
                    f"Noted for {changed.after.path}, from the next backup on.",
                ),
                lambda: self._put_back(changed.before),
            )
        self.enter()

    def _put_back(self, source: SourceInfo) -> None:
        """A source has the rules again that it had."""

        def done(_changed: RulesChanged) -> None:
            self.told.say(say("Comme avant.", "As before."))
            self.enter()

        self._stop()
        self.bridge.ask(
            s.RulesWanted,
            RulesChanged,
            done,
            failed=self.house.say_error,
            path=source.path,
            rules=_rules(source),
        )


def _rules(source: SourceInfo) -> SourceRules:
    return SourceRules(source.exclude, source.one_file_system, source.default_exclusions)


def _nothing() -> QVBoxLayout:
    words = column(
        label(say("Rien n’est encore protégé", "Nothing is protected yet"), "section"),
        label(
            say(
                "Ajoutez le dossier de votre logiciel médical et vos documents.",
                "Add the folder of your practice software, and your documents.",
            ),
            "soft",
            wrap=True,
        ),
    )
    return column(row(IconLabel("folder-plus", "brand", 32), words, gap=16))
