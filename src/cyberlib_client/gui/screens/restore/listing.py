"""The entries of a folder of the vault, as they come: a million do not stop the window."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon, QPixmap

from ....app.listed import Listed
from ....app.wording.language import Both, language, say
from ....app.wording.units import modified, size
from ...look.icons import pixmap
from ...look.theme import theme
from ...widgets.basics import tip

HEADS: Final = (Both("Nom", "Name"), Both("Modifié", "Modified"), Both("Taille", "Size"))
FOUND: Final = (HEADS[0], Both("Dernière version", "Last version"), HEADS[2])
VERSIONS: Final = (Both("Version", "Version"), HEADS[1], HEADS[2])
"""Of a folder, of what a search found, and of the versions of one file."""
_SIGNS: Final = {"directory": "folder", "file": "file", "symlink": "link"}
_IMAGES: Final = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".dcm", ".webp")
_TEXTS: Final = (".txt", ".doc", ".docx", ".odt", ".pdf", ".rtf", ".md", ".csv", ".html")
_BASES: Final = (".sqlite", ".db", ".fdb", ".mdb", ".accdb", ".sqlite3")

Index = QModelIndex | QPersistentModelIndex


def sign_of(entry: Listed) -> str:
    """The icon for an entry."""
    if entry.kind != "file":
        return _SIGNS.get(entry.kind, "file")
    name = entry.path.lower()
    for endings, sign in ((_IMAGES, "image"), (_TEXTS, "text"), (_BASES, "database")):
        if name.endswith(endings):
            return sign
    return "file"


class Row(msgspec.Struct, frozen=True, gc=False):
    """What a line shows. `named`: what stands for the entry's name, "" for that itself; `seen`: when it was
    saved last, in place of when it was modified; `snapshot`: the version it is of, "" for the shown one."""

    entry: Listed
    named: str = ""
    seen: str = ""
    snapshot: str = ""

    @property
    def name(self) -> str:
        """What the first column shows."""
        return self.named or self.entry.path.rpartition("/")[2]


def name_first(path: str) -> str:
    """A path as a search shows it: what does not fit is cut at the end, and names tell more than folders."""
    folder, _slash, name = path.rpartition("/")
    return f"{name} · {folder}" if folder else name


SORTED: Final = 5_000
"""Rows that are put in order without being asked; more of them would stop the window for a moment."""

_DIGITS: Final = re.compile(r"(\d+)")


def order_of(name: str) -> tuple[object, ...]:
    """By which people look a name up: without case and accents, and numbers by what they are worth."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    parts = _DIGITS.split("".join(each for each in plain if not unicodedata.combining(each)))
    numbers = [int(part) if number % 2 else part for number, part in enumerate(parts)]
    return tuple(numbers), name


class Listing(QAbstractTableModel):
    """Rows are added at the end only: nothing is sorted while somebody reads, unless they ask for it."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._heads: tuple[Both, ...] = HEADS

    def clear(self, heads: tuple[Both, ...] = HEADS) -> None:
        """Nothing is shown; what comes has those heads."""
        self.beginResetModel()
        self._rows, self._heads = [], heads
        self.endResetModel()

    def add(self, rows: list[Row]) -> None:
        """More of it."""
        if not rows:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows += rows
        self.endInsertRows()

    def row_at(self, number: int) -> Row:
        """What a line shows."""
        return self._rows[number]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        """See QAbstractTableModel."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (as above)
        """See QAbstractTableModel."""
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See QAbstractTableModel."""
        if side is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return str(self._heads[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See QAbstractTableModel."""
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return picture(sign_of(row.entry))
        if role == Qt.ItemDataRole.ForegroundRole and index.column() > 0 and not theme().tokens.contrast:
            return theme().colour("soft")
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 0:
            return tip(row.entry.native or row.entry.path)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """See QAbstractItemModel: folders first, whichever the order. What is selected stays so."""
        if column not in range(len(HEADS)) or len(self._rows) < 2:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        held = [(self._rows[index.row()], index.column()) for index in before]
        self._rows.sort(key=self._key(column), reverse=order == Qt.SortOrder.DescendingOrder)
        self._rows.sort(key=lambda row: row.entry.kind != "directory")
        places = {id(row): number for number, row in enumerate(self._rows)} if held else {}
        self.changePersistentIndexList(before, [self.index(places[id(row)], at) for row, at in held])
        self.layoutChanged.emit()

    def _key(self, column: int) -> Callable[[Row], Any]:
        if column == 1:
            return lambda row: row.seen or row.entry.modified or ""
        if column == 2:
            return lambda row: row.entry.size
        if len(self._rows) <= SORTED:
            return lambda row: order_of(row.name)
        return lambda row: row.name.casefold()

    @staticmethod
    def _text(row: Row, column: int) -> str:
        entry = row.entry
        if column == 0:
            return row.name
        if column == 1:
            return when(row.seen) if row.seen else modified(entry)
        return size(entry.size) if entry.kind == "file" else ""


def picture(sign: str) -> QPixmap | QIcon:
    """An icon of a row; of a selected one in the colour of its text, where that is another."""
    tokens = theme().tokens
    drawn = pixmap(sign, tokens.soft, 20, 2.0)
    if not tokens.contrast:
        return drawn
    made = QIcon(drawn)
    made.addPixmap(pixmap(sign, tokens.on_side, 20, 2.0), QIcon.Mode.Selected)
    return made


def when(iso: str) -> str:
    """A moment as people say it."""
    at, days = _ago(iso)
    if days == 0:
        return say(f"Aujourd’hui {at:%H:%M}", f"Today {at:%H:%M}")
    if days == 1:
        return say(f"Hier {at:%H:%M}", f"Yesterday {at:%H:%M}")
    return f"{at:%d/%m/%Y %H:%M}" if language() == "fr" else f"{at:%Y-%m-%d %H:%M}"


def version_of(iso: str) -> str:
    """A version by its moment: "Version d’hier 18:30"."""
    at, days = _ago(iso)
    if days == 0:
        return say(f"Version d’aujourd’hui {at:%H:%M}", f"Version of today {at:%H:%M}")
    if days == 1:
        return say(f"Version d’hier {at:%H:%M}", f"Version of yesterday {at:%H:%M}")
    return say(f"Version du {when(iso)}", f"Version of {when(iso)}")


def _ago(iso: str) -> tuple[datetime, int]:
    """On this machine's clock, and how many days ago that is."""
    at = datetime.fromisoformat(iso.replace("Z", "+00:00")).astimezone()
    return at, (datetime.now().astimezone().date() - at.date()).days
