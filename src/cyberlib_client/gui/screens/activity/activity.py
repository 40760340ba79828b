"""What is at work, with pause and stop; what was done; what went wrong, and what to do."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMenu, QProgressBar, QVBoxLayout

from ....app.agent.client import AgentClient
from ....app.agent.messages import Begun, Ended, ProgressTold, raised
from ....app.agent.status import StatusInfo
from ....app.clerk import questions as q
from ....app.messages import error_message, waiting_message
from ....app.reports import Report, ReportIncident
from ....app.wording.language import language, say
from ....app.wording.pace import Pace
from ....app.wording.report_words import COMMANDS, incident_message, reason_of, with_remark, word
from ....app.wording.units import FILE, count, many, moment, percent, size
from ....core.events import Progress
from ...doing import doing_button
from ...room import House, Room
from ...widgets.basics import Card, IconLabel, button, clear, column, label, line, row
from ...words import DOING, doing, for_window, left, soon
from .past import Past

_INCIDENTS = 12


class Activity(Room):
    """See the module."""

    def __init__(self, house: House) -> None:
        super().__init__(house, say("Activité", "Activity"))
        self.column.addWidget(label(say("Activité", "Activity"), "title"))
        self.now = _Now(house)
        self.column.addWidget(self.now)
        self._faults = Card(say("À regarder", "To look at"))
        self._fault_lines = QVBoxLayout()
        self._faults.body.addLayout(self._fault_lines)
        self._faults.hide()
        self.column.addWidget(self._faults)
        self._past = Past()
        self.column.addWidget(self._past)
        self.column.addStretch(1)
        self.bridge.status.connect(self.now.show_status)

    def enter(self) -> None:
        """See Room."""
        self.now.show_status(self.bridge.agent)
        self.bridge.ask(q.HistoryAsked, Report, self._show, failed=self.house.say_error)

    def heard(self, job: int, event: object) -> None:
        """See Room."""
        self.now.heard(event)
        if isinstance(event, Ended):
            self.bridge.ask(q.HistoryAsked, Report, self._show, failed=self.house.say_error)

    def _show(self, told: Report) -> None:
        self._past.tell(told.runs)
        clear(self._fault_lines)
        standing = _told_once([each for each in told.incidents if each.cleared is None])
        for each in reversed(standing[-_INCIDENTS:]):
            self._fault_lines.addLayout(_fault_line(self.house, each))
            self._fault_lines.addWidget(line())
        if len(standing) > _INCIDENTS:
            more = count(len(standing) - _INCIDENTS)
            self._fault_lines.addWidget(label(say(f"… et {more} autres", f"… and {more} more"), "small"))
        self._faults.setVisible(bool(standing))


def _told_once(incidents: list[ReportIncident]) -> list[ReportIncident]:
    """A disk that is not there fails a backup and a restore alike: one line, since the first."""
    told = dict[str, ReportIncident]()
    for each in incidents:
        told.setdefault(_title(each), each)
    return list(told.values())


def _title(each: ReportIncident) -> str:
    title = incident_message(each).title
    return with_remark(title, f" – {each.subject}") if each.subject[:1] == "/" else title


def _fault_line(house: House, each: ReportIncident) -> QVBoxLayout:
    code = reason_of(each.kind)
    message = for_window(incident_message(each), code)
    wrong = each.severity == "critical"
    words = column(label(_title(each), "strong", wrap=True), gap=2)
    if message.advice:
        words.addWidget(label(message.advice, "small", wrap=True))
    since = label(say(f"depuis le {moment(each.first)}", f"since {moment(each.first)}"), "small")
    what = doing(code)
    act = [doing_button(house, what)] if what and DOING[what].room != "activity" else []
    sign = IconLabel("cross" if wrong else "alert", "wrong" if wrong else "todo")
    made = row(sign, words, since, *act, gap=14)
    made.setStretch(1, 1)
    return column(made)


class _Now(Card):
    """The job at work, or what is waited for."""

    def __init__(self, house: House) -> None:
        super().__init__(say("En ce moment", "Now"))
        self._house = house
        self._pause = button(say("Suspendre", "Pause"), self._open_pauses, sign="pause")
        self._resume = button(say("Reprendre", "Resume"), lambda: house.do("resume"), sign="play")
        self._stop = button(say("Arrêter", "Stop"), self._stop_it)
        self._begin = button(
            say("Sauvegarder maintenant", "Back up now"), lambda: house.do("backup"), main=True
        )
        self.body.removeWidget(self.title)
        head = row(self.title, None, self._pause, self._resume, self._stop, self._begin)
        self.body.addLayout(head)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(say("Avancement", "Progress"))
        self._figures, self._speed = label(kind="small-ink"), label(kind="small")
        self._file, self._more = label(kind="small"), label(kind="small", wrap=True)
        self.body.addWidget(self._bar)
        self.body.addLayout(row(self._figures, None, self._speed))
        self.body.addWidget(self._file)
        self.body.addWidget(self._more)
        self._pace = Pace()
        self._command = ""
        self._stopping = False
        self._newest: Progress | None = None
        self._draw = QTimer(self)
        self._draw.setInterval(200)
        self._draw.setSingleShot(True)
        self._draw.timeout.connect(self._show_newest)
        self.show_status(house.bridge.agent)

    def show_status(self, status: StatusInfo | None) -> None:
        """What the agent says of itself."""
        job = status.job if status is not None else None
        paused = status is not None and status.paused_until is not None
        self._stop.setVisible(job is not None)
        self._stop.setEnabled(not self._stopping)
        self._pause.setVisible(status is not None and not paused)
        self._resume.setVisible(paused)
        self._begin.setVisible(job is None)
        for each in (self._bar, self._figures, self._speed, self._file):
            each.setVisible(job is not None)
        if job is not None:
            self._command = job.command
            if job.progress is not None and self._newest is None:
                self._newest = job.progress
                self._show_newest()
            name = word(COMMANDS, job.command).capitalize()
            self.title.setText(say(f"{name} en cours", f"{name} at work"))
            if self._stopping:
                self._more.setText(say("Arrêt demandé : fin du fichier en cours…", "Stopping…"))
            return
        self._stopping, self._newest, self._pace = False, None, Pace()
        self.title.setText(say("En ce moment", "Now"))
        self._more.setText(waits(status))
        self._more.show()

    def heard(self, event: object) -> None:
        """An event of the job."""
        if isinstance(event, ProgressTold):
            self._newest = event.progress
            done = event.progress.bytes_done
            self._pace.mark(time.monotonic(), done, done - event.progress.bytes_known)
            if not self._draw.isActive():
                self._draw.start()
        elif isinstance(event, Begun):
            self._pace, self._newest, self._stopping = Pace(), None, False
            self._bar.setRange(0, 0)
            self._figures.setText(say("Préparation…", "Getting ready…"))
        elif isinstance(event, Ended) and event.error is not None and event.error.kind != "Stopped":
            self._house.say_error(raised(event.error))

    def _show_newest(self) -> None:
        told = self._newest
        if told is None:
            return
        total = told.bytes_total
        if total:
            self._bar.setRange(0, 1000)
            self._bar.setValue(min(1000, told.bytes_done * 1000 // total))
        else:
            self._bar.setRange(0, 0)
        parts = []
        if total:
            parts.append(percent(told.bytes_done, total))
        if told.files_total is not None:
            files = f"{count(told.files_done)} / {many(told.files_total, *FILE)}"
            parts += [
                files,
                say(
                    f"{size(told.bytes_done)} sur {size(total or 0)}",
                    f"{size(told.bytes_done)} of {size(total or 0)}",
                ),
            ]
        elif told.files_done:
            parts += [many(told.files_done, *FILE), size(told.bytes_done)]
        self._figures.setText(" · ".join(parts) or say("Préparation…", "Getting ready…"))
        speed = self._pace.speed() if self._pace.marked else 0.0
        words = []
        if speed > 0:
            words.append(f"{size(round(speed))}/s")
            if total and total > told.bytes_done:
                words.append(left((total - told.bytes_done) / speed))
        self._speed.setText(" · ".join(words))
        self._file.setText("" if self._house.locked else told.current.replace("/", " › ").strip(" ›"))
        if not self._stopping:
            self._more.setText(_sent(told))

    def _open_pauses(self) -> None:
        menu = QMenu(self)
        now = time.time_ns()
        hour = 3600 * 10**9
        tomorrow = datetime.now().astimezone().replace(hour=7, minute=0, second=0) + timedelta(days=1)
        for words, until in (
            (say("Pendant une heure", "For an hour"), now + hour),
            (say("Pendant quatre heures", "For four hours"), now + 4 * hour),
            (say("Jusqu’à demain matin", "Until tomorrow morning"), round(tomorrow.timestamp()) * 10**9),
        ):
            menu.addAction(words, partial(self._pause_until, until))
        menu.popup(self._pause.mapToGlobal(self._pause.rect().bottomLeft()))

    def _pause_until(self, until: int) -> None:
        self._house.bridge.order(lambda agent: agent.pause(until))

    def _stop_it(self) -> None:
        def stop(agent: AgentClient) -> None:
            agent.stop()

        self._stopping = True
        self._stop.setEnabled(False)
        self._more.setText(say("Arrêt demandé…", "Stopping…"))
        self._house.bridge.order(stop)


def _sent(told: Progress) -> str:
    parts = []
    if told.bytes_known and told.bytes_done:
        known = percent(told.bytes_known, told.bytes_done)
        parts.append(say(f"Déjà dans le coffre : {known}", f"Already in the vault: {known}"))
    if told.bytes_stored:
        parts.append(say(f"Envoyé : {size(told.bytes_stored)}", f"Sent: {size(told.bytes_stored)}"))
    return "      ".join(parts)


def waits(status: StatusInfo | None) -> str:
    """Why nothing is at work, and when something will be."""
    if status is None:
        return say(
            "La sauvegarde automatique est arrêtée : rien ne se fait seul. « Sauvegarder maintenant » la"
            " démarre.",
            "Automatic backup is stopped: nothing runs by itself. “Back up now” starts it.",
        )
    if status.problem:
        return str(
            for_window(error_message(status.problem, status.problem_facts, language()), status.problem)
        )
    if status.paused_until is not None:
        until = _clock(status.paused_until)
        return say(f"Les sauvegardes sont en pause jusqu’au {until}.", f"Backups are paused until {until}.")
    if status.waiting:
        each = status.waiting[0]
        facts = {n: _clock(f) if n == "until" and isinstance(f, int) else f for n, f in each.facts.items()}
        return str(for_window(waiting_message(each.kind, facts, language()), each.kind))
    if status.next_run is not None:
        when = soon(status.next_run)
        return say(f"Rien en cours. Prochaine sauvegarde : {when}.", f"Nothing at work. Next backup: {when}.")
    return say("Rien en cours.", "Nothing at work.")


def _clock(nanoseconds: int) -> str:
    at = datetime.fromtimestamp(nanoseconds / 1e9).astimezone()
    return f"{at:%d/%m/%Y %H:%M}" if language() == "fr" else f"{at:%Y-%m-%d %H:%M}"
