"""Getting files back: planned by pack, so that each segment is fetched and opened once.

Entries are walked in order and directories made as they come. What stands in the target already and is
the same is left. Other files wait in a window of bounded size; when it is full their chunks are sorted
by segment, segments are opened by several threads, and every chunk is compared with its id and written
where it belongs. Directories get their times last; then all of it is brought to the disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..core.errors import IntegrityError, UsageError
from ..core.events import Incident, Listener, Progress
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry
from ..core.platform import Metadata, Volumes
from ..core.ports import CancelToken
from ..files.names import display
from ..files.restore_dry import DryPlace
from ..files.write_back import (
    Conflict,
    DirHandle,
    EntryMeta,
    NameRules,
    Outcome,
    Target,
    Wishes,
    system_place,
)
from ..files.write_back import Question as Question
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.vault import Vault
from .browse import children, look, split_path
from .lookup import as_saved, leads_to_folder
from .memory import memory_told
from .restore_flush import Flusher
from .restore_plan import Chosen, Way, chosen_entries, count_chosen, include_test, meta_of
from .restore_tally import Each, RestoreResult, Tally
from .restore_window import Window


@dataclass(frozen=True)
class RestoreRequest:
    """What to bring back and how. `paths`: vault paths, empty for everything.

    `include`: patterns on whole vault paths (`*.pdf`) of files and the like; what matches none is passed
    over, and of directories only those that lead to what matches are made. `dry_run`: nothing is
    written; the result tells what would be. `each`: told what became of each item. `base`: the vault path
    that `to` stands for, above all paths.
    """

    stored: Stored
    to: str
    paths: Sequence[bytes] = ()
    include: Sequence[str] = ()
    conflict: Conflict = Conflict.KEEP_BOTH
    ask: Callable[[Question], Conflict] | None = None
    owner: bool = False
    acl: bool = False
    devices: bool = False
    dry_run: bool = False
    rules: NameRules | None = None
    each: Each | None = None
    base: bytes = b""


class _Restore:
    """One restore as it goes on."""

    def __init__(
        self, vault: Vault, reader: Reader, request: RestoreRequest, target: Target, tally: Tally,
        cancel: CancelToken,
    ) -> None:  # fmt: skip
        self._reader = reader
        self._request = request
        self._target = target
        self._tally = tally
        self._cancel = cancel
        self._included = include_test(request.include, request.stored.snapshot.system)
        self._items = 0
        self._base = b""
        self._window = Window(
            reader,
            target,
            vault.keys.chunk_ids,
            tally,
            cancel,
            dry=request.dry_run,
        )
        self._directories: list[tuple[DirHandle, EntryMeta]] = []
        # By content too: a number may mean another file once disks have changed places.
        self._first_links: dict[tuple[int, int, bytes], tuple[DirHandle, bytes]] = {}
        self._links: list[tuple[DirHandle, Entry, bytes]] = []

    def run(self, chosen: Chosen) -> None:
        """Restores the chosen entries with what lies below them."""
        base = as_saved(self._reader, [self._request.stored], self._request.base)
        self._base = b"".join(b"/" + name for name in split_path(base))
        ways = {self._base: Way(None, None, self._base, self._target.root)}
        for path, entry in chosen:
            self._item(self._lead_to(path, ways), entry, path)
        self._window.flush()
        self._hard_links()
        self._window.flush()
        for handle, meta in reversed(self._directories):
            self._target.finish_directory(handle, meta)

    def _lead_to(self, path: bytes, ways: dict[bytes, Way]) -> Way:
        """The way from the target to an entry's place."""
        at = self._base
        for name in split_path(path)[len(split_path(at)) : -1]:
            above, at = ways[at], at + b"/" + name
            if at not in ways:
                entry = look(self._reader, self._request.stored.snapshot.root, at)
                ways[at] = Way(above, entry, at)
        return ways[at]

    def _item(self, above: Way, entry: Entry, path: bytes) -> None:
        """An entry and, for a directory, everything below it; with a stack of its own."""
        if path == self._base:
            stack = [(above, self._children(entry, path), path)]
        else:
            stack = [(above, iter((entry,)), path[: -len(entry.name) - 1])]
        while stack:
            way, entries, shown = stack[-1]
            self._items += 1
            if self._items > tree.MAX_ITEMS:
                raise IntegrityError("bad_tree")
            found = None
            if len(stack) > tree.MAX_DEPTH:
                self._tally.lost(shown or b"/", "bad_tree")
            else:
                found = next(entries, None)
            if found is None:
                stack.pop()
                continue
            self._cancel.check()
            here = shown + b"/" + found.name
            if found.kind == tree.DIRECTORY:
                inner = Way(way, found, here, asked=not self._request.include)
                # With patterns a directory is made only when something in it is wanted.
                if self._request.include or self._opened(inner) is not None:
                    if found.extra is not None and found.extra.missing:
                        self._tally.absent(here, found.extra.missing)
                    stack.append((inner, self._children(found, here), here))
                continue
            try:
                self._leaf(way, found, here)
            except IntegrityError as error:  # what no file system can hold: a name, a link to nothing
                self._tally.lost(here, error.code)

    def _children(self, entry: Entry, path: bytes) -> Iterator[Entry]:
        return children(self._reader, entry, lambda error: self._tally.lost(path or b"/", error.code))

    def _opened(self, way: Way) -> DirHandle | None:
        """The directory at the end of a way, made with those that lead there; None when it is not to be had,
        which is told once."""
        closed = []
        here: Way | None = way
        while here is not None and here.handle is None and not here.shut:
            closed.append(here)
            here = here.above
        for step in reversed(closed):
            above = step.above
            assert above is not None, "the target is open"
            if above.handle is not None and step.entry is not None:
                step.handle = self._open(above.handle, step.entry, step)
            step.shut = step.handle is None
        return way.handle

    def _open(self, above: DirHandle, entry: Entry, way: Way) -> DirHandle | None:
        meta = meta_of(entry)
        recorded = bool(entry.inode or entry.mtime)  # else it only leads to a source
        try:
            opened = self._target.open_directory(above, entry.name, meta, leads=not recorded)
        except IntegrityError as error:
            self._tally.lost(way.path, error.code)
            return None
        if isinstance(opened, Outcome):
            self._tally.ended_other(opened, way.path)
            return None
        self._tally.result.directories += opened.created
        if opened.created and not recorded:
            self._tally.result.private = True
        # One that only leads to a source stays private. One that was there and only leads to what is asked
        # for keeps its own.
        if recorded and (way.asked or opened.created):
            self._directories.append((opened, meta))
        return opened

    def _leaf(self, way: Way, entry: Entry, path: bytes) -> None:
        if not self._included(path):
            return
        extra = entry.extra
        if extra is not None and extra.missing:
            self._tally.absent(path, extra.missing)
            return
        if entry.kind == tree.SOCKET:
            self._tally.tell(Incident("socket_left_out", display(path)))
            return
        above = way.handle or self._opened(way)
        if above is None:
            return
        if entry.kind != tree.FILE:
            self._special(above, entry, path)
            return
        if extra is not None and extra.inconsistent:
            self._tally.tell(Incident("inconsistent_copy", display(path)))
        elif extra is not None and extra.consistency == tree.RAW:
            self._tally.tell(Incident("raw_copy", display(path)))
        if extra is not None and extra.link is not None:
            link = (*extra.link, entry.content)
            if link in self._first_links:
                self._links.append((above, entry, path))
                return
            self._first_links[link] = (above, entry.name)
        self._window.add(above, entry, path)

    def _hard_links(self) -> None:
        # First all that stand: only a file all of whose names are of this restore gets its metadata.
        missing = [
            (above, entry, path)
            for above, entry, path in self._links
            if not self._window.stands(above, entry, path)
        ]
        self._target.tell_linked()
        for above, entry, path in missing:
            assert entry.extra is not None and entry.extra.link is not None
            first, name = self._first_links[*entry.extra.link, entry.content]
            outcome = self._target.hard_link(first, name, above, entry.name)
            if outcome is Outcome.COPY_NEEDED:
                self._window.fetch(above, entry, path)
            else:
                self._tally.ended(outcome, path)

    def _special(self, above: DirHandle, entry: Entry, path: bytes) -> None:
        meta, target = meta_of(entry), self._target
        if entry.kind == tree.SYMLINK:
            folder = leads_to_folder(self._reader, self._request.stored.snapshot.root, path, entry)
            outcome = target.symlink(above, entry.name, entry.content, meta, folder=folder)
        elif entry.kind == tree.FIFO:
            outcome = target.fifo(above, entry.name, meta)
        else:
            number = entry.extra.device if entry.extra else None
            block = entry.kind == tree.BLOCK_DEVICE
            outcome = target.device(above, entry.name, meta, block=block, number=number or 0)
        self._tally.ended_other(outcome, path)


def _totals(reader: Reader, chosen: Chosen, request: RestoreRequest, cancel: CancelToken) -> tuple[int, int]:
    """(files, bytes) to restore, so far as the tree can be read."""
    if len(chosen) == 1 and not chosen[0][0] and not request.include:
        statistics = request.stored.snapshot.statistics
        return statistics.files, statistics.bytes
    included = include_test(request.include, request.stored.snapshot.system)
    count = count_chosen(reader, chosen, included, cancel)
    if request.include and not count.items and not count.damaged:
        raise UsageError("include_matches_nothing")
    return count.files, count.bytes


@memory_told
def restore(
    vault: Vault,
    request: RestoreRequest,
    *,
    metadata: Metadata,
    volumes: Volumes,
    listener: Listener,
    cancel: CancelToken,
) -> RestoreResult:
    """Brings files back; what is told as restored is on the disk.

    Raises UsageError("path_not_in_snapshot"), ("include_matches_nothing"), Failed("target_full"),
    ("target_not_written") and other target errors, Stopped: then the same restore begun again goes on.
    Damage is no error: each file it touches is an incident.
    """
    begun = time.monotonic()
    result = RestoreResult()
    tally = Tally(result, listener, request.each)
    reader = vault.reader(check_packs=True, much=not (request.paths or request.include))
    paths = [as_saved(reader, [request.stored], path) for path in request.paths]
    chosen = chosen_entries(reader, request.stored.snapshot.root, paths)
    tally.totals = _totals(reader, chosen, request, cancel)
    wishes = Wishes(owner=request.owner, acl=request.acl, devices=request.devices)

    def would_ask(_question: Question) -> Conflict:
        result.to_ask += 1
        return Conflict.SKIP

    dry = request.dry_run
    with Target(
        request.to,
        conflict=request.conflict,
        ask=would_ask if dry else request.ask,
        rules=request.rules,
        metadata=metadata,
        volumes=None if dry else volumes,
        wishes=wishes,
        listener=tally.tell,
        place=DryPlace(system_place(metadata, wishes)) if dry else None,
        base=request.base,
    ) as target:
        work = _Restore(vault, reader, request, target, tally, cancel)
        if dry:
            work.run(chosen)
        else:
            with Flusher(target.sync, lambda: tally.bytes_done) as flusher:
                work.run(chosen)
                listener(Progress("sync"))
                flusher.end()
    result.skipped -= result.to_ask
    result.seconds = time.monotonic() - begun
    return result


__all__ = ["Conflict", "Question", "RestoreRequest", "RestoreResult", "restore"]
