"""A time-line, folders, a search over all versions, a look before, and files brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, cast

from PySide6.QtCore import QItemSelectionRange, QModelIndex, Qt, QTimer
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from ....app.clerk import questions as q
from ....app.listed import FoundListed, Listed, SnapshotInfo
from ....app.wording.language import Both, say
from ....app.wording.units import SNAPSHOT, many, moment
from ....core.errors import CyberlibError, NeedsUnlock
from ...look.theme import theme
from ...room import House, Room
from ...widgets.basics import Card, column, label, row
from ...widgets.form import Search
from ...widgets.table import Names, Table, dress
from ...words import error_line
from .crumbs import Crumbs
from .lacking import Lacking
from .listing import FOUND, HEADS, SORTED, VERSIONS, Listing, Row, name_first, when
from .marks import Marks
from .more import More
from .reading import Reading
from .taking import Taking

_SETTLED = 250
"""ms after the last move of the slider, or letter of a search, before it is looked up."""
_MOST_CHOSEN: Final = 5000
_SEARCH: Final = Both("Rechercher un nom dans toutes les versions", "Search all versions for a name")


class Restore(Room):
    """See the module."""

    WIDEST = 1640

    def __init__(self, house: House) -> None:
        super().__init__(house, say("Restaurer", "Restore"))
        self._snapshots: list[SnapshotInfo] = []
        self._path = ""
        self._asked: int | None = None
        self.search = Search(str(_SEARCH), 380)
        self.column.addLayout(row(label(say("Restaurer", "Restore"), "title"), None, self.search))
        self.column.addWidget(self._time())
        self._problem = Lacking()
        self.column.addWidget(self._problem)
        self.reading = Reading(house, self._read_anew, self._failed)
        self.column.addWidget(self.reading)
        self.listing = Listing()
        self.table = Table()
        self.table.setModel(self.listing)
        dress(self.table, say("Fichiers de cette version", "Files of this version"), 0, (360, 170, 110))
        self.table.hide_below({1: 430, 2: 540})
        self.table.setItemDelegateForColumn(0, Names(self.table))
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.setSortingEnabled(True)
        self._crumbs = Crumbs(self.open_folder)
        self._told = label(kind="small", wrap=True)
        self._told.hide()
        files, self.more = Card(margin=12), More(self._find)
        for each in (self._crumbs, self._told, self.more):
            files.body.addWidget(each)
        files.body.addWidget(self.table, 1)
        self.taking = Taking(house, self._versions)
        self._both = QWidget()
        both = row(files, self.taking, gap=18)
        both.setStretch(0, 2)
        both.setStretch(1, 1)
        self._both.setLayout(both)
        self._both.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._both.setMinimumHeight(420)
        self.column.addWidget(self._both, 1)
        self.column.addStretch(0)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED)
        self._then: Callable[[], object] = lambda: None
        self._settle.timeout.connect(lambda: self._then())
        self.table.doubleClicked.connect(self._open)
        self.table.activated.connect(self._open)
        self.table.selectionModel().selectionChanged.connect(lambda _now, _before: self._chosen())
        self.search.textChanged.connect(lambda _text: self._later(self._find))

    def _time(self) -> Card:
        self._times = card = Card()
        card.hide()
        self._when, self._count = label(kind="section"), label(kind="small")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(say("Version", "Version"))
        self.slider.setPageStep(10)
        self.slider.valueChanged.connect(self._moved)
        self._marks = Marks()
        line = row(self._when, column(self.slider, self._marks, gap=2), self._count, gap=18)
        line.setStretch(1, 1)
        card.body.addLayout(line)
        self._when.setMinimumWidth(theme().px(150))
        return card

    @property
    def keeps(self) -> bool:
        """See Room."""
        return self.taking.bringing.at_work

    @property
    def busy(self) -> bool:
        """See Room."""
        return self.taking.busy

    def empty(self) -> None:
        """See Room."""
        self._settle.stop()
        self._snapshots, self._path = [], ""
        self.search.blockSignals(True)
        self.search.setText("")  # nor by Ctrl+Z
        self.search.blockSignals(False)
        self._begin()
        self._show_crumbs()
        self.taking.empty()
        self._problem.hide()
        self._both.hide()

    # ---- versions

    @property
    def snapshot(self) -> SnapshotInfo | None:
        """The version that is shown."""
        at = self.slider.value()
        return self._snapshots[at] if 0 <= at < len(self._snapshots) else None

    def enter(self) -> None:
        """See Room."""
        if not self.listing.rowCount():
            self.search.setFocus()
        self.reading.settle()
        self.bridge.ask(q.SnapshotsAsked, list[SnapshotInfo], self._show_snapshots, failed=self._failed)

    def _show_snapshots(self, found: list[SnapshotInfo]) -> None:
        self.taking.reached()
        newest = self.slider.value() >= len(self._snapshots) - 1
        known = self.snapshot.id if self.snapshot is not None else None
        self._snapshots = found
        self._problem.hide()
        self.reading.reached()
        self._show_any(any_=bool(found))
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, len(found) - 1))
        if newest or known is None:
            self.slider.setValue(len(found) - 1)
        self.slider.blockSignals(False)
        if not found:
            self._problem.say(
                say(
                    "Il n’y a encore rien à restaurer : la première sauvegarde n’est pas faite.",
                    "There is nothing to restore yet: the first backup is not made.",
                ),
                say("Sauvegarder maintenant", "Back up now"),
                lambda: self.house.do("backup"),
            )
            return
        versions, begun = many(len(found), *SNAPSHOT), moment(found[0].time)[:10]
        self._count.setText(say(f"{versions} depuis le {begun}", f"{versions} since {begun}"))
        shown = self.snapshot
        self._say_when()
        self._marks.show_times([each.time for each in found])
        if shown is not None and (shown.id != known or not self.listing.rowCount()):
            self._look()

    def _read_anew(self) -> None:
        """From the vault or a copy: what was listed is of the other."""
        self.empty()
        self.taking.copy = bool(self.reading.copy)
        self.enter()

    def _moved(self, _value: int) -> None:
        self._say_when()
        self._later(self._look)

    def _say_when(self) -> None:
        if self.snapshot is not None:
            self._when.setText(when(self.snapshot.time))
            self.slider.setAccessibleDescription(self._when.text())

    def _later(self, then: Callable[[], object]) -> None:
        self._then = then
        self._settle.start()

    # ---- folders

    def _look(self) -> None:
        """The folder that is open, in the version that is chosen."""
        shown = self.snapshot
        if shown is None:
            return
        self._begin()
        self._show_crumbs()
        self._asked = self.bridge.ask(
            q.EntriesAsked, list[Listed], self._ended, failed=self._look_failed, part=self._part,
            snapshot=shown.id, path=self._path,
        )  # fmt: skip

    def _look_failed(self, raised: CyberlibError) -> None:
        if raised.code == "path_not_in_snapshot" and self._path:
            words = say("Ce dossier n’était pas dans cette version.", "This folder was not in this version.")
            self._say(words)
            return
        self._failed(raised)

    def _begin(self, heads: tuple[Both, ...] = HEADS) -> None:
        if self._asked is not None:
            self.bridge.cancel(self._asked)
        self.listing.clear(heads)
        self.more.hide()
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # as it comes
        self.taking.show_nothing()
        self._say("")

    def _part(self, entries: list[Listed]) -> None:
        # At the top, one source shows what it holds, several show themselves: by where they are.
        shown = self.snapshot
        several = not self._path and shown is not None and len(shown.sources) > 1
        self.listing.add([Row(e, e.path if several else "") for e in entries])
        if self.listing.rowCount() == len(entries) and entries:
            self.table.clearSelection()

    def _ended(self, _nothing: object) -> None:
        self._asked = None
        if not self.listing.rowCount():
            self._say(say("Ce dossier est vide.", "This folder is empty."))
        elif self.listing.rowCount() <= SORTED:
            self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)

    def _open(self, index: QModelIndex) -> None:
        entry = self.listing.row_at(index.row()).entry
        if entry.kind == "directory":
            self.open_folder(entry.path)

    def open_folder(self, path: str) -> None:
        """Shows a folder of the chosen version; "" for its sources."""
        self._path = path
        if self.search.text():
            self.search.blockSignals(True)
            self.search.setText("")
            self.search.blockSignals(False)
        self._look()

    def _show_crumbs(self, words: str = "") -> None:
        self._crumbs.show_path(self._path, words)

    # ---- search and versions

    def _find(self) -> None:
        text = self.search.text().strip()
        if not text:
            self._look()
            return
        self._begin(FOUND)
        self._show_crumbs(say(f"« {text} » dans toutes les versions", f"“{text}” in all versions"))
        self._asked = self.bridge.ask(
            q.FindAsked, list[FoundListed], self._found_all, failed=self._failed, part=self._found,
            pattern=text, most=self.more.most_for(text),
        )  # fmt: skip

    def _found(self, found: list[FoundListed]) -> None:
        self.listing.add([Row(f.entry, name_first(f.entry.path), f.last_time, f.last) for f in found])

    def _found_all(self, there_are_more: bool) -> None:
        self._asked = None
        if there_are_more:
            self.more.tell()
        elif not self.listing.rowCount():
            self._say(say("Aucun nom ne correspond.", "No name matches."))

    def _versions(self, path: str) -> None:
        self._begin(VERSIONS)
        name = path.rpartition("/")[2]
        self._show_crumbs(say(f"Versions de {name}", f"Versions of {name}"))
        self._asked = self.bridge.ask(
            q.VersionsAsked, list[FoundListed], self._show_versions, failed=self._failed, path=path
        )

    def _show_versions(self, found: list[FoundListed]) -> None:
        self._asked = None
        self.listing.add([Row(f.entry, when(f.last_time), snapshot=f.last) for f in reversed(found)])

    # ---- what is chosen

    def _chosen(self) -> None:
        shown = self.snapshot
        ranges = list(cast(Iterable[QItemSelectionRange], self.table.selectionModel().selection()))
        numbers = sum(each.height() for each in ranges)
        if not numbers or shown is None:
            self.taking.show_nothing()
            return
        if numbers > _MOST_CHOSEN:
            self.taking.show_nothing()
            self._say(
                say(
                    f"Au-delà de {_MOST_CHOSEN} éléments, choisissez plutôt leur dossier.",
                    f"Beyond {_MOST_CHOSEN} items, choose their folder instead.",
                )
            )
            return
        rows = [self.listing.row_at(n) for each in ranges for n in range(each.top(), each.bottom() + 1)]
        if len(rows) == 1:
            self.taking.show_entry(rows[0].entry, rows[0].snapshot or shown.id)
            return
        snapshots = {each.snapshot or shown.id for each in rows}
        self.taking.show_several(
            [each.entry for each in rows], *(snapshots if len(snapshots) == 1 else ("",))
        )

    def heard(self, job: int, event: object) -> None:
        """See Room."""
        self.taking.bringing.heard(job, event)

    def _say(self, words: str) -> None:
        self._told.setText(words)
        self._told.setVisible(bool(words))

    def _failed(self, raised: CyberlibError) -> None:
        closed = isinstance(raised, NeedsUnlock)
        if not closed and raised.code not in ("no_vault", "stopped"):
            self.reading.offer()
        if self._snapshots and not closed:
            self._say(error_line(raised))
            return
        self._show_any(any_=False)
        if closed:
            self._problem.say(
                say("Le coffre est fermé.", "The vault is closed."),
                say("Ouvrir le coffre…", "Open the vault…"),
                lambda: self.house.unlock(lambda _nothing: self.enter()),
            )
        elif raised.code == "no_vault":
            self._problem.say_no_vault(self.house)
        else:
            self._problem.say(error_line(raised), say("Réessayer", "Try again"), self.enter)

    def _show_any(self, *, any_: bool) -> None:
        """What needs a version is not shown without one."""
        if not any_:
            self.hold_keyboard()
        self._times.setVisible(any_)
        self._both.setVisible(any_)
        self.search.setVisible(any_)
        self.column.setStretch(self.column.count() - 1, not any_)
