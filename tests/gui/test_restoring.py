"""Bringing files back in the window: by the agent, several at once, told file by file, in three clicks."""

from __future__ import annotations

import contextlib
import os
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from cyberlib_client.app.agent.client import agent_of
from cyberlib_client.app.agent.messages import BackupJob, Ended
from cyberlib_client.app.agent.start import start_agent
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.core.errors import Failed
from cyberlib_client.gui.screens.restore.restore import Restore
from cyberlib_client.gui.screens.restore.showing import _image
from cyberlib_client.gui.screens.restore.told import Told
from tests.gui.conftest import Shown
from tests.support.command_line import CommandLine

Show = Callable[[CommandLine], Shown]


@pytest.fixture
def letters(line: CommandLine, tmp_path: Path) -> Path:
    """Two versions of three letters are in the vault."""
    folder = tmp_path / "Cabinet"
    folder.mkdir()
    line("sources", "add", str(folder))
    for version in ("hier", "maintenant"):
        for name in ("Martin", "Durand", "Élise"):
            (folder / f"lettre {name}.txt").write_text(f"{name}, {version}", encoding="utf-8")
        line("backup")
    return folder


@pytest.fixture
def agent(line: CommandLine, letters: Path) -> Iterator[None]:
    """The agent is at work."""
    profile = profile_at(str(line.profile))
    start_agent(profile)
    while agent_of(profile) is None:
        time.sleep(0.05)
    yield
    client = agent_of(profile)
    if client is not None:
        with client:
            client.end()
    with contextlib.suppress(Failed):  # one that is ending may hang up in the middle of its greeting
        while (there := agent_of(profile)) is not None:
            there.close()
            time.sleep(0.05)


def room_of(shown: Shown) -> Restore:
    shown.window.go("restore")
    shown.settle()
    room = shown.window.rooms["restore"]
    assert isinstance(room, Restore)
    return room


def choose_all(room: Restore) -> None:
    last = room.listing.index(room.listing.rowCount() - 1, 0)
    room.table.selectionModel().select(
        QItemSelection(room.listing.index(0, 0), last),
        QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
    )


def test_names_stand_in_the_order_of_people_and_in_another_by_a_click(
    line: CommandLine, letters: Path, show: Show
) -> None:
    (letters / "Zoé").mkdir()
    for number in (10, 9):
        (letters / f"lettre {number}.txt").write_text("x" * 200 * number, encoding="utf-8")
    line("backup")
    shown = show(line)
    room = room_of(shown)

    def names() -> list[str]:
        return [room.listing.row_at(n).name for n in range(room.listing.rowCount())]

    people = ["lettre 9.txt", "lettre 10.txt", "lettre Durand.txt", "lettre Élise.txt", "lettre Martin.txt"]
    assert names() == ["Zoé", *people]
    room.table.selectRow(1)
    head = room.table.horizontalHeader()
    for _twice in range(2):  # the second time: the largest first
        at = QPoint(head.sectionViewportPosition(2) + 8, head.height() // 2)
        shown.bot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert names()[:3] == ["Zoé", "lettre 10.txt", "lettre 9.txt"]
    (selected,) = room.table.selectionModel().selectedRows()
    assert room.listing.row_at(selected.row()).name == "lettre 9.txt"
    room.open_folder("")
    shown.settle()
    assert names() == ["Zoé", *people]


def test_until_when_the_agent_waits_is_told_as_people_write_it(
    line: CommandLine, agent: None, show: Show
) -> None:
    shown = show(line)
    shown.window.go("activity")
    shown.until(lambda: shown.bridge.agent is not None and shown.bridge.agent.waiting)
    status = shown.bridge.agent
    assert status is not None
    until = status.waiting[0].facts["until"]
    assert isinstance(until, int)
    moment = f"{datetime.fromtimestamp(until / 1e9).astimezone():%d/%m/%Y %H:%M}"
    room = shown.window.rooms["activity"]
    shown.until(lambda: any(moment in each.text() for each in room.findChildren(QLabel)))


def test_several_are_brought_back_by_the_agent_and_told_one_by_one(
    line: CommandLine, letters: Path, agent: None, tmp_path: Path, show: Show
) -> None:
    shown = show(line)
    room = room_of(shown)
    shown.until(lambda: shown.bridge.agent is not None and shown.bridge.agent.job is None)
    choose_all(room)
    assert room.taking.here.text() == "Restaurer ces 3 éléments"
    back = tmp_path / "back"
    room.taking.restore(str(back))
    assert room.taking.bringing.at_work and not room.busy  # the window may be closed
    busy: list[bool] = []
    shown.until(lambda: busy.append(room.busy) or not room.taking.bringing.at_work)  # type: ignore[func-returns-value]
    assert not any(busy), "the agent does it"
    assert "3 fichiers restaurés et contrôlés" in room.taking.told.text()
    assert len(list(back.rglob("lettre*.txt"))) == 3
    (back / next(back.rglob("lettre M*")).relative_to(back)).write_text("autre", encoding="utf-8")
    room.taking.restore(str(back))
    shown.until(lambda: not room.taking.bringing.at_work)
    room.taking.report.click()
    (told,) = room.findChildren(Told)
    items = [[told._items.index(n, c).data() for c in range(3)] for n in range(told._items.rowCount())]
    assert sorted(items) == [
        ["lettre Durand.txt", "Déjà identique", ""],
        ["lettre Martin.txt", "Restauré à côté", ""],
        ["lettre Élise.txt", "Déjà identique", ""],
    ]
    told.save(str(tmp_path / "nowhere" / "told.csv"))
    assert "pas pu être écrit" in told.problem.text()
    told.save(str(tmp_path / "told.csv"))
    assert (tmp_path / "told.csv").stat().st_mode & 0o077 == 0  # it names patients
    lines = (tmp_path / "told.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 4 and "Restauré à côté" in lines[2]
    runs = line.json("report")["result"]["runs"]
    assert [run["command"] for run in runs].count("restore") == 2


def test_without_the_device_secret_the_clerk_brings_back(
    line: CommandLine, letters: Path, agent: None, tmp_path: Path, show: Show
) -> None:
    shown = show(line)
    room = room_of(shown)  # the clerk has the vault open now; the agent has to open it itself
    for secret in (line.profile / "credentials").iterdir():
        secret.unlink()
    shown.until(lambda: shown.bridge.agent is not None and shown.bridge.agent.job is None)
    choose_all(room)
    room.taking.restore(str(tmp_path / "back"))
    shown.until(lambda: not room.taking.bringing.at_work)
    assert "3 fichiers restaurés" in room.taking.told.text()


def test_three_clicks_from_home_to_yesterdays_letter(line: CommandLine, letters: Path, show: Show) -> None:
    shown = show(line)
    shown.window.resize(1280, 800)
    shown.settle()
    clicks = 0

    def click(widget: QWidget, at: QPoint | None = None) -> None:
        nonlocal clicks
        clicks += 1
        shown.bot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or QPoint())

    def named(text: str) -> QAbstractButton:
        found = [b for b in shown.window.findChildren(QAbstractButton) if b.text().strip().startswith(text)]
        (button,) = [b for b in found if b.isVisibleTo(shown.window)]
        return button

    click(named("Restaurer"))
    room = shown.window.rooms["restore"]
    assert isinstance(room, Restore)
    shown.settle()
    shown.bot.keyClicks(shown.window.focusWidget() or room.search, "martin")
    shown.until(lambda: room.listing.rowCount() == 1)
    shown.settle()
    click(room.table.viewport(), room.table.visualRect(room.listing.index(0, 0)).center())
    shown.until(lambda: room.taking.earlier.isVisibleTo(room))
    click(named("Version d’"))
    shown.until(lambda: not room.taking.bringing.at_work)
    texts = {path.read_text("utf-8") for path in letters.glob("lettre Martin*")}
    assert texts == {"Martin, hier", "Martin, maintenant"}
    assert clicks == 3
    heads = [room.listing.headerData(n, Qt.Orientation.Horizontal) for n in range(3)]
    assert heads == ["Nom", "Dernière version", "Taille"]
    assert "est à côté" in room.taking.told.text()
    shown.bot.wait(20)  # laid out anew
    assert room.verticalScrollBar().maximum() == 0  # what became of it is in sight
    focus = shown.window.focusWidget()
    assert focus is room.taking or (focus is not None and room.taking.isAncestorOf(focus))


def test_an_image_that_would_fill_the_memory_is_not_drawn() -> None:
    def png(side: int) -> bytes:
        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        packer = zlib.compressobj(9)
        rows = b"".join(packer.compress(bytes(1 + side)) for _ in range(side)) + packer.flush()
        head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")

    drawn = _image(png(3000))
    assert drawn is not None and drawn.width() == 2000
    assert _image(png(8000)) is None
    assert _image(b"\x89PNG no image at all") is None


def test_the_window_beats_on_while_the_agent_backs_up(
    line: CommandLine, letters: Path, agent: None, show: Show, record_property: Callable[[str, object], None]
) -> None:
    """How long it stands still at most is reported, and measured by benchmarks/window.py."""
    big = letters / "scan.bin"
    big.write_bytes(os.urandom(60_000_000))
    shown = show(line)
    shown.until(lambda: shown.bridge.agent is not None and shown.bridge.agent.job is None)
    shown.window.go("activity")
    beats: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(time.monotonic()))
    ended: list[Ended] = []
    told: list[float] = []

    def heard(_job: int, event: object) -> None:
        told.append(time.monotonic())
        if isinstance(event, Ended):
            ended.append(event)

    shown.bridge.happened.connect(heard)
    timer.start(10)
    shown.bridge.begin(BackupJob(paths=[os.fsencode(letters)]))
    shown.until(lambda: ended)
    timer.stop()
    assert ended[0].error is None and len(told) > 2
    parts = [told[0] + (told[-1] - told[0]) * n / 4 for n in range(5)]
    assert all(any(a <= beat <= b for beat in beats) for a, b in pairwise(parts)), "it beat all through it"
    longest = max(b - a for a, b in pairwise(beats))
    record_property("longest block, ms", round(longest * 1000 - 10))
