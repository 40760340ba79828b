"""The progress bar's lines: what is told, what goes first where there is no room, and names of all kinds."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.cells import cell_len

from cyberlib_client.app.wording.language import choose
from cyberlib_client.cli.output import Output
from cyberlib_client.cli.progress import Pace, figures
from cyberlib_client.core.events import Incident, Progress
from cyberlib_client.files.names import display
from tests.support.screen import Screen
from tests.support.terminal import terminal

FULL = Progress(
    "backup",
    files_done=1234,
    files_total=50_000,
    bytes_done=1_500_000_000,
    bytes_total=6_000_000_000,
    bytes_known=700_000_000,
    current="/home/a/Courriers/lettre.odt",
)

NAMES = [
    b"/home/a/" + "Compte rendu très détaillé ".encode() * 20 + b"fin.odt",
    b"/home/a/" + "日本語のとても長いファイル名".encode() * 20,
    b"/home/a/\x1b[2Jgauche\r\n\x07droite.odt",
    b"/home/a/" + "fdp.\u202egnp\u2066\u200f.exe".encode(),
    b"/home/a/caf\xe9 \xc2\x9b31m.odt",
    b"/" + b"x" * 4000,
    b"",
]


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    choose("fr")
    yield
    choose("fr")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_what_is_in_the_vault_already_makes_no_speed() -> None:
    """Most of it is not even read: an unchanged backup would go at hundreds of gigabytes a second."""
    told = plain(figures(FULL, 404e9, 200, new=0.0))
    assert "Go/s" not in told and "encore" in told
    assert "12,0 Mo/s" in plain(figures(FULL, 404e9, 200, new=12e6))


def test_everything_is_told_where_there_is_room() -> None:
    assert plain(figures(FULL, 90_000_000, 200)) == (
        "1 234 / 50 000 fichiers · 1,50 Go / 6,00 Go · 90,0 Mo/s · encore 50 s · déjà au coffre : 700 Mo"
    )
    choose("en")
    assert figures(FULL, 90_000_000, 200) == (
        "1,234 / 50,000 files · 1.50 GB / 6.00 GB · 90.0 MB/s · 50 s left · already in the vault: 700 MB"
    )


def test_what_is_on_its_way_to_a_far_vault() -> None:
    sending = replace(FULL, bytes_stored=12_000_000, bytes_waiting=23_000_000)
    assert "envoyé : 12,0 Mo, en route : 23,0 Mo" in plain(figures(sending, 1e6, 200))
    assert "route" not in plain(figures(replace(FULL, bytes_stored=12_000_000), 1e6, 200))


def test_one_file_is_one_file() -> None:
    one = Progress("backup", files_done=1, bytes_done=5)
    assert plain(figures(one, 0, 80)) == "1 fichier · 5 o"
    choose("en")
    assert figures(one, 0, 80) == "1 file · 5 B"
    assert (
        figures(Progress("backup", files_done=0, files_total=1, bytes_total=9), 0, 80)
        == "0 / 1 file · 0 B / 9 B"
    )


@pytest.mark.parametrize("room", range(1, 120))
def test_what_matters_least_goes_first(room: int) -> None:
    told = plain(figures(FULL, 90_000_000, room))
    assert told.startswith("1,50 Go / 6,00 Go") or "fichiers" in told
    if cell_len(told) > room:
        assert told == "1,50 Go / 6,00 Go"  # nothing is left to leave out
    for kept, lost in (("fichiers", "déjà"), ("Mo/s", "fichiers"), ("encore", "Mo/s")):
        assert kept in told or lost not in told


def _arrived(terminal: int) -> bytes:
    """All that was written to a terminal; it hands things on piece by piece."""
    import select

    parts = [os.read(terminal, 1 << 20)]
    while select.select([terminal], [], [], 0.1)[0]:
        parts.append(os.read(terminal, 1 << 20))
    return b"".join(parts)


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is a thing of POSIX")
@pytest.mark.parametrize("columns", [1, 7, 40, 60, 80, 120])
def test_no_name_wraps_or_moves_the_cursor(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(columns)
    monkeypatch.setenv("TERM", "xterm")
    with terminal(columns) as (ours, theirs), os.fdopen(theirs, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        output = Output()
        for name in NAMES:
            known = Progress("backup", bytes_done=5, bytes_total=10, files_done=2, current=display(name))
            output.listen(known)
            stream.flush()
            text = _arrived(ours).decode("utf-8")
            screen.write(text)
            assert screen.lowest <= 1, text
            assert screen.strange == [], text
            shown = "".join(screen.lines)
            assert not [c for c in shown if unicodedata.category(c)[0] == "C"], text
            if name and columns == 120:
                end = display(name)[-20:].replace(" ", "")
                assert shown.replace(" ", "").endswith(end)
        output.close_bar()
        stream.flush()
        screen.write(_arrived(ours).decode("utf-8"))
        assert "".join(screen.lines).strip() == ""
        # An incident, however it came about, is one of the lines that stay.
        output.listen(Incident("unreadable", "/home/\x1b[2J\u202ea", "Permission denied"))
        assert _arrived(ours).startswith(b"! /home/\\u001b[2J\\u202ea")


def test_the_pace_over_a_limited_line_is_that_of_the_line() -> None:
    """Four packs leave at about the same time, then nothing for minutes: neither moment is the pace."""
    pace, sent = Pace(), 0
    told = []
    for round_ in range(6):
        for pack in range(4):
            sent += 16_000_000
            pace.mark(round_ * 300 + pack * 0.1, sent, sent)
            told.append(pace.speed())
        for second in range(1, 300):  # some steps look at the figures meanwhile, others do not
            if round_ % 2:
                pace.mark(round_ * 300 + second, sent, sent)
    assert all(160_000 < speed < 430_000 for speed in told[8:]), told  # 64 MB in 300 s: 213 kB/s
    assert told[4] < 500_000


def test_the_pace_follows_a_line_that_is_not_limited() -> None:
    pace = Pace()
    for tenth in range(600):
        pace.mark(tenth / 10, tenth * 100_000 if tenth < 300 else 30_000_000 + (tenth - 300) * 500_000, 0)
    assert 4_990_000 < pace.speed() < 5_010_000
