"""Looking into snapshots: lists, searches, versions, differences, content."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ..core.errors import IntegrityError, UsageError
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry, root_entry
from ..files.names import display
from ..repository.content import content_spans
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.trees import find_entry, read_directory


def split_path(path: bytes) -> list[bytes]:
    """The names of a vault path; empty for the root."""
    return [name for name in path.split(b"/") if name]


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


def children(reader: Reader, entry: Entry) -> Iterator[Entry]:
    """What a directory holds, in order of names; nothing for anything else."""
    if entry.kind == tree.DIRECTORY and entry.content:
        yield from read_directory(reader, entry.content)


Damaged = Callable[[bytes, IntegrityError], None]
"""Told of a directory that cannot be read, by its path; the rest goes on. Without it, the error is raised."""


def walk(
    reader: Reader, entry: Entry, path: bytes, damaged: Damaged | None = None
) -> Iterator[tuple[bytes, Entry]]:
    """(path, entry) of all that lies below an entry, directories before what they hold."""
    stack = [(path.rstrip(b"/"), children(reader, entry))]
    count = 0
    while stack:
        if len(stack) > tree.MAX_DEPTH or count > tree.MAX_ITEMS:
            raise IntegrityError("bad_tree")
        above, entries = stack[-1]
        try:
            found = next(entries, None)
        except IntegrityError as error:
            if damaged is None:
                raise
            damaged(above or b"/", error)
            found = None
        if found is None:
            stack.pop()
            continue
        here = above + b"/" + found.name
        count += 1
        yield here, found
        if found.kind == tree.DIRECTORY:
            stack.append((here, children(reader, found)))


def content(reader: Reader, entry: Entry) -> Iterator[bytes]:
    """A file's bytes, chunk by chunk.

    Raises UsageError("not_a_file"), IntegrityError when a chunk is damaged or missing.
    """
    if entry.kind != tree.FILE:
        raise UsageError("not_a_file", path=display(entry.name))
    for chunk_id, _, size in content_spans(reader, entry):
        if any(chunk_id):
            data = reader.chunk(chunk_id)
            if len(data) != size:
                raise IntegrityError("bad_content_list")
            yield data
            continue
        for start in range(0, size, _ZEROS):
            yield bytes(min(_ZEROS, size - start))


_ZEROS = 1 << 20


@dataclass(slots=True)
class Version:
    """One state of a path and the snapshots that show it, oldest first."""

    entry: Entry
    snapshots: list[Stored] = field(default_factory=list)


def _same_state(a: Entry, b: Entry) -> bool:
    return (a.kind, a.size, a.mtime, a.content) == (b.kind, b.size, b.mtime, b.content)


def versions(reader: Reader, snapshots: Iterable[Stored], path: bytes) -> list[Version]:
    """The states of a path, oldest first. UsageError("path_not_in_snapshot", path=…) when there is none."""
    found: list[Version] = []
    for stored in snapshots:
        entry = look(reader, stored.snapshot.root, path)
        if entry is None:
            continue
        if not found or not _same_state(found[-1].entry, entry):
            found.append(Version(entry))
        found[-1].snapshots.append(stored)
    if not found:
        raise UsageError("path_not_in_snapshot", path=display(path))
    return found


@dataclass(slots=True)
class Match:
    """A path that a search found, as its newest snapshot tells it, and where it is."""

    path: bytes
    entry: Entry
    first: Stored
    last: Stored
    count: int = 1


def _folded(text: str) -> str:
    """Without case and accents: "Élodie" is found as "elodie"."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


MOST_MATCHES: Final = 5_000_000
"""Paths that one search keeps in memory."""


def name_test(pattern: str) -> Callable[[bytes], bool]:
    """Whether a name matches a pattern with `*`, `?` and `[…]`; a plain word matches any part.

    Case and accents do not count.
    """
    folded = _folded(pattern)
    if not any(c in folded for c in "*?["):
        folded = f"*{folded}*"
    matches = re.compile(fnmatch.translate(folded)).match
    return lambda name: matches(_folded(name.decode("utf-8", "replace"))) is not None


def find(reader: Reader, snapshots: Sequence[Stored], pattern: str, under: bytes = b"/") -> Iterator[Match]:
    """Paths whose last name matches, over all snapshots (oldest first), in order of paths.

    A directory that did not change from one snapshot to the next is searched once. IntegrityError also
    when there are more than `MOST_MATCHES`.
    """
    test = name_test(pattern)
    searched: _Searched = {}
    matches: dict[bytes, Match] = {}
    for stored in snapshots:
        start = look(reader, stored.snapshot.root, under)
        if start is None:
            continue
        prefix = b"/" + b"/".join(split_path(under)) if split_path(under) else b""
        _search(reader, start, test, searched)
        for path, entry in _told(searched, start):
            full = prefix + path
            match = matches.get(full)
            if match is None:
                if len(matches) >= MOST_MATCHES:
                    raise IntegrityError("bad_tree")
                matches[full] = Match(full, entry, stored, stored)
            else:
                match.entry, match.last, match.count = entry, stored, match.count + 1
    for path in sorted(matches):
        yield matches[path]


class _Hits(NamedTuple):
    """What a directory holds of a search: entries that match, and (name, node id) of directories with
    matches below. Paths are put together only when they are told: they would take far more room."""

    own: list[Entry]
    below: list[tuple[bytes, bytes]]

    def __bool__(self) -> bool:
        return bool(self.own or self.below)


_Searched = dict[bytes, _Hits]
"""By the directory's id: one that many snapshots share is searched once."""


def _search(reader: Reader, root: Entry, test: Callable[[bytes], bool], searched: _Searched) -> None:
    stack = [(root, children(reader, root), _Hits([], []))]
    while stack:
        entry, below, hits = stack[-1]
        child = next(below, None)
        if child is None:
            stack.pop()
            searched[entry.content] = hits
            if stack and hits:
                stack[-1][2].below.append((entry.name, entry.content))
            continue
        if len(stack) > tree.MAX_DEPTH:
            raise IntegrityError("bad_tree")
        if test(child.name):
            hits.own.append(child)
        if child.kind == tree.DIRECTORY:
            known = searched.get(child.content)
            if known is None:
                stack.append((child, children(reader, child), _Hits([], [])))
            elif known:
                hits.below.append((child.name, child.content))


def _told(searched: _Searched, root: Entry) -> Iterator[tuple[bytes, Entry]]:
    """Matches below a searched directory, paths relative to it, in no order."""
    stack = [(b"", root.content)]
    while stack:
        path, content = stack.pop()
        hits = searched[content]
        yield from ((path + b"/" + entry.name, entry) for entry in hits.own)
        stack.extend((path + b"/" + name, below) for name, below in hits.below)


@dataclass(frozen=True, slots=True)
class Change:
    """What differs at a path: `kind` "+" new, "-" gone, "~" other content, "m" other metadata."""

    kind: str
    path: bytes
    before: Entry | None
    after: Entry | None


def diff(reader: Reader, before: Entry | None, after: Entry | None, path: bytes) -> Iterator[Change]:
    """Changes below `path` from one entry to another, in order of paths; equal directories are not read."""
    path = path.rstrip(b"/")
    stack = [_pairs(reader, before, after)]
    names = [path]
    count = 0
    while stack:
        if len(stack) > tree.MAX_DEPTH or count > tree.MAX_ITEMS:
            raise IntegrityError("bad_tree")
        pair = next(stack[-1], None)
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
    return "m" if _metadata(old) != _metadata(new) else ""


def _metadata(e: Entry) -> tuple[object, ...]:
    attributes = e.extra.metadata if e.extra else None
    # A directory's time changes with what it holds; that shows in its content.
    return e.mode, e.uid, e.gid, attributes, e.mtime if e.kind != tree.DIRECTORY else 0
