"""The style sheet, made from the tokens. Widgets say what they are by the property `kind`."""

from __future__ import annotations

from ...resources import resource
from .tokens import BODY, CONTROL, SECTION, SMALL, TITLE, Tokens


class _Px:
    """Measures, for text of a scale."""

    def __init__(self, scale: float) -> None:
        self._scale = scale

    def __call__(self, size: float) -> str:
        """Of text."""
        return f"{size * self._scale:.1f}px"

    def control(self, less: int = 0) -> str:
        """Of what is pressed: its words keep room around them."""
        return f"{grown(CONTROL, self._scale) - less}px"


def grown(size: float, scale: float) -> int:
    """A measure that grows with the text, half as much."""
    return round(size * (1 + (scale - 1) / 2))


def style_sheet(t: Tokens, scale: float = 1.0) -> str:
    """For the whole application. `scale`: of text, as the system asks for."""

    px = _Px(scale)
    sheet = _texts(t, px) + _surfaces(t, px) + _controls(t, px) + _views(t, px)
    return sheet + _contrast(t) if t.contrast else sheet


def _drawn(name: str, t: Tokens) -> str:
    """A drawing that a style sheet takes as it is."""
    return resource(f"icons/{name}-{'dark' if t.dark else 'light'}.svg").as_posix()


def _texts(t: Tokens, px: _Px) -> str:
    """Grounds and words."""
    return f"""
* {{ font-size: {px(BODY)}; color: {t.ink}; }}
QMainWindow, QDialog, QStackedWidget, QWidget#page, QScrollArea, QScrollArea > QWidget > QWidget#page
    {{ background: {t.window}; }}
QScrollArea {{ border: none; }}
QToolTip {{ background: {t.card}; color: {t.ink}; border: 1px solid {t.line}; padding: 6px; }}

QLabel {{ background: transparent; }}
QLabel[kind="title"] {{ font-size: {px(TITLE)}; font-weight: 700; }}
QLabel[kind="section"] {{ font-size: {px(SECTION)}; font-weight: 600; }}
QLabel[kind="figure"] {{ font-size: {px(TITLE - 1)}; font-weight: 700; }}
QLabel[kind="strong"] {{ font-weight: 600; }}
QLabel[kind="soft"] {{ color: {t.soft}; }}
QLabel[kind="small"] {{ font-size: {px(SMALL)}; color: {t.soft}; }}
QLabel[kind="small-ink"] {{ font-size: {px(SMALL)}; }}
QLabel[kind="step"] {{ font-size: {px(SMALL)}; font-weight: 600; color: {t.brand}; }}
QStackedWidget#look {{ background: {t.window}; border: 1px solid {t.line}; border-radius: 8px; }}
QStackedWidget#look QPlainTextEdit {{ border: none; }}
QLabel[kind="wrong"] {{ font-size: {px(SMALL)}; color: {t.wrong}; }}
"""


def _surfaces(t: Tokens, px: _Px) -> str:
    """Cards, pills and the side bar."""
    return f"""
QFrame[kind="card"] {{ background: {t.card}; border: 1px solid {t.line}; border-radius: 12px; }}
QFrame[kind="note"] {{ background: {t.brand_soft}; border: none; border-radius: 12px; }}
QFrame[kind="note-todo"] {{ background: {t.todo_soft}; border: none; border-radius: 12px; }}
QFrame[kind="note-wrong"] {{ background: {t.wrong_soft}; border: none; border-radius: 12px; }}
QFrame[kind="line"] {{ background: {t.line}; border: none; max-height: 1px; min-height: 1px; }}
QFrame[kind="pill"] {{ border-radius: 13px; background: {t.line}; }}
QFrame[kind="pill"][tone="ok"] {{ background: {t.ok_soft}; }}
QFrame[kind="pill"][tone="todo"] {{ background: {t.todo_soft}; }}
QFrame[kind="pill"][tone="wrong"] {{ background: {t.wrong_soft}; }}
QFrame[kind="pill"] QLabel {{ font-size: {px(12)}; font-weight: 600; color: {t.soft}; }}
QFrame[kind="pill"][tone="ok"] QLabel {{ color: {t.ok}; }}
QFrame[kind="pill"][tone="todo"] QLabel {{ color: {t.todo}; }}
QFrame[kind="pill"][tone="wrong"] QLabel {{ color: {t.wrong}; }}

QFrame#side {{ background: {t.side}; border: none; }}
QFrame#foot {{ background: {t.window}; border: none; border-top: 1px solid {t.line}; }}
QFrame#side QLabel {{ color: {t.side_soft}; font-size: {px(12)}; }}
QFrame#side QLabel[kind="logo"] {{ color: {t.side_mark}; font-size: {px(17)}; font-weight: 700; }}
*[kind="room"] {{ color: {t.side_ink}; background: transparent; border: none;
    border-radius: 8px; text-align: left; padding: 0 12px; font-weight: 400; min-height: {px.control()}; }}
QRadioButton[kind="room"] {{ spacing: 0; outline: none; }}
QRadioButton[kind="room"]::indicator, QRadioButton[kind="room"]::indicator:checked {{ width: 0; height: 0;
    border: none; }}
*[kind="room"]:hover {{ background: {t.side_chosen}; }}
*[kind="room"]:checked {{ background: {t.side_chosen}; color: {t.on_side}; }}
*[kind="room"][chosen="true"] {{ font-weight: 600; }}
*[kind="room"]:focus {{ border: 2px solid {t.side_ring}; padding: 0 10px;
    min-height: {px.control(4)}; }}
"""


def _controls(t: Tokens, px: _Px) -> str:
    """What is pressed and typed into."""
    return f"""
QPushButton {{ min-height: {px.control(2)}; padding: 0 18px; border-radius: 8px; font-weight: 600;
    background: transparent; color: {t.brand}; border: 1px solid {t.line}; }}
QPushButton:hover {{ background: {t.brand_soft}; }}
QPushButton:focus {{ border: 2px solid {t.brand}; padding: 0 17px; min-height: {px.control(4)}; }}
QPushButton:disabled {{ color: {t.soft}; background: transparent; }}
QFrame[kind="guided"] {{ background: {t.wrong}; border: none; }}
QLabel[kind="guided"] {{ color: {t.card}; font-weight: 600; }}
QPushButton[kind="guided-link"] {{ background: transparent; color: {t.card}; border: none;
    font-weight: 400; }}
QPushButton[kind="guided-link"]:hover {{ background: transparent; text-decoration: underline; }}
QPushButton[kind="guided-stop"] {{ background: {t.card}; color: {t.wrong}; border: 1px solid {t.card}; }}
QPushButton[kind="guided-link"]:focus, QPushButton[kind="guided-stop"]:focus {{ border: 2px solid {t.ink}; }}
QPushButton[kind="main"] {{ background: {t.brand}; color: {t.on_brand}; border: 1px solid {t.brand}; }}
QPushButton[kind="main"]:hover {{ border: 1px solid {t.ink}; }}
QPushButton[kind="main"]:focus {{ border: 2px solid {t.ink}; }}
QPushButton[kind="main"]:disabled {{ background: {t.line}; color: {t.soft}; border: 1px solid {t.line}; }}
QPushButton[kind="link"] {{ border: none; padding: 0 2px; min-height: 32px; font-weight: 400;
    font-size: {px(SMALL)}; text-align: left; }}
QPushButton[kind="link"]:hover {{ background: transparent; text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {t.brand}; border-radius: 4px; padding: 0; }}

QProgressBar {{ background: {t.brand_soft}; border: none; border-radius: 4px; max-height: 8px;
    min-height: 8px; }}
QProgressBar::chunk {{ background: {t.brand}; border-radius: 4px; }}

QProgressBar[kind="thin"] {{ border-radius: 2px; max-height: 4px; min-height: 4px; }}
QProgressBar[kind="thin"]::chunk {{ border-radius: 2px; }}

QLineEdit, QComboBox, QPlainTextEdit {{ background: {t.card}; border: 1px solid {t.edge}; border-radius: 8px;
    padding: 0 12px; min-height: {px.control(2)}; selection-background-color: {t.brand};
    selection-color: {t.on_brand}; placeholder-text-color: {t.soft}; }}
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus {{ border: 2px solid {t.brand}; padding: 0 11px;
    min-height: {px.control(4)}; }}
QLineEdit[kind="search"] {{ padding: 0 12px 0 2px; }}
QLineEdit[kind="search"]:focus {{ padding: 0 11px 0 1px; }}
QPlainTextEdit {{ padding: 8px 12px; }}
QPlainTextEdit:focus {{ padding: 7px 11px; }}
QPlainTextEdit[kind="preview"] {{ background: {t.window}; border: 1px solid {t.line}; padding: 12px;
    font-size: {px(SMALL)}; }}
QPlainTextEdit[kind="preview"]:focus {{ border: 2px solid {t.brand}; padding: 11px; }}
QComboBox::drop-down {{ border: none; width: 30px; }}
QComboBox::down-arrow {{ image: url({_drawn("opens", t)}); width: 16px; height: 16px; }}
QComboBox QAbstractItemView {{ background: {t.card}; border: 1px solid {t.line}; outline: none;
    selection-background-color: {t.brand_soft}; selection-color: {t.ink}; }}

QRadioButton, QCheckBox {{ spacing: 10px; background: transparent; padding: 0 6px 0 0;
    outline: 2px solid {t.brand}; outline-radius: 4px; }}
QRadioButton {{ min-height: 28px; }}
QRadioButton::indicator {{ width: 16px; height: 16px; border: 1px solid {t.soft}; border-radius: 9px;
    background: {t.card}; }}
QRadioButton::indicator:checked {{ border: 5px solid {t.brand}; width: 8px; height: 8px; }}
QSpinBox {{ background: {t.card}; border: 1px solid {t.edge}; border-radius: 8px; padding: 0 8px 0 12px;
    min-height: {px.control(6)}; min-width: 84px; }}
QSpinBox:focus {{ border: 2px solid {t.brand}; padding: 0 7px 0 11px; min-height: {px.control(8)}; }}
QSpinBox QLineEdit, QSpinBox QLineEdit:focus {{ border: none; padding: 0; min-height: 0;
    background: transparent; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
QPlainTextEdit[kind="long"], QPlainTextEdit[kind="long"]:focus {{ padding: 12px; min-height: 340px; }}

QCheckBox {{ min-height: 28px; }}
QCheckBox::indicator {{ width: 18px; height: 18px; border: 1px solid {t.soft}; border-radius: 5px;
    background: {t.card}; }}
QCheckBox::indicator:checked {{ background: {t.brand}; border: 1px solid {t.brand};
    image: url({_drawn("checked", t)}); }}
QFrame[kind="option"] QRadioButton {{ font-weight: 600; }}
QFrame[kind="option"] {{ background: {t.card}; border: 1px solid {t.line}; border-radius: 12px; }}
QFrame[kind="option"][chosen="true"] {{ border: 2px solid {t.brand}; }}

QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.brand_soft}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {t.brand}; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -7px 0; border-radius: 9px;
    background: {t.brand}; border: 2px solid {t.card}; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {t.ink}; }}
"""


def _views(t: Tokens, px: _Px) -> str:
    """Tables, bars to scroll by, menus."""
    return f"""
QTableView, QTreeView, QListView {{ background: {t.card}; border: 2px solid transparent;
    border-radius: 6px; outline: none;
    gridline-color: {t.line}; selection-background-color: {t.brand_soft}; selection-color: {t.ink}; }}
QTableView:focus, QTreeView:focus, QListView:focus {{ border: 2px solid {t.brand}; }}
QTableView::item, QTreeView::item {{ border-bottom: 1px solid {t.line}; padding: 0 10px; }}
QTableView::item:selected, QTreeView::item:selected {{ background: {t.brand_soft}; color: {t.ink}; }}
QHeaderView {{ background: {t.card}; }}
QHeaderView::section {{ background: {t.card}; color: {t.soft}; border: none;
    border-bottom: 1px solid {t.line}; padding: 8px 13px;
    font-size: {px(12)}; font-weight: 600; text-align: left; }}
QTableCornerButton::section {{ background: {t.card}; border: none; }}

QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {t.line}; border-radius: 4px; min-height: 32px; margin: 2px; }}
QScrollBar::handle:vertical:hover {{ background: {t.soft}; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {t.line}; border-radius: 4px; min-width: 32px; margin: 2px; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QMenu {{ background: {t.card}; border: 1px solid {t.line}; padding: 6px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 6px; }}
QMenu::item:selected {{ background: {t.brand_soft}; }}
"""


def _contrast(t: Tokens) -> str:
    """Where the system asks for high contrast, grounds are one colour: edges tell things apart."""
    return f"""
QFrame#side {{ border-right: 1px solid {t.line}; }}
QFrame[kind^="note"], QFrame[kind="pill"] {{ background: {t.card}; border: 1px solid {t.line}; }}
QPushButton:disabled, QPushButton[kind="main"]:disabled {{ background: {t.card};
    border: 1px dashed {t.line}; }}
QPushButton:hover {{ border: 2px solid {t.brand}; padding: 0 17px; }}
QPushButton[kind="main"]:hover {{ border: 2px solid {t.side_chosen}; }}
QPushButton[kind="main"]:focus {{ border: 3px double {t.side_chosen}; }}
*[kind="room"]:hover {{ background: transparent; border: 1px solid {t.line}; padding: 0 11px; }}
*[kind="room"]:checked {{ background: {t.side_chosen}; color: {t.on_side}; }}
QTableView, QTreeView, QListView, QComboBox QAbstractItemView {{ selection-background-color: {t.side_chosen};
    selection-color: {t.on_side}; }}
QTableView::item:selected, QTreeView::item:selected, QMenu::item:selected {{
    background: {t.side_chosen}; color: {t.on_side}; }}
QProgressBar {{ border: 1px solid {t.line}; }}
QSlider::groove:horizontal {{ background: {t.line}; }}
QLineEdit, QPlainTextEdit {{ selection-background-color: {t.side_chosen}; selection-color: {t.on_side}; }}
"""
