"""What others choose, such as names of files, does nothing to the window that shows it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import Qt as Markup
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QAbstractButton, QLabel

from cyberlib_client.app.brought import Brought, BroughtItem
from cyberlib_client.app.wording import language
from cyberlib_client.gui.screens.folders.folders import Folders
from cyberlib_client.gui.screens.restore.restore import Restore
from cyberlib_client.gui.screens.restore.showing import _image
from cyberlib_client.gui.screens.restore.told import Told, table_of
from tests.gui.conftest import Shown
from tests.support.command_line import CommandLine

Show = Callable[[CommandLine], Shown]
_MARKUP = '<img src="file:'
"""A folder of this name that holds others makes an address: an image that is read when one points at it."""


def read(words: str) -> str:
    """What somebody reads who points at it."""
    return QTextDocumentFragment.fromHtml(words).toPlainText() if Markup.mightBeRichText(words) else words


def tips(model: QAbstractItemModel, row: int = 0) -> list[Any]:
    """What is told of each column of a line that is pointed at."""
    role = Qt.ItemDataRole.ToolTipRole
    return [model.data(model.index(row, column), role) for column in range(model.columnCount())]


@pytest.fixture
def odd(line: CommandLine, tmp_path: Path) -> Path:
    """A practice with names that somebody sent it, one of them of a file that is left out."""
    folder = tmp_path / "R&D"
    inner = folder / _MARKUP / "dev"
    inner.mkdir(parents=True)
    for name in ('zero">.txt', 'zero">.tmp'):
        (inner / name).write_text("Bonjour", encoding="utf-8")
    line("sources", "add", str(folder), "--exclude", "*.tmp")
    line("backup")
    return folder


def test_names_that_look_like_markup_are_read_letter_by_letter(
    line: CommandLine, odd: Path, show: Show
) -> None:
    shown = show(line)
    path = f'{odd}/{_MARKUP}/dev/zero">'
    shown.window.go("restore")
    shown.settle()
    restore = shown.window.rooms["restore"]
    assert isinstance(restore, Restore)
    restore.open_folder(f"{odd}/{_MARKUP}/dev")
    shown.settle()
    assert [read(each) for each in tips(restore.listing) if each] == [f"{path}.txt"]
    crumbs = [each for each in restore.findChildren(QAbstractButton) if "R&" in each.text()]
    assert [(each.text(), each.shortcut().toString()) for each in crumbs] == [("R&&D", "")]

    item = BroughtItem(path, "refused", "restore_denied", path)
    told = Told(restore.taking, Brought("", 0, 0, 0, 0, 0, 0, 0, 1, 0.0, 3, [item]))
    assert next(read(each) for each in tips(told.table.model()) if each) == path

    shown.window.go("folders")
    shown.settle()
    folders = shown.window.rooms["folders"]
    assert isinstance(folders, Folders)
    left = [read(each.toolTip()) for each in folders.findChildren(QLabel) if "zero" in each.toolTip()]
    assert left and set(left) == {f"{path}.tmp"}


def jpeg(scans: int) -> bytes:
    """A grey progressive JPEG of 64 × 64; each scan but the first says in a few bytes that it is empty."""

    def part(marker: int, data: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + (len(data) + 2).to_bytes(2) + data

    lengths = bytes([1] + [0] * 15)
    head = [
        b"\xff\xd8",
        part(0xDB, b"\0" + bytes([1] * 64)),
        part(0xC2, bytes([8, 0, 64, 0, 64, 1, 1, 0x11, 0])),
        part(0xC4, b"\x00" + lengths + b"\x00"),
        part(0xC4, b"\x10" + lengths + b"\xe0"),
        part(0xDA, bytes([1, 1, 0, 0, 0, 0])) + bytes(8),
    ]
    empty = part(0xDA, bytes([1, 1, 0, 1, 63, 0])) + b"\x7f\xff\x00"
    return b"".join(head) + empty * (scans - 1) + b"\xff\xd9"


def test_an_image_that_would_take_minutes_is_not_drawn() -> None:
    """4 MB of such scans took the window four minutes."""
    drawn = _image(jpeg(12))
    assert drawn is not None and drawn.width() == 64
    assert _image(jpeg(1000)) is None


@pytest.mark.parametrize("spoken", ["fr", "en"])
def test_a_name_makes_no_cell_of_a_report(spoken: Any) -> None:
    """French spreadsheets part cells at semicolons, and calculate those that begin with an equals sign."""
    before = language.language()
    language.choose(spoken)
    try:
        items = [BroughtItem(f"/Cabinet/a{sign}=1+1", "written") for sign in ";,"]
        made = table_of(Brought("", 0, 0, 0, 0, 0, 0, 0, 1, 0.0, 2, items))
    finally:
        language.choose(before)
    for sign in ";,":
        rows = list(csv.reader(io.StringIO(made), delimiter=sign))
        assert not [cell for row in rows for cell in row if cell.startswith("=")]
    own = ";" if spoken == "fr" else ","
    assert [len(row) for row in csv.reader(io.StringIO(made), delimiter=own)] == [3, 3, 3]
