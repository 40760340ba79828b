"""The rooms of the window. What a room takes is loaded when it is entered first, or once home is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from ...app.wording.language import Both
from ..room import Room


def _home() -> type[Room]:
    from .home.home import Home

    return Home


def _folders() -> type[Room]:
    from .folders.folders import Folders

    return Folders


def _activity() -> type[Room]:
    from .activity.activity import Activity

    return Activity


def _restore() -> type[Room]:
    from .restore.restore import Restore

    return Restore


def _copies() -> type[Room]:
    from .copies.copies import Copies

    return Copies


def _keys() -> type[Room]:
    from .keys.keys import Keys

    return Keys


def _settings() -> type[Room]:
    from .settings.settings import Settings

    return Settings


def _help() -> type[Room]:
    from .help.help import Help

    return Help


class Place(NamedTuple):
    """A room in the side bar. `sign`: its icon; `kind` loads its class."""

    words: Both
    sign: str
    kind: Callable[[], Callable[..., Room]]


ROOMS: Final = {
    "home": Place(Both("Accueil", "Home"), "home", _home),
    "folders": Place(Both("Dossiers protégés", "Protected folders"), "folder", _folders),
    "activity": Place(Both("Activité", "Activity"), "clock", _activity),
    "restore": Place(Both("Restaurer", "Restore"), "history", _restore),
    "copies": Place(Both("Copies", "Copies"), "disk", _copies),
    "keys": Place(Both("Clé et accès", "Key and access"), "key", _keys),
    "settings": Place(Both("Réglages", "Settings"), "sliders", _settings),
    "help": Place(Both("Aide", "Help"), "help", _help),
}


def load_all() -> None:
    """Loads what all rooms take, for a thread of its own."""
    for place in ROOMS.values():
        place.kind()
