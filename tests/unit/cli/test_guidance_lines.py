"""What support's terminal is made to show by a customer's machine that is not what it seems."""

from __future__ import annotations

import pytest

from cyberlib_client.app.paths import fit
from cyberlib_client.cli.guidance_lines import answer_lines
from cyberlib_client.core.guidance import messages as m

pytestmark = pytest.mark.portable

_TIME = "2026-11-22T10:00:00Z"


def test_names_and_states_that_would_move_the_cursor_or_turn_the_line() -> None:
    row = m.NameRow("C:/a\x1b[2J\u202e\ngone", "file", 1, _TIME)
    (line,) = answer_lines(m.Names(0, [row], more=False))
    assert r"a\x1b[2J\u202e\x0agone" in line and "\x1b" not in line
    (line,) = answer_lines(m.Lines(0, ["state: well\r\x1b]0;title\x07"]))
    assert line == r"state: well\x0d\x1b]0;title\x07"


def test_what_a_screen_can_show_stays_as_it_is() -> None:
    for text in ("C:\\Users\\é", "a\u00a0b\u202fc", r"\x1b \\ \u202e", "日本語"):
        assert fit(text) == text
