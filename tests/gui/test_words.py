"""Every text of the window is there in both languages, and every thing to do has its button."""

from __future__ import annotations

import ast
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
_SAY = ("label", "button", "Card", "Pill", "QLineEdit", "QPushButton", "QLabel")
_SET = (
    "setText",
    "setWindowTitle",
    "setToolTip",
    "setAccessibleName",
    "setPlaceholderText",
    "addAction",
    "say",
)
NAMES = {"CyberLib"}


def shown_literals(source: str) -> list[str]:
    """Texts with letters that go to a widget without being said in both languages."""
    found = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        method = isinstance(call.func, ast.Attribute)
        if not (name in _SAY or (method and name in _SET)):
            continue
        for given in call.args[:1]:
            texts = [given.value] if isinstance(given, ast.Constant) else []
            if isinstance(given, ast.JoinedStr):
                texts = [part.value for part in given.values if isinstance(part, ast.Constant)]
            found += [
                text
                for text in texts
                if isinstance(text, str) and any(map(str.isalpha, text)) and text not in NAMES
            ]
    return found


def test_the_search_finds_what_is_not_said_in_both() -> None:
    assert shown_literals('label("Bonjour")\nx.setText(f"{n} fichiers")\nlabel(say("a", "b"))') == [
        "Bonjour",
        " fichiers",
    ]


@pytest.mark.parametrize("path", sorted(GUI.rglob("*.py")), ids=lambda path: str(path.relative_to(GUI)))
def test_no_text_is_in_one_language_alone(path: Path) -> None:
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
