"""What stands in the target already and may be what is to be written."""

from __future__ import annotations

from collections.abc import Hashable

from .restore_conflicts import Conflicts
from .restore_handles import DirHandle
from .restore_model import EntryMeta, Held, Outcome, Place


class Standing:
    """A file of the right size where an item should go, open for reading. Whoever knows the item's content
    compares it, and calls `keep` if it is the same."""

    def __init__(
        self,
        place: Place,
        conflicts: Conflicts,
        parent: DirHandle,
        name: bytes,
        disk: bytes,
        file: Held,
    ) -> None:
        self._place = place
        self._conflicts = conflicts
        self._parent = parent
        self._name = name
        self._disk = disk
        self._file = file

    def read(self, offset: int, size: int) -> bytes:
        """Bytes at `offset`: fewer at the end, none where they cannot be read."""
        try:
            return self._place.read(self._file, offset, size)
        except OSError:
            return b""

    def keep(self, meta: EntryMeta, *, linked: Hashable = None) -> Outcome:
        """Leaves the file as the item and sets what differs of its metadata.

        `linked`: what the item's names in this restore have in common, None where there is but one. A
        file with a name elsewhere is left as it is, metadata too: what is changed here would change
        there. So they are set with the last name, and what is lost is told by `Target.tell_linked`.
        """
        parent, disk = self._parent, self._disk
        try:
            if linked is not None:
                self._conflicts.firsts[parent, self._name] = self._place.identity(self._file)
            lost = self._place.dress_again(
                self._file, meta, None if linked is None else (parent.identity, disk)
            )
        except OSError:
            lost = ["mode", "time"]
        if linked is None:
            self._conflicts.tell_lost(parent, self._name, lost)
        else:
            self._conflicts.lost_of_links[linked] = (parent, self._name, lost)
        self._conflicts.stands_as(parent, self._name, disk)
        return Outcome.IDENTICAL
