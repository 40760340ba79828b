"""The window: a side bar, the rooms, and a line for what went wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ..app.agent.messages import BackupJob, Changed, DrillJob, Ended, Job, VerifyJob
from ..app.agent.start import start_agent
from ..app.clerk import questions as q
from ..app.clerk.home import HomeTold
from ..app.clerk.questions_first_run import FirstRunAsked
from ..app.clerk.questions_keys import LockAsked
from ..app.clerk.questions_settings import LeftAloneAsked
from ..app.first_run_told import FirstRunTold
from ..app.wording.language import say
from ..core.errors import CyberlibError
from .bridge import Bridge, Then
from .guided import Guided, GuidedBar
from .leaving import ask_to_stop
from .left_alone import LeftAlone
from .room import Room
from .screens.rooms import ROOMS, load_all
from .unlocking import Unlocking
from .who_is_there import WhoIsThere
from .widgets.banner import Banner
from .widgets.side import Side
from .words import bare, doing, error_line

if TYPE_CHECKING:
    from .screens.first_run.first_run import FirstRun

_SOON: Final = 700
"""ms after something happened: much may happen at once."""
_JOBS: Final[dict[str, Job]] = {"backup": BackupJob(), "verify": VerifyJob(), "drill": DrillJob()}

_SENSITIVE: Final = ("restore", "keys")
"""Rooms that show names and contents of files, or what opens the vault."""
_NAMING: Final = (*_SENSITIVE, "activity", "folders")
"""Those that show names of files at all."""


class Window(QMainWindow):
    """See room.House. Rooms are made when they are first entered. `noted`: a sentence for whoever does not
    look at the window."""

    noted = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.setWindowTitle("CyberLib")
        self.resize(QSize(1280, 800))
        self.setMinimumSize(QSize(800, 540))
        rooms = {name: (str(room.words), room.sign) for name, room in ROOMS.items()}
        self.side = Side(rooms, self.go, self.ask)
        self.rooms: dict[str, Room] = {}
        self.first: FirstRun | None = None
        self._stack = QStackedWidget()
        self.banner = Banner(self.explain)
        self.guided = Guided(bridge)
        self.guided_bar = GuidedBar(self.guided, lambda: self.go("help"))
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.guided_bar)
        right.addWidget(self.banner)
        right.addWidget(self._stack)
        whole = QWidget()
        inside = QHBoxLayout(whole)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.side)
        inside.addLayout(right, 1)
        whole.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        whole.setAccessibleName(self.windowTitle())
        self.setCentralWidget(whole)
        whole.setFocus()  # not the first button: its ring would ask to be looked at
        for number, name in enumerate(ROOMS, 1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(lambda name=name: self._go_by_key(name))
        QShortcut(QKeySequence.StandardKey.Refresh, self).activated.connect(self._enter)
        QShortcut(QKeySequence.StandardKey.HelpContents, self).activated.connect(self.ask)
        QShortcut(QKeySequence("F6"), self).activated.connect(self._other_part)
        bridge.failed.connect(self.say_error)
        self.who_is_there = WhoIsThere(bridge, self)
        bridge.happened.connect(self._happened)
        self._closing: Callable[[], bool] = lambda: True
        self.locked = False
        self.left_alone = LeftAlone(self)
        self.left_alone.timeout.connect(self.hide_contents)
        self.left_alone.leaving.connect(self.lock)
        self._loading = threading.Thread(target=load_all, daemon=True)
        bridge.ask(LockAsked, bool, self._begin_locked, failed=lambda _error: None)
        bridge.ask(LeftAloneAsked, int, self.left_alone.wait_for, failed=lambda _error: None)
        self._look_for_first_run(lambda: self._show_rooms(True))
        self.go("home")
        self._show_rooms(False)  # not before it is known that the first run is done
        self._soon = QTimer(self, singleShot=True, interval=_SOON)
        self._soon.timeout.connect(self.look)
        self.look()

    # ---- rooms

    @property
    def here(self) -> str:
        """The room that is shown."""
        return next(name for name, room in self.rooms.items() if room is self._stack.currentWidget())

    def go(self, room: str) -> None:
        """See room.House."""
        inside = QApplication.focusWidget()
        self._show_rooms(True)
        if room not in self.rooms:
            made = ROOMS[room].kind()(self)
            self.rooms[room] = made
            self._stack.addWidget(made)
        before = self._stack.currentWidget()
        self._stack.setCurrentWidget(self.rooms[room])
        self.side.choose(room)
        if before is not self.rooms[room] and inside is not None and self._stack.isAncestorOf(inside):
            self.rooms[room].take_keyboard()  # else whatever comes next has it, with a ring around
        self._enter()

    def _go_by_key(self, room: str) -> None:
        if not self.setting_up:
            self.go(room)

    def _other_part(self) -> None:
        """From the side bar to the room, and back."""
        here = self._stack.currentWidget()
        if here is None or self.setting_up:
            return
        if here.isAncestorOf(self.focusWidget()):
            self.side.buttons[self.here].setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        inside = (each for each in here.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus)
        first = next((each for each in inside if each.isVisibleTo(here) and each.isEnabled()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def setting_up(self) -> bool:
        """Whether the first run is shown, and no room beside it."""
        return self.first is not None and self._stack.currentWidget() is self.first

    def _show_rooms(self, shown: bool) -> None:
        self.side.alone(not shown)
        self._stack.setVisible(shown)

    def _look_for_first_run(self, otherwise: Callable[[], None] = lambda: None) -> None:
        def look(told: FirstRunTold) -> None:
            self.set_up(told) if told.wanted and not self.locked else otherwise()

        self.bridge.ask(FirstRunAsked, FirstRunTold, look, failed=lambda _error: otherwise())

    def set_up(self, told: FirstRunTold) -> None:
        """Shows the first run, where it stands."""
        if self.first is None:
            from .screens.first_run.first_run import FirstRun  # most windows never show it

            self.first = FirstRun(self)
            self._stack.addWidget(self.first)
        self.side.alone(True)
        self.banner.hide()
        self._stack.setCurrentWidget(self.first)
        self._stack.show()
        self.first.begin(told)

    def _enter(self) -> None:
        room = self._stack.currentWidget()
        if isinstance(room, Room):
            room.enter()

    def _happened(self, job: int, event: object) -> None:
        for room in [*self.rooms.values(), *([self.first] if self.first is not None else [])]:
            room.heard(job, event)
        if isinstance(event, Ended | Changed):
            self._soon.start()

    def look(self) -> None:
        """What asks for attention is counted anew."""
        self.bridge.ask(q.HomeAsked, HomeTold, self._show_state, failed=self._load, days=1)

    def _load(self, _told: object) -> None:
        if self._loading.ident is None:
            self._loading.start()  # home is shown: what the other rooms take is loaded meanwhile

    def _show_state(self, told: HomeTold) -> None:
        self._load(told)
        weighty = [each for each in told.report.health.reasons if each.weight != "notice"]
        standing = [each for each in told.report.incidents if each.cleared is None]
        self.side.buttons["home"].show_badge(len(weighty))
        self.side.buttons["activity"].show_badge(sum(e.count for e in standing if e.severity != "notice"))
        self.side.foot.setText(say(f"Poste : {told.report.device}", f"Machine: {told.report.device}"))

    # ---- what rooms ask for

    def do(self, job: str) -> None:
        """See room.House."""
        if job == "unlock":
            self.unlock(lambda _nothing: self.do("backup"), by_itself=True)
        elif job == "resume":
            self.bridge.order(lambda agent: agent.resume())
        elif job == "agent":
            self._start_agent()
        elif job == "terms":
            from .agreeing import Terms  # with what speaks to hosts

            Terms(self, self).open()
        elif job == "alarm":
            from .agreeing import Alarm

            Alarm(self, self).open()
        elif job == "make":
            self.bridge.ask(FirstRunAsked, FirstRunTold, self.set_up, failed=self.say_error)
        else:
            self.begin(_JOBS[job])
            self.go("activity")

    def begin(self, job: Job) -> None:
        """See room.House."""
        if self.bridge.agent is None:
            self._start_agent()
        self.bridge.begin(job)

    def _start_agent(self) -> None:
        try:
            start_agent(self.bridge.profile, self.bridge.agent_failed)
        except CyberlibError as error:
            self.say_error(error)

    def say_error(self, error: CyberlibError) -> None:
        """See room.House."""
        self.banner.say(error_line(bare(error) if self.locked else error), error.code)

    def note(self, words: str) -> None:
        """See room.House."""
        if not self.isActiveWindow():
            self.noted.emit(words)

    def ask(self) -> None:
        """The help on the room that is there."""
        from .screens.help.explaining import Explaining
        from .screens.help.topics import of_room

        room = "first_run" if self.setting_up else self.here
        name = "" if room in ("first_run", "help") else str(ROOMS[room].words)
        title = say(f"Aide : {name}", f"Help: {name}") if name else say("Aide", "Help")
        Explaining(self, self, title, of_room(room)).open()

    def explain(self, code: str, more: str = "") -> None:
        """See room.House."""
        from .screens.help.explaining import Explaining
        from .screens.help.topics import about

        name = say("Que s’est-il passé ?", "What happened?")
        Explaining(
            self, self, name, about(doing(code)), code=code, said=more.removesuffix(f" [{code}]")
        ).open()

    def unlock(self, then: Then, *, by_itself: bool = False) -> None:
        """See room.House. `by_itself`: see Unlocking."""

        def opened(nothing: object) -> None:
            self.locked = False
            self._enter()
            self._look_for_first_run()
            then(nothing)

        Unlocking(self.bridge, opened, self, by_itself=by_itself).open()

    # ---- leaving the screen alone

    def _begin_locked(self, locked: bool) -> None:
        self.locked = self.locked or locked  # somebody left the window that was there before

    def lock(self) -> None:
        """See room.House."""
        self.locked = True
        self.guided.leave()
        self.bridge.lock(self.say_error)
        for dialog in self.findChildren(QDialog):
            if dialog.isVisible():
                dialog.reject()
        self.banner.hide()
        if self.first is not None:  # it may show the 24 words
            self._take_out(self.first)
            self.first = None
        self.hide_contents(_NAMING)
        self._enter()
        self.look()

    def hide_contents(self, names: Sequence[str] = _SENSITIVE) -> None:
        """Nothing of the vault stays on the screen. What is being restored goes on."""
        for name in names:
            room = self.rooms.get(name)
            if room is None:
                continue
            if self._stack.currentWidget() is room:
                self.go("home")
            room.empty()
            if not room.keeps:
                del self.rooms[name]
                self._take_out(room)
        if not self.setting_up and self._stack.currentWidget() not in self.rooms.values():
            self.go("home")

    def _take_out(self, room: Room) -> None:
        self._stack.removeWidget(room)
        room.deleteLater()

    def showEvent(self, event: QShowEvent) -> None:
        """See QWidget."""
        super().showEvent(event)
        self.left_alone.again()

    # ---- closing

    def leave(self, then: Callable[[], object]) -> None:
        """Calls `then`; while something is at work that would end with the window, only if that is wanted."""
        if any(room.busy for room in self.rooms.values()):
            ask_to_stop(self, then)
        else:
            then()

    def on_close(self, may: Callable[[], bool]) -> None:
        """`may`: asked before the window closes."""
        self._closing = may

    def closeEvent(self, event: QCloseEvent) -> None:
        """See QWidget."""
        if self._closing():
            self.guided.stop()  # its bar would not be seen any more
            event.accept()
        else:
            event.ignore()
