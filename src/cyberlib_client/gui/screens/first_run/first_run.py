"""The first run: six screens, one after the other, as far as what is really there has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ....app.clerk import questions_first_run as q
from ....app.first_run_told import FirstRunTold
from ....app.wording.language import say
from ...look.theme import theme
from ...look.tokens import PAGE
from ...room import House, Room
from ...widgets.basics import beside, button, label, row
from .key import Key
from .protect import Protect
from .proving import Backup, Proof
from .step import Step
from .terms import Terms
from .welcome import Welcome

ORDER: Final = ("welcome", "terms", "protect", "key", "backup", "proof")
_MINUTES: Final = {"welcome": 3, "terms": 3, "protect": 2, "key": 2}


class FirstRun(Room):
    """See the module. It stands in the window in place of the rooms."""

    WIDEST = 820

    def __init__(self, house: House) -> None:
        super().__init__(house, say("Mise en route", "First run"))
        self.told = FirstRunTold()
        self.column.setSpacing(20)
        self._where = label(kind="step")
        self._line = QProgressBar()
        self._line.setProperty("kind", "thin")
        self._line.setTextVisible(False)
        self._line.setAccessibleName(say("Étapes", "Steps"))
        self._left = label(kind="small")
        head = row(self._where, self._line, self._left, gap=18)
        head.setStretch(1, 1)
        self.column.addLayout(head)
        self._screen = QVBoxLayout()  # no stack of pages, which is as high as the highest of them
        self.column.addLayout(self._screen)
        self._later = button(say("Plus tard", "Later"), self._leave_for_now, link=True)
        self._back = button(say("Retour", "Back"), self._go_back)
        self.go = button("", self.press, main=True)
        self.column.addStretch(1)
        self._ways = self._foot()
        self.steps: dict[str, Step] = {}
        self.here = ""

    def _foot(self) -> QFrame:
        """The buttons, below what scrolls: always in sight, and always at the same place."""
        made = QFrame(self)
        made.setObjectName("foot")
        self._line_of_ways = row(self._later, None, self._back, self.go)
        self._line_of_ways.setContentsMargins(PAGE[0], 14, PAGE[2], 14)
        made.setLayout(self._line_of_ways)
        self.setViewportMargins(0, 0, 0, made.sizeHint().height())
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        side = beside(self.width(), theme().grown(self.WIDEST))
        self._line_of_ways.setContentsMargins(side, 14, side, 14)
        high = self._ways.sizeHint().height()
        self._ways.setGeometry(0, self.height() - high, self.width(), high)

    # ---- which screen

    def begin(self, told: FirstRunTold) -> None:
        """Shows the first that is not done."""
        self.told = told
        self.show_step(told.step if told.step in ORDER else "proof")

    def enter(self) -> None:
        """See Room: read again."""
        if self.here:
            self.look(self.steps[self.here].enter)

    def show_step(self, name: str) -> None:
        """Shows a screen."""
        if self.here and self.here != name:
            self.steps[self.here].left()
        self.here = name
        if name not in self.steps:
            made = _SCREENS[name](self)
            self.steps[name] = made
            self._screen.addWidget(made)
        step = self.steps[name]
        for other in self.steps.values():
            other.setVisible(other is step)
        step.quiet()
        step.rest()
        step.enter()
        self._look_here(step)
        self._tab_on(step)
        self.setAccessibleName(f"{self._where.text()} : {step.title.text()}")
        self.verticalScrollBar().setValue(0)

    def _look_here(self, step: Step) -> None:
        """What has the keyboard is on this screen: a button that is disabled hands it on to the side bar."""
        focus = QApplication.focusWidget()
        if focus is None or self._ways.isAncestorOf(focus) or not self.isAncestorOf(focus):
            step.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            step.setFocus()

    def _tab_on(self, step: Step) -> None:
        """From what is on the screen to the buttons, which were made before it."""
        fields = [each for each in step.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
        last = fields[-1] if fields else step
        for each in (self.go, self._back, self._later):
            QWidget.setTabOrder(last, each)
            last = each

    @property
    def order(self) -> list[str]:
        """The screens that there are: a folder and a bucket have no terms."""
        return [each for each in ORDER if each != "terms" or self.told.place not in ("folder", "bucket")]

    def refresh(self) -> None:
        """See Way."""
        if not self.here:
            return
        step, order = self.steps[self.here], self.order
        place = order.index(self.here) + 1 if self.here in order else 1
        total = len(order)
        self._where.setText(say(f"Étape {place} sur {total}", f"Step {place} of {total}"))
        self._line.setRange(0, total)
        self._line.setValue(place)
        minutes = _MINUTES.get(self.here)
        words = say(f"environ {minutes} minutes", f"about {minutes} minutes") if minutes else ""
        self._left.setText(words)
        self._left.setVisible(bool(words))
        self.go.setText(step.working or step.go_words)
        rest = not step.working
        self._let(self.go, bool(step.go_words) or not rest, step.can_go)
        self._let(self._back, step.can_back, rest)
        self._let(self._later, step.can_leave, rest)

    def _let(self, way: QPushButton, shown: bool, enabled: bool) -> None:
        if way.hasFocus() and not (shown and enabled):
            self._look_here(self.steps[self.here])
        way.setVisible(shown)
        way.setEnabled(enabled)

    # ---- its buttons

    def press(self) -> None:
        """See Way."""
        step = self.steps[self.here]
        if step.can_go:
            step.go_on()

    def _go_back(self) -> None:
        step = self.steps[self.here]
        if not step.go_back():
            order = self.order
            self.show_step(order[max(0, order.index(self.here) - 1)])

    def _leave_for_now(self) -> None:
        self.leave()

    def leave(self, room: str = "home") -> None:
        """See Way."""
        self.steps[self.here].left()
        self.bridge.ask(
            q.FirstRunLeft,
            None,
            lambda _nothing: self.house.go(room),
            failed=lambda _raised: self.house.go(room),
        )

    def reveal(self, part: QWidget) -> None:
        """See Way: once it is laid out."""
        QTimer.singleShot(0, part, lambda: self.ensureWidgetVisible(part, 0, 14))

    # ---- how far it is

    def look(self, then: Callable[[], object]) -> None:
        """See Way."""

        def told(now: FirstRunTold) -> None:
            self.told = now
            then()

        self.bridge.ask(q.FirstRunAsked, FirstRunTold, told, failed=self.steps[self.here].refuse)

    def advance(self) -> None:
        """See Way."""
        came_from = self.here
        self.look(lambda: self._after(came_from))

    def _after(self, name: str) -> None:
        order = self.order
        undone = order.index(self.told.step) if self.told.step in order else len(order) - 1
        opened = name == "welcome" and self.told.vault  # one that was there, terms and all
        on = name in order and not opened
        after = self._past_key(order.index(name) + 1) if on else undone
        self.show_step(order[min(after, undone)])

    def _past_key(self, place: int) -> int:
        """The words of a vault whose words somebody has are not made anew: those would open it no more."""
        known = self.told.vault and self.told.words
        return place + 1 if known and self.order[min(place, len(self.order) - 1)] == "key" else place

    def heard(self, job: int, event: object) -> None:
        """See Room."""
        if self.here and self.isVisible():
            self.steps[self.here].heard(job, event)


_SCREENS: Final[dict[str, Callable[[FirstRun], Step]]] = {
    "welcome": Welcome,
    "terms": Terms,
    "protect": Protect,
    "key": Key,
    "backup": Backup,
    "proof": Proof,
}
