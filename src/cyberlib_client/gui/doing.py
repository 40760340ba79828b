"""Buttons that do what an advice says."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from .room import House
from .widgets.basics import button
from .words import DOING


def do(house: House, what: str) -> None:
    """`what`: a key of DOING."""
    doing = DOING.get(what, DOING["look_at_incidents"])
    if doing.job:
        house.do(doing.job)
    else:
        house.go(doing.room)


def doing_button(house: House, what: str, *, main: bool = False) -> QPushButton:
    """A button for it."""
    return button(str(DOING[what].words), lambda: do(house, what), main=main)
