"""The list of what was done: made in pieces, and one line more when one more thing was done."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from cyberlib_client.app.reports import ReportRun
from cyberlib_client.gui.screens.activity.past import Past
from tests.gui.test_window import words


def runs(count: int) -> list[ReportRun]:
    """The oldest first; each with its number of files."""
    begun = datetime.now(UTC) - timedelta(hours=1)
    return [
        ReportRun(
            command="backup",
            trigger="user",
            started=begun.isoformat(),
            ended=(begun + timedelta(seconds=1)).isoformat(),
            outcome="completed",
            exit=0,
            reason="",
            facts={},
            snapshot="",
            files=number + 100,
            bytes=1,
            stored=1,
            unread=0,
            scope="full",
        )
        for number in range(count)
    ]


def numbers(past: Past) -> list[int]:
    """Of the lines, from the top."""
    lines = [past._lines.itemAt(at) for at in range(past._lines.count())]
    told = "\n".join(words(each.widget()) for each in lines if each is not None and each.widget() is not None)
    return [int(found) - 100 for found in re.findall(r"· (\d+)[\s\u202f\xa0]f", told)]


def test_one_more_run_is_one_more_line(qtbot: QtBot) -> None:
    past = Past()
    qtbot.addWidget(past)
    made = runs(41)
    past.tell([])
    assert "se liront ici" in words(past) or "told here" in words(past)
    past.tell(made[:12])
    qtbot.waitUntil(lambda: numbers(past) == list(range(11, -1, -1)))
    before = [each for each in past.findChildren(QWidget) if each.parent() is past]
    past.tell(made[:13])
    assert numbers(past) == list(range(12, -1, -1))
    assert all(isValid(each) and each.isVisibleTo(past) for each in before)
    past.tell(made[:40])  # many at once: made anew
    qtbot.waitUntil(lambda: numbers(past) == list(range(39, 9, -1)))
    past.tell(made)
    qtbot.waitUntil(lambda: numbers(past) == list(range(40, 10, -1)))
    past.tell(made[:3])
    qtbot.waitUntil(lambda: numbers(past) == [2, 1, 0])
