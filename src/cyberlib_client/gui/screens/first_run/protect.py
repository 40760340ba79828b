"""What is to be protected: what a practice usually has, as far as it is on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from ....app.clerk import questions as q
from ....app.clerk import questions_first_run as f
from ....app.sources_told import LeftOutInfo, Offered, PreviewInfo, SourceInfo
from ....app.wording.language import Both, say
from ....app.wording.units import FILE, ITEM, count, many, size
from ....core.errors import CyberlibError
from ....core.events import Progress
from ...widgets.basics import Card, IconLabel, button, clear, column, label, line, row
from ...words import error
from .adopting import OldFolders
from .step import Step, Way, folder_button

_NAMES: Final = {
    "documents": Both("Documents", "Documents"),
    "desktop": Both("Bureau", "Desktop"),
    "pictures": Both("Images", "Pictures"),
    "downloads": Both("Téléchargements", "Downloads"),
}
_SIGNS: Final = {"software": "database", "pictures": "image"}
_DISK: Final = 30e6
_LINE: Final = 20e6 / 8
"""Bytes a second that are reckoned with: a USB disk, and a line that sends 20 Mbit/s."""
_MOST: Final = 30


class Folder(QWidget):
    """One that may be protected, with what is in it once that is known."""

    def __init__(self, told: Offered, changed: Callable[[], object]) -> None:
        super().__init__()
        self.told = told
        self.preview: PreviewInfo | None = None
        name = str(_NAMES[told.kind]) if told.kind in _NAMES else told.name
        self.box = QCheckBox()
        self.box.setAccessibleName(say(f"Protéger {name} ({told.path})", f"Protect {name} ({told.path})"))
        self.box.setChecked(told.chosen)
        self.box.toggled.connect(lambda _on: changed())
        self.words = label(kind="small", wrap=True)
        self.weight = label(kind="small")
        made = row(
            self.box,
            IconLabel(_SIGNS.get(told.kind, "folder"), "ink", 20),
            column(label(name, "strong"), self.words, gap=1),
            self.weight,
            gap=14,
        )
        made.setStretch(2, 1)
        made.setContentsMargins(0, 8, 0, 8)
        self.setLayout(made)
        self.stands("")

    def stands(self, figures: str) -> None:
        """What is known so far."""
        parts = [self.told.path]
        if self.told.kind == "software":
            parts.append(say("trouvé automatiquement", "found by itself"))
        if self.told.kind == "downloads":
            parts.append(say("rarement utile", "rarely of use"))
        self.words.setText(" · ".join([*parts, figures] if figures else parts))

    def show_preview(self, told: PreviewInfo) -> None:
        """It was counted."""
        self.preview = told
        self.stands(many(told.files, *FILE))
        self.weight.setText(size(told.bytes))

    def show_failure(self, words: str) -> None:
        """It could not be counted."""
        self.stands(words)


class Protect(Step):
    """See the module."""

    def __init__(self, way: Way) -> None:
        super().__init__(
            way,
            say("Que voulez-vous protéger ?", "What do you want to protect?"),
            say(
                "Voici ce qu’un cabinet protège d’habitude, trouvé sur ce poste. La liste des logiciels n’est"
                " pas complète : ajoutez le dossier du vôtre s’il n’y est pas.",
                "Here is what a practice usually protects, found on this machine. The list of programs is not"
                " complete: add the folder of yours if it is missing.",
            ),
        )
        self.folders: list[Folder] = []
        self._asked: int | None = None
        self.old = OldFolders(self.bridge, self.add)
        self.body.addWidget(self.old)
        card = Card(margin=8)
        card.body.setContentsMargins(18, 6, 18, 6)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        card.body.addLayout(self._lines)
        self.body.addWidget(card)
        add = folder_button(
            self, say("Choisir un dossier à protéger", "Choose a folder to protect"), self.add
        )
        add.setText(say("Ajouter un dossier…", "Add a folder…"))
        self._left_words = label(kind="small", wrap=True)
        self._list = button(
            say("voir la liste et les règles", "see the list and the rules"), self._open, link=True
        )
        self._left_words.setMinimumWidth(120)
        left = row(add, self._left_words, self._list)
        left.setStretch(1, 1)
        self.body.addLayout(left)
        self._restore = button(
            say("Restaurer d’abord des fichiers de ce coffre…", "Restore files from this vault first…"),
            lambda: way.leave("restore"),
            link=True,
        )
        self.body.addWidget(self._restore)
        note = Card(kind="note", margin=16)
        self._estimate = label(kind="small-ink", wrap=True)
        note.body.addWidget(self._estimate)
        self.body.addWidget(note)

    # ---- its folders

    def enter(self) -> None:
        """See Step."""
        self._restore.setVisible(self.way.told.vault)
        if self.way.told.vault:
            self.old.look()
        if not self.folders:
            self.work(say("Un instant…", "One moment…"))
            self.bridge.ask(f.FoldersOffered, list[Offered], self._offered, failed=self.refuse)
        else:
            self._count()

    def left(self) -> None:
        """See Step."""
        if self._asked is not None:
            self.bridge.cancel(self._asked)
            self._asked = None

    def _offered(self, found: list[Offered]) -> None:
        for each in found:
            self._show(each)
        self.rest()
        self._count()

    def _show(self, told: Offered) -> None:
        if self.folders:
            self._lines.addWidget(line())
        made = Folder(told, self._sum)
        self.folders.append(made)
        self._lines.addWidget(made)
        self._sum()

    def add(self, path: str) -> None:
        """One more."""
        same = [each for each in self.folders if os.path.normcase(each.told.path) == os.path.normcase(path)]
        if same:
            same[0].box.setChecked(True)
            return
        self._show(Offered("folder", os.path.basename(path.rstrip("/\\")) or path, path, chosen=True))
        self._count()

    # ---- what is in them

    def _count(self) -> None:
        """The next one whose files are not counted yet."""
        waiting = [each for each in self.folders if each.preview is None and not each.weight.text()]
        if self._asked is not None or not waiting:
            return
        folder = waiting[0]

        def told(found: PreviewInfo) -> None:
            folder.show_preview(found)
            ended()

        def failed(raised: CyberlibError) -> None:
            folder.show_failure(error(raised).title)
            folder.weight.setText("—")
            ended()

        def ended() -> None:
            self._asked = None
            self._sum()
            self._count()

        def stands(so_far: Progress) -> None:
            folder.stands(f"{many(so_far.files_done, *FILE)} · {size(so_far.bytes_done)}…")

        self._asked = self.bridge.ask(
            q.PreviewAsked, PreviewInfo, told, failed=failed, stands=stands, paths=[folder.told.path]
        )

    def _sum(self) -> None:
        chosen = [each for each in self.folders if each.box.isChecked()]
        known = [each.preview for each in chosen if each.preview is not None]
        left = [rule for each in known for rule in each.left_out]
        items, weight = sum(each.items for each in left), sum(each.bytes for each in left)
        self._left_words.setText(
            say(
                f"Laissé de côté : {many(items, *ITEM)} ({size(weight)})",
                f"Left out: {many(items, *ITEM)} ({size(weight)})",
            )
            if left
            else ""
        )
        self._list.setVisible(bool(left))
        total = sum(each.bytes for each in known)
        counting = any(each.preview is None and not each.weight.text() for each in chosen)
        self._estimate.setText(
            _estimate(total, self.way.told.place, counting=counting, any_chosen=bool(chosen))
        )
        self.way.refresh()

    # ---- going on

    def go_on(self) -> None:
        """See Step."""
        paths = [each.told.path for each in self.folders if each.box.isChecked()]
        if not paths:
            self.complain(
                say("Choisissez au moins un dossier à protéger.", "Choose at least one folder to protect.")
            )
            return
        self.left()
        self.work(say("Un instant…", "One moment…"))
        self.bridge.ask(
            f.FoldersChosen,
            list[SourceInfo],
            lambda _made: self.way.advance(),
            failed=self.refuse,
            paths=paths,
        )

    def _open(self) -> None:
        known = [each.preview for each in self.folders if each.box.isChecked() and each.preview is not None]
        LeftOut([rule for each in known for rule in each.left_out], self).open()


def _estimate(total: int, place: str, *, counting: bool, any_chosen: bool) -> str:
    if not any_chosen:
        return say("Rien n’est choisi.", "Nothing is chosen.")
    if counting:
        return say(
            f"On compte… {size(total)} jusqu’ici. Vous pouvez continuer sans attendre.",
            f"Counting… {size(total)} so far. You may go on without waiting.",
        )
    long = _long(total / (_LINE if place == "host" else _DISK))
    if place == "host":
        words = say(
            f"{size(total)} à protéger. La première fois, au plus {long} si votre connexion envoie 20"
            " Mbit/s ;",
            f"{size(total)} to protect. The first time, at most {long} if your line sends 20 Mbit/s;",
        )
    else:
        words = say(
            f"{size(total)} à protéger. La première fois, environ {long} vers un disque USB ;",
            f"{size(total)} to protect. The first time, about {long} to a USB disk;",
        )
    return words + say(
        " ensuite, seulement ce qui change. Vous pouvez éteindre : la sauvegarde reprend où elle en était.",
        " afterwards, only what changes. You may switch off: the backup goes on where it was.",
    )


def _long(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return say(f"{minutes} minute{'s' * (minutes > 1)}", f"{minutes} minute{'s' * (minutes > 1)}")
    hours = round(minutes / 60)
    return say(f"{hours} heures", f"{hours} hours")


class LeftOut(QDialog):
    """What is left out, and by which rule."""

    def __init__(self, left: list[LeftOutInfo], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Ce qui est laissé de côté", "What is left out"))
        self.setMinimumSize(620, 480)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(28, 24, 28, 24)
        inside.setSpacing(12)
        inside.addWidget(label(self.windowTitle(), "title"))
        inside.addWidget(
            label(
                say(
                    "Des caches et des fichiers temporaires, que les logiciels refont d’eux-mêmes. Chaque"
                    " règle"
                    " se change ensuite dans « Dossiers protégés ».",
                    "Caches and temporary files, which programs make anew by themselves. Each rule can be"
                    " changed later under “Protected folders”.",
                ),
                "soft",
                wrap=True,
            )
        )
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(self.windowTitle())
        page = QWidget()
        page.setObjectName("page")
        lines = QVBoxLayout(page)
        clear(lines)
        for each in sorted(left, key=lambda rule: -rule.bytes)[:_MOST]:
            what = f"{many(each.items, *ITEM)} · {size(each.bytes)}"
            if not each.complete:
                what = say(f"au moins {what}", f"at least {what}")
            words = column(
                label(each.pattern, "strong", wrap=True),
                label(", ".join(each.examples[:3]), "small", wrap=True),
            )
            made = row(words, label(what, "small"))
            made.setStretch(0, 1)
            lines.addLayout(made)
            lines.addWidget(line())
        if len(left) > _MOST:
            more = count(len(left) - _MOST)
            lines.addWidget(label(say(f"… et {more} autres règles", f"… and {more} more rules"), "small"))
        lines.addStretch(1)
        area.setWidget(page)
        inside.addWidget(area, 1)
        inside.addLayout(row(None, button(say("Fermer", "Close"), self.accept, main=True)))
