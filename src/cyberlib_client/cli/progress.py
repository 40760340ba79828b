"""A live line at the foot of the terminal: how far, how fast, how long still, which file."""

from __future__ import annotations

import sys
import time
from typing import Final

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..core.events import Progress
from .language import say
from .units import count, duration, size

_WINDOW: Final = 15.0
"""Seconds over which the speed is taken: long enough not to jump, short enough to follow."""


class Bar:
    """Shows a job's progress on standard error, which must be a terminal."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._marks: list[tuple[float, int]] = []
        self._live.start()

    def show(self, progress: Progress) -> None:
        """Draws the newest figures, or the words for work that has none."""
        if words := stage(progress):
            self._live.update(Text(words), refresh=True)
            return
        now = time.monotonic()
        self._marks = [m for m in self._marks if now - m[0] <= _WINDOW] + [(now, progress.bytes_done)]
        table = Table.grid(padding=(0, 1))
        if progress.bytes_total:
            bar = ProgressBar(total=progress.bytes_total, completed=progress.bytes_done, width=24)
            table.add_row(bar, Text(figures(progress, self._speed())))
        else:
            table.add_row(Text(figures(progress, self._speed())))
        current = Text(self._shortened(progress.current), no_wrap=True, style="dim")
        self._live.update(Group(table, current), refresh=True)

    def print(self, text: str) -> None:
        """A line above the bar."""
        self._console.print(Text(text), soft_wrap=True)

    def close(self) -> None:
        """Takes the bar away."""
        self._live.stop()

    def _shortened(self, path: str) -> str:
        """The end of a path, where the file's own name is."""
        room = self._console.width
        if cell_len(path) <= room:
            return path
        while cell_len(path) >= room:
            path = path[1:]
        return "…" + path

    def _speed(self) -> float:
        (begun, first), (now, last) = self._marks[0], self._marks[-1]
        return (last - first) / (now - begun) if now > begun else 0.0


def stage(progress: Progress) -> str:
    """What is being done when nothing can be counted; "" for a phase with figures."""
    words = {
        "unlock": say("Ouverture du coffre…", "Opening the vault…"),
        "sync": say("Écriture sur le disque…", "Writing to the disk…"),
    }
    return words.get(progress.phase, "")


def figures(progress: Progress, speed: float) -> str:
    """The figures of a progress event as one line; `speed` in bytes a second."""
    files = count(progress.files_done)
    if progress.files_total is not None:
        files += f" / {count(progress.files_total)}"
    done = size(progress.bytes_done)
    if progress.bytes_total is not None:
        done += f" / {size(progress.bytes_total)}"
    parts = [say(f"{files} fichiers", f"{files} files")] if progress.files_done else []
    parts.append(done)
    if speed > 0:
        parts.append(f"{size(round(speed))}/s")
        if progress.bytes_total and progress.bytes_total > progress.bytes_done:
            left = duration((progress.bytes_total - progress.bytes_done) / speed)
            parts.append(say(f"encore {left}", f"{left} left"))
    if progress.bytes_known:
        known = size(progress.bytes_known)
        parts.append(say(f"déjà au coffre : {known}", f"already in the vault: {known}"))
    return " · ".join(parts)
