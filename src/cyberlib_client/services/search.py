"""Searches by name over all snapshots at once."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from operator import itemgetter
from typing import Final

from ..core.errors import IntegrityError
from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.trees import Worth, read_directory
from .browse import Unread, brackets_plain, join_path, look, split_path
from .names import Names, folded, plain_words


@dataclass(slots=True)
class Match:
    """A path that a search found, as its newest snapshot tells it, and how many snapshots hold it."""

    path: bytes
    entry: Entry
    first: Stored
    last: Stored
    count: int = 1


def name_test(pattern: str) -> Callable[[bytes], bool]:
    """Whether a name matches a pattern with `*` and `?`; of plain words each matches any part, in any order.

    Case and accents do not count.
    """
    words = plain_words(pattern)
    if words:
        return lambda name: _has_all(folded(name.decode("utf-8", "replace")), words)
    matches = re.compile(fnmatch.translate(brackets_plain(folded(pattern)))).match
    return lambda name: matches(folded(name.decode("utf-8", "replace"))) is not None


def _has_all(name: str, words: Sequence[str]) -> bool:
    return all(word in name for word in words)


@dataclass(slots=True)
class _Shown:
    """A name in a directory over time: its newest entry, the snapshots that show it, and what it holds.

    A set of snapshots is a number with the bit of each one's place in their list. `below`: the directories
    of that name by node id, and the snapshots that show each.
    """

    entry: Entry
    places: int
    below: dict[bytes, int] = field(default_factory=dict)


def find(
    reader: Reader,
    snapshots: Sequence[Stored],
    pattern: str,
    unread: Unread,
    under: bytes = b"/",
    names: Names | None = None,
) -> Iterator[Match]:
    """Paths whose last name matches, over all snapshots (oldest first), folder by folder in order of names.

    All snapshots are walked at once: a directory that did not change from one to the next is read once, and
    no more is in memory than what matches in the folders on the way to the one that is looked at. What
    `names` knows to hold nothing that matches is not read.
    """
    test = lru_cache(_KEPT_NAMES)(name_test(pattern))
    worth = names.sieve(pattern) if names is not None else None
    start: dict[bytes, int] = {}
    for place, stored in enumerate(snapshots):
        try:
            entry = look(reader, stored.snapshot.root, under)
        except IntegrityError:
            unread(under, stored)
            continue
        if entry is not None and entry.kind == tree.DIRECTORY and entry.content:
            start[entry.content] = start.get(entry.content, 0) | 1 << place
    path = join_path(split_path(under))
    stack = [(path, _entries(reader, start, test, worth, partial(_tell, unread, path, snapshots)))]
    count = 0
    while stack:
        above, entries = stack[-1]
        found = next(entries, None)
        if found is None:
            stack.pop()
            continue
        count += 1
        if len(stack) > tree.MAX_DEPTH or count > tree.MAX_ITEMS * len(snapshots):
            raise IntegrityError("bad_tree")
        name, shown = found
        here = above + b"/" + name
        if test(name):
            first, last = snapshots[_oldest(shown.places)], snapshots[_newest(shown.places)]
            yield Match(here, shown.entry, first, last, shown.places.bit_count())
        if shown.below:
            told = partial(_tell, unread, here, snapshots)
            stack.append((here, _entries(reader, shown.below, test, worth, told)))


_KEPT_NAMES: Final = 1 << 16


def _oldest(places: int) -> int:
    return (places & -places).bit_length() - 1


def _newest(places: int) -> int:
    return places.bit_length() - 1


def _tell(unread: Unread, path: bytes, snapshots: Sequence[Stored], places: int) -> None:
    unread(path or b"/", snapshots[_newest(places)])


def _entries(
    reader: Reader,
    directories: Mapping[bytes, int],
    test: Callable[[bytes], bool],
    worth: Worth | None,
    unread: Callable[[int], None],
) -> Iterator[tuple[bytes, _Shown]]:
    """What one path holds in any of its states: names that match, and directories, in order."""
    found: dict[bytes, _Shown] = {}
    for content, places in directories.items():
        lost = partial(_lost, unread, places)
        for entry in read_directory(reader, content, lost, worth):
            if entry.kind != tree.DIRECTORY and not test(entry.name):
                continue
            if len(directories) == 1:  # they come in order: the first is told before the last is read
                found = {}
            _add(found, entry, places, worth)
            if len(directories) == 1:
                yield entry.name, found[entry.name]
    if len(directories) > 1:
        yield from sorted(found.items(), key=itemgetter(0))


def _lost(unread: Callable[[int], None], places: int, _error: IntegrityError) -> None:
    unread(places)


def _add(found: dict[bytes, _Shown], entry: Entry, places: int, worth: Worth | None) -> None:
    shown = found.get(entry.name)
    if shown is None:
        shown = found[entry.name] = _Shown(entry, places)
    else:
        if places > shown.places:  # with a higher bit: shown by a newer snapshot
            shown.entry = entry
        shown.places |= places
    below = entry.content
    if entry.kind == tree.DIRECTORY and below and (worth is None or worth(below)):
        shown.below[below] = shown.below.get(below, 0) | places
