"""What others choose, such as names of files, does nothing to the window that shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import Qt as Markup
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QAbstractButton, QLabel

from cyberlib_client.app.brought import Brought, BroughtItem
from cyberlib_client.gui.screens.folders.folders import Folders
from cyberlib_client.gui.screens.restore.restore import Restore
from cyberlib_client.gui.screens.restore.told import Told
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
