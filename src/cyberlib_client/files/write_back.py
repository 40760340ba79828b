"""Writes what a vault holds back to disk: the one door through which a restore touches the target.

Whatever the vault says and whoever else works in the target, nothing is written outside the chosen
folder, nothing that was there is overwritten unless the user chose so, and no half-written file
stands under a name where somebody could take it for a whole one (see `restore_posix`). Directories
are private and writable while they are filled; their mode and time come last.

Errors: IntegrityError("hostile_name" | "bad_link" | "file_incomplete", path=…) concern one item.
Failed("target_full" | "target_read_only" | "target_lost" | "target_unusable", path=…, reason=…) concern all
that is still to come; Failed("target_changed", path=…) concerns a directory that somebody exchanged
while it was written to. Everything else is an Incident, and the restore goes on: "restore_denied"
and "restore_failed" (not written; `detail`: the system's word), "name_changed", "kept_both" and
"set_aside" (`detail`: the new name), "metadata_lost" (`detail`: what), "modes_not_kept" (once, for all
below), "kind_not_supported" (links and fifos), "device_left_out".
"""

from __future__ import annotations

import errno
import stat
import sys
import time
from typing import Final, Self
from weakref import WeakSet

from ..core.errors import Failed, IntegrityError
from ..core.events import Incident, Listener, ignore
from ..core.platform import Metadata
from ..core.ports import Buffer, Clock
from . import restore_refusals as refusals
from .restore_conflicts import Conflicts, Make
from .restore_file import FileHandle
from .restore_handles import DirHandle, OpenHandles
from .restore_model import (
    Ask,
    Conflict,
    EntryMeta,
    Held,
    Identity,
    Outcome,
    Place,
    Question,
    Traits,
    Wishes,
)
from .restore_names import NameRules

if sys.platform == "win32":
    from .restore_windows import WindowsPlace as SystemPlace
else:
    from .restore_posix import PosixPlace as SystemPlace

__all__ = [
    "Conflict",
    "DirHandle",
    "EntryMeta",
    "FileHandle",
    "NameRules",
    "Outcome",
    "Question",
    "Target",
    "Wishes",
]

_NO_LINK: Final = frozenset(
    (errno.EMLINK, errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.ENOSYS, errno.ENOENT)
)


class Target:
    """One folder that a restore writes to. Methods may be called from several threads at once, but each
    directory is opened once and finished once, after everything in it, by whichever thread.

    `root`: made, private to its owner, if it is missing. `conflict`, `ask`: for items that are there
    already; ASK needs `ask`, which is called by one thread at a time. `rules`: what the target does
    to names; None finds out. `metadata`: the system's adapter for attributes and ACLs; without it
    they are not restored. `open_limit`: directories and files to hold open at once.
    """

    def __init__(
        self,
        root: str,
        *,
        conflict: Conflict = Conflict.KEEP_BOTH,
        ask: Ask | None = None,
        rules: NameRules | None = None,
        metadata: Metadata | None = None,
        wishes: Wishes | None = None,
        listener: Listener = ignore,
        clock: Clock = time.time_ns,
        open_limit: int | None = None,
    ) -> None:
        self._wishes = wishes or Wishes()
        self._place: Place = SystemPlace(metadata, self._wishes)
        self._handles = OpenHandles(self._place, open_limit or self._place.open_limit)
        self._conflicts = Conflicts(self._place, self._handles, conflict, ask, listener, clock, self._wishes)
        self._replaces = conflict is Conflict.REPLACE
        self._rules = rules
        self._listener = listener
        self._files: WeakSet[FileHandle] = WeakSet()
        self._devices: dict[int, Traits] = {}
        try:
            opened = self._place.open_root(root)
        except OSError as error:
            raise refusals.unusable(error, root) from error
        self.root = DirHandle(None, b"", b"", opened, self._traits(opened, ""), created=False)
        """The folder itself. It is not for `finish_directory`: it belongs to whoever chose it."""
        self._remove_leftovers(opened[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Removes files that were begun and not finished, and lets go of the target."""
        for file in list(self._files):
            file.abort()
        self.root.held = None

    def open_directory(self, parent: DirHandle, name: bytes, meta: EntryMeta) -> DirHandle | Outcome:
        """Makes the directory, or enters the one that is there; an Outcome when it is not to be had.

        `meta` is set by `finish_directory`; until then the directory is its owner's alone.
        """
        disk = self._conflicts.disk_name(parent, name)
        try:
            above = self._handles.directory(parent)
            disk, created = self._directory_name(parent, name, disk, above)
            if not disk:
                return Outcome.SKIPPED
            opened = self._place.open_directory(above, disk, created)
            if not created:
                self._remove_leftovers(opened[0])
        except (FileNotFoundError, NotADirectoryError):  # it was there a moment ago
            raise Failed("target_changed", path=parent.path(name)) from None
        except OSError as error:
            return self._refuse(parent, name, error)
        traits = parent.traits
        if opened[1].device != parent.identity.device:  # something is mounted here
            traits = self._traits(opened, parent.path(name))
        handle = DirHandle(parent, name, disk, opened, traits, created)
        self._handles.add(handle)
        return handle

    def finish_directory(self, handle: DirHandle, meta: EntryMeta) -> None:
        """Mode, owner and time, once nothing more will be written in it or below.

        A directory that was there before keeps its own, unless the conflict mode is REPLACE.
        """
        try:
            if handle.parent is not None and (handle.created or self._replaces):
                lost = self._place.finish_directory(self._handles.directory(handle), meta)
                if lost:
                    self._conflicts.tell_lost(handle.parent, handle.name, lost)
        except OSError as error:
            assert handle.parent is not None
            self._refuse(handle.parent, handle.name, error)
        finally:
            if handle.parent is not None:
                handle.held = None

    def write_small(self, parent: DirHandle, name: bytes, data: Buffer, meta: EntryMeta) -> Outcome:
        """A file whose whole content is at hand. The way most files go: no closure, no second name."""
        disk = self._conflicts.disk_name(parent, name)
        seal = parent.traits.seal
        if seal is None:
            return self._write_small(parent, name, disk, data, meta)
        try:
            directory = parent.held or self._handles.directory(parent)
            parent.used = True
            lost = self._place.write(directory, disk, data, meta, seal)
        except FileExistsError:
            return self._write_small(parent, name, disk, data, meta)
        except OSError as error:
            return self._refuse(parent, name, error)
        if lost:
            self._conflicts.tell_lost(parent, name, lost)
        if meta.extras:
            self._finish_last(parent, name, disk, meta)
        return Outcome.WRITTEN

    def _write_small(
        self, parent: DirHandle, name: bytes, disk: bytes, data: Buffer, meta: EntryMeta
    ) -> Outcome:
        """The same where the name is taken, or where half a file could be seen under it."""
        seal, place = parent.traits.seal, self._place

        def make(directory: Held, unused: bytes) -> list[str]:
            if seal is not None:
                return place.write(directory, unused, data, meta, seal)
            part = place.part_name()
            lost = place.write(directory, part, data, meta, None)
            try:
                place.rename_new(directory, part, unused)
            except BaseException:
                place.remove(directory, part)
                raise
            return lost

        try:
            outcome = self._conflicts.put(parent, name, disk, make, len(data))
            if outcome.there and meta.extras:
                self._finish_last(parent, name, disk, meta)
        except OSError as error:
            return self._refuse(parent, name, error)
        return outcome

    def begin_file(
        self, parent: DirHandle, name: bytes, size: int, meta: EntryMeta, *, sparse: bool = False
    ) -> FileHandle | Outcome:
        """A file to be written piece by piece; an Outcome when it is not to be written at all.

        `sparse`: some of it will be given as `hole` (Windows must know before).
        """
        disk = self._conflicts.disk_name(parent, name)
        try:
            choice = self._conflicts.foresee(parent, name, disk, size)
            if choice is Conflict.SKIP:
                return Outcome.SKIPPED

            def settle(file: FileHandle, lost: list[str]) -> Outcome:
                def make(directory: Held, unused: bytes) -> list[str]:
                    self._place.rename_new(directory, file.part, unused)
                    return lost

                outcome = self._conflicts.put(parent, name, disk, make, size, choice)
                if not outcome.there:
                    self._place.remove(self._handles.directory(parent), file.part)
                elif meta.extras:
                    self._finish_last(parent, name, disk, meta)
                return outcome

            file = FileHandle(
                self._place, self._handles, parent, name, size, meta, sparse, self._refuse, settle
            )
        except OSError as error:
            return self._refuse(parent, name, error)
        self._files.add(file)
        return file

    def symlink(
        self, parent: DirHandle, name: bytes, target: bytes, meta: EntryMeta, *, folder: bool = False
    ) -> Outcome:
        """A symbolic link that says `target`, whatever that is: it is never followed. `folder`: it leads to a
        directory, which Windows must know. Raises IntegrityError("bad_link", path=…)."""
        if not target or b"\0" in target:
            raise IntegrityError("bad_link", path=parent.path(name))
        return self._put(
            parent, name, lambda held, disk: self._place.symlink(held, disk, target, folder, meta)
        )

    def hard_link(
        self, first_parent: DirHandle, first_name: bytes, parent: DirHandle, name: bytes
    ) -> Outcome:
        """A second name of a file of this restore, which must have come out as `there`."""
        first_disk = (first_parent.renamed or {}).get(first_name) or first_parent.traits.rules.on_disk(
            first_name
        )

        def make(held: Held, disk: bytes) -> list[str]:
            self._place.link(self._handles.directory(first_parent), first_disk, held, disk)
            return []

        disk = self._conflicts.disk_name(parent, name)
        try:
            return self._conflicts.put(parent, name, disk, make)
        except OSError as error:
            if error.errno not in _NO_LINK:
                return self._refuse(parent, name, error)
            return Outcome.COPY_NEEDED

    def fifo(self, parent: DirHandle, name: bytes, meta: EntryMeta) -> Outcome:
        """A named pipe."""
        return self._put(
            parent, name, lambda held, disk: self._place.special(held, disk, stat.S_IFIFO, 0, meta)
        )

    def device(self, parent: DirHandle, name: bytes, meta: EntryMeta, *, block: bool, number: int) -> Outcome:
        """A device file, if `Wishes.devices`. `number` as in `os.stat_result.st_rdev`."""
        if not self._wishes.devices:
            self._listener(Incident("device_left_out", parent.path(name)))
            return Outcome.REFUSED
        kind = stat.S_IFBLK if block else stat.S_IFCHR
        return self._put(parent, name, lambda held, disk: self._place.special(held, disk, kind, number, meta))

    def _finish_last(self, parent: DirHandle, name: bytes, disk: bytes, meta: EntryMeta) -> None:
        """Metadata that would hinder giving the item its name, now that it has it."""
        disk = (parent.renamed or {}).get(name) or disk
        try:
            lost = self._place.finish_last(self._handles.directory(parent), disk, meta)
        except OSError:
            lost = list(meta.extras or ())
        if lost:
            self._conflicts.tell_lost(parent, name, lost)

    def _put(self, parent: DirHandle, name: bytes, make: Make) -> Outcome:
        disk = self._conflicts.disk_name(parent, name)
        try:
            return self._conflicts.put(parent, name, disk, make)
        except OSError as error:
            self._listener(refusals.incident(error, parent.path(name), ordinary=False))
            return Outcome.REFUSED

    def _directory_name(self, parent: DirHandle, name: bytes, disk: bytes, above: Held) -> tuple[bytes, bool]:
        """(name of a directory that is now there, or b"" to leave it out; whether we made it)."""
        try:
            self._place.make_directory(above, disk)
            return disk, True
        except FileExistsError:
            pass
        existing = self._place.look(above, disk, None, -1)
        if existing is not None and existing.directory:
            return disk, False

        def make(held: Held, unused: bytes) -> list[str]:
            self._place.make_directory(held, unused)
            return []

        if not self._conflicts.put(parent, name, disk, make, movable=False).there:
            return b"", False
        return (parent.renamed or {}).get(name) or disk, True

    def _traits(self, opened: tuple[Held, Identity], path: str) -> Traits:
        """What the file system of a directory does, found out once for each."""
        held, identity = opened
        traits = self._devices.get(identity.device)
        if traits is None:
            traits = self._place.traits(held)
            if self._rules is not None:
                traits = traits._replace(rules=self._rules)
            self._devices[identity.device] = traits
            if not traits.modes:
                self._listener(Incident("modes_not_kept", path))
        return traits

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
