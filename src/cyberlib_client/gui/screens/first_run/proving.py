"""The first backup, and a file that is restored and compared."""

from __future__ import annotations

import time
from typing import Final

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QProgressBar

from ....app.agent.messages import BackupJob, Begun, DrillJob, Ended, Job, ProgressTold, raised
from ....app.agent.status import StatusInfo
from ....app.wording.language import say
from ....app.wording.pace import Pace
from ....app.wording.units import FILE, count, many, percent, size
from ....core.events import Progress
from ...widgets.basics import Card, Seal, column, label, row
from ...words import error, left
from .step import Step, Way

_IDLE: Final = 3
"""Looks at an agent that has nothing to do, after which a job's end was missed."""
_GLANCE: Final = 200
"""ms between two times that progress is drawn."""


class _AtWork(Step):
    """A job of the agent's, followed to its end."""

    COMMAND = ""
    JOB: Job

    def __init__(self, way: Way, title: str, intro: str) -> None:
        super().__init__(way, title, intro)
        self.done = False
        self._job: int | None = None
        self._asked = False
        self._failed = False
        self._pace = Pace()
        self._newest: Progress | None = None
        self.card = Card()
        self.seal = Seal()
        self.head, self.figures = label(kind="section", wrap=True), label(kind="small-ink", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(say("Avancement", "Progress"))
        self.file = label(kind="small", wrap=True)
        words = column(None, self.head, self.bar, self.figures, self.file, None, gap=8)
        line = row(self.seal, words, gap=20)
        line.setStretch(1, 1)
        self.card.body.addLayout(line)
        self.body.addWidget(self.card)
        self._draw = QTimer(self)
        self._draw.setInterval(_GLANCE)
        self._draw.setSingleShot(True)
        self._draw.timeout.connect(self._show_newest)
        self._idle = 0
        self.bridge.status.connect(self._look_at)

    def _look_at(self, status: StatusInfo | None) -> None:
        """Of an agent that died nothing more is heard; nor of a job whose end was told while nobody
        listened."""
        if not self._asked or not self.isVisible():
            return
        if status is None and self._job is not None:
            self._job, self._asked = None, False
            self.fail(
                say(
                    "L’agent de sauvegarde s’est arrêté. Réessayez : il redémarre, et reprend où"
                    " il en était.",
                    "The agent has ended. Try again: it starts anew, and goes on where it was.",
                )
            )
        elif status is not None:
            self._idle = self._idle + 1 if status.job is None and not status.queued else 0
            if self._idle >= _IDLE:
                self._job, self._asked, self._idle = None, False, 0
                self.way.look(self.enter)  # done all the same, so be it; else it is begun again

    @property
    def can_back(self) -> bool:
        """See Step."""
        return False

    def begin(self) -> None:
        """Has it done, unless it is at work already."""
        self.quiet()
        self._failed = False
        self.seal.show_state("clock", "brand", "brand_soft")
        self.bar.setRange(0, 0)
        self.bar.show()
        self.file.setText("")
        self.file.show()
        self.figures.setText(say("Préparation…", "Getting ready…"))
        status = self.bridge.agent
        at_work = status.job if status is not None else None
        if at_work is not None and at_work.command == self.COMMAND:
            self._job = at_work.number
        elif not self._asked:
            self.way.house.begin(self.JOB)
        self._asked = True
        self.rest()

    def heard(self, job: int, event: object) -> None:
        """See Step."""
        if isinstance(event, Begun) and event.command == self.COMMAND:
            self._job, self._pace, self._newest = job, Pace(), None
        elif job != self._job:
            return
        elif isinstance(event, ProgressTold):
            self._newest = event.progress
            done = event.progress.bytes_done
            self._pace.mark(time.monotonic(), done, done - event.progress.bytes_known)
            if not self._draw.isActive():
                self._draw.start()
        elif isinstance(event, Ended):
            self._job, self._asked, self._newest = None, False, None
            self._draw.stop()
            self.ended(event)

    def ended(self, event: Ended) -> None:
        """How it ended."""
        raise NotImplementedError

    def fail(self, words: str) -> None:
        """It did not do what it was for."""
        self._failed = True
        self.bar.hide()
        self.figures.setText("")
        self.file.hide()
        self.seal.show_state("alert", "wrong", "wrong_soft")
        self.complain(words)

    def succeed(self, head: str, figures: str) -> None:
        """It did."""
        self.done = True
        self.bar.hide()
        self.head.setText(head)
        self.figures.setText(figures)
        self.file.hide()
        self.seal.show_state("shield-check", "ok", "ok_soft")
        self.quiet()
        self.rest()

    def _show_newest(self) -> None:
        told = self._newest
        if told is None:
            return
        parts, speed = [], self._pace.speed() if self._pace.marked else 0.0
        if total := told.bytes_total:
            self.bar.setRange(0, 1000)
            self.bar.setValue(min(1000, told.bytes_done * 1000 // total))
            parts.append(percent(told.bytes_done, total))
        else:
            self.bar.setRange(0, 0)
        if told.files_total is not None:
            parts.append(f"{count(told.files_done)} / {many(told.files_total, *FILE)}")
        elif told.files_done:
            parts.append(many(told.files_done, *FILE))
        if speed > 0:
            parts.append(f"{size(round(speed))}/s")
            if total and total > told.bytes_done:
                parts.append(left((total - told.bytes_done) / speed))
        self.figures.setText(" · ".join(parts) or say("Préparation…", "Getting ready…"))
        self.file.setText(told.current.replace("/", " › ").strip(" ›"))


class Backup(_AtWork):
    """The first one."""

    COMMAND = "backup"
    JOB = BackupJob()

    def __init__(self, way: Way) -> None:
        super().__init__(
            way,
            say("La première sauvegarde", "The first backup"),
            say(
                "Vous pouvez fermer la fenêtre ou éteindre ce poste : elle continue sans vous, et reprend"
                " où elle en était.",
                "You may close the window or switch this machine off: it goes on where it was.",
            ),
        )
        self.head.setText(say("Sauvegarde en cours", "Backup at work"))

    @property
    def go_words(self) -> str:
        """See Step."""
        if self.done:
            return say("Continuer", "Continue")
        return (
            say("Réessayer", "Try again")
            if self._failed
            else say("Continuer en arrière-plan", "Go on in the background")
        )

    @property
    def can_leave(self) -> bool:
        """See Step: while it is at work, the one button says so itself."""
        return self.done or self._failed

    def enter(self) -> None:
        """See Step."""
        if self.way.told.step in ("proof", "done"):
            self._succeed()
        elif not self.done:
            self.head.setText(say("Sauvegarde en cours", "Backup at work"))
            self.begin()

    def go_on(self) -> None:
        """See Step."""
        if self.done:
            self.way.advance()
        elif self._failed:
            self.begin()
        else:
            self.way.leave()

    def ended(self, event: Ended) -> None:
        """See _AtWork."""
        if event.made_snapshot:
            self.way.look(self._succeed)
        else:
            self.head.setText(say("La sauvegarde n’a pas abouti", "The backup did not succeed"))
            self.fail(_why(event))

    def _succeed(self) -> None:
        what = f"{many(self.way.told.files, *FILE)}, {size(self.way.told.bytes)},"
        self.intro.setText(
            say(
                "Tout est chiffré dans le coffre. Désormais, seul ce qui change y est ajouté.",
                "All is in the vault, encrypted. From now on only what changes is added.",
            )
        )
        self.succeed(
            say("La première sauvegarde est faite", "The first backup is done"),
            say(
                f"{what} dans le coffre. Reste à prouver qu’un fichier en revient.",
                f"{what} in the vault. What remains is to prove that a file comes back.",
            ),
        )


class DrillTold(msgspec.Struct, frozen=True):
    """What of a drill's result is shown: see `app.drills.Drilled`."""

    outcome: str
    files: int
    compared_disk: int
    compared_vault: int
    seconds: float


class Proof(_AtWork):
    """A restore that is tried."""

    COMMAND = "drill"
    JOB = DrillJob()

    def __init__(self, way: Way) -> None:
        super().__init__(
            way,
            say("La preuve", "The proof"),
            say(
                "Une sauvegarde ne vaut que si l’on sait la relire. Des fichiers sont repris du coffre et"
                " comparés aux vôtres ; vos fichiers ne sont pas touchés.",
                "A backup is worth what can be read back from it. Files of the vault are compared with yours,"
                " which are not touched.",
            ),
        )

    @property
    def go_words(self) -> str:
        """See Step."""
        if self.done:
            return say("Aller à l’accueil", "Go to home")
        return say("Réessayer", "Try again") if self._failed else ""

    @property
    def can_leave(self) -> bool:
        """See Step."""
        return not self.done

    def enter(self) -> None:
        """See Step."""
        if self.way.told.step == "done":
            self._proven("")
        elif not self.done:
            self.head.setText(say("Essai de restauration", "Trying a restore"))
            self.begin()

    def go_on(self) -> None:
        """See Step."""
        if self.done:
            self.way.leave()
        else:
            self.enter()

    def ended(self, event: Ended) -> None:
        """See _AtWork: nothing but files that were compared proves it."""
        if event.error is not None:
            self.head.setText(say("L’essai n’a pas abouti", "The trial did not succeed"))
            self.fail(_why(event))
            return
        told = msgspec.json.decode(event.result, type=DrillTold)
        compared = told.compared_disk + told.compared_vault
        if told.outcome != "passed" or not compared:
            self.head.setText(say("L’essai a montré un défaut", "The trial showed a fault"))
            self.fail(
                say(
                    "Des fichiers ne sont pas revenus comme il fallait. Réessayez ; si cela dure,"
                    " « Activité » dit lesquels.",
                    "Files did not come back as they should. Try again; if it lasts, “Activity” tells which.",
                )
            )
            return
        many_files = many(compared, *FILE)
        self._proven(
            say(
                f"{many_files} de votre coffre : restauré, comparé, identique.",
                f"{many_files} of your vault: restored, compared, identical.",
            )
            if compared == 1
            else say(
                f"{many_files} de votre coffre : restaurés, comparés, identiques.",
                f"{many_files} of your vault: restored, compared, identical.",
            )
        )

    def _proven(self, figures: str) -> None:
        self.title.setText(say("Votre poste est protégé", "Your machine is protected"))
        self.intro.setText(
            say(
                "Les sauvegardes se font désormais seules, et une restauration est essayée chaque mois.",
                "Backups happen by themselves from now on, and a restore is tried each month.",
            )
        )
        self.succeed(say("La preuve est faite", "It is proven"), figures)


def _why(event: Ended) -> str:
    if event.error is not None:
        return str(error(raised(event.error)))
    return say(
        "Réessayez ; « Activité » dit ce qui s’est passé.", "Try again; “Activity” tells what happened."
    )
