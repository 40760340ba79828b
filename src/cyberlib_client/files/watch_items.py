"""What notices of single items say of the folders they are in, where a system watches whole trees."""

from __future__ import annotations

from .watch_ports import Place, Told, inside_of


class Items:
    """Of one place. The system knows nothing of rules: what they leave out is passed over here."""

    def __init__(self, told: Told, place: Place) -> None:
        self._told = told
        self._place = place
        self._single = _letters(place.single) if place.single is not None else None

    def changed(self, path: bytes, is_folder: bool, *, new: bool) -> None:
        """An item at a vault path came, went or changed. `new`: it came, perhaps with all that is in it."""
        place = self._place
        folder, _, name = path.rpartition(b"/")
        if self._single is not None:
            if _letters(name) == self._single:
                self._told.changed(folder or b"/", name)
            return
        if path == place.path:
            self._told.changed(path or b"/")
            return
        if self._is_left_out(folder, name, is_folder):
            return
        self._told.changed(folder or b"/", name)
        if is_folder and new:
            self._told.changed(path)

    def _is_left_out(self, folder: bytes, name: bytes, is_folder: bool) -> bool:
        """An item, or a folder above it: those are watched too."""
        place, judge = self._place, self._place.leaves_out
        while True:
            if self._told.ignores(folder + b"/" + name):
                return True
            if judge is not None and judge(inside_of(place, folder, name), name, is_folder) is not None:
                return True
            if len(folder) <= len(place.path):
                return False
            folder, _, name = folder.rpartition(b"/")
            is_folder = True


def _letters(name: bytes) -> str:
    """These systems ignore case, and say a name as it was made, whatever the settings call it."""
    return name.decode("utf-8", "surrogateescape").casefold()
