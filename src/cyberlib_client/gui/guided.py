"""A meeting with support as the window has it: the red bar over every room, with Stop always at hand."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFrame

from ..app.clerk.questions_guidance import GuidanceDecided, GuidanceWanted
from ..app.guidance.told import GuidedTold
from ..app.guidance.words import step_words
from ..app.wording.language import say
from ..core.errors import CyberlibError
from ..core.events import Progress
from .bridge import Bridge
from .widgets.basics import IconLabel, button, label, row

_TICK = 1000


class Guided(QObject):
    """One meeting at a time. `changed`: how it stands, or None; `progress`: of a restore that was confirmed;
    `failed`: a decision that could not be carried out, or why it did not begin."""

    changed = Signal(object)
    progress = Signal(object)
    failed = Signal(object)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._asked: int | None = None
        self.told: GuidedTold | None = None

    @property
    def goes_on(self) -> bool:
        """Whether there is one that is not over."""
        return self._asked is not None

    def begin(self) -> None:
        """Opens one, unless one goes on."""
        if self._asked is None:
            self.told = None
            self._asked = self._bridge.ask(
                GuidanceWanted,
                GuidedTold,
                self._over,
                failed=self._refused,
                part=self._stands,
                stands=self._moves,
            )
            self.changed.emit(None)

    def decide(self, what: str, number: int = -1, to: str | None = None) -> None:
        """See questions_guidance.GuidanceDecided."""
        self._bridge.ask(
            GuidanceDecided, None, _heard, failed=self.failed.emit, what=what, number=number, to=to
        )

    def stop(self) -> None:
        """At once; nothing where there is none."""
        if self._asked is not None:
            self._bridge.stop(self._asked)  # should the other way be closed
            self.decide("stop")

    def leave(self) -> None:
        """As `stop`, and nothing of it is shown any more."""
        self.stop()
        self._asked, self.told = None, None
        self.changed.emit(None)

    def _stands(self, told: GuidedTold) -> None:
        self.told = told
        self.changed.emit(told)

    def _moves(self, progress: Progress) -> None:
        self.progress.emit(progress)

    def _over(self, told: object) -> None:
        self._asked = None
        self.changed.emit(self.told)

    def _refused(self, error: CyberlibError) -> None:
        self._asked = None
        if self.told is not None and self.told.state != "over":
            self.told = None
        self.changed.emit(self.told)
        self.failed.emit(error)


def _heard(_nothing: object) -> None:
    return None


class GuidedBar(QFrame):
    """Red, over every room, while a meeting goes on: who sees what, and Stop. `look`: shows the meeting."""

    def __init__(self, guided: Guided, look: object) -> None:
        super().__init__()
        self.setProperty("kind", "guided")
        self._guided = guided
        self._words = label(kind="guided", wrap=True)
        self._look = button(say("Voir la séance", "See the session"), look, link=True)  # type: ignore[arg-type]
        self._look.setProperty("kind", "guided-link")
        self.stop = button(say("Arrêter", "Stop"), guided.stop)
        self.stop.setProperty("kind", "guided-stop")
        self.stop.setAccessibleName(say("Arrêter la séance d’assistance", "Stop the session with support"))
        inside = row(IconLabel("alert", "on_brand"), self._words, self._look, self.stop)
        inside.setContentsMargins(24, 8, 24, 8)
        inside.setStretch(1, 1)
        self.setLayout(inside)
        self._ticks = QTimer(self, interval=_TICK)
        self._ticks.timeout.connect(self._tick)
        self._left = 0
        guided.changed.connect(self.show_state)
        self.hide()

    def show_state(self, told: GuidedTold | None) -> None:
        """As it stands."""
        on = self._guided.goes_on and (told is None or told.state != "over")
        self.setVisible(on)
        if not on:
            self._ticks.stop()
            return
        self._left = told.left if told is not None else 0
        self._ticks.start()
        self._say()

    def _tick(self) -> None:
        self._left = max(0, self._left - 1)
        self._say()

    def _say(self) -> None:
        words = bar_words(self._guided.told, self._left)
        self._words.setText(words)
        self.setAccessibleName(words)

    @property
    def text(self) -> str:
        """What it says."""
        return self._words.text()


def bar_words(told: GuidedTold | None, left: int) -> str:
    """One line: who is there, what they may see, how long."""
    if told is None:
        return say("La séance s’ouvre…", "The session is being opened…")
    minutes = -(-left // 60)
    time = say(f"encore {minutes} min", f"{minutes} min left")
    if told.away:
        return say(
            "Assistance : l’hébergeur n’est pas joint, nouvel essai…",
            "Support: the host is not reached, trying again…",
        )
    if told.state == "waiting":
        return say(
            f"Séance d’assistance ouverte, personne ne l’a rejointe ({time}).",
            f"Session with support open, nobody has joined it ({time}).",
        )
    if told.proposal is not None:
        return say(
            f"{told.helper} propose une restauration : à vous de répondre.",
            f"{told.helper} proposes a restore: it is for you to answer.",
        )
    if told.wanted:
        return say(
            f"{told.helper} demande à {step_words(told.wanted)}.",
            f"{told.helper} asks to {step_words(told.wanted)}.",
        )
    if not told.granted:
        return say(f"{told.helper} vous aide et ne voit rien ({time}).",
                   f"{told.helper} helps you and sees nothing ({time}).")  # fmt: skip
    sees = {
        "state": say("voit l’état de ce poste", "sees this machine’s state"),
        "names": say("voit les noms de fichiers", "sees names of files"),
        "proposal": say("voit les noms et peut proposer", "sees names and may propose"),
    }[told.granted[-1]]
    return say(
        f"{told.helper} vous aide et {sees} ({time}).", f"{told.helper} helps you and {sees} ({time})."
    )
