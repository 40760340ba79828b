"""What becomes of one item of a directory: a file is read, a link and a device are told of."""

from __future__ import annotations

import os
import stat as st
import time
from collections.abc import Callable, Mapping, Sequence

from ..core.events import Incident
from ..core.format_v1 import tree
from ..core.format_v1.tree import APPLICATION, RAW, VOLUME, Entry, Extra
from ..core.platform import OMITTED, Native
from ..files.entries import is_placeholder
from ..files.folder import Folder, Found
from ..files.live import is_live, live_folder
from ..files.names import display
from .counts import Counts, files_gone
from .database_sets import DatabaseSets
from .entry import KINDS, Frozen, entry_of, link_of, same_metadata
from .frame import Frame
from .live_sets import LiveSets
from .save_file import FileSaver, ReadsMetadata, Saved
from .signs import Gatherer

_ORDINARY = Extra()
_CAPTURES = {
    "busy": ("not_captured", "capture_busy"),
    "no_room": ("not_captured", "capture_no_room"),
    "stuck": ("not_captured", "capture_stuck"),
    "damaged": ("database_damaged", ""),
    "unchecked": ("database_unchecked", ""),
}
_DEVICES = (tree.CHARACTER_DEVICE, tree.BLOCK_DEVICE)


class Leaves:
    """Makes entries of items. For one thread.

    `counts`: what was met so far; `signs`: what of it is for the alarm. `owners`, `groups`: the numbers of
    all that entries tell. `room`, `program`: see `DatabaseSets`.
    """

    def __init__(
        self,
        saver: FileSaver,
        metadata: ReadsMetadata,
        incident: Callable[[Incident, bytes], None],
        signs: Gatherer,
        room: str = "",
        program: Sequence[str] = (),
    ) -> None:
        self.signs = signs
        self._saver = saver
        self._sets = DatabaseSets(saver, room, program)
        self._live = LiveSets()
        self._live_folders: tuple[bytes, ...] = ()
        self._metadata = metadata
        self._incident = incident
        self._links: dict[tuple[int, int], Entry] = {}
        self._told_of_links = False
        self._frozen: Frozen | None = None
        self.counts = Counts()
        self.owners: set[int] = set()
        self.groups: set[int] = set()

    @property
    def taken(self) -> Mapping[tuple[Folder, bytes], object]:
        """Files of databases that were read together with them and wait for their turn."""
        return self._sets.taken

    def begin(self, frozen: Frozen | None) -> None:
        """What follows is of a source that is read from such a snapshot of its volume, or from none."""
        self._frozen = frozen
        self._sets.frozen = frozen is not None
        self._live_folders = ()

    def link(self, status: os.stat_result) -> tuple[int, int]:
        """What all names of one file share: in a snapshot of a volume as on the volume itself."""
        device, inode = link_of(status)
        frozen = self._frozen
        return (frozen.original, inode) if frozen is not None and device == frozen.device else (device, inode)

    def entered(self, folder: Folder, names: Mapping[bytes, bool], shown: bytes) -> None:
        """Looks whether a directory is that of a database server at work."""
        if self._frozen is None and (server := live_folder(folder, names)):
            self._live_folders += (shown + b"/",)
            self._incident(Incident("live_database", display(shown), server), shown)

    def settled(self, folder: Folder, shown: bytes, entries: Sequence[Entry]) -> None:
        """All files of a directory are read: of databases of several files, whether they show one moment."""
        for names in self._live.torn(folder):
            for entry in entries:
                if entry.name in names and entry.kind == tree.FILE:
                    entry.extra = entry.extra or Extra()
                    entry.extra.consistency = RAW
            path = shown + b"/" + min(names)
            self._incident(Incident("live_database", display(path)), path)

    def gone(
        self,
        frame: Frame,
        judge: Callable[[bytes, bytes, bool], object],
        below: Callable[[Entry], Mapping[bytes, Entry]],
    ) -> None:
        """Counts what a directory held and holds no longer, apart what `judge` leaves out now. `below`: what
        an entry of the last snapshot held."""
        self.counts.removed_files += files_gone(frame.before, frame.entries, below)
        there = {entry.name for entry in frame.entries}
        ruled_out = {
            name: entry
            for name, entry in frame.before.items()
            if name not in there
            and judge(frame.inside + name, name, entry.kind == tree.DIRECTORY) is not None
        }
        self.signs.left_out(files_gone(ruled_out, (), below))

    def leaf(self, found: Found, shown: bytes, before: Entry | None) -> Entry | None:
        """The entry of anything but a directory; None for what cannot be recorded or is gone."""
        status = found.stat
        kind = KINDS.get(st.S_IFMT(status.st_mode))
        if kind == tree.DIRECTORY:
            kind = tree.SYMLINK  # a Windows junction
        try:
            if kind == tree.FILE:
                if is_placeholder(status):
                    return self.placeholder(found.name, status, shown, kind)
                return self._file(found, shown, before)
            if kind is None:
                self._incident(Incident("special", display(shown)), shown)
                return None
            return self._other(found, shown, kind)
        except FileNotFoundError:
            self._incident(Incident("vanished", display(shown)), shown)
            return None
        except OSError as error:
            self.unreadable(shown, error)
            self.counts.files += kind == tree.FILE
            self.counts.unread_files += kind == tree.FILE
            return self.entry(found.name, status, kind or tree.FILE, b"", Extra(missing="unreadable"))

    def alone(self, found: Found, shown: bytes, before: Entry | None) -> Entry | None:
        """The same of a file that is a source by itself; a database without what belongs to it is no sound
        copy."""
        entry = self.leaf(found, shown, before)
        if entry is not None and self._sets.left(found.folder):
            # A captured copy leaves nothing: it holds what lay beside the database.
            entry.extra = entry.extra or Extra()
            if not entry.extra.inconsistent:
                entry.extra.inconsistent = True
                self._incident(Incident("inconsistent", display(shown)), shown)
        return entry

    def appeared(
        self,
        folder: Folder,
        shown: bytes,
        keep: Callable[[bytes], bool],
        before: Mapping[bytes, Entry],
    ) -> list[Entry]:
        """What belongs to a database of a folder and was not there yet when the folder was listed."""
        entries = []
        for name, saved in self._sets.left(folder):
            if keep(name):
                found = Found(name, saved.stat, folder)
                self._sets.put_back(found, saved)
                entry = self.leaf(found, shown + b"/" + name, before.get(name))
                if entry is not None:
                    entries.append(entry)
        return entries

    def placeholder(self, name: bytes, status: os.stat_result, shown: bytes, kind: int) -> Entry:
        """What lies with a cloud provider is not fetched by surprise: it is listed."""
        self._incident(Incident("placeholder", display(shown)), shown)
        return self.entry(name, status, kind, b"", Extra(missing="placeholder"))

    def entry(
        self, name: bytes, status: os.stat_result, kind: int, content: bytes, extra: Extra | None
    ) -> Entry:
        """The entry of an item whose content is in the vault."""
        self.owners.add(status.st_uid)
        self.groups.add(status.st_gid)
        return entry_of(name, status, kind, content, extra if extra != _ORDINARY else None)

    def unreadable(self, shown: bytes, error: OSError) -> None:
        """Tells that an item, or part of it, could not be read."""
        reason = error.strerror or type(error).__name__
        self._incident(Incident("unreadable", display(shown), reason), shown)

    def metadata(self, target: Native | int, shown: bytes, *, is_symlink: bool) -> dict[str, bytes] | None:
        """Extended metadata of an item; None when there is none."""
        return self._told(self._metadata.read(target, is_symlink=is_symlink), shown)

    def _told(self, metadata: Mapping[str, bytes], shown: bytes) -> dict[str, bytes] | None:
        if not metadata:
            return None
        left = [name.removeprefix(OMITTED) for name in metadata if name.startswith(OMITTED)]
        if left:
            self._incident(Incident("metadata_omitted", display(shown), ", ".join(left)), shown)
        return dict(metadata)

    def _other(self, found: Found, shown: bytes, kind: int) -> Entry:
        self.counts.others += 1
        extra = Extra()
        content = b""
        if found.stat.st_nlink > 1 and not self._told_of_links:
            self._told_of_links = True
            self._incident(Incident("names_not_joined", display(shown)), shown)
        if kind == tree.SYMLINK:
            content = found.folder.target_of(found.name)
        if kind in _DEVICES:
            extra.device = getattr(found.stat, "st_rdev", 0)
        reached = found.folder.reach(found.name)
        extra.metadata = self.metadata(reached, shown, is_symlink=kind == tree.SYMLINK)
        return self.entry(found.name, found.stat, kind, content, extra)

    def _file(self, found: Found, shown: bytes, before: Entry | None) -> Entry:
        status = found.stat
        link = self.link(status) if status.st_nlink > 1 else None
        twin = self._links.get(link) if link else None
        # What was read together with its database fits that, whatever another name of it held before.
        if twin is not None and not self._sets.has(found) and _is_still(twin, status):
            entry = self.entry(found.name, status, tree.FILE, twin.content, twin.extra)
        else:
            entry = self._read(found, shown, link, before)
        counts = self.counts
        if before is None or before.kind != tree.FILE:
            counts.new_files += 1
        elif before.content != entry.content or before.size != entry.size:
            counts.changed_files += 1
        elif not same_metadata(before, entry):
            counts.metadata_files += 1
        counts.files += 1
        counts.bytes += entry.size
        return entry

    def _read(self, found: Found, shown: bytes, link: tuple[int, int] | None, before: Entry | None) -> Entry:
        began, new = time.time_ns(), self._saver.bytes_new
        saved = self._sets.save(found)
        extra = saved.extra
        extra.link = link
        if saved.metadata:
            extra.metadata = self._told(saved.metadata, shown)
        for told in saved.told:
            if told in _CAPTURES:
                code, detail = _CAPTURES[told]
                self._incident(Incident(code, display(shown), detail), shown)
        if not saved.consistent:
            extra.inconsistent = True
            self._incident(Incident("inconsistent", display(shown)), shown)
        if extra.database and extra.consistency is None:
            extra.consistency = self._level(found, saved, shown)
            self._live.note(found, saved.stat, began)
        entry = self.entry(found.name, saved.stat, tree.FILE, saved.content, extra)
        entry.size = saved.size
        if link:
            self._links[link] = entry
        if found.name[-4:] not in self.signs.enough:
            self.signs.file(shown, before, entry, saved.sample, self._saver.bytes_new - new)
        return entry

    def _level(self, found: Found, saved: Saved, shown: bytes) -> str | None:
        """How consistent a database is that was read as it lies; tells when a program had it open."""
        if self._frozen is not None:
            return APPLICATION if self._frozen.in_order(shown) else VOLUME
        if not saved.consistent or any(shown.startswith(folder) for folder in self._live_folders):
            return RAW
        if is_live(found):
            self._incident(Incident("live_database", display(shown)), shown)
            return RAW
        return None


def _is_still(twin: Entry, status: os.stat_result) -> bool:
    """Whether another name of a file, read before, still tells its content."""
    changed = twin.mtime + twin.changed
    return (twin.mtime, changed, twin.size) == (status.st_mtime_ns, status.st_ctime_ns, status.st_size)
