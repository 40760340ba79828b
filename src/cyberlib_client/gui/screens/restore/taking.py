"""Beside the list: what is chosen, a look at it, and how it is brought back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QProgressBar, QSizePolicy, QWidget

from ....app.brought import Brought
from ....app.clerk import questions as q
from ....app.clerk.questions import Peeked
from ....app.drawing import MOST_BYTES
from ....app.listed import FoundListed, Listed
from ....app.wording.language import Both, say
from ....app.wording.units import FILE, many, size
from ....core.errors import CyberlibError, Unreachable
from ....core.events import Progress
from ...look.theme import theme
from ...room import House
from ...widgets.basics import Card, IconLabel, button, label, row
from ...widgets.files import ask_folder
from ...words import error_line
from .bringing import Bringing
from .listing import version_of
from .showing import PDF, Larger, Showing
from .told import Told, folder_of, place, summary

_CONFLICTS: Final = {
    "keep-both": Both("Garder les deux", "Keep both"),
    "replace": Both("Le remplacer", "Replace it"),
    "skip": Both("Le laisser", "Leave it"),
}
_WIDTH: Final = 316
_LEAST: Final = 276
"""px, in a window that is narrow."""
_LOOKED_AT: Final = 4 << 20
"""Bytes of a file that are fetched for a look."""


class Taking(Card):
    """`versions`: takes the path of a file whose versions are to be listed."""

    def __init__(self, house: House, versions: Callable[[str], object]) -> None:
        super().__init__()
        self._house, self._bridge = house, house.bridge
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(say("Ce qui est choisi", "What is chosen"))
        self.setMinimumWidth(theme().grown(_LEAST))
        self.setMaximumWidth(theme().grown(_WIDTH))
        self._entries: list[Listed] = []
        self._report: Brought | None = None
        self._so_far, self._unreached = 0, False
        self._snapshot = ""
        self.copy = False  # of a second copy, not of the vault
        self._peeking: int | None = None
        self._tracing: int | None = None
        self.bringing = Bringing(self._bridge, self._stands, self._done, self._failed)
        self._name = label(kind="section", wrap=True)
        self.look = Showing()
        self.look.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._versions = button(say("Toutes ses versions", "All its versions"), self._list, link=True)
        self._list_versions = versions
        self.enlarge = button(say("Agrandir…", "Enlarge…"), self._enlarge, link=True)
        self._seen: Peeked | None = None
        self._larger: Larger | None = None
        self.conflict = QComboBox()
        for code, words in _CONFLICTS.items():
            self.conflict.addItem(str(words), code)
        self.conflict.setAccessibleName(say("S’il existe déjà", "If there is one already"))
        self._if_there = label(self.conflict.accessibleName(), "small")
        self._if_there.setBuddy(self.conflict)
        self.conflict.view().setAccessibleName(self.conflict.accessibleName())
        self.here = button(say("Restaurer ce fichier", "Restore this file"), self._here, main=True)
        self._earlier = ""
        self.earlier = button(say("Version d’avant", "Version before"), self._bring_earlier)
        self.elsewhere = button(say("Ailleurs…", "Elsewhere…"), self._choose)
        for each in (self.here, self.earlier, self.elsewhere):
            each.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(say("Avancement", "Progress"))
        self.told = label(kind="small-ink", wrap=True)
        self._stop = button(say("Arrêter", "Stop"), self._cancel, link=True)
        self._good = IconLabel("check", "ok")
        self.report = button(say("Compte rendu…", "Report…"), self._open_report, link=True)
        self.open = button(say("Ouvrir le dossier", "Open the folder"), self._open_folder, link=True)
        self.body.addWidget(self._name)
        self.body.addWidget(self.look, 1)
        self.body.addLayout(row(self._versions, None, self.enlarge))
        self.body.addWidget(self._bar)
        told = row(self._good, self.told)
        told.setAlignment(self._good, Qt.AlignmentFlag.AlignTop)
        told.setStretch(1, 1)
        self.body.addLayout(told)
        self.body.addLayout(row(self.open, self.report, None, gap=16))
        for part in (
            self._stop,
            self._if_there,
            self.conflict,
            self.here,
            self.earlier,
            self.elsewhere,
        ):
            self.body.addWidget(part)
        self.show_nothing()
        self.look.currentChanged.connect(lambda _page: self._show_state())
        self._show_state()

    @property
    def busy(self) -> bool:
        """Whether something is being brought back that ends with the window."""
        return self.bringing.needs_window

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self._look_no_more()
        self._entries, self._earlier = [], ""
        self._name.setText("")
        self.look.say(
            say(
                "Choisissez un fichier pour le voir ici, un dossier pour l’ouvrir.",
                "Choose a file to see it here, a folder to open it.",
            )
        )
        self._show_state()

    def empty(self) -> None:
        """No names stay; what is being brought back goes on."""
        self.show_nothing()
        if self._larger is not None:
            self._larger.reject()
        self._report = None
        if not self.bringing.at_work:
            self.told.setText("")
        self._show_state()

    def _look_no_more(self) -> None:
        for asked in (self._peeking, self._tracing):
            if asked is not None:
                self._bridge.cancel(asked)
        self._peeking = self._tracing = self._seen = None

    def show_entry(self, entry: Listed, snapshot: str) -> None:
        """What is chosen, and of which version."""
        self._look_no_more()
        self._entries, self._snapshot, self._report = [entry], snapshot, None
        self._name.setText(entry.path.rpartition("/")[2] or entry.path)
        folder = entry.kind == "directory"
        self.here.setText(
            say("Restaurer ce dossier", "Restore this folder")
            if folder
            else say("Restaurer ce fichier", "Restore this file")
        )
        self._earlier = ""
        if entry.kind == "file" and not entry.missing:
            self.look.say(say("Ouverture…", "Opening…"))
            self._peek(_LOOKED_AT)
        else:
            self.look.say(say("Dossier", "Folder") if folder else "")
        self.told.setText("")
        self._show_state()

    def _peek(self, most: int) -> None:
        self._peeking = self._bridge.ask(
            q.PeekAsked, Peeked, self._peeked, failed=self._unpeeked,
            snapshot=self._snapshot, path=self._entries[0].path, most=most,
        )  # fmt: skip

    def _trace(self, entry: Listed) -> None:
        """Asks for the version before."""
        self._tracing = self._bridge.ask(
            q.VersionsAsked, list[FoundListed], partial(self._traced, entry), failed=lambda _error: None,
            path=entry.path,
        )  # fmt: skip

    def _traced(self, entry: Listed, found: list[FoundListed]) -> None:
        self._tracing = None
        here = (entry.modified, entry.size)
        same = [n for n, each in enumerate(found) if (each.entry.modified, each.entry.size) == here]
        if same and same[-1] and self._entries == [entry]:
            before = found[same[-1] - 1]
            self._earlier = before.last
            named = version_of(before.last_time)
            self.earlier.setText(named)
            self.earlier.setAccessibleName(say(f"Restaurer : {named}", f"Restore: {named}"))
            self._show_state()

    def _bring_earlier(self) -> None:
        self._restore_of(self._earlier, "")

    def show_several(self, entries: list[Listed], snapshot: str) -> None:
        """Several are chosen, of one version; "" when they are of different ones."""
        self._look_no_more()
        self._entries, self._snapshot, self._report = entries if snapshot else [], snapshot, None
        self._earlier, count = "", len(entries)
        self._name.setText(say(f"{count} éléments choisis", f"{count} items chosen"))
        self.here.setText(say(f"Restaurer ces {count} éléments", f"Restore these {count} items"))
        self.look.say(
            ""
            if snapshot
            else say(
                "Ils sont de versions différentes : restaurez-les l’un après l’autre.",
                "They are of different versions: restore one after the other.",
            )
        )
        self.told.setText("")
        self._show_state()

    def _peeked(self, told: Peeked) -> None:
        self._peeking = None
        if told.content.startswith(PDF) and not told.whole and len(told.content) < MOST_BYTES:
            self._peek(MOST_BYTES)  # its last bytes say where its pages are
            return
        if self._entries:
            self._trace(self._entries[0])
        self._seen = told
        self.look.show_content(told)
        self._show_state()

    def _enlarge(self) -> None:
        if self._seen is not None:
            self._larger = Larger(self, self._name.text(), self._seen)
            self._larger.destroyed.connect(self._forget_larger)
            self._larger.open()

    def _forget_larger(self) -> None:
        self._larger = None

    def _unpeeked(self, raised: CyberlibError) -> None:
        self._peeking = None
        self.look.say(error_line(raised))

    def _list(self) -> None:
        if self._entries:
            self._list_versions(self._entries[0].path)

    # ---- bringing back

    def _here(self) -> None:
        self.restore("")

    def _choose(self) -> None:
        ask_folder(self, say("Où faut-il restaurer ?", "Restore to where?"), self.restore)

    def restore(self, to: str) -> None:
        """Brings back what is chosen: to a folder, or for "" to where it came from."""
        self._restore_of(self._snapshot, to)

    def _restore_of(self, snapshot: str, to: str) -> None:
        if not self._entries or self.bringing.at_work:
            return
        self._bar.setRange(0, 0)
        self.told.setText(say("Restauration…", "Restoring…"))
        self._report, self._so_far, self._unreached = None, 0, False
        paths = [each.path for each in self._entries]
        self.bringing.begin(snapshot, paths, to, self.conflict.currentData(), copy=self.copy)
        self._show_state()

    def _stands(self, told: Progress) -> None:
        if told.bytes_total:
            self._bar.setRange(0, 1000)
            self._bar.setValue(min(1000, told.bytes_done * 1000 // told.bytes_total))
        self._so_far = told.files_done
        self.told.setText(f"{many(told.files_done, *FILE)} · {size(told.bytes_done)}")

    def _done(self, told: Brought) -> None:
        self._report = told
        self.told.setText(" ".join(each for each in (summary(told), place(told)) if each))
        self._house.note(say("La restauration est terminée.", "The restore is done."))
        self._show_state()

    def _failed(self, raised: CyberlibError) -> None:
        stopped = say(
            "Restauration arrêtée ; les fichiers déjà restaurés sont entiers.",
            "The restore was stopped; the files restored so far are whole.",
        )
        whole = say(
            f" Déjà restaurés, et entiers : {many(self._so_far, *FILE)}.",
            f" Restored before that, and whole: {many(self._so_far, *FILE)}.",
        )
        cut_short = error_line(raised) + (whole if self._so_far else "")
        self.told.setText(stopped if raised.code == "stopped" else cut_short)
        self._unreached = isinstance(raised, Unreachable)
        self._show_state()

    def reached(self) -> None:
        """The vault answers: that it did not is over."""
        if self._unreached:
            self._unreached = False
            self.told.setText("")
            self._show_state()

    def _open_report(self) -> None:
        if self._report is not None:
            Told(self, self._report).open()

    def _open_folder(self) -> None:
        if self._report is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(folder_of(self._report)))

    def _cancel(self) -> None:
        self.bringing.stop()
        self.told.setText(say("Arrêt…", "Stopping…"))

    def _show_state(self) -> None:
        at_work, chosen = self.bringing.at_work, bool(self._entries)
        report, may = None if at_work else self._report, chosen and not at_work
        shown: dict[QWidget, bool] = {
            self._name: bool(self._name.text()),
            self._bar: at_work,
            self._stop: at_work,
            self.told: at_work or bool(self.told.text()),
            self._good: report is not None and not report.failed,
            self.report: report is not None and bool(report.items),
            self.open: report is not None and bool(folder_of(report)),
            self._if_there: may,
            self.conflict: may,
            self.here: may,
            self.elsewhere: may,
            self.earlier: may and bool(self._earlier),
        }
        for part, there in shown.items():
            if part.hasFocus() and not there:
                self.setFocus()  # Qt would hand it on to another part of the room, with a ring around it
            part.setVisible(there)
        one = len(self._entries) == 1 and self._entries[0].kind == "file"
        self._versions.setVisible(one)
        self.enlarge.setVisible(one and self._seen is not None and self.look.shows)
