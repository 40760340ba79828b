"""The directories of a target: made, entered, held open in a bounded number, and finished last."""

from __future__ import annotations

import sys
import time
from typing import Self
from weakref import WeakSet

from ..core.errors import Busy, Failed
from ..core.events import Incident, Listener, ignore
from ..core.platform import Metadata, Volumes
from ..core.ports import Clock
from . import restore_refusals as refusals
from .names import display
from .restore_conflicts import Conflicts
from .restore_disks import Disks
from .restore_file import FileHandle
from .restore_handles import DirHandle, OpenHandles
from .restore_model import Ask, Conflict, EntryMeta, Held, Outcome, Place, Wishes
from .restore_names import NameRules

if sys.platform == "win32":
    from .restore_windows import WindowsPlace as SystemPlace
else:
    from .restore_posix import PosixPlace as SystemPlace


def system_place(metadata: Metadata | None, wishes: Wishes) -> Place:
    """What touches the disk of this system."""
    return SystemPlace(metadata, wishes)


class Folders:
    """One folder that a restore writes to. Methods may be called from several threads at once, but each
    directory is opened once and finished once, after everything in it, by whichever thread.

    `root`: made, private to its owner, if it is missing. `conflict`, `ask`: for items that are there
    already; ASK needs `ask`, which is called by one thread at a time. `rules`: what the target does
    to names; None finds out. `metadata`: the system's adapter for attributes and ACLs; without it
    they are not restored. `volumes`: the one that brings all to the disk; without it `sync` does
    nothing. `open_limit`: directories and files to hold open at once. `place`: what touches the disk,
    the system's own if it is not given. `base`: the path of the vault whose own place the root is.
    """

    def __init__(
        self,
        root: str,
        *,
        conflict: Conflict = Conflict.KEEP_BOTH,
        ask: Ask | None = None,
        rules: NameRules | None = None,
        metadata: Metadata | None = None,
        volumes: Volumes | None = None,
        wishes: Wishes | None = None,
        listener: Listener = ignore,
        clock: Clock = time.time_ns,
        open_limit: int | None = None,
        place: Place | None = None,
        base: bytes = b"",
    ) -> None:
        # Where the disk cannot be told at the end to take all, each file is told to go there by itself.
        one_by_one = volumes is not None and not volumes.syncs_whole(root)
        self._wishes = (wishes or Wishes())._replace(flush=one_by_one)
        self._path = root
        self._place = place or system_place(metadata, self._wishes)
        self._handles = OpenHandles(self._place, open_limit or self._place.open_limit)
        self._conflicts = Conflicts(self._place, self._handles, conflict, ask, listener, clock, self._wishes)
        self._disks = Disks(self._place, rules, None if one_by_one else volumes, listener)
        self._listener = listener
        self._files: WeakSet[FileHandle] = WeakSet()
        try:
            opened = self._place.open_root(root, True)
        except BlockingIOError:
            raise Busy("target_busy", path=root) from None
        except OSError as error:
            raise refusals.unusable(error, root) from error
        at = "/" + display(base[1:])
        self.root = DirHandle(None, base[1:], b"", opened, self._disks.traits(opened, at), created=False)
        """The folder itself. It is not for `finish_directory`: it belongs to whoever chose it."""
        self._tell_another(opened[0], at)
        self._remove_leftovers(opened[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Removes files that were begun and not finished, and lets go of the target."""
        for file in list(self._files):
            file.abort()
        self._disks.close()
        self._handles.close()
        self.root.held = None

    def sync(self) -> None:
        """Once all is written: it is on the disk when this returns, not in memory alone.

        Raises Failed("target_not_written" | "target_full" | …, path=…, reason=…).
        """
        self._disks.sync(self._path)

    def open_directory(
        self, parent: DirHandle, name: bytes, meta: EntryMeta, *, leads: bool = False
    ) -> DirHandle | Outcome:
        """Makes the directory, or enters the one that is there; an Outcome when it is not to be had.

        `meta` is set by `finish_directory`; until then the directory is its owner's alone. One that belongs
        neither to who restores nor to the recorded owner is another, which that user may change at will,
        unless the directory only `leads` to what was backed up: then nothing is recorded of it.
        """
        disk = self._conflicts.disk_name(parent, name)
        try:
            above = self._handles.directory(parent)
            disk, created = self._directory_name(parent, name, disk, above, None if leads else meta.uid)
            if not disk:
                return Outcome.SKIPPED
            opened = self._place.open_directory(above, disk, created)
            if not created:
                if not leads and not self._is_for(opened[0].owner, meta.uid):
                    raise NotADirectoryError
                if leads and opened[0].owner != above.owner:
                    self._tell_another(opened[0], parent.path(name))
                self._remove_leftovers(opened[0])
        except (FileNotFoundError, NotADirectoryError):  # it was there a moment ago
            raise Failed("target_changed", path=parent.path(name)) from None
        except OSError as error:
            return self._refuse(parent, name, error)
        traits = parent.traits
        if opened[1].device != parent.identity.device:  # something is mounted here
            traits = self._disks.traits(opened, parent.path(name))
        handle = DirHandle(parent, name, disk, opened, traits, created)
        self._handles.add(handle)
        return handle

    def finish_directory(self, handle: DirHandle, meta: EntryMeta) -> None:
        """Mode, owner and time, once nothing more will be written in it or below.

        A directory that was there before gets what differs; under SKIP it keeps its own.
        """
        try:
            if handle.parent is not None and (handle.created or self._conflicts.looks):
                held = self._handles.directory(handle)
                if handle.created:
                    lost = self._place.finish_directory(held, meta)
                else:
                    lost = self._place.dress_again(held, meta, True)
                if lost:
                    self._conflicts.tell_lost(handle.parent, handle.name, lost)
        except OSError as error:
            assert handle.parent is not None
            self._refuse(handle.parent, handle.name, error)
        finally:
            if handle.parent is not None:
                handle.held = handle.gives = None

    def _tell_another(self, directory: Held, path: str) -> None:
        """Whoever owns a directory may do what they like with what root puts in it."""
        if self._place.user == 0 and directory.owner:
            self._listener(Incident("target_of_another", path))

    def _is_for(self, found: int | None, owner: int | None) -> bool:
        """Whether what `found` owns may be what `owner` (None: anybody) shall have."""
        return found is None or owner is None or found in (self._place.user, owner)

    def _directory_name(
        self, parent: DirHandle, name: bytes, disk: bytes, above: Held, owner: int | None
    ) -> tuple[bytes, bool]:
        """(name of a directory that is now there, or b"" to leave it out; whether we made it)."""
        try:
            self._place.make_directory(above, disk)
            return disk, True
        except FileExistsError:
            pass
        existing = self._place.look(above, disk, None, -1)
        if existing is not None and existing.directory and self._is_for(existing.owner, owner):
            return disk, False

        def make(held: Held, unused: bytes) -> list[str]:
            self._place.make_directory(held, unused)
            return []

        def same(held: Held, there: bytes) -> bool:  # an earlier restore kept it beside
            found = self._place.look(held, there, None, -1)
            return found is not None and found.directory and self._is_for(found.owner, owner)

        outcome = self._conflicts.put(parent, name, disk, make, movable=False, same=same)
        if not outcome.there:
            return b"", False
        return (parent.renamed or {}).get(name) or disk, outcome is not Outcome.IDENTICAL

    def _remove_leftovers(self, directory: Held) -> None:
        """What a restore that was killed left in a directory goes when the next one enters it."""
        try:
            for name in self._place.leftovers(directory):
                self._place.remove(directory, name)
        except OSError:
            pass  # not readable: then nothing can be seen to be left over

    def _refuse(self, parent: DirHandle, name: bytes, error: OSError) -> Outcome:
        """One item that the system does not take is an incident; a full disk is the end."""
        self._listener(refusals.incident(error, parent.path(name)))
        return Outcome.REFUSED
