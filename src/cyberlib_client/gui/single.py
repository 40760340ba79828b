"""One window a profile: a second start shows the first."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ..app.bootstrap import profile_at
from ..app.only_window import OnlyWindow


class Single(QObject):
    """`called`: somebody started the program once more."""

    called = Signal()

    def __init__(self, root: str) -> None:
        super().__init__()
        self._only = OnlyWindow(profile_at(root), self.called.emit)

    def first(self) -> bool:
        """See OnlyWindow."""
        return self._only.first()

    def close(self) -> None:
        """Others may come."""
        self._only.close()
