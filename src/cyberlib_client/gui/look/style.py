"""The style sheet, made from the tokens. Widgets say what they are by the property `kind`."""

from __future__ import annotations

from collections.abc import Callable

from ...resources import resource
from .tokens import BODY, CONTROL, SECTION, SMALL, TITLE, Tokens

_Px = Callable[[float], str]


def style_sheet(t: Tokens, scale: float = 1.0) -> str:
    """For the whole application. `scale`: of text, as the system asks for."""

    def px(size: float) -> str:
        return f"{size * scale:.1f}px"

    return _texts(t, px) + _surfaces(t, px) + _controls(t, px) + _views(t, px)


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
QLabel[kind="title"] {{ font-size: {px(TITLE)}; font-weight: 600; }}
QLabel[kind="section"] {{ font-size: {px(SECTION)}; font-weight: 600; }}
QLabel[kind="figure"] {{ font-size: {px(TITLE - 1)}; font-weight: 600; }}
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
QFrame#side QLabel {{ color: {t.side_soft}; font-size: {px(12)}; }}
QFrame#side QLabel[kind="logo"] {{ color: #FFFFFF; font-size: {px(17)}; font-weight: 700; }}
QPushButton[kind="room"] {{ color: {t.side_ink}; background: transparent; border: 2px solid transparent;
    border-radius: 8px; text-align: left; padding: 0 10px; font-weight: 400; min-height: {CONTROL - 4}px; }}
QPushButton[kind="room"]:hover {{ background: {t.side_chosen}; }}
QPushButton[kind="room"]:checked {{ background: {t.side_chosen}; color: #FFFFFF; font-weight: 600; }}
QPushButton[kind="room"]:focus {{ border: 2px solid #57B8C8; padding: 0 10px; }}
"""


def _controls(t: Tokens, px: _Px) -> str:
    """What is pressed and typed into."""
    return f"""
QPushButton {{ min-height: {CONTROL - 2}px; padding: 0 18px; border-radius: 8px; font-weight: 600;
    background: transparent; color: {t.brand}; border: 1px solid {t.line}; }}
QPushButton:hover {{ background: {t.brand_soft}; }}
QPushButton:focus {{ border: 2px solid {t.brand}; padding: 0 17px; min-height: {CONTROL - 4}px; }}
QPushButton:disabled {{ color: {t.soft}; background: transparent; }}
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

QLineEdit, QComboBox, QPlainTextEdit {{ background: {t.card}; border: 1px solid {t.line}; border-radius: 8px;
    padding: 0 12px; min-height: {CONTROL - 2}px; selection-background-color: {t.brand};
    selection-color: {t.on_brand}; placeholder-text-color: {t.soft}; }}
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus {{ border: 2px solid {t.brand}; padding: 0 11px;
    min-height: {CONTROL - 4}px; }}
QPlainTextEdit[kind="preview"] {{ background: {t.window}; padding: 12px; font-size: {px(SMALL)}; }}
QComboBox::drop-down {{ border: none; width: 30px; }}
QComboBox::down-arrow {{ image: url({_drawn("opens", t)}); width: 16px; height: 16px; }}
QComboBox QAbstractItemView {{ background: {t.card}; border: 1px solid {t.line}; outline: none;
    selection-background-color: {t.brand_soft}; selection-color: {t.ink}; }}

QRadioButton {{ spacing: 10px; background: transparent; min-height: 28px; }}
QRadioButton::indicator {{ width: 16px; height: 16px; border: 1px solid {t.soft}; border-radius: 9px;
    background: {t.card}; }}
QRadioButton::indicator:checked {{ border: 5px solid {t.brand}; width: 8px; height: 8px; }}
QRadioButton:focus {{ color: {t.brand}; }}
QSpinBox {{ background: {t.card}; border: 1px solid {t.line}; border-radius: 8px; padding: 0 8px 0 10px;
    min-height: 32px; min-width: 84px; }}
QSpinBox:focus {{ border: 2px solid {t.brand}; }}
QSpinBox QLineEdit, QSpinBox QLineEdit:focus {{ border: none; padding: 0 8px; min-height: 0;
    background: transparent; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
QPlainTextEdit[kind="long"], QPlainTextEdit[kind="long"]:focus {{ padding: 12px; min-height: 340px; }}

QCheckBox {{ spacing: 10px; background: transparent; min-height: 32px; }}
QCheckBox::indicator {{ width: 18px; height: 18px; border: 1px solid {t.soft}; border-radius: 5px;
    background: {t.card}; }}
QCheckBox::indicator:checked {{ background: {t.brand}; border: 1px solid {t.brand};
    image: url({_drawn("checked", t)}); }}
QCheckBox:focus {{ color: {t.brand}; }}
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
QTableView, QTreeView, QListView {{ background: {t.card}; border: none; outline: none;
    gridline-color: {t.line}; selection-background-color: {t.brand_soft}; selection-color: {t.ink}; }}
QTableView::item, QTreeView::item {{ border-bottom: 1px solid {t.line}; padding: 0 10px; }}
QTableView::item:selected, QTreeView::item:selected {{ background: {t.brand_soft}; color: {t.ink}; }}
QHeaderView {{ background: {t.card}; }}
QHeaderView::section {{ background: {t.card}; color: {t.soft}; border: none;
    border-bottom: 1px solid {t.line}; padding: 8px 10px;
    font-size: {px(12)}; font-weight: 600; text-align: left; }}
QTableCornerButton::section {{ background: {t.card}; border: none; }}

QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {t.line}; border-radius: 4px; min-height: 32px; margin: 2px; }}
QScrollBar::handle:vertical:hover {{ background: {t.soft}; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {t.line}; border-radius: 4px; min-width: 32px; margin: 2px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QMenu {{ background: {t.card}; border: 1px solid {t.line}; padding: 6px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 6px; }}
QMenu::item:selected {{ background: {t.brand_soft}; }}
"""
