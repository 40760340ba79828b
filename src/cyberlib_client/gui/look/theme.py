"""Which tokens hold now, and who is told when they change."""

from __future__ import annotations

import locale
import sys
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from ...resources import resource
from .style import grown, style_sheet
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
        self._simulated: QPalette | None = None
        self._scale = min(2.0, max(1.0, application.font().pointSizeF() / _USUAL_POINTS))
        self.tokens: Tokens = LIGHT
        load_fonts()
        font = QFont("Inter")
        font.setPixelSize(round(BODY * self._scale))
        application.setFont(font)
        self._hints = QGuiApplication.styleHints()
        self._access = self._hints.accessibility()  # kept: the binding takes it for gone with its name
        self._hints.colorSchemeChanged.connect(self._apply)
        self._access.contrastPreferenceChanged.connect(self._apply)
        self._apply()

    def wish(self, wish: Wish) -> None:
        """What the user wants; "system" follows it."""
        self._wish = wish
        self._apply()

    def contrast(self, palette: QPalette | None) -> None:
        """As if the system asked for high contrast in these colours; None: as it really does."""
        self._simulated = palette
        self._apply()

    def px(self, size: float) -> int:
        """A measure that grows with the text."""
        return round(size * self._scale)

    def grown(self, size: float) -> int:
        """A measure that grows with the text, half as much."""
        return grown(size, self._scale)

    def colour(self, role: Role) -> QColor:
        """A colour to draw with."""
        return QColor(self.tokens.of(role))

    def _apply(self) -> None:
        scheme = self._hints.colorScheme()
        dark = self._wish == "dark" or (self._wish == "system" and scheme is Qt.ColorScheme.Dark)
        contrast = self._contrast_palette()
        self.tokens = contrast_tokens(contrast) if contrast is not None else DARK if dark else LIGHT
        self._application.setPalette(_palette(self.tokens))
        sheet = style_sheet(self.tokens, self._scale)
        if sheet != self._application.styleSheet():  # every widget is styled anew, those that are going too
            self._application.setStyleSheet(sheet)
        self.changed.emit()

    def _contrast_palette(self) -> QPalette | None:
        """The user's own colours, where the system is set to high contrast: ours give way to them."""
        if self._simulated is not None:
            return self._simulated
        if self._access.contrastPreference() is not Qt.ContrastPreference.HighContrast:
            return None
        self._application.setPalette(QPalette())  # what we set before would be read
        return self._application.palette()


def contrast_tokens(palette: QPalette) -> Tokens:
    """Text, ground and selection of a palette, and nothing else: states have their icons and words."""
    role = QPalette.ColorRole

    def of(name: QPalette.ColorRole) -> str:
        return palette.color(name).name().upper()

    ground, ink = of(role.Window), of(role.WindowText)
    return Tokens(
        dark=palette.color(role.Window).lightness() < palette.color(role.WindowText).lightness(),
        window=ground, card=ground, line=ink, ink=ink, soft=ink, brand=ink, brand_soft=ground,
        on_brand=ground, ok=ink, ok_soft=ground, todo=ink, todo_soft=ground, wrong=ink, wrong_soft=ground,
        side=ground, side_ink=ink, side_soft=ink, side_chosen=of(role.Highlight), edge=ink,
        on_side=of(role.HighlightedText), side_mark=ink, side_ring=ink, contrast=True, badge=ink,
        on_badge=ground,
    )  # fmt: skip


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
        QPalette.ColorRole.Highlight: t.side_chosen if t.contrast else t.brand,
        QPalette.ColorRole.HighlightedText: t.on_side if t.contrast else t.on_brand,
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
