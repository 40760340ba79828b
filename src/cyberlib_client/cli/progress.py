"""A live line at the foot of the terminal: how far, how fast, how long still, which file."""

from __future__ import annotations

import os
import sys
import time
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleDimensions, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..app.wording.language import say
from ..app.wording.pace import Pace
from ..app.wording.units import FILE, count, duration, many, size
from ..core.events import Progress
from .places import here

_BAR: Final = 24
"""Columns of the bar itself."""


class Bar:
    """Shows a job's progress on standard error, which must be a terminal: two lines, never wider than it."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._pace = Pace()
        self._live.start()

    def show(self, progress: Progress) -> None:
        """Draws the newest figures, or the words for work that has none."""
        if words := stage(progress):
            self._live.update(Text(words, no_wrap=True, overflow="crop"), refresh=True)
            return
        done = progress.bytes_done
        self._pace.mark(time.monotonic(), done, done - progress.bytes_known)
        room = self._fit_terminal()
        told = figures(progress, self._pace.speed(), room, new=self._pace.speed(2))
        first: RenderableType = Text(told, no_wrap=True, overflow="crop")
        if progress.bytes_total and cell_len(told) + 1 + _BAR <= room:
            table = Table.grid(padding=(0, 1))
            bar = ProgressBar(total=progress.bytes_total, completed=progress.bytes_done, width=_BAR)
            table.add_row(bar, first)
            first = table
        current = Text(_ending(here(progress.current), room), no_wrap=True, overflow="crop", style="dim")
        self._live.update(Group(first, current), refresh=True)

    def print(self, text: str) -> None:
        """A line above the bar."""
        self._fit_terminal()
        self._console.print(Text(text), soft_wrap=True)

    def close(self) -> None:
        """Takes the bar away."""
        self._live.stop()

    def _fit_terminal(self) -> int:
        """Columns that may be written to, as the terminal is now. In the very last one some wrap already."""
        try:
            columns, lines = os.get_terminal_size(sys.stderr.fileno())
        except (OSError, ValueError):
            columns, lines = 0, 0
        # Zero when it does not know its size. Not COLUMNS: it tells what a terminal was.
        self._console.size = ConsoleDimensions(columns or 80, lines or 25)
        return max(1, (columns or 80) - 1)


def stage(progress: Progress) -> str:
    """What is being done when nothing can be counted; "" for a phase with figures."""
    words = {
        "unlock": say("Ouverture du coffre…", "Opening the vault…"),
        "sync": say("Écriture sur le disque…", "Writing to the disk…"),
    }
    if progress.phase == "survey":
        total = progress.files_total or 0
        at = f"{progress.files_done + 1} / {total}"
        return say(f"Tri du coffre : version {at}…", f"Sorting out the vault: snapshot {at}…")
    if progress.phase == "hook":
        return say(f"Commande {progress.current}…", f"Command {progress.current}…")
    return words.get(progress.phase, "")


def figures(progress: Progress, speed: float, room: int, *, new: float | None = None) -> str:
    """The figures of a progress event as one line of at most `room` columns; `speed` in bytes a second.

    `new`: the speed without what is in the vault already, most of which is not even read: the one to tell.
    Where there is no room for all, what matters least is not told.
    """
    done = size(progress.bytes_done)
    if progress.bytes_total is not None:
        done += f" / {size(progress.bytes_total)}"
    files = left = known = sent = ""
    if progress.files_total is not None:
        files = f"{count(progress.files_done)} / {many(progress.files_total, *FILE)}"
    elif progress.files_done:
        files = many(progress.files_done, *FILE)
    if speed > 0 and progress.bytes_total and progress.bytes_total > progress.bytes_done:
        still = duration((progress.bytes_total - progress.bytes_done) / speed)
        left = say(f"encore {still}", f"{still} left")
    if progress.bytes_known:
        known = size(progress.bytes_known)
        known = say(f"déjà au coffre : {known}", f"already in the vault: {known}")
    if progress.bytes_waiting:
        there, way = size(progress.bytes_stored), size(progress.bytes_waiting)
        sent = say(f"envoyé : {there}, en route : {way}", f"sent: {there}, on the way: {way}")
    pace = speed if new is None else new
    parts = [files, done, f"{size(round(pace))}/s" if pace > 0 else "", left, known, sent]
    for least in (4, 0, 2, 5, 3):
        line = " · ".join(filter(None, parts))
        if cell_len(line) <= room:
            return line
        parts[least] = ""
    return " · ".join(filter(None, parts))


def _ending(path: str, room: int) -> str:
    """The end of a path, where the file's own name is, in at most `room` columns."""
    if cell_len(path) <= room:
        return path
    width, start = 1, len(path)
    while start > 0 and (width := width + cell_len(path[start - 1])) <= room:
        start -= 1
    return "…" + path[start:]
