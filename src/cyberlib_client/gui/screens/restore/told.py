"""What a restore brought back, file by file, and that kept in a file on wish."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from ....app.brought import Brought, BroughtItem
from ....app.messages import incident_message, translated
from ....app.wording.language import Both, language, say
from ....app.wording.units import FILE, many
from ...widgets.basics import Card, button, label, row, tip
from ...widgets.table import Table, dress
from ...words import for_window

OUTCOMES: Final = {
    "written": Both("Restauré", "Restored"),
    "kept_both": Both("Restauré à côté", "Restored beside"),
    "replaced": Both("Remplacé", "Replaced"),
    "identical": Both("Déjà identique", "Identical already"),
    "skipped": Both("Laissé tel quel", "Left as it was"),
    "refused": Both("Refusé par le système", "Refused by the system"),
    "failed": Both("Pas restauré", "Not restored"),
}
_HEADS: Final = (Both("Fichier", "File"), Both("Résultat", "Outcome"), Both("Raison", "Reason"))
_BAD: Final = ("refused", "failed")
_WRITTEN: Final = ("written", "kept_both", "replaced")

Index = QModelIndex | QPersistentModelIndex


def reason_of(item: BroughtItem) -> str:
    """Why, as a sentence; empty where all is well."""
    if not item.reason:
        return ""
    return str(for_window(incident_message(item.reason, item.detail, language())))


class _Items(QAbstractTableModel):
    def __init__(self, items: list[BroughtItem]) -> None:
        super().__init__()
        self._items = sorted(items, key=lambda each: each.outcome not in _BAD)  # what to look at first

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        """See QAbstractTableModel."""
        return 0 if parent.isValid() else len(self._items)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (as above)
        """See QAbstractTableModel."""
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See QAbstractTableModel."""
        if side is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return str(_HEADS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See QAbstractTableModel."""
        item = self._items[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(item.path if index.column() == 0 else reason_of(item))
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        name = item.path.rpartition("/")[2]
        return (name, str(OUTCOMES[item.outcome]), reason_of(item))[index.column()]


class Told(QDialog):
    """The list of a restore."""

    def __init__(self, parent: QWidget, told: Brought) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Compte rendu de la restauration", "Report of the restore"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 520)
        self._told = told
        body = QVBoxLayout(self)
        body.setContentsMargins(28, 24, 28, 20)
        body.setSpacing(14)
        body.addWidget(label(self.windowTitle(), "title"))
        body.addWidget(label(summary(told), "soft", wrap=True))
        self._items = _Items(told.items)
        self.table = Table()
        self.table.setModel(self._items)
        whole = any(item.reason for item in told.items)  # else names have its room
        dress(self.table, self.windowTitle(), 2 if whole else 0, (330 if whole else 500, 170, 200))
        self.table.setColumnHidden(2, not whole)
        card = Card(margin=8)
        card.body.addWidget(self.table)
        body.addWidget(card, 1)
        self.problem = label(kind="wrong", wrap=True)
        self.problem.hide()
        body.addWidget(self.problem)
        save = button(say("Enregistrer…", "Save…"), self._choose)
        close = button(say("Fermer", "Close"), self.accept, main=True)
        close.setDefault(True)
        body.addLayout(row(None, save, close))

    def _choose(self) -> None:
        dialog = QFileDialog(self, say("Enregistrer le compte rendu", "Save the report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([say("Tableau (*.csv)", "Table (*.csv)"), say("Texte (*.txt)", "Text (*.txt)")])
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(say("restauration.csv", "restore.csv"))
        dialog.fileSelected.connect(self.save)
        dialog.open()

    def save(self, path: str) -> None:
        """Writes it: a table for `.csv`, else lines."""
        made = table_of(self._told) if path.lower().endswith(".csv") else text_of(self._told)
        try:
            _write_whole(path, made)
        except OSError as error:
            why = translated(error.strerror or type(error).__name__, language())
            self.problem.setText(
                say(
                    f"Le fichier n’a pas pu être écrit : {why}. Choisissez un autre dossier.",
                    f"The file could not be written: {why}. Choose another folder.",
                )
            )
            self.problem.show()
        else:
            self.accept()


def _write_whole(path: str, text: str) -> None:
    """Whole or not at all: an earlier report stays. For its owner alone, since it names patients."""
    number, new = tempfile.mkstemp(prefix=".", suffix=".new", dir=os.path.dirname(os.path.abspath(path)))
    try:
        with open(number, "w", encoding="utf-8-sig", newline="") as file:
            file.write(text)
        os.replace(new, path)
    except BaseException:
        os.unlink(new)
        raise


def table_of(told: Brought) -> str:
    """Each path as it was saved. With the sign between cells that spreadsheets of this language look for, and
    all in quotes: the other sign, in a file's name, would begin a cell that may be a formula."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter=say(";", ","), quoting=csv.QUOTE_ALL)
    writer.writerow([str(head) for head in _HEADS])
    for item in told.items:
        writer.writerow([item.path, str(OUTCOMES[item.outcome]), reason_of(item)])
    return made.getvalue()


def text_of(told: Brought) -> str:
    """One line an item."""
    lines = [summary(told), ""]
    for item in told.items:
        reason = reason_of(item)
        lines.append(f"{OUTCOMES[item.outcome]} : {item.path}{f' – {reason}' if reason else ''}")
    return "\r\n".join([*lines, ""])


def summary(told: Brought) -> str:
    """In a sentence or two."""
    parts = []
    if told.files or told.directories:
        what, s = many(told.files, *FILE), "s" * (told.files > 1)
        parts.append(say(f"{what} restauré{s} et contrôlé{s}.", f"{what} restored and checked."))
    if told.kept_both:
        parts.append(
            say(
                "Ce qui existait déjà est resté ; la version restaurée est à côté, avec « CyberLib » et la"
                " date à la fin du nom.",
                "What was there has stayed; the restored version is beside it, with “CyberLib” and the date"
                " at the end of its name.",
            )
        )
    if told.identical:
        what, s = many(told.identical, *FILE), "s" * (told.identical > 1)
        parts.append(
            say(f"{what} déjà identique{s} sur ce poste.", f"{what} identical on this machine already.")
        )
    if told.skipped:
        parts.append(say("Ce qui existait a été laissé.", "What was there was left."))
    if told.failed:
        parts.append(
            say(
                f"{many(told.failed, *FILE)} : pas restauré{'s' * (told.failed > 1)}, voyez le compte rendu.",
                f"{many(told.failed, *FILE)} not restored: see the report.",
            )
        )
    if told.more:
        parts.append(say(f"{told.more} de plus ne sont pas listés.", f"{told.more} more are not listed."))
    return " ".join(parts)


def place(told: Brought) -> str:
    """Where to look for what was brought back; empty where nothing was."""
    if not told.files and not told.directories:
        return ""
    if not told.to:
        return say("C’est à sa place d’origine.", "It is where it was.")
    folder = os.path.basename(os.path.normpath(told.to)) or told.to
    return say(f"C’est dans le dossier « {folder} ».", f"It is in the folder “{folder}”.")


def folder_of(told: Brought) -> str:
    """The folder to open to see what was brought back; "" where there is none on this machine."""
    if not told.files and not told.directories:
        return ""
    written = next((each.path for each in told.items if each.outcome in _WRITTEN), "")
    folder = told.to or os.path.dirname(written)
    return folder if folder and os.path.isdir(folder) else ""
