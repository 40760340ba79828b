"""From directories on disk to directory nodes in the vault, deepest first.

What is as it was in the last snapshot is taken from there without being opened. Depth costs memory,
not recursion: a tree of a million files needs no more than its deepest path.
"""

from __future__ import annotations

import os
import stat as st
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..core.errors import IntegrityError
from ..core.events import Incident
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry, Extra
from ..core.platform import OMITTED
from ..core.ports import CancelToken
from ..files.entries import is_placeholder
from ..files.names import display
from ..files.read import Native
from ..files.scan import Found, list_directory
from ..files.selection import Selection
from ..repository.reader import Reader
from ..repository.trees import NodeWriter, read_directory
from .counts import Counts
from .database_sets import DatabaseSets
from .entry import INODE_BITS, KINDS, Earlier, entry_of, link_of, link_target
from .overlap import graft
from .save_file import FileSaver

_ORDINARY = Extra()
_DEVICES = (tree.CHARACTER_DEVICE, tree.BLOCK_DEVICE)


@dataclass(slots=True)
class _Frame:
    """A directory being walked."""

    item: Found
    shown: bytes
    inside: bytes  # path below the source, "" or ending with "/"
    items: Iterator[Found]
    before: dict[bytes, Entry]
    metadata: dict[str, bytes] | None
    entries: list[Entry] = field(default_factory=list)


class ReadsMetadata(Protocol):
    """Extended attributes, ACLs and the like of one item, by namespaced name. May raise OSError."""

    def read(self, path: Native, *, is_symlink: bool) -> Mapping[str, bytes]: ...


class Walker:
    """Walks sources and writes their trees. For one thread.

    `holds`: whether the vault still has an entry's content.
    `skip`: (device, inode) of directories that are never entered: the vault's own.
    """

    def __init__(
        self,
        saver: FileSaver,
        nodes: NodeWriter,
        reader: Reader,
        metadata: ReadsMetadata,
        holds: Callable[[Entry], bool],
        skip: Container[tuple[int, int]],
        incident: Callable[[Incident, bytes], None],
        cancel: CancelToken,
        tick: Callable[[bytes], None],
    ) -> None:
        self._sets = DatabaseSets(saver)
        self._nodes = nodes
        self._reader = reader
        self._metadata = metadata
        self._holds = holds
        self._skip = skip
        self._trust_before = 0
        self._root_device = 0
        self._selection: Selection
        self._grafts: dict[bytes, list[Entry]]
        self._incident = incident
        self._cancel = cancel
        self._tick = tick
        self._links: dict[tuple[int, int], Entry] = {}
        self.counts = Counts()
        self.owners: set[int] = set()
        self.groups: set[int] = set()

    def source(
        self,
        item: Found,
        shown: bytes,
        earlier: Earlier,
        selection: Selection,
        grafts: dict[bytes, list[Entry]],
    ) -> Entry | None:
        """The entry of a source, everything below it stored; None when there is nothing to record.

        `grafts`: by a folder's path, what is put there because it is a source by itself. Emptied.
        """
        self._grafts = grafts
        self._trust_before, self._selection = earlier.trust_before, selection
        self._root_device = item.stat.st_dev
        if not item.folder:
            return self._alone(item, shown, earlier.entry)
        root = self._enter(item, shown, b"", earlier.entry)
        if not isinstance(root, _Frame):
            return root
        stack = [root]
        while True:
            below = self._fill(stack[-1])
            if below is not None:
                stack.append(below)
                continue
            entry = self._leave(stack.pop())
            if not stack:
                return entry
            stack[-1].entries.append(entry)

    def _fill(self, frame: _Frame) -> _Frame | None:
        """Takes a directory's items until one is a directory to walk first."""
        append, get, tick = frame.entries.append, frame.before.get, self._tick
        judge, inside, shown = self._selection.judge_bytes, frame.inside, frame.shown + b"/"
        for item in frame.items:
            name = item.name
            if judge(inside + name, name, item.folder) is not None:
                continue
            earlier = get(name)
            if item.folder:
                entered = self._enter(item, shown + name, inside + name + b"/", earlier)
                if isinstance(entered, _Frame):
                    return entered
                entry = entered
            elif (
                earlier is not None
                and self._is_unchanged(earlier, item.stat)
                and item.path not in self._sets.taken
            ):
                self.counts.files += 1
                self.counts.bytes += earlier.size
                entry = earlier
            else:
                tick(shown + name)
                entry = self._leaf(item, shown + name, earlier)
            if entry is not None:
                append(entry)
        return None

    def _is_unchanged(self, e: Entry, s: os.stat_result) -> bool:
        changed = s.st_ctime_ns
        if (
            e.mtime != s.st_mtime_ns
            or e.size != s.st_size
            or e.inode != s.st_ino & INODE_BITS
            or e.mtime + e.changed != changed
            or e.kind != tree.FILE
            or changed > self._trust_before
            or not st.S_ISREG(s.st_mode)
        ):
            return False
        extra = e.extra
        if extra is not None and (extra.database or extra.inconsistent or extra.missing):
            return False
        if extra is not None and extra.link is not None and extra.link != link_of(s):
            return False  # devices are numbered anew at each start: links of one file must go on agreeing
        self.owners.add(e.uid)
        self.groups.add(e.gid)
        return self._holds(e)

    # ---- directories --------------------------------------------------------------------------

    def _enter(self, item: Found, shown: bytes, inside: bytes, before: Entry | None) -> _Frame | Entry | None:
        """A frame to walk, an entry when the directory cannot be read, None when it is left out."""
        self._cancel.check()
        self._tick(shown)
        status = item.stat
        if (status.st_dev, status.st_ino) in self._skip:
            return None
        if is_placeholder(status):
            return self._placeholder(item, shown, tree.DIRECTORY)
        if self._selection.judge_entering(status.st_dev, self._root_device) is not None:
            # Left out with its content, but it is there: a mount point without what is mounted.
            return self._entry(item, tree.DIRECTORY, self._nodes.directory([]), None)
        try:
            found = list_directory(
                item.path, lambda name, error: self._unreadable(shown + b"/" + name, error)
            )
            names = {f.name for f in found}
            if inside and self._selection.judge_listed(item.path, names) is not None:
                return None
            metadata = self._read_metadata(item.path, shown, is_symlink=False)
        except FileNotFoundError:
            self._incident(Incident("vanished", display(shown)), shown)
            return None
        except OSError as error:
            self._unreadable(shown, error)
            return self._entry(item, tree.DIRECTORY, b"", Extra(missing="unreadable"))
        self.counts.directories += 1
        before_entries = self._entries_before(before)
        return _Frame(item, shown, inside, iter(found), before_entries, metadata)

    def _placeholder(self, item: Found, shown: bytes, kind: int) -> Entry:
        """What lies with a cloud provider is not fetched by surprise: it is listed."""
        self._incident(Incident("placeholder", display(shown)), shown)
        return self._entry(item, kind, b"", Extra(missing="placeholder"))

    def _entries_before(self, before: Entry | None) -> dict[bytes, Entry]:
        if before is None or before.kind != tree.DIRECTORY or not before.content:
            return {}
        try:
            return {e.name: e for e in read_directory(self._reader, before.content)}
        except IntegrityError:
            return {}  # lost or damaged: everything below is read and stored again

    def _alone(self, item: Found, shown: bytes, before: Entry | None) -> Entry | None:
        """A file that is a source by itself; a database without what belongs to it is no sound copy."""
        entry = self._leaf(item, shown, before)
        if entry is not None and self._sets.left(os.path.dirname(item.path)):
            self._sets.taken.clear()
            entry.extra = entry.extra or Extra()
            if not entry.extra.inconsistent:
                entry.extra.inconsistent = True
                self._incident(Incident("inconsistent", display(shown)), shown)
        return entry

    def _appeared(self, frame: _Frame) -> None:
        """What belongs to a database and was not there yet when the folder was listed."""
        left = self._sets.left(frame.item.path)
        for path in left:
            name = os.fsencode(os.path.basename(path))
            saved = self._sets.taken[path]
            if saved is None or self._selection.judge_bytes(frame.inside + name, name, False) is not None:
                del self._sets.taken[path]
                continue
            item = Found(name, path, saved.stat, False)
            entry = self._leaf(item, frame.shown + b"/" + name, frame.before.get(name))
            if entry is not None:
                frame.entries.append(entry)
        if left:
            frame.entries.sort(key=lambda e: e.name)

    def _leave(self, frame: _Frame) -> Entry:
        if self._sets.taken:
            self._appeared(frame)
        grafts = self._grafts.pop(frame.shown, None)
        if grafts is not None:
            graft(frame.entries, grafts)
        content = self._nodes.directory(frame.entries)
        extra = Extra(metadata=frame.metadata) if frame.metadata else None
        return self._entry(frame.item, tree.DIRECTORY, content, extra)

    # ---- everything else ----------------------------------------------------------------------

    def _leaf(self, item: Found, shown: bytes, before: Entry | None) -> Entry | None:
        kind = KINDS.get(st.S_IFMT(item.stat.st_mode))
        if kind == tree.DIRECTORY:
            kind = tree.SYMLINK  # a Windows junction
        try:
            if kind == tree.FILE:
                if is_placeholder(item.stat):
                    return self._placeholder(item, shown, kind)
                return self._file(item, shown, before)
            if kind is None:
                self._incident(Incident("special", display(shown)), shown)
                return None
            return self._other(item, shown, kind)
        except FileNotFoundError:
            self._incident(Incident("vanished", display(shown)), shown)
            return None
        except OSError as error:
            self._unreadable(shown, error)
            self.counts.files += kind == tree.FILE
            return self._entry(item, kind or tree.FILE, b"", Extra(missing="unreadable"))

    def _other(self, item: Found, shown: bytes, kind: int) -> Entry:
        self.counts.others += 1
        extra = Extra()
        content = b""
        if kind == tree.SYMLINK:
            content = link_target(item.path)
        if kind in _DEVICES:
            extra.device = getattr(item.stat, "st_rdev", 0)
        extra.metadata = self._read_metadata(item.path, shown, is_symlink=kind == tree.SYMLINK)
        return self._entry(item, kind, content, extra if extra != _ORDINARY else None)

    def _file(self, item: Found, shown: bytes, before: Entry | None) -> Entry:
        link = link_of(item.stat) if item.stat.st_nlink > 1 else None
        twin = self._links.get(link) if link else None
        if twin is not None and twin.mtime == item.stat.st_mtime_ns and twin.size == item.stat.st_size:
            entry = self._entry(item, tree.FILE, twin.content, twin.extra)
        else:
            entry = self._read(item, shown, link)
        if before is None:
            self.counts.new_files += 1
        elif before.content != entry.content or before.size != entry.size:
            self.counts.changed_files += 1
        self.counts.files += 1
        self.counts.bytes += entry.size
        return entry

    def _read(self, item: Found, shown: bytes, link: tuple[int, int] | None) -> Entry:
        saved = self._sets.save(item.path, item.name, item.stat)
        extra = saved.extra
        extra.link = link
        extra.metadata = self._read_metadata(item.path, shown, is_symlink=False)
        if not saved.consistent:
            extra.inconsistent = True
            self._incident(Incident("inconsistent", display(shown)), shown)
        entry = self._entry(
            item if saved.stat is item.stat else item._replace(stat=saved.stat),
            tree.FILE,
            saved.content,
            extra if extra != _ORDINARY else None,
        )
        entry.size = saved.size
        if link:
            self._links[link] = entry
        return entry

    def _read_metadata(self, path: Native, shown: bytes, *, is_symlink: bool) -> dict[str, bytes] | None:
        found = self._metadata.read(path, is_symlink=is_symlink)
        if not found:
            return None
        left = [name.removeprefix(OMITTED) for name in found if name.startswith(OMITTED)]
        if left:
            self._incident(Incident("metadata_omitted", display(shown), ", ".join(left)), shown)
        return dict(found)

    def _entry(self, item: Found, kind: int, content: bytes, extra: Extra | None) -> Entry:
        s = item.stat
        self.owners.add(s.st_uid)
        self.groups.add(s.st_gid)
        return entry_of(item, kind, content, extra)

    def _unreadable(self, shown: bytes, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        self._incident(Incident("unreadable", display(shown), reason), shown)
