"""Every text of the window is there in both languages, and every thing to do has its button."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cyberlib_client.core.health import NEXT
from cyberlib_client.gui.look.tokens import DARK, LIGHT, Tokens
from cyberlib_client.gui.screens.rooms import ROOMS
from cyberlib_client.gui.words import DOING, HEADLINES
from cyberlib_client.resources import resource

GUI = Path(__file__).parents[2] / "src" / "cyberlib_client" / "gui"
NAMES = {"CyberLib", "https://", "s3://…", '<p style="white-space: pre-wrap">'}
_BOTH = ("say", "Both")
_CODES = (
    "property",
    "setProperty",
    "setObjectName",
    "startswith",
    "endswith",
    "split",
    "suppress",
    "setFont",
)
_NO_WORDS = ("look/style.py",)
"""Style sheets."""


def _told_in_both(call: ast.Call) -> bool:
    """`say` with two texts; a card's own `say` takes what was worded already."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    return name in _BOTH and len(call.args) == 2


def _documentation(tree: ast.Module) -> set[ast.AST]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _words(text: str) -> bool:
    """Whether somebody would read it: a letter with an accent, or two words."""
    accents = any(each.isalpha() and not each.isascii() for each in text)
    return accents or re.search(r"[A-Za-z]{2}[,:]? [A-Za-z]{2}", text) is not None


_SHOWS = (
    "label", "button", "Card", "Pill", "Search", "Field", "QLineEdit", "QPushButton", "QLabel", "QCheckBox",
    "QRadioButton", "QAction", "QMessageBox", "QFileDialog", "setText", "setWindowTitle", "setToolTip",
    "setAccessibleName", "setAccessibleDescription", "setPlaceholderText", "setSuffix", "setPrefix",
    "setSpecialValueText", "setInformativeText", "setPlainText", "setStatusTip", "setWhatsThis", "setTitle",
    "addAction", "addButton", "addItem", "addItems", "setNameFilter", "setNameFilters", "showMessage",
    "refuse", "ask_folder", "ask_file",
)  # fmt: skip


def shown_literals(source: str) -> list[str]:
    """Texts that somebody would read without being said in both languages, wherever they stand; and any word
    that goes to a widget."""
    tree = ast.parse(source)
    left_out = _documentation(tree)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if _told_in_both(call) or name in _CODES:
                left_out |= {each for given in call.args for each in ast.walk(given)}
    to_widgets: set[ast.AST] = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            given = [
                *call.args[: 2 if name in ("QFileDialog", "ask_folder", "ask_file") else 1],
                *(each.value for each in call.keywords if each.arg in ("text", "title")),
            ]
            kinds = call.args[1:2] if name == "label" else call.args[1:] if name in ("Card", "Pill") else []
            if name in _SHOWS:
                plain = [each for each in given if each not in kinds]
                to_widgets |= {part for each in plain for part in _literals(each)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in left_out
        and node.value.strip() not in NAMES
        and (any(map(str.isalpha, node.value)) if node in to_widgets else _words(node.value))
    ]


def _literals(given: ast.expr) -> list[ast.AST]:
    """What is shown of an argument: itself, the parts of a text with values, those of a list."""
    if isinstance(given, ast.JoinedStr | ast.List):
        return list(given.values if isinstance(given, ast.JoinedStr) else given.elts)
    return [given]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('label("Bonjour")', ["Bonjour"]),
        ('x.setText(f"{n} fichiers")', [" fichiers"]),
        ('x.setToolTip("bonjour")', ["bonjour"]),
        ('x.setPlaceholderText("nom")', ["nom"]),
        ('x.setAccessibleName("nom")', ["nom"]),
        ('x.setAccessibleDescription("nom")', ["nom"]),
        ('x.setWindowTitle("titre")', ["titre"]),
        ('x.setSuffix(" jours")', [" jours"]),
        ('x.addItem("un")', ["un"]),
        ('x.addItems(["un", "deux"])', ["un", "deux"]),
        ('QCheckBox("oui")', ["oui"]),
        ('QFileDialog(self, "choisir")', ["choisir"]),
        ('ask_folder(self, "choisir", then)', ["choisir"]),
        ('words = "Rien à faire"\nlabel(words)', ["Rien à faire"]),
        ("label(f\"jour{'s' * (n > 1)} de plus\")", ["jour", " de plus"]),
        ('self.told.say("fini")', []),  # a word alone that goes nowhere known may be a code
        ('self.told.say("C’est fini")', ["C’est fini"]),
        ('label(say("a", "b"))', []),
        ('label(say(f"{n} jour{\'s\' * (n > 1)}", f"{n} day"), "soft")', []),
        ('say("en français seulement")', ["en français seulement"]),
    ],
)
def test_the_search_finds_what_is_not_said_in_both(source: str, found: list[str]) -> None:
    assert shown_literals(source) == found


@pytest.mark.parametrize("path", sorted(GUI.rglob("*.py")), ids=lambda path: str(path.relative_to(GUI)))
def test_no_text_is_in_one_language_alone(path: Path) -> None:
    if not path.as_posix().endswith(_NO_WORDS):
        assert shown_literals(path.read_text("utf-8")) == []


def test_every_next_thing_to_do_has_its_button() -> None:
    assert set(DOING) == set(NEXT.values()) | {"back_up"}
    for doing in DOING.values():
        assert bool(doing.room) != bool(doing.job)
        assert not doing.room or doing.room in ROOMS
    assert set(HEADLINES) == {"protected", "attention", "danger", "unknown"}


def test_every_icon_is_there() -> None:
    for path in sorted(GUI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("IconLabel", "icon", "pixmap"):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    assert resource(f"icons/{first.value}.svg").is_file()
    for sign in (room.sign for room in ROOMS.values()):
        assert resource(f"icons/{sign}.svg").is_file()


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_can_be_read(tokens: Tokens) -> None:
    pairs = [
        (text, ground)
        for text in (tokens.ink, tokens.soft, tokens.brand)
        for ground in (tokens.window, tokens.card)
    ]
    pairs += [
        (tokens.ok, tokens.ok_soft),
        (tokens.todo, tokens.todo_soft),
        (tokens.wrong, tokens.wrong_soft),
        (tokens.wrong, tokens.card),
        (tokens.ink, tokens.brand_soft),
        (tokens.on_brand, tokens.brand),
        (tokens.side_ink, tokens.side),
        (tokens.side_soft, tokens.side),
        (tokens.on_badge, tokens.badge),
        ("#FFFFFF", tokens.side_chosen),
    ]
    assert [(pair, round(contrast(*pair), 2)) for pair in pairs if contrast(*pair) < 4.5] == []


def test_the_window_starts_without_the_engine() -> None:
    """What the clerk and the agent do is not loaded before the window is drawn: half a second."""
    rooms = ("services", "repository", "transports.s3")
    code = (
        "import sys, cyberlib_client.gui.main\n"
        f"print(*(m for m in sys.modules if m.startswith({tuple(f'cyberlib_client.{r}' for r in rooms)!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
