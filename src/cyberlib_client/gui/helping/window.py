"""Support's small window: the eight words of a customer, what they grant, lists, and a proposal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...app.bootstrap import profile_at
from ...app.certificates import read_ca
from ...app.guidance.helping import Helping, client_with, join, read_credential
from ...app.guidance.words import ended_words, proposal_words, step_words
from ...app.paths import fit
from ...app.prompts import Nobody
from ...app.session import Session
from ...app.wording.language import say
from ...app.wording.units import moment, size
from ...core.errors import CyberlibError
from ...core.guidance import cards
from ...core.guidance import messages as m
from ..widgets.basics import button, label, page, row, tip
from ..words import error_line
from .joining import Joining

_ROLE: Final = Qt.ItemDataRole.UserRole
_TICK: Final = 1000


class HelpingWindow(QWidget):
    """`credential`, `ca`: files, "" for none. What takes time is done in threads; what comes of it is heard
    by `_done`."""

    _done = Signal(object, object)
    _moved = Signal()

    def __init__(self, folder: str | None, credential: str = "", ca: str = "") -> None:
        super().__init__()
        self._work = Session(profile_at(folder), Nobody())
        self._ca = ca
        self.helping: Helping | None = None
        self._snapshot, self._path, self._more = "", "", ""
        self.setWindowTitle(say("CyberLib : aider un client", "CyberLib: help a customer"))
        self.resize(860, 640)
        self._pages = QStackedWidget()
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(self._pages)
        self.joining = Joining(credential, self.join)
        self._pages.addWidget(self.joining)
        self._pages.addWidget(self._make_session())
        self._done.connect(lambda then, result: then(result))
        self._moved.connect(self.show_state)
        self._ticks = QTimer(self, interval=_TICK)
        self._ticks.timeout.connect(self._tick)
        self._left = 0
        self.joining.words.setFocus()

    # ---- the two pages

    def _make_session(self) -> QWidget:
        ground, column = page(gap=10)
        self.state = label(kind="strong", wrap=True)
        leave = button(say("Quitter la séance", "Leave the session"), self.leave)
        head = row(self.state, leave)
        head.setStretch(0, 1)
        column.addLayout(head)
        self.shows = {
            "state": button(say("État", "State"), lambda: self.ask(m.AskState)),
            "incidents": button(say("Incidents", "Incidents"), lambda: self.ask(m.AskIncidents)),
            "snapshots": button(say("Versions", "Snapshots"), lambda: self.ask(m.AskSnapshots)),
        }
        self.text = QLineEdit()
        self.text.setPlaceholderText(say("Chercher un nom dans la version", "Find a name in the snapshot"))
        self.text.setAccessibleName(self.text.placeholderText())
        self.text.returnPressed.connect(self.look_for)
        self.find_it = button(say("Chercher", "Find"), self.look_for)
        column.addLayout(row(*self.shows.values(), self.text, self.find_it, gap=8))
        self.where = label(kind="soft", wrap=True)
        self.up = button(say("Remonter", "Up"), self._up, link=True)
        place = row(self.where, self.up)
        place.setStretch(0, 1)
        column.addLayout(place)
        self.list = QTreeWidget()
        self.list.setRootIsDecorated(False)
        self.list.setHeaderHidden(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(say("Ce que le client montre", "What the customer shows"))
        self.list.itemActivated.connect(self._enter)
        column.addWidget(self.list, 1)
        self.told = label(kind="small-ink", wrap=True)
        self.more = button(say("Suite", "More"), self._go_on)
        self.propose = button(
            say("Proposer de restaurer", "Propose to restore"), self.propose_chosen, main=True
        )
        last = row(self.told, self.more, self.propose)
        last.setStretch(0, 1)
        column.addLayout(last)
        return ground

    # ---- joining and leaving

    def join(self) -> None:
        """By what was typed."""
        words, file = self.joining.typed()
        ca = self._ca

        def work() -> Helping:
            typed = cards.typed_words(words)
            client = client_with(self._work, read_credential(file), read_ca(ca) if ca else "")
            return join(self._work, client, typed, self._moved.emit)

        self._apart(work, self._joined, self._not_joined)

    def _joined(self, helping: Helping) -> None:
        self.helping = helping
        self.joining.done()
        self.list.clear()
        self._snapshot = self._path = self._more = ""
        self._pages.setCurrentIndex(1)
        self.list.setFocus()
        self._ticks.start()
        self.show_state()

    def _not_joined(self, error: CyberlibError) -> None:
        self.joining.refuse(error_line(error))

    def leave(self) -> None:
        """For good."""
        helping = self.helping
        if helping is not None and not helping.told.over:
            self._apart(helping.leave, lambda _nothing: self.show_state(), self._refuse)
        else:
            self._pages.setCurrentIndex(0)
            self.list.clear()
            self.told.setText("")
            self._ticks.stop()

    def closeEvent(self, event: QCloseEvent) -> None:
        """See QWidget."""
        if self.helping is not None:
            self.helping.leave()
        self._work.closing.close()
        event.accept()

    # ---- how it stands

    def show_state(self) -> None:
        """What is granted; what cannot be asked for cannot be pressed."""
        if self.helping is None:
            return
        told = self.helping.told
        self._left = told.left
        self._allow()
        self.more.setVisible(bool(self._more))
        self.up.setVisible(bool(self._path))
        if told.proposals:
            self.told.setText(proposal_words(told.proposals[max(told.proposals)]))
        self._tick()

    def _allow(self) -> None:
        """What can be asked for can be pressed."""
        assert self.helping is not None
        told = self.helping.told
        on, granted = not told.over, told.granted
        for name, each in self.shows.items():
            each.setEnabled(on and ("names" if name == "snapshots" else "state") in granted)
        for part in (self.text, self.find_it):
            part.setEnabled(on and "names" in granted and bool(self._snapshot))
        self.propose.setEnabled(on and "proposal" in granted)

    def _tick(self) -> None:
        if self.helping is None:
            return
        told = self.helping.told
        self._left = max(0, self._left - 1)
        if told.over:
            ended = ended_words(told.over)
            self.state.setText(say(f"Séance terminée : {ended}.", f"Session over: {ended}."))
            self._ticks.stop()
            self._allow()  # told of it may be later
        elif told.away:
            self.state.setText(
                say("L’hébergeur n’est pas joint ; nouvel essai…", "The host is not reached; trying again…")
            )
        elif not told.granted:
            self.state.setText(
                say(
                    "Le client n’a encore rien accordé : demandez-lui la première étape.",
                    "The customer has granted nothing yet: ask them for the first step.",
                )
            )
        else:
            may, minutes = step_words(told.granted[-1]), -(-self._left // 60)
            self.state.setText(
                say(f"Accordé : {may} (encore {minutes} min).", f"Granted: {may} ({minutes} min left).")
            )

    # ---- asking

    def ask(self, make: Callable[[int], m.Asked]) -> None:
        """Asks, and shows the answer when it comes."""
        helping = self.helping
        if helping is not None:
            self.told.setText(say("Demandé…", "Asked…"))
            self._apart(lambda: helping.ask(make), self.show_answer, self._refuse)

    def look_for(self) -> None:
        """The text, in the snapshot that was opened."""
        text, snapshot = self.text.text().strip(), self._snapshot
        if len(text) >= 2 and snapshot:
            self._path = ""
            self.ask(lambda n: m.AskFind(n, snapshot, text))

    def propose_chosen(self) -> None:
        """The rows that are chosen."""
        paths = [str(each.data(0, _ROLE)) for each in self.list.selectedItems()][:100]
        snapshot = self._snapshot
        if paths and snapshot:
            self.ask(lambda n: m.Propose(n, snapshot, paths))
        else:
            self.told.setText(
                say("Choisissez d’abord des lignes de la liste.", "First choose rows of the list.")
            )

    def _enter(self, item: QTreeWidgetItem, _column: int) -> None:
        value, kind = item.data(0, _ROLE), item.data(1, _ROLE)
        if kind == "snapshot":
            self._open(str(value), "")
        elif kind == "folder":
            self._open(self._snapshot, str(value))

    def _up(self) -> None:
        self._open(self._snapshot, self._path.rpartition("/")[0])

    def _go_on(self) -> None:
        after = self._more
        self.ask(lambda n: m.AskNames(n, self._snapshot, self._path, after))

    def _open(self, snapshot: str, path: str) -> None:
        self._snapshot, self._path, self._more = snapshot, path, ""
        self.ask(lambda n: m.AskNames(n, snapshot, path))

    def show_answer(self, answer: m.Answer) -> None:
        """In the list."""
        self.told.setText("")
        if isinstance(answer, m.No):
            self.told.setText(error_line(CyberlibError(answer.code)))
        elif isinstance(answer, m.Lines):
            self._fill([""], [([fit(line)], "", "") for line in answer.lines])
            self._snapshot = self._path = self._more = ""
            self.where.setText("")
        elif isinstance(answer, m.Snapshots):
            head = [say("Version du", "Snapshot of"), say("Fichiers", "Files")]
            self._fill(head, [([moment(x.time), str(x.files)], x.id, "snapshot") for x in answer.rows])
            self._path = self._more = ""
            self.where.setText(say("Ouvrez une version pour voir les noms.", "Open a snapshot to see names."))
        elif isinstance(answer, m.Names):
            self._show_names(answer)
        self.show_state()

    def _show_names(self, names: m.Names) -> None:
        head = [say("Nom", "Name"), say("Taille", "Size"), say("Modifié", "Changed")]
        rows = [([self._short(x), size(x.size), moment(x.time)], x.path, x.kind) for x in names.rows]
        self._fill(head, rows)
        self._more = names.rows[-1].path if names.more and names.rows else ""
        place = self._path or say("toute la version", "the whole snapshot")
        self.where.setText(
            say(f"Version {self._snapshot[:8]} : {place}", f"Snapshot {self._snapshot[:8]}: {place}")
        )

    def _short(self, shown: m.NameRow) -> str:
        """Without the folder that is open."""
        name = shown.path.removeprefix(f"{self._path}/") if self._path else shown.path
        return fit(name) + ("/" if shown.kind == "folder" else "")

    def _fill(self, head: list[str], rows: Sequence[tuple[list[str], str, str]]) -> None:
        self.list.clear()
        self.list.setColumnCount(len(head))
        self.list.setHeaderLabels(head)
        self.list.setHeaderHidden(head == [""])
        for texts, value, kind in rows:
            item = QTreeWidgetItem(texts)
            item.setData(0, _ROLE, value)
            item.setData(1, _ROLE, kind)
            item.setToolTip(0, tip(value or texts[0]))
            self.list.addTopLevelItem(item)
        self.list.header().setStretchLastSection(False)
        for place in range(len(head)):
            self.list.header().setSectionResizeMode(place, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _refuse(self, error: CyberlibError) -> None:
        self.told.setText(error_line(error))
        self.show_state()

    def _apart(
        self,
        work: Callable[[], Any],
        then: Callable[[Any], object],
        failed: Callable[[CyberlibError], object],
    ) -> None:
        """Works in a thread of its own; `then` or `failed` is called in the window's."""

        def run() -> None:
            try:
                result = work()
            except CyberlibError as error:
                self._done.emit(failed, error)
            else:
                self._done.emit(then, result)

        threading.Thread(target=run, daemon=True).start()
