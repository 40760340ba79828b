"""PDF documents, looked at before they are restored."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from cyberlib_client.gui.screens.restore import pages
from cyberlib_client.gui.screens.restore.restore import Restore
from cyberlib_client.gui.screens.restore.showing import Larger
from tests.gui.conftest import Shown
from tests.integration.test_drawing import document
from tests.support.command_line import CommandLine

Show = Callable[[CommandLine], Shown]


@pytest.fixture
def look(line: CommandLine, tmp_path: Path, show: Show) -> Callable[[str], tuple[Shown, Restore]]:
    """Shows the room of restores with the file of that name chosen."""
    folder = tmp_path / "Cabinet"
    folder.mkdir()
    (folder / "Courrier.pdf").write_bytes(document(pages=3))
    (folder / "Long.pdf").write_bytes(document(pages=2) + b"%" + bytes(5 << 20))
    (folder / "Fermé.pdf").write_bytes(document(password="cheval"))
    (folder / "Vide.txt").write_bytes(b"")
    line("backup", str(folder))

    def look(name: str) -> tuple[Shown, Restore]:
        shown = show(line)
        shown.window.go("restore")
        shown.settle()
        room = shown.window.rooms["restore"]
        assert isinstance(room, Restore)
        names = [room.listing.row_at(n).name for n in range(room.listing.rowCount())]
        room.table.selectRow(names.index(name))
        return shown, room

    return look


def words(room: Restore) -> str:
    seen = [each.text() for each in room.taking.findChildren(QLabel) if each.isVisibleTo(room)]
    return "\n".join(seen)


def test_its_pages_are_turned(look: Callable[[str], tuple[Shown, Restore]]) -> None:
    shown, room = look("Courrier.pdf")
    paper = room.taking.findChild(pages.Pages)
    assert paper is not None
    shown.until(lambda: paper.at.text() == "Page 1 sur 3")
    picture = paper.findChildren(QLabel)[0]
    first = picture.pixmap().toImage()
    assert not paper._before.isEnabled()
    for number in (2, 3):
        paper._after.click()
        shown.until(lambda number=number: paper.at.text() == f"Page {number} sur 3")
    assert not paper._after.isEnabled() and picture.pixmap().toImage() != first
    paper._before.click()
    shown.until(lambda: paper.at.text() == "Page 2 sur 3")
    room.taking.empty()
    assert paper.at.text() == "" and picture.pixmap().isNull() and not paper._content


def test_it_is_looked_at_in_a_window_of_its_own_that_leaves_nothing(
    look: Callable[[str], tuple[Shown, Restore]],
) -> None:
    shown, room = look("Courrier.pdf")
    shown.until(lambda: room.taking.enlarge.isVisibleTo(room))
    room.taking.enlarge.click()
    (larger,) = room.findChildren(Larger)
    paper = larger.showing.pages
    shown.until(lambda: paper.at.text() == "Page 1 sur 3")
    paper._after.click()
    room.taking.empty()  # as when the window is locked
    shown.until(lambda: not room.findChildren(Larger))
    shown.bot.wait(100)
    assert not room.taking.enlarge.isVisibleTo(room)


def test_a_long_one_is_fetched_whole(look: Callable[[str], tuple[Shown, Restore]]) -> None:
    shown, room = look("Long.pdf")
    paper = room.taking.findChild(pages.Pages)
    assert paper is not None
    shown.until(lambda: paper.at.text() == "Page 1 sur 2")


@pytest.mark.parametrize(
    ("name", "told"), [("Fermé.pdf", "fermé par un mot de passe"), ("Vide.txt", "Ce fichier est vide.")]
)
def test_one_that_shows_nothing_says_why(
    look: Callable[[str], tuple[Shown, Restore]], name: str, told: str
) -> None:
    shown, room = look(name)
    shown.until(lambda: told in words(room))
    assert not room.taking.enlarge.isVisibleTo(room)


@pytest.mark.parametrize(
    "program", ["import time; time.sleep(600)", "import os; os.abort()", "print('{' * 10**7)"]
)
def test_whatever_becomes_of_who_draws_is_told_and_no_process_stays(
    look: Callable[[str], tuple[Shown, Restore]], monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(pages, "SECONDS", 2)
    monkeypatch.setattr(pages, "command", lambda: [sys.executable, "-c", program])
    shown, room = look("Courrier.pdf")
    shown.until(lambda: "Ce PDF ne peut pas être montré ici" in words(room))
    paper = room.taking.findChild(pages.Pages)
    assert paper is not None and paper._drawer is None
    monkeypatch.setattr(pages, "command", lambda: ["/nowhere/at all"])
    room.taking.show_nothing()
    room.table.clearSelection()
    room.table.selectRow(0)
    shown.until(lambda: "Ce PDF ne peut pas être montré ici" in words(room))


def test_an_answer_without_end_does_not_fill_the_memory(
    look: Callable[[str], tuple[Shown, Restore]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = tmp_path / "all of it was taken"
    program = (
        f"import sys\nfor _ in range(256): sys.stdout.buffer.write(bytes(1 << 20))\nopen({str(told)!r}, 'w')"
    )
    monkeypatch.setattr(pages, "command", lambda: [sys.executable, "-c", program])
    shown, room = look("Courrier.pdf")
    shown.until(lambda: "Ce PDF ne peut pas être montré ici" in words(room))
    assert not told.exists()
