"""Looking into snapshots: lists, versions, differences, content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final

from ..core.errors import IntegrityError, UsageError
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry, root_entry
from ..files.names import display
from ..repository.content import content_spans
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.trees import find_entry, read_directory
from .entry import same_metadata


def split_path(path: bytes) -> list[bytes]:
    """The names of a vault path; empty for the root."""
    return [name for name in path.split(b"/") if name]


def join_path(names: Iterable[bytes]) -> bytes:
    """The vault path of names, b"" for none."""
    return b"".join(b"/" + name for name in names)


def entry_at(reader: Reader, root: bytes, path: bytes) -> Entry:
    """The entry at a vault path. UsageError("path_not_in_snapshot", path=…)."""
    entry = look(reader, root, path)
    if entry is None:
        raise UsageError("path_not_in_snapshot", path=display(path))
    return entry


def look(reader: Reader, root: bytes, path: bytes) -> Entry | None:
    """The entry at a vault path, or None."""
    entry: Entry | None = root_entry(root)
    for name in split_path(path):
        if entry is None or entry.kind != tree.DIRECTORY or not entry.content:
            return None
        entry = find_entry(reader, entry.content, name)
    return entry


def children(
    reader: Reader, entry: Entry, lost: Callable[[IntegrityError], None] | None = None
) -> Iterator[Entry]:
    """What a directory holds, in order of names; nothing for anything else. `lost`: see `read_directory`."""
    if entry.kind == tree.DIRECTORY and entry.content:
        yield from read_directory(reader, entry.content, lost)


Damaged = Callable[[bytes, IntegrityError], None]
"""Told of a directory that cannot be read whole, by its path; the rest goes on. Without it, the error is
raised."""


def walk(
    reader: Reader, entry: Entry, path: bytes, damaged: Damaged | None = None
) -> Iterator[tuple[bytes, Entry]]:
    """(path, entry) of all that lies below an entry, directories before what they hold."""

    def inside(found: Entry, here: bytes) -> Iterator[Entry]:
        return children(reader, found, partial(damaged, here or b"/") if damaged is not None else None)

    path = path.rstrip(b"/")
    stack = [(path, inside(entry, path))]
    count = 0
    while stack:
        if len(stack) > tree.MAX_DEPTH or count > tree.MAX_ITEMS:
            raise IntegrityError("bad_tree")
        above, entries = stack[-1]
        found = next(entries, None)
        if found is None:
            stack.pop()
            continue
        here = above + b"/" + found.name
        count += 1
        yield here, found
        if found.kind == tree.DIRECTORY:
            stack.append((here, inside(found, here)))


def content(reader: Reader, entry: Entry) -> Iterator[bytes]:
    """A file's bytes, chunk by chunk.

    Raises UsageError("not_a_file"), IntegrityError when a chunk is damaged or missing.
    """
    if entry.kind != tree.FILE:
        raise UsageError("not_a_file", path=display(entry.name))
    for chunk_id, _, size in _sought(reader, content_spans(reader, entry)):
        if any(chunk_id):
            data = reader.chunk(chunk_id)
            if len(data) != size:
                raise IntegrityError("bad_content_list")
            yield data
            continue
        for start in range(0, size, _ZEROS):
            yield bytes(min(_ZEROS, size - start))


_ZEROS: Final = 1 << 20
_SOUGHT: Final = 1024
"""Chunks of which it is asked together where they lie."""


def _sought(reader: Reader, spans: Iterator[tuple[bytes, int, int]]) -> Iterator[tuple[bytes, int, int]]:
    while reader.seeks and (some := list(islice(spans, _SOUGHT))):
        reader.seek([chunk_id for chunk_id, _, _ in some])
        yield from some
    yield from spans


@dataclass(slots=True)
class Version:
    """One state of a path and the snapshots that show it, oldest first."""

    entry: Entry
    snapshots: list[Stored] = field(default_factory=list)


def _same_state(a: Entry, b: Entry) -> bool:
    return (a.kind, a.size, a.mtime, a.content) == (b.kind, b.size, b.mtime, b.content)


Unread = Callable[[bytes, Stored], None]
"""Told of a path that cannot be looked at in a snapshot; the rest goes on."""


def versions(reader: Reader, snapshots: Iterable[Stored], path: bytes, unread: Unread) -> list[Version]:
    """The states of a path, oldest first; none when no snapshot holds it."""
    found: list[Version] = []
    for stored in snapshots:
        try:
            entry = look(reader, stored.snapshot.root, path)
        except IntegrityError:
            unread(path, stored)
            continue
        if entry is None:
            continue
        if not found or not _same_state(found[-1].entry, entry):
            found.append(Version(entry))
        found[-1].snapshots.append(stored)
    return found


def brackets_plain(pattern: str) -> str:
    """A pattern of `*` and `?` for `fnmatch`, which would take `[…]` for a set: names have brackets."""
    return pattern.replace("[", "[[]")


@dataclass(frozen=True, slots=True)
class Change:
    """What differs at a path: `kind` "+" new, "-" gone, "~" other content, "m" other metadata."""

    kind: str
    path: bytes
    before: Entry | None
    after: Entry | None


def diff(
    reader: Reader, before: Entry | None, after: Entry | None, path: bytes, damaged: Damaged | None = None
) -> Iterator[Change]:
    """Changes below `path` from one entry to another, in order of paths; equal directories are not read.

    Of a directory that cannot be read on one side nothing is told but that.
    """
    path = path.rstrip(b"/")
    stack = [_pairs(reader, before, after)]
    names = [path]
    count = 0
    while stack:
        if len(stack) > tree.MAX_DEPTH or count > tree.MAX_ITEMS:
            raise IntegrityError("bad_tree")
        try:
            pair = next(stack[-1], None)
        except IntegrityError as error:
            if damaged is None:
                raise
            damaged(names[-1] or b"/", error)
            pair = None
        if pair is None:
            stack.pop()
            names.pop()
            continue
        name, old, new = pair
        count += 1
        here = names[-1] + b"/" + name
        kind = _kind(old, new)
        if kind:
            yield Change(kind, here, old, new)
        inside = [e for e in (old, new) if e is not None and e.kind == tree.DIRECTORY]
        if inside and (old is None or new is None or old.content != new.content):
            stack.append(_pairs(reader, old, new))
            names.append(here)


def _pairs(
    reader: Reader, before: Entry | None, after: Entry | None
) -> Iterator[tuple[bytes, Entry | None, Entry | None]]:
    old = {e.name: e for e in children(reader, before)} if before else {}
    new = {e.name: e for e in children(reader, after)} if after else {}
    for name in sorted(old.keys() | new.keys()):
        yield name, old.get(name), new.get(name)


def _kind(old: Entry | None, new: Entry | None) -> str:
    if old is None or new is None:
        return "+" if old is None else "-"
    if old.kind != new.kind:
        return "~"
    if old.kind != tree.DIRECTORY and (old.content, old.size) != (new.content, new.size):
        return "~"
    return "" if same_metadata(old, new) else "m"
