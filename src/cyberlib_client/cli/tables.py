"""Plain tables: the same on a terminal and in a file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence


def width(text: str) -> int:
    """Columns that text takes on a terminal."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> Iterator[str]:
    """Lines of a table. `right`: one character a column, "r" for those that line up at the right."""
    columns = [max(map(width, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield line(row, columns, right)


def line(cells: Sequence[str], columns: Sequence[int], right: str = "") -> str:
    """One line, its cells padded to their columns."""
    padded = []
    for place, (cell, room) in enumerate(zip(cells, columns, strict=True)):
        gap = " " * max(0, room - width(cell))
        padded.append(gap + cell if right[place : place + 1] == "r" else cell + gap)
    return "  ".join(padded).rstrip()


def cut(text: str, room: int) -> str:
    """The beginning of a text that is wider than `room` columns, with a sign that more follows."""
    if width(text) <= room:
        return text
    kept = text[: room - 1]
    while width(kept) > room - 1:
        kept = kept[:-1]
    return kept + "…"
