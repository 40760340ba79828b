"""Notices that nobody is at the window any more, or that somebody leaves it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QWidget

_USUAL: Final = 10
_MINUTE: Final = 60_000
"""ms."""
_TOUCHED: Final = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
)


class LeftAlone(QTimer):
    """`timeout`: for some minutes nothing was typed or pointed at there, whichever program was in front.
    `leaving`: Ctrl+L, in a dialog too, which keeps the window's own keys from it."""

    leaving = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setSingleShot(True)
        self._never = False
        self.setInterval(_USUAL * _MINUTE)
        running = QGuiApplication.instance()
        assert isinstance(running, QGuiApplication)
        running.focusWindowChanged.connect(self._watch)

    def wait_for(self, minutes: int) -> None:
        """So long from now on; 0 for ever."""
        self._never = not minutes
        self.stop()
        if minutes:
            self.setInterval(minutes * _MINUTE)
        self.again()

    def again(self) -> None:
        """It is counted anew."""
        if not self._never:
            self.start()

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)
            self.again()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See QObject: somebody is there."""
        if event.type() in _TOUCHED:
            self.again()
            if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_L:
                control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
                if control and not event.isAutoRepeat():
                    self.leaving.emit()
                    return True
        return super().eventFilter(watched, event)
