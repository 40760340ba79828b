"""From directories on disk to directory nodes in the vault, deepest first.

What is as it was in the last snapshot is taken from there without being opened. Depth costs memory,
not recursion: a tree of a million files needs no more than its deepest path.
"""

from __future__ import annotations

import os
import stat as st
from collections.abc import Callable, Container
from functools import partial
from operator import length_hint

from ..core.errors import IntegrityError
from ..core.events import Incident
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry, Extra
from ..core.platform import Native
from ..core.ports import CancelToken
from ..files.cache_tags import TAG_NAME
from ..files.entries import is_placeholder
from ..files.folder import Folder, Found
from ..files.names import compared, display
from ..files.selection import Selection
from ..repository.reader import Reader
from ..repository.trees import NodeWriter, read_directory
from .entry import INODE_BITS, Earlier, Frozen
from .frame import Frame, all_there, is_as_before, is_doubtful, settle
from .leaves import Leaves
from .overlap import graft
from .partial import Partial, Way, WholeScanNeeded

_HELD = 64
"""Directories open at once, the deepest ones; those above are opened again on the way back."""


class Walker:
    """Walks sources and writes their trees. For one thread.

    `holds`: whether the vault still has an entry's content.
    `skip`: (device, inode) of directories that are never entered: the vault's own. `partial`: what is taken
    over from the last snapshot, None when everything is looked at. `doubtful`: directories that hold files
    which may change without a trace, or did while they were read.
    """

    def __init__(
        self,
        leaves: Leaves,
        nodes: NodeWriter,
        reader: Reader,
        holds: Callable[[Entry], bool],
        skip: Container[tuple[int, int]],
        incident: Callable[[Incident, bytes], None],
        cancel: CancelToken,
        tick: Callable[[bytes], None],
        partial: Partial | None = None,
    ) -> None:
        self.doubtful: set[bytes] = set()
        self._partial = partial
        self._leaves = leaves
        self._nodes = nodes
        self._reader = reader
        self._holds = holds
        self._skip = skip
        self._trust_before = 0
        self._root_device = 0
        self._selection: Selection
        self._grafts: dict[bytes, list[Entry]]
        self._incident = incident
        self._cancel = cancel
        self._tick = tick

    def source(
        self,
        native: Native,
        shown: bytes,
        earlier: Earlier,
        selection: Selection,
        grafts: dict[bytes, list[Entry]],
        frozen: Frozen | None = None,
        way: Way | None = None,
    ) -> Entry | None:
        """The entry of a source, everything below it stored; None when there is nothing to record.

        `native` leads through no link. `grafts`: by a folder's path, what is put there because it is a source
        by itself. Emptied. `way`: in a partial run, where to look. Raises OSError when there is nothing at
        `native`.
        """
        self._grafts = grafts
        self._leaves.begin(frozen)
        self._trust_before, self._selection = earlier.trust_before, selection
        status = os.stat(native)
        self._root_device = status.st_dev
        name = os.fsencode(os.path.basename(native))
        if not st.S_ISDIR(status.st_mode):
            with Folder(os.path.dirname(native)) as folder:
                entry = self._leaves.alone(Found(name, folder.status(name), folder), shown, earlier.entry)
            if entry is not None and is_doubtful(entry):
                self.doubtful.add(shown)
            if self._partial is not None and earlier.entry is not None:
                if earlier.entry.kind == tree.DIRECTORY:
                    self._partial.gone(earlier.entry, selection)
                else:
                    self._partial.take_off(earlier.entry)
            self._meet(earlier.entry, status, entry)
            return entry
        stack: list[Frame] = []
        try:
            if self._partial is not None:
                way = self._partial.way(way, earlier.entry, status)
            root = self._enter(name, status, lambda: Folder(native), shown, b"", earlier.entry, way)
            entered = isinstance(root, Frame) and root.node
            if self._partial is not None and earlier.entry is not None and not entered:
                self._partial.gone(earlier.entry, selection)
            if not isinstance(root, Frame):
                return root
            stack.append(root)
            return self._walk(stack)
        finally:
            for frame in stack:
                frame.folder.close()

    def _walk(self, stack: list[Frame]) -> Entry:
        """The entry of the one frame in `stack`."""
        while True:
            below = self._fill(stack[-1])
            if below is not None:
                stack.append(below)
                self._hold(stack)
                continue
            frame = stack.pop()
            try:
                entry = self._leave(frame)
            finally:
                frame.folder.close()
            if not stack:
                return entry
            stack[-1].entries.append(entry)
            if len(stack) > 1 and length_hint(stack[-1].items):
                self._return(stack)

    @staticmethod
    def _hold(stack: list[Frame]) -> None:
        """Closes what lies too far above the deepest folder; the root stays, to find the others again."""
        if len(stack) > _HELD + 1:
            stack[-1 - _HELD].folder.close()

    def _return(self, stack: list[Frame]) -> None:
        """Opens the last folder again if it was closed, and those on the way to it with it."""
        frame = stack[-1]
        if frame.folder.is_open:
            return
        held = max(depth for depth, each in enumerate(stack) if each.folder.is_open)
        try:
            for depth in range(held + 1, len(stack)):
                stack[depth].folder.reopen(stack[depth - 1].folder, stack[depth].name)
                self._hold(stack[: depth + 1])
        except OSError:
            # Moved or exchanged while it was walked.
            frame.items, frame.lost = iter(()), True
            self._incident(Incident("inconsistent", display(frame.shown)), frame.shown)

    def _fill(self, frame: Frame) -> Frame | None:
        """Takes a directory's items until one is a directory to walk first."""
        append, get, tick = frame.entries.append, frame.before.get, self._tick
        judge, inside, shown = self._selection.judge_bytes, frame.inside, frame.shown + b"/"
        folder, leaves, counts = frame.folder, self._leaves, self._leaves.counts
        status_of, taken, partial_run = folder.status, leaves.taken, self._partial
        for name, is_folder in frame.items:
            if judge(inside + name, name, is_folder) is not None:
                continue
            try:
                status = status_of(name)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._leaves.unreadable(shown + name, error)
                continue
            earlier = get(name)
            if is_folder:
                way = None
                if partial_run is not None and frame.way is not None:
                    way = frame.way.below.get(name)
                    if way is None and is_as_before(earlier, status):
                        frame.settled.add(name)
                        append(earlier)
                        continue
                    way = partial_run.way(way, earlier, status)
                entered = self._enter(
                    name,
                    status,
                    partial(folder.enter, name),
                    shown + name,
                    inside + name + b"/",
                    earlier,
                    way,
                )
                if isinstance(entered, Frame):
                    frame.settled.add(name)
                    return entered
                entry = entered
            elif (
                earlier is not None
                and self._is_unchanged(earlier, status)
                and not (taken and (folder, name) in taken)
            ):
                counts.files += 1
                counts.bytes += earlier.size
                entry = earlier
            else:
                path = shown + name
                tick(path)
                entry = leaves.leaf(Found(name, status, folder), path, earlier)
            if partial_run is not None and not is_folder:
                self._meet(earlier, status, entry)
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
        if extra is not None and extra.link is not None and extra.link != self._leaves.link(s):
            return False  # devices are numbered anew at each start: links of one file must go on agreeing
        self._leaves.owners.add(e.uid)
        self._leaves.groups.add(e.gid)
        return self._holds(e)

    # ---- directories --------------------------------------------------------------------------

    def _enter(
        self,
        name: bytes,
        status: os.stat_result,
        open_it: Callable[[], Folder],
        shown: bytes,
        inside: bytes,
        before: Entry | None,
        way: Way | None,
    ) -> Frame | Entry | None:
        """A frame to walk, an entry when the directory cannot be read, None when it is left out.

        `status` is what the name stood for; what `open_it` opens may be another directory by now.
        """
        self._cancel.check()
        self._tick(shown)
        folder: Folder | None = None
        kept = False
        try:
            if is_placeholder(status):
                return self._leaves.placeholder(name, status, shown, tree.DIRECTORY)
            folder = open_it()
            status = folder.stat
            if (status.st_dev, status.st_ino) in self._skip:
                return None
            if self._selection.judge_entering(status.st_dev, self._root_device) is not None:
                # Left out with its content, but it is there: a mount point without what is mounted.
                return self._leaves.entry(name, status, tree.DIRECTORY, self._nodes.directory([]), None)
            node, known = self._before(before)
            leads = way is not None and not way.listed and all_there(way, known, folder)
            if leads and way is not None:
                found = dict.fromkeys(sorted(way.below), True)
            else:
                found = folder.items(lambda item, error: self._leaves.unreadable(shown + b"/" + item, error))
            if not leads and inside and self._selection.judge_listed(folder.handle, found) is not None:
                self._tell_left_out(name, shown, before)
                return None
            metadata = self._leaves.metadata(folder.handle, shown, is_symlink=False)
            self._leaves.counts.directories += 1
            self._leaves.entered(folder, found, shown)
            if self._partial is not None and before is not None and node:
                self._partial.entered(before, status, self._selection)
            kept = True
            items = iter(found.items())
            return Frame(name, folder, shown, inside, items, node, known, metadata, way=way, leads=leads)
        except FileNotFoundError:
            self._incident(Incident("vanished", display(shown)), shown)
            return None
        except OSError as error:
            self._leaves.unreadable(shown, error)
            return self._leaves.entry(name, status, tree.DIRECTORY, b"", Extra(missing="unreadable"))
        finally:
            if folder is not None and not kept:
                folder.close()

    def _tell_left_out(self, name: bytes, shown: bytes, before: Entry | None) -> None:
        """Of a cache that was none in the last snapshot: whoever shares the folder could have tagged it."""
        grafts = self._grafts.get(compared(shown[: -len(name) - 1]), ())
        by_itself = any(compared(entry.name) == compared(name) for entry in grafts)
        if before is not None and before.kind == tree.DIRECTORY and not by_itself:
            self._incident(Incident("left_out_now", display(shown), TAG_NAME), shown)

    def _before(self, before: Entry | None) -> tuple[bytes, dict[bytes, Entry]]:
        """The node of a directory in the last snapshot, and its entries in order of names. Raises Stopped."""
        self._cancel.check()  # a large folder that is gone is read from the vault, to be counted
        if before is None or before.kind != tree.DIRECTORY or not before.content:
            return b"", {}
        try:
            return before.content, {e.name: e for e in read_directory(self._reader, before.content)}
        except IntegrityError:
            if self._partial is not None:
                raise WholeScanNeeded from None
            return b"", {}  # lost, or not what it should be: everything below is read and stored again

    def _leave(self, frame: Frame) -> Entry:
        if self._leaves.taken:
            self._add_appeared(frame)
        self._leaves.settled(frame.folder, frame.shown, frame.entries)
        if any(map(is_doubtful, frame.entries)):
            self.doubtful.add(frame.shown or b"/")
        if self._partial is not None:
            settle(frame, self._partial, self._selection)
        if self._grafts:
            graft(frame.entries, self._grafts.pop(compared(frame.shown), ()))
        if frame.node and frame.entries == list(frame.before.values()):
            content = frame.node
        else:
            self._leaves.gone(frame, self._selection.judge_bytes, lambda entry: self._before(entry)[1])
            self._leaves.signs.folder(frame.shown, frame.before, frame.entries)
            content = self._nodes.directory(frame.entries)
        extra = Extra(metadata=frame.metadata, inconsistent=frame.lost)
        return self._leaves.entry(frame.name, frame.folder.stat, tree.DIRECTORY, content, extra)

    def _meet(self, earlier: Entry | None, status: os.stat_result, entry: Entry | None) -> None:
        """In a partial run: a file that has other names, or had, may show another state there."""
        linked = earlier is not None and earlier.extra is not None and earlier.extra.link is not None
        if self._partial is not None and (linked or status.st_nlink > 1):
            self._partial.met(status, self._leaves.link(status), changed=entry is not earlier)

    def _add_appeared(self, frame: Frame) -> None:
        def keep(name: bytes) -> bool:
            return self._selection.judge_bytes(frame.inside + name, name, False) is None

        frame.entries += self._leaves.appeared(frame.folder, frame.shown, keep, frame.before)
        frame.entries.sort(key=lambda e: e.name)
