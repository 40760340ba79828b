"""Writes what a vault holds back to disk: the one door through which a restore touches the target.

Whatever the vault says and whoever else works in the target, nothing is written outside the chosen
folder, nothing that was there is overwritten unless the user chose so, and no half-written file
stands under a name where somebody could take it for a whole one (see `restore_posix`). Directories
are private and writable while they are filled; their mode and time come last. What stands there
already and is the same is left (`standing`), so that a restore that was stopped goes on.

Errors: IntegrityError("hostile_name" | "bad_link" | "file_incomplete", path=…) concern one item.
Failed("target_full" | "target_read_only" | "target_lost" | "target_unusable", path=…, reason=…) concern all
that is still to come; ("target_not_written", path=…, reason=…) all that was written; ("target_changed",
path=…) a directory that somebody exchanged while it was written to. Everything else is an Incident, and
the restore goes on: "restore_denied" and "restore_failed" (not written; `detail`: the system's word),
"name_changed", "kept_both" and "set_aside" (`detail`: the new name), "metadata_lost" (`detail`: what),
"modes_not_kept" (once, for all below), "kind_not_supported" (links and fifos), "device_left_out".
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator
from typing import Final

from ..core.errors import IntegrityError
from ..core.events import Incident
from ..core.ports import Buffer
from . import restore_refusals as refusals
from .restore_conflicts import Make, Same
from .restore_file import FileHandle
from .restore_folders import Folders, system_place
from .restore_handles import DirHandle
from .restore_model import Conflict, EntryMeta, Held, Identity, Outcome, Question, Wishes
from .restore_names import NameRules
from .restore_same import Standing

__all__ = [
    "Conflict",
    "DirHandle",
    "EntryMeta",
    "FileHandle",
    "NameRules",
    "Outcome",
    "Question",
    "Standing",
    "Target",
    "Wishes",
    "system_place",
]

_NO_LINK: Final = frozenset(
    (errno.EMLINK, errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.ENOSYS, errno.ENOENT)
)


class Target(Folders):
    """What a restore puts into the directories of its target: files, links, devices. See `Folders`."""

    def standing(
        self, parent: DirHandle, name: bytes, size: int, owner: int | None = None
    ) -> Iterator[Standing]:
        """Files of that size which stand where this one should go, or were put beside it by an earlier
        restore. None in a directory that this restore made, nor where all is to be left alone (SKIP), and
        none of a user's who is neither the one who restores nor `owner`, the recorded one."""
        if parent.created or not self._conflicts.looks:
            return
        disk = self._conflicts.disk_name(parent, name)
        try:
            for there in self._conflicts.standing(parent, disk):
                file = self._place.open_same(self._handles.directory(parent), there, size, owner)
                if file is not None:
                    yield Standing(self._place, self._conflicts, parent, name, there, file)
        except OSError:
            return  # whoever writes the file meets the same, and tells

    def tell_linked(self) -> None:
        """Tells what files that stood there have lost, once all of their names were met."""
        for parent, name, lost in self._conflicts.lost_of_links.values():
            self._conflicts.tell_lost(parent, name, lost)
        self._conflicts.lost_of_links.clear()

    def write_small(
        self, parent: DirHandle, name: bytes, data: Buffer, meta: EntryMeta, *, linked: bool = False
    ) -> Outcome:
        """A file whose whole content is at hand. The way most files go: no closure, no second name.

        `linked`: `hard_link` may give it other names.
        """
        disk = self._conflicts.disk_name(parent, name)
        seal = parent.traits.seal
        if seal is None or linked:
            return self._write_small(parent, name, disk, data, meta, linked)
        try:
            directory = parent.held or self._handles.directory(parent)
            parent.used = True
            lost = self._place.write(directory, disk, data, meta, seal)
        except FileExistsError:
            return self._write_small(parent, name, disk, data, meta, linked)
        except OSError as error:
            return self._refuse(parent, name, error)
        if lost:
            self._conflicts.tell_lost(parent, name, lost)
        if meta.extras:
            self._finish_last(parent, name, disk, meta)
        return Outcome.WRITTEN

    def _write_small(
        self, parent: DirHandle, name: bytes, disk: bytes, data: Buffer, meta: EntryMeta, linked: bool
    ) -> Outcome:
        """The same where the name is taken, half a file could be seen under it, or it is `linked`."""
        seal, place = parent.traits.seal, self._place
        made: list[Identity] | None = [] if linked else None

        def make(directory: Held, unused: bytes) -> list[str]:
            if seal is not None:
                return place.write(directory, unused, data, meta, seal, made)
            part = place.part_name()
            lost = place.write(directory, part, data, meta, None, made)
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
        if made and outcome.there:
            self._conflicts.firsts[parent, name] = made[-1]
        return outcome

    def begin_file(
        self,
        parent: DirHandle,
        name: bytes,
        size: int,
        meta: EntryMeta,
        *,
        sparse: bool = False,
        linked: bool = False,
    ) -> FileHandle | Outcome:
        """A file to be written piece by piece; an Outcome when it is not to be written at all.

        `sparse`: some of it will be given as `hole` (Windows must know before). `linked`: see `write_small`.
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
                    self._place.remove(self._handles.directory(parent), file.part, file.identity)
                elif meta.extras:
                    self._finish_last(parent, name, disk, meta)
                if linked and outcome.there:
                    self._conflicts.firsts[parent, name] = file.identity
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
        place = self._place
        return self._put(
            parent,
            name,
            lambda held, disk: place.symlink(held, disk, target, folder, meta),
            lambda held, disk: place.is_link(held, disk, target),
            (stat.S_IFLNK, meta),
        )

    def hard_link(
        self, first_parent: DirHandle, first_name: bytes, parent: DirHandle, name: bytes
    ) -> Outcome:
        """A second name of a file of this restore that came out as `there` (written as `linked`, or kept), if
        it still has its first one: else COPY_NEEDED, for whoever else may write there could put theirs."""
        first_disk = (first_parent.renamed or {}).get(first_name) or first_parent.traits.rules.on_disk(
            first_name
        )

        disk = self._conflicts.disk_name(parent, name)
        made = self._conflicts.firsts.get((first_parent, first_name))
        if made is None:
            return Outcome.COPY_NEEDED

        def make(held: Held, disk: bytes) -> list[str]:
            self._place.link(self._handles.directory(first_parent), first_disk, made, held, disk)
            return []

        try:
            return self._conflicts.put(parent, name, disk, make)
        except OSError as error:
            if error.errno not in _NO_LINK:
                return self._refuse(parent, name, error)
            return Outcome.COPY_NEEDED

    def fifo(self, parent: DirHandle, name: bytes, meta: EntryMeta) -> Outcome:
        """A named pipe."""
        return self._special(parent, name, meta, stat.S_IFIFO, 0)

    def device(self, parent: DirHandle, name: bytes, meta: EntryMeta, *, block: bool, number: int) -> Outcome:
        """A device file, if `Wishes.devices`. `number` as in `os.stat_result.st_rdev`."""
        if not self._wishes.devices:
            self._listener(Incident("device_left_out", parent.path(name)))
            return Outcome.REFUSED
        return self._special(parent, name, meta, stat.S_IFBLK if block else stat.S_IFCHR, number)

    def _special(self, parent: DirHandle, name: bytes, meta: EntryMeta, kind: int, number: int) -> Outcome:
        place = self._place
        return self._put(
            parent,
            name,
            lambda held, disk: place.special(held, disk, kind, number, meta),
            lambda held, disk: place.is_special(held, disk, kind, number),
            (kind, meta),
        )

    def _finish_last(self, parent: DirHandle, name: bytes, disk: bytes, meta: EntryMeta) -> None:
        """Metadata that would hinder giving the item its name, now that it has it."""
        disk = (parent.renamed or {}).get(name) or disk
        try:
            lost = self._place.finish_last(self._handles.directory(parent), disk, meta)
        except OSError:
            lost = list(meta.extras or ())
        if lost:
            self._conflicts.tell_lost(parent, name, lost)

    def _put(
        self, parent: DirHandle, name: bytes, make: Make, same: Same, item: tuple[int, EntryMeta]
    ) -> Outcome:
        disk = self._conflicts.disk_name(parent, name)

        def same_and_dressed(held: Held, there: bytes) -> bool:
            if not same(held, there):
                return False
            self._conflicts.tell_lost(parent, name, self._place.dress_unopened(held, there, *item))
            return True

        try:
            return self._conflicts.put(parent, name, disk, make, same=same_and_dressed)
        except OSError as error:
            self._listener(refusals.incident(error, parent.path(name), ordinary=False))
            return Outcome.REFUSED
