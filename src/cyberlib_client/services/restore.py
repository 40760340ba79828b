"""Getting files back: planned by pack, so that each segment is fetched and opened once.

Entries are walked in order and directories made as they come. Files wait in a window of bounded
size; when it is full their chunks are sorted by segment, segments are opened by several threads, and
every chunk is compared with its id and written where it belongs. Directories get their times last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..core.errors import IntegrityError
from ..core.events import Incident, Listener, Progress
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry
from ..core.platform import Metadata
from ..core.ports import CancelToken
from ..files.names import display
from ..files.write_back import Conflict, DirHandle, EntryMeta, NameRules, Outcome, Target, Wishes
from ..files.write_back import Question as Question
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.vault import Vault
from .browse import children, look, split_path
from .memory import memory_told
from .restore_plan import chosen_and_below, chosen_entries, include_test
from .restore_window import Window


@dataclass(frozen=True)
class RestoreRequest:
    """What to bring back and how. `paths`: vault paths, empty for everything.

    `include`: patterns on whole vault paths (`*.pdf`); what matches none is passed over.
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


@dataclass(slots=True)
class RestoreResult:
    """How a restore ended. Bytes are bytes of files. `failed` counts items not restored whole."""

    files: int = 0
    directories: int = 0
    others: int = 0
    bytes: int = 0
    skipped: int = 0
    kept_both: int = 0
    failed: int = 0
    incidents: list[Incident] = field(default_factory=list)
    seconds: float = 0.0


class _Restore:
    """One restore as it goes on."""

    def __init__(
        self,
        reader: Reader,
        request: RestoreRequest,
        target: Target,
        result: RestoreResult,
        tell: Callable[[Incident], None],
        listener: Listener,
        cancel: CancelToken,
    ) -> None:
        self._reader = reader
        self._request = request
        self._target = target
        self._result = result
        self._tell = tell
        self._listener = listener
        self._cancel = cancel
        self._included = include_test(request.include)
        self._totals: tuple[int, int] | None = None
        self._next_tick = 0.0
        self._items = 0
        self._window = Window(reader, target, self._ended, self._lost, cancel, self._tick)
        self._directories: list[tuple[DirHandle, EntryMeta]] = []
        # By content too: a number may mean another file once disks have changed places.
        self._first_links: dict[tuple[int, int, bytes], tuple[DirHandle, bytes, str]] = {}
        self._links: list[tuple[DirHandle, Entry, str]] = []

    def run(self, chosen: list[tuple[bytes, Entry]]) -> None:
        """Restores the chosen entries with what lies below them."""
        root = self._request.stored.snapshot.root
        self._totals = self._known_totals(chosen)
        parents: dict[bytes, DirHandle | None] = {b"": self._target.root}
        for path, entry in chosen:
            above = self._lead_to(root, path, parents)
            if above is not None:
                self._item(above, entry, path)
        self._window.flush()
        self._hard_links()
        self._window.flush()
        for handle, meta in reversed(self._directories):
            self._target.finish_directory(handle, meta)

    def _known_totals(self, chosen: list[tuple[bytes, Entry]]) -> tuple[int, int] | None:
        if len(chosen) == 1 and not chosen[0][0] and not self._request.include:
            statistics = self._request.stored.snapshot.statistics
            return statistics.files, statistics.bytes
        files = size = 0
        for _, entry in chosen_and_below(self._reader, chosen, lambda _path, _error: None):
            files += entry.kind == tree.FILE
            size += entry.size
        return files, size

    def _lead_to(self, root: bytes, path: bytes, parents: dict[bytes, DirHandle | None]) -> DirHandle | None:
        """The directories that lead from the target to an entry's place."""
        at = b""
        for name in split_path(path)[:-1]:
            above, at = parents[at], at + b"/" + name
            if at not in parents and above is not None:
                entry = look(self._reader, root, at)
                parents[at] = self._open(above, entry, name) if entry else None
        return parents.get(at)

    def _item(self, above: DirHandle, entry: Entry, path: bytes) -> None:
        """An entry and, for a directory, everything below it; with a stack of its own."""
        if not path:
            stack = [(self._target.root, children(self._reader, entry), b"")]
        else:
            stack = [(above, iter((entry,)), path[: -len(entry.name) - 1])]
        while stack:
            handle, entries, shown = stack[-1]
            self._items += 1
            if self._items > tree.MAX_ITEMS:
                raise IntegrityError("bad_tree")
            try:
                if len(stack) > tree.MAX_DEPTH:
                    raise IntegrityError("bad_tree")
                found = next(entries, None)
            except IntegrityError as error:
                self._fail("content_damaged", shown, error.code)
                found = None
            if found is None:
                stack.pop()
                continue
            self._cancel.check()
            here = shown + b"/" + found.name
            try:
                if found.kind != tree.DIRECTORY:
                    self._leaf(handle, found, here)
                    continue
                opened = self._open(handle, found, found.name)
            except IntegrityError as error:  # what no file system can hold: a name, a link to nothing
                self._fail("content_damaged", here, error.code)
                continue
            if opened is not None:
                if found.extra is not None and found.extra.missing:
                    self._fail("no_content", here, found.extra.missing)
                stack.append((opened, children(self._reader, found), here))

    def _open(self, above: DirHandle, entry: Entry, name: bytes) -> DirHandle | None:
        meta = _meta(entry)
        opened = self._target.open_directory(above, name, meta)
        if isinstance(opened, Outcome):
            self._ended(opened, 0, directory=True)
            return None
        self._result.directories += 1
        if entry.inode or entry.mtime:  # one that only leads to a source has no times; it stays private
            self._directories.append((opened, meta))
        return opened

    def _leaf(self, above: DirHandle, entry: Entry, path: bytes) -> None:
        if not self._included(path):
            return
        extra = entry.extra
        if extra is not None and extra.missing:
            self._fail("no_content", path, extra.missing)
            return
        if entry.kind != tree.FILE:
            self._special(above, entry, path)
            return
        if extra is not None and extra.inconsistent:
            self._tell(Incident("inconsistent_copy", display(path)))
        if extra is not None and extra.link is not None:
            link = (*extra.link, entry.content)
            if link in self._first_links:
                self._links.append((above, entry, display(path)))
                return
            self._first_links[link] = (above, entry.name, display(path))
        self._window.add(above, entry, _meta(entry), path)

    def _hard_links(self) -> None:
        for above, entry, shown in self._links:
            assert entry.extra is not None and entry.extra.link is not None
            first, name, first_shown = self._first_links[*entry.extra.link, entry.content]
            outcome = Outcome.COPY_NEEDED
            if self._window.is_there(first_shown):
                outcome = self._target.hard_link(first, name, above, entry.name)
            if outcome is Outcome.COPY_NEEDED:
                self._window.add(above, entry, _meta(entry), shown.encode())
            else:
                self._ended(outcome, 0)

    def _special(self, above: DirHandle, entry: Entry, path: bytes) -> None:
        meta, target = _meta(entry), self._target
        if entry.kind == tree.SYMLINK:
            outcome = target.symlink(above, entry.name, entry.content, meta)
        elif entry.kind == tree.FIFO:
            outcome = target.fifo(above, entry.name, meta)
        elif entry.kind in (tree.CHARACTER_DEVICE, tree.BLOCK_DEVICE):
            number = entry.extra.device if entry.extra else None
            block = entry.kind == tree.BLOCK_DEVICE
            outcome = target.device(above, entry.name, meta, block=block, number=number or 0)
        else:
            self._tell(Incident("socket_left_out", display(path)))
            return
        self._ended(outcome, 0, other=True)

    def _ended(self, outcome: Outcome, size: int, *, directory: bool = False, other: bool = False) -> None:
        """Counts what became of an item."""
        result = self._result
        if outcome.there:
            result.others += other
            result.files += not (directory or other)
            result.bytes += size
            result.kept_both += outcome is Outcome.KEPT_BOTH
        elif outcome is Outcome.SKIPPED:
            result.skipped += 1
        else:
            result.failed += 1

    def _lost(self, path: bytes, reason: str) -> None:
        self._fail("content_damaged", path, reason)

    def _fail(self, code: str, path: bytes, detail: str = "") -> None:
        self._result.failed += 1
        self._tell(Incident(code, display(path), detail))

    def _tick(self, path: bytes) -> None:
        now = time.monotonic()
        if now < self._next_tick:
            return
        self._next_tick = now + 0.1
        files, size = self._totals or (None, None)
        result = self._result
        self._listener(
            Progress(
                "restore",
                files_done=result.files,
                files_total=files,
                bytes_done=self._window.bytes_written,
                bytes_total=size,
                current=display(path) if path else "",
            )
        )


def _meta(entry: Entry) -> EntryMeta:
    extras = entry.extra.metadata if entry.extra is not None else None
    return EntryMeta(entry.mode, entry.uid, entry.gid, entry.mtime, extras)


@memory_told
def restore(
    vault: Vault,
    request: RestoreRequest,
    *,
    metadata: Metadata,
    listener: Listener,
    cancel: CancelToken,
) -> RestoreResult:
    """Brings files back.

    Raises UsageError("path_not_in_snapshot"), Failed("target_full"), ("target_denied") and other
    target errors, Stopped. Damage is no error: each file it touches is an incident.
    """
    begun = time.monotonic()
    result = RestoreResult()

    def tell(event: Incident | Progress) -> None:
        if isinstance(event, Incident):
            result.incidents.append(event)
        listener(event)

    reader = vault.reader(check_packs=True)
    root = request.stored.snapshot.root
    chosen = chosen_entries(reader, root, request.paths)
    if request.dry_run:
        _count(reader, chosen, request, result, tell)
    else:
        wishes = Wishes(owner=request.owner, acl=request.acl, devices=request.devices)
        with Target(
            request.to,
            conflict=request.conflict,
            ask=request.ask,
            rules=request.rules,
            metadata=metadata,
            wishes=wishes,
            listener=tell,
        ) as target:
            _Restore(reader, request, target, result, tell, listener, cancel).run(chosen)
    result.seconds = time.monotonic() - begun
    return result


def _count(
    reader: Reader,
    chosen: list[tuple[bytes, Entry]],
    request: RestoreRequest,
    result: RestoreResult,
    tell: Callable[[Incident], None],
) -> None:
    """A dry run: what would be restored."""
    included = include_test(request.include)

    def damaged(path: bytes, error: IntegrityError) -> None:
        result.failed += 1
        tell(Incident("content_damaged", display(path), error.code))

    for path, entry in chosen_and_below(reader, chosen, damaged):
        if entry.kind == tree.DIRECTORY:
            result.directories += 1
        elif included(path):
            missing = entry.extra is not None and bool(entry.extra.missing)
            result.failed += missing
            result.files += entry.kind == tree.FILE and not missing
            result.others += entry.kind != tree.FILE
            result.bytes += entry.size


__all__ = ["Conflict", "Question", "RestoreRequest", "RestoreResult", "restore"]
