"""What to do when the name of an item is taken: by the same item already, by something else of the user's,
or by another item of this restore."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Hashable, Iterator
from datetime import UTC, datetime
from typing import Final

from ..core.errors import Failed
from ..core.events import Incident, Listener
from ..core.ports import Clock
from .names import display
from .restore_handles import DirHandle, OpenHandles
from .restore_model import Ask, Conflict, Existing, Held, Identity, Outcome, Place, Question, Wishes

Make = Callable[[Held, bytes], list[str]]
"""Makes an item under a name that must be free; returns what metadata could not be set."""

Same = Callable[[Held, bytes], bool]
"""Whether the item already stands under a name."""

_LABEL: Final = "CyberLib"
_KEPT: Final = re.compile(rb" \(CyberLib \d{4}-\d\d-\d\d(?: \d+)?\)(?=(?:\.[^.]{0,64})?\Z)", re.DOTALL)
"""What `NameRules.kept` adds to the name of a second version, today or on another day."""

_ATTEMPTS: Final = 100_000
"""Names tried for an item that must not overwrite another."""


class Conflicts:
    """Finds every item a name on disk. `conflict`, `ask`, `clock`: see Folders."""

    def __init__(
        self,
        place: Place,
        handles: OpenHandles,
        conflict: Conflict,
        ask: Ask | None,
        listener: Listener,
        clock: Clock,
        wishes: Wishes,
    ) -> None:
        if conflict is Conflict.ASK and ask is None:
            raise ValueError("ASK needs somebody to ask")
        self._place = place
        self._handles = handles
        self._conflict = conflict
        self._ask = ask
        self._listener = listener
        self._clock = clock
        self._wishes = wishes
        self._label: str | None = None
        self.looks = conflict is not Conflict.SKIP
        """Whether what is there is compared with what should be: to leave all alone needs no reading."""
        self.lost_of_links: dict[Hashable, tuple[DirHandle, bytes, list[str]]] = {}
        """Of files with several names that stood there, what was lost by the last of them."""
        self.firsts: dict[tuple[DirHandle, bytes], Identity] = {}
        """Of files that are to get more names, by (directory, name): what the restore put or found there."""
        self._lock = threading.Lock()
        self._asking = threading.Lock()

    def disk_name(self, parent: DirHandle, name: bytes) -> bytes:
        """The name for an item, its own wherever possible. Raises IntegrityError("hostile_name", path=…)."""
        rules = parent.traits.rules
        disk = rules.on_disk(name)
        if rules.folds:
            with self._lock:
                disk = self._unlike_others(parent, name, disk)
        elif disk is name:
            return disk
        if disk != name and (parent.renamed or {}).get(name) != disk:
            self._rename(parent, name, disk, "name_changed")
        return disk

    def standing(self, parent: DirHandle, disk: bytes) -> Iterator[bytes]:
        """Names under which an item may stand already: its own, and those of second versions kept beside it
        by an earlier restore. None when its own is free. Raises OSError."""
        directory = self._handles.directory(parent)
        if self._place.look(directory, disk, None, -1) is None:
            return
        yield disk
        if self._conflict is Conflict.REPLACE:
            return
        if parent.kept is None:
            kept: dict[bytes, list[bytes]] = {}
            for name in self._place.names(directory):
                if (first := _KEPT.sub(b"", name)) != name:
                    kept.setdefault(first, []).append(name)
            parent.kept = kept
        yield from sorted(parent.kept.get(disk, ()))

    def stands_as(self, parent: DirHandle, name: bytes, disk: bytes) -> None:
        """An item was found where an earlier restore had put it."""
        if disk != name:
            with self._lock:
                parent.renamed = parent.renamed or {}
                parent.renamed[name] = disk

    def foresee(self, parent: DirHandle, name: bytes, disk: bytes, size: int) -> Conflict | None:
        """The choice for a long file, made before it is fetched; None when its name is free."""
        existing = self._place.look(self._handles.directory(parent), disk, parent.traits.seal, size)
        return None if existing is None or existing.unfinished else self._choose(parent, name, existing)

    def put(
        self,
        parent: DirHandle,
        name: bytes,
        disk: bytes,
        make: Make,
        size: int = -1,
        choice: Conflict | None = None,
        movable: bool = True,
        same: Same | None = None,
    ) -> Outcome:
        """Makes the item as `disk`, or does what the user wants when that is taken by anything but itself.

        `size`: of a file, to know the unfinished one of an interrupted restore. `choice`: made
        before. `movable`: the item can be made under another name and then renamed over an old one.
        `same`: knows the item when it sees it; without it, what is there is another.
        """
        directory = self._handles.directory(parent)
        try:
            return self._told(parent, name, make(directory, disk), Outcome.WRITTEN)
        except FileExistsError:
            pass
        existing = self._place.look(directory, disk, parent.traits.seal, size)
        if existing is None:  # gone again
            return self._keep_both(parent, name, disk, make)
        if existing.unfinished:
            return self._replace(parent, name, disk, make, Outcome.WRITTEN)
        if same is not None and self.looks:
            for there in self.standing(parent, disk):
                if same(directory, there):
                    self.stands_as(parent, name, there)
                    return Outcome.IDENTICAL
        choice = choice or self._choose(parent, name, existing)
        if choice is Conflict.SKIP:
            return Outcome.SKIPPED
        if choice is not Conflict.REPLACE:
            return self._keep_both(parent, name, disk, make)
        if movable and not existing.directory:
            return self._replace(parent, name, disk, make, Outcome.REPLACED)
        return self._set_aside(parent, name, disk, make)

    def tell_lost(self, parent: DirHandle, name: bytes, lost: list[str]) -> None:
        """An item is there, but not all of its metadata."""
        lost = self._wishes.missed(lost)
        if not parent.traits.modes:
            lost = [what for what in lost if what != "mode"]  # told once, for all
        if lost:
            self._listener(Incident("metadata_lost", parent.path(name), ", ".join(lost)))

    def _told(self, parent: DirHandle, name: bytes, lost: list[str], outcome: Outcome) -> Outcome:
        if lost:
            self.tell_lost(parent, name, lost)
        return outcome

    def _choose(self, parent: DirHandle, name: bytes, existing: Existing) -> Conflict:
        if self._conflict is not Conflict.ASK or self._ask is None:
            return self._conflict
        question = Question(parent.path(name), existing.directory, existing.size, existing.mtime_ns)
        with self._asking:
            choice = self._ask(question)
        return Conflict.KEEP_BOTH if choice is Conflict.ASK else choice

    def _replace(self, parent: DirHandle, name: bytes, disk: bytes, make: Make, outcome: Outcome) -> Outcome:
        """The old one stays until the new one is whole."""
        directory = self._handles.directory(parent)
        part = self._place.part_name()
        lost = make(directory, part)
        try:
            self._place.replace(directory, part, disk)
        finally:
            # Also after success: two names of one file are not renamed onto each other (POSIX).
            self._place.remove(directory, part)
        return self._told(parent, name, lost, outcome)

    def _set_aside(self, parent: DirHandle, name: bytes, disk: bytes, make: Make) -> Outcome:
        """A folder is not removed for a file, nor a file for a folder: the old one gets another name."""
        directory = self._handles.directory(parent)

        def move(held: Held, free: bytes) -> list[str]:
            self._place.rename_new(held, disk, free)
            return []

        free, _ = self._free_name(parent, disk, move)
        self._listener(Incident("set_aside", parent.path(name), display(free)))
        try:
            return self._told(parent, name, make(directory, disk), Outcome.REPLACED)
        except FileExistsError:
            return self._keep_both(parent, name, disk, make)

    def _keep_both(self, parent: DirHandle, name: bytes, disk: bytes, make: Make) -> Outcome:
        free, lost = self._free_name(parent, disk, make)
        self._rename(parent, name, free, "kept_both")
        return self._told(parent, name, lost, Outcome.KEPT_BOTH)

    def _free_name(self, parent: DirHandle, disk: bytes, make: Make) -> tuple[bytes, list[str]]:
        directory = self._handles.directory(parent)
        for number in range(1, _ATTEMPTS):
            free = parent.traits.rules.kept(disk, self._day(), number)
            try:
                lost = make(directory, free)
            except FileExistsError:
                continue
            return free, lost
        raise Failed("target_unusable", path=parent.path(disk))

    def _unlike_others(self, parent: DirHandle, name: bytes, disk: bytes) -> bytes:
        """A name that this file system takes for no other item's of this restore."""
        rules = parent.traits.rules
        if parent.keys is None:
            parent.keys = {}
        free, number, item = disk, 1, hash(name)
        while parent.keys.setdefault(rules.key(free), item) != item:
            number += 1
            free = rules.numbered(disk, number)
        return free

    def _rename(self, parent: DirHandle, name: bytes, disk: bytes, code: str) -> None:
        self.stands_as(parent, name, disk)
        self._listener(Incident(code, parent.path(name), display(disk)))

    def _day(self) -> str:
        """The same for all items of a run, whatever happens to midnight."""
        if self._label is None:
            moment = datetime.fromtimestamp(self._clock() / 1e9, UTC).astimezone()
            self._label = f"{_LABEL} {moment:%Y-%m-%d}"
        return self._label
