"""Which tokens hold now, and who is told when they change."""

from __future__ import annotations

import locale
import sys
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from ...resources import resource
from .style import style_sheet
from .tokens import BODY, DARK, LIGHT, Role, Tokens

Wish = Literal["system", "light", "dark"]

_USUAL_POINTS = 13.0 if sys.platform == "darwin" else 9.0 if sys.platform == "win32" else 10.0


class Theme(QObject):
    """The application's look. One for a program: `theme()`."""

    changed = Signal()

    def __init__(self, application: QApplication, wish: Wish = "system") -> None:
        super().__init__(application)
        self._application = application
        self._wish: Wish = wish
        self._scale = min(2.0, max(1.0, application.font().pointSizeF() / _USUAL_POINTS))
        self.tokens: Tokens = LIGHT
        load_fonts()
        font = QFont("Inter")
        font.setPixelSize(round(BODY * self._scale))
        application.setFont(font)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    def wish(self, wish: Wish) -> None:
        """What the user wants; "system" follows it."""
        self._wish = wish
        self._apply()

    def colour(self, role: Role) -> QColor:
        """A colour to draw with."""
        return QColor(self.tokens.of(role))

    def _apply(self) -> None:
        scheme = QGuiApplication.styleHints().colorScheme()
        dark = self._wish == "dark" or (self._wish == "system" and scheme is Qt.ColorScheme.Dark)
        self.tokens = DARK if dark else LIGHT
        self._application.setPalette(_palette(self.tokens))
        self._application.setStyleSheet(style_sheet(self.tokens, self._scale))
        self.changed.emit()


def load_fonts() -> None:
    """Each machine draws with the same letters."""
    for name in ("Regular", "SemiBold", "Bold"):
        QFontDatabase.addApplicationFont(str(resource(f"fonts/Inter-{name}.otf")))


def _palette(t: Tokens) -> QPalette:
    """For what style sheets do not reach: the system's dialogs in our process, links, selections."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: t.window,
        QPalette.ColorRole.WindowText: t.ink,
        QPalette.ColorRole.Base: t.card,
        QPalette.ColorRole.AlternateBase: t.window,
        QPalette.ColorRole.Text: t.ink,
        QPalette.ColorRole.PlaceholderText: t.soft,
        QPalette.ColorRole.Button: t.card,
        QPalette.ColorRole.ButtonText: t.ink,
        QPalette.ColorRole.Highlight: t.brand,
        QPalette.ColorRole.HighlightedText: t.on_brand,
        QPalette.ColorRole.Link: t.brand,
        QPalette.ColorRole.ToolTipBase: t.card,
        QPalette.ColorRole.ToolTipText: t.ink,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    return made


_made: list[Theme] = []


def begin(application: QApplication, wish: Wish = "system") -> Theme:
    """Makes the look of the application, once."""
    if hasattr(locale, "LC_MESSAGES"):  # Qt chose the user's: reasons of the system are worded by our own
        locale.setlocale(locale.LC_MESSAGES, "C")  # tables, which know its English ones
    if not _made:
        _made.append(Theme(application, wish))
    else:
        _made[0].wish(wish)
    return _made[0]


def theme() -> Theme:
    """The look that `begin` made."""
    return _made[0]
