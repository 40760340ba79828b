"""The icon beside the clock: the true state, in a picture and a word; and the way back to the window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from ..app.agent.messages import Ended
from ..app.clerk import questions as q
from ..app.clerk.home import HomeTold
from ..app.wording.language import say
from ..core.errors import CyberlibError
from .look.icons import icon
from .look.tokens import LIGHT
from .notifying import Notifier
from .window import Window
from .words import HEADLINES, reason

_EVERY: Final = 60_000
"""ms between two looks, besides those when something happens."""
_LOOKS: Final = {
    "protected": ("shield-check", LIGHT.ok),
    "attention": ("shield-alert", LIGHT.todo),
    "danger": ("shield-off", LIGHT.wrong),
    "unknown": ("shield-unknown", LIGHT.soft),
}


class Tray(QObject):
    """The window hides to it only where there is one: else closing the window ends the program, never the
    backups, which are the agent's."""

    def __init__(self, window: Window, running: QApplication, *, hidden: bool = False) -> None:
        """`hidden`: as where there is none."""
        super().__init__()
        self._window, self._running = window, running
        self.notifier = Notifier(self.tell)
        self._icon = QSystemTrayIcon(icon(*_LOOKS["unknown"], 22))
        menu = QMenu()
        menu.addAction(say("Ouvrir CyberLib", "Open CyberLib"), self.show_window)
        menu.addAction(say("Sauvegarder maintenant", "Back up now"), lambda: window.do("backup"))
        menu.addSeparator()
        menu.addAction(say("Quitter la fenêtre", "Leave the window"), lambda: window.leave(running.quit))
        self._menu = menu
        self._icon.setContextMenu(menu)
        self._icon.activated.connect(self._activated)
        self._icon.setVisible(not hidden)
        window.on_close(self._may_close)
        window.bridge.happened.connect(self._happened)
        window.noted.connect(lambda words: self.tell(words, False))
        self._timer = QTimer(window)  # ends with it
        self._timer.timeout.connect(self.tick)
        self._timer.start(_EVERY)
        self._absent = False
        self._look()

    @property
    def is_there(self) -> bool:
        """Whether somebody can see it."""
        return QSystemTrayIcon.isSystemTrayAvailable() and self._icon.isVisible()

    def tick(self) -> None:
        """Each minute. A window hidden behind an icon that went away comes back; one minute later, as a
        desktop that starts its bar anew puts the icon there again by itself."""
        lost = self._window.isHidden() and not self.is_there
        if lost and self._absent:
            self.show_window()
        self._absent = lost
        self._look()

    def show_window(self) -> None:
        """In front of all others."""
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def _may_close(self) -> bool:
        if self.is_there:
            return True  # it goes on behind its icon
        self._window.leave(self._running.quit)
        return False

    def _activated(self, why: QSystemTrayIcon.ActivationReason) -> None:
        if why is QSystemTrayIcon.ActivationReason.Trigger:
            self.show_window()

    def _happened(self, job: int, event: object) -> None:
        self.notifier.happened(job, event)
        if isinstance(event, Ended):
            self._look()

    def _look(self) -> None:
        self._window.bridge.ask(q.HomeAsked, HomeTold, self._show, failed=self._unknown, days=1)

    def _show(self, told: HomeTold) -> None:
        health = told.report.health
        self._say(health.level, "\n".join([reason(each).title for each in health.reasons[:2]]))
        self.notifier.health(health)

    def tell(self, words: str, grave: bool) -> None:
        """A word beside the clock, where somebody can see it."""
        if self.is_there:
            kind = QSystemTrayIcon.MessageIcon
            self._icon.showMessage("CyberLib", _plain(words), kind.Warning if grave else kind.Information)

    def _unknown(self, _error: CyberlibError) -> None:
        self._say("unknown", "")

    def _say(self, level: str, more: str) -> None:
        level = level if level in _LOOKS else "unknown"
        self._icon.setIcon(icon(*_LOOKS[level], 22))
        self._icon.setToolTip(_plain("\n".join(filter(None, (f"CyberLib : {HEADLINES[level]}", more)))))


def _plain(words: str) -> str:
    """Some desktops take what is told beside the clock for markup, others show it as it is."""
    return words.replace("<", "‹").replace(">", "›").replace("&", "+")
