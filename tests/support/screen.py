"""A terminal of so many columns that remembers what was drawn: enough of one to see a progress bar wrap."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_PIECE: Final = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|(\r)|(\n)|([^\x00-\x1f\x7f])|(.)", re.DOTALL)


class Screen:
    """Takes what a program writes, as text. `lines`: what stands there now. `strange`: what a bar has no use
    for. `lowest`: the lowest line ever written to."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines: list[str] = [""]
        self.strange: list[str] = []
        self.lowest = 0
        self._row = self._column = 0

    def write(self, text: str) -> None:
        for parameters, final, back, feed, sign, other in _PIECE.findall(text):
            if back:
                self._column = 0
            elif feed:
                self._down()
            elif sign:
                self._sign(sign)
            elif final == "A":
                self._row = max(0, self._row - int(parameters or 1))
            elif final == "K" and parameters == "2":
                self.lines[self._row] = ""
            elif final not in ("m", "h", "l"):
                self.strange.append(other or parameters + final)

    def _sign(self, sign: str) -> None:
        if unicodedata.category(sign)[0] == "C":
            self.strange.append(sign)
        width = 0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if self._column + width > self.columns:  # it goes on below, as terminals do
            self._down()
            self._column = 0
        line = self.lines[self._row].ljust(self._column)
        self.lines[self._row] = line[: self._column] + sign + line[self._column + 1 :]
        self._column += width
        self.lowest = max(self.lowest, self._row)

    def _down(self) -> None:
        self._row += 1
        while self._row >= len(self.lines):
            self.lines.append("")
