"""What a search found is shown as far as somebody may read it, and more of it on wish."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QWidget

from ....app.wording.language import say
from ....app.wording.units import NAME, many
from ...widgets.basics import button, label, row

FIRST: Final = 2_000
"""Names of a search that are shown at once."""
_TIMES: Final = 10


class More(QWidget):
    """Tells that there is more, and asks for it. `again`: searches once more."""

    def __init__(self, again: Callable[[], object]) -> None:
        super().__init__()
        self._again = again
        self._pattern, self._most = "", FIRST
        self._told = label(kind="small", wrap=True)
        self._wanted = button(say("En montrer plus", "Show more"), self._ask, link=True)
        line = row(self._told, self._wanted)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.hide()

    def most_for(self, pattern: str) -> int:
        """How many names a search is to show: more than at first where that was asked for."""
        if pattern != self._pattern:
            self._pattern, self._most = pattern, FIRST
        return self._most

    def tell(self) -> None:
        """There are more than were asked for."""
        shown = many(self._most, *NAME)
        self._told.setText(
            say(
                f"Voici les {shown} trouvés d’abord. Précisez la recherche, ou :",
                f"These are the {shown} found first. Search for more of the name, or:",
            )
        )
        more = many(self._most * _TIMES, *NAME)
        self._wanted.setText(say(f"En montrer {more}", f"Show {more}"))
        self.show()

    def _ask(self) -> None:
        self._most *= _TIMES
        self._again()
