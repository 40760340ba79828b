"""What was done, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ....app.reports import ReportRun
from ....app.wording.language import say
from ....app.wording.report_words import COMMANDS, outcome, word
from ....app.wording.units import FILE, duration, many, moment, size
from ...look.theme import theme
from ...widgets.basics import Card, Pill, Tone, clear, column, label, line, row

_MOST: Final = 30
_AT_ONCE: Final = 5
"""Lines that are made in one turn: to make all of them takes longer than a key may wait."""


class Past(Card):
    """One more run is one more line: the others stay as they are."""

    def __init__(self) -> None:
        super().__init__(say("Historique", "History"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        self.body.addLayout(self._lines)
        self._shown: list[ReportRun] = []
        self._waiting: list[ReportRun] = []
        self._day: date | None = None
        self._soon = QTimer(self)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._go_on)

    def tell(self, runs: Sequence[ReportRun]) -> None:
        """All runs, the oldest first."""
        newest = list(reversed(runs))[:_MOST]
        day = datetime.now().astimezone().date()
        known = self._shown + self._waiting
        new = next((n for n in range(len(newest)) if newest[n:] == known[: len(newest) - n]), None)
        if new is not None and new <= _AT_ONCE and day == self._day:
            for run in reversed(newest[:new]):
                self._lines.insertWidget(0, _line_of(run))
                self._shown.insert(0, run)
            while len(self._shown) > _MOST:
                self._shown.pop()
                oldest = self._lines.takeAt(len(self._shown))
                widget = oldest.widget() if oldest is not None else None
                if widget is not None:
                    widget.deleteLater()
            return
        clear(self._lines)
        self._shown, self._waiting, self._day = [], newest, day
        if not newest:
            words = say(
                "Les sauvegardes, vérifications et restaurations se liront ici.",
                "Backups, verifications and restores will be told here.",
            )
            self._lines.addWidget(label(words, "soft", wrap=True))
        self._go_on()

    def _go_on(self) -> None:
        now, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        for run in now:
            self._lines.addWidget(_line_of(run))
        self._shown += now
        if self._waiting:
            self._soon.start()
        else:
            self._soon.stop()


def _line_of(run: ReportRun) -> QWidget:
    made = QWidget()
    inside = QVBoxLayout(made)
    inside.setContentsMargins(0, 0, 0, 6)
    inside.setSpacing(6)
    inside.addLayout(_run_line(run))
    inside.addWidget(line())
    return made


def _run_line(run: ReportRun) -> QVBoxLayout:
    when = label(_day(run.started), kind="soft")
    when.setFixedWidth(theme().px(150))
    what = label(_what(run), wrap=True)
    text, tone = _result(run)
    made = row(when, what, Pill(text, tone), gap=14)
    made.setStretch(1, 1)
    return column(made)


def _day(iso: str) -> str:
    """Today and yesterday by name."""
    at = datetime.fromisoformat(iso.replace("Z", "+00:00")).astimezone()
    today = datetime.now().astimezone().date()
    clock = f"{at:%H:%M}"
    if at.date() == today:
        return say(f"Aujourd’hui {clock}", f"Today {clock}")
    if at.date() == today - timedelta(days=1):
        return say(f"Hier {clock}", f"Yesterday {clock}")
    return moment(iso)


def _what(run: ReportRun) -> str:
    parts = [word(COMMANDS, run.command).capitalize()]
    if run.files and run.command in ("backup", "restore", "drill"):
        parts.append(many(run.files, *FILE))
    if run.command == "backup" and run.outcome == "completed":
        seconds = _seconds(run)
        parts.append(
            say(
                f"{size(run.stored)} envoyés en {duration(seconds)}",
                f"{size(run.stored)} sent in {duration(seconds)}",
            )
        )
    if run.outcome != "completed":
        parts.append(outcome(run))
    return " · ".join(parts)


def _seconds(run: ReportRun) -> float:
    times = [datetime.fromisoformat(each.replace("Z", "+00:00")) for each in (run.started, run.ended)]
    return max(0.0, (times[1] - times[0]).total_seconds())


def _result(run: ReportRun) -> tuple[str, Tone]:
    if run.outcome == "failed":
        return say("Échec", "Failed"), "wrong"
    if run.outcome == "stopped":
        return say("Arrêtée", "Stopped"), ""
    if run.unread:
        return say(f"{many(run.unread, *FILE)} à voir", f"{many(run.unread, *FILE)} to look at"), "todo"
    if run.exit:
        return say("Avec réserves", "With reservations"), "todo"
    if run.command == "drill":
        return say("Prouvée", "Proven"), "ok"
    return say("Terminée", "Done"), "ok"
