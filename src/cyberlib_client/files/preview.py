"""What a backup would take and what it would leave out, by which rule: told before it runs.

The walk takes the decisions of the real scan, by the same `Selection`. What is left out is measured too,
within bounds, so that a rule that leaves out too much is seen by its size.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import AnyStr, Final, Generic

from ..core.events import Incident, Listener, Progress, ignore
from ..core.ports import CancelToken
from .entries import is_folder, is_placeholder
from .filters import Rule
from .names import display, to_vault_path
from .selection import Selection

EXAMPLES: Final = 5
"""Paths shown for each rule."""

MEASURED_ENTRIES: Final = 500_000
"""Entries of left-out folders that are looked at; beyond, sizes are given as "at least"."""

MOST_INCIDENTS: Final = 1_000
"""Incidents kept in a result; all are counted, and all go to the listener."""

_PROGRESS_EVERY: Final = 1_000

Never = Mapping[tuple[int, int], str]
"""(device, inode) of folders that no backup enters, with the origin of their rule; its pattern is a path."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one rule leaves out. `items` counts what the rule itself names, `files` and `bytes` all that is
    lost with it; `complete` is False when they are lower bounds. `examples` are fit for a screen."""

    rule: Rule
    items: int
    files: int
    bytes: int
    examples: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The result: plain values, ready for JSON. Bytes are the sizes of files; a hard-linked file counts once
    for each of its names, as a backup counts it.

    `others` are links, sockets and the like, kept without content. `placeholders` are in the cloud only and
    would not be read. `left_out` begins with the largest. `unused` are rules of the user's own that left
    nothing out, hence perhaps mistyped. `incidents` names what could not be looked into.
    """

    files: int
    bytes: int
    folders: int
    others: int
    placeholders: int
    placeholder_bytes: int
    placeholder_examples: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    unused: tuple[Rule, ...]
    incidents: tuple[Incident, ...]
    incident_count: int


def preview(
    sources: Sequence[tuple[str | bytes, Selection]],
    *,
    listener: Listener = ignore,
    cancel: CancelToken | None = None,
    measured_entries: int = MEASURED_ENTRIES,
    never: Never | None = None,
) -> Preview:
    """Walks `sources`, pairs of an absolute root and its selection, and reads no file but cache tags.

    What lies in two sources counts once, as the outer one takes it. Folders that cannot be read become
    incidents ("unreadable", "vanished", "source_missing"), and so do placeholders. Raises Stopped when
    cancelled, UsageError("path_not_absolute", path=…) for a relative root.
    """
    tally = _Tally(listener, cancel or CancelToken(), measured_entries, never or {})
    tally.roots.update(dict.fromkeys((_compared(root) for root, _ in sources), False))
    # Outer ones first: what they come by on their way is not walked again.
    for root, selection in sorted(sources, key=lambda source: len(os.fsencode(source[0]))):
        tally.rules.update(dict.fromkeys(r for r in selection.filters.rules if not r.pattern.startswith("!")))
        if tally.roots[_compared(root)]:
            continue
        if sys.platform == "win32":
            text = os.fsdecode(root)
            _Walk(tally, selection, selection.judge, text, "/").run()
        else:
            raw = os.fsencode(root)
            _Walk(tally, selection, selection.judge_bytes, raw, b"/").run()
    return tally.result()


def _compared(path: str | bytes) -> bytes:
    """A path as this system compares it: on Windows `A` and `a` are one folder."""
    return os.fsencode(os.path.normcase(path))


@dataclass(slots=True)
class _Count:
    items: int = 0
    files: int = 0
    bytes: int = 0
    examples: list[str] = field(default_factory=list)
    complete: bool = True


class _Tally:
    """What all walks of one preview have counted."""

    def __init__(self, listener: Listener, cancel: CancelToken, budget: int, never: Never) -> None:
        self.cancel = cancel
        self.never = never
        self.budget = budget
        self.files = self.bytes = self.folders = self.others = 0
        self.away = _Count()
        self.rules: dict[Rule, None] = {}
        self.out: dict[Rule, _Count] = {}
        self.roots: dict[bytes, bool] = {}
        """Sources, and whether their content was counted, be it on the way through an outer one."""
        self._listener = listener
        self._incidents: list[Incident] = []
        self._incident_count = 0

    def is_source(self, path: str | bytes) -> bool:
        """Whether an item is a source by itself: no rule of another one leaves it out."""
        return len(self.roots) > 1 and _compared(path) in self.roots

    def reached(self, path: str | bytes) -> None:
        if self.is_source(path):
            self.roots[_compared(path)] = True

    def keep(self, path: str | bytes, status: os.stat_result) -> None:
        self.reached(path)
        if not stat.S_ISREG(status.st_mode):
            self.others += 1
        elif is_placeholder(status):
            self.place_away(path, status.st_size)
        else:
            self.files += 1
            self.bytes += status.st_size
            if self.files % _PROGRESS_EVERY == 0:
                shown = _shown(path)
                self._listener(
                    Progress("preview", files_done=self.files, bytes_done=self.bytes, current=shown)
                )

    def place_away(self, path: str | bytes, size: int) -> None:
        shown = _shown(path)
        self.away.items += 1
        self.away.bytes += size
        if len(self.away.examples) < EXAMPLES:
            self.away.examples.append(shown)
        self.incident(Incident("placeholder", shown))

    def leave_out(self, rule: Rule, path: str | bytes) -> _Count:
        count = self.out.setdefault(rule, _Count())
        count.items += 1
        if len(count.examples) < EXAMPLES:
            count.examples.append(_shown(path))
        return count

    def failed(self, path: str | bytes, error: OSError) -> None:
        code = "vanished" if isinstance(error, FileNotFoundError) else "unreadable"
        self.incident(Incident(code, _shown(path), error.strerror or ""))

    def incident(self, incident: Incident) -> None:
        self._incident_count += 1
        if len(self._incidents) < MOST_INCIDENTS:
            self._incidents.append(incident)
        self._listener(incident)

    def result(self) -> Preview:
        left_out = [
            LeftOut(rule, c.items, c.files, c.bytes, tuple(c.examples), c.complete)
            for rule, c in self.out.items()
        ]
        left_out.sort(key=lambda one: (-one.bytes, -one.items, one.rule))
        return Preview(
            files=self.files,
            bytes=self.bytes,
            folders=self.folders,
            others=self.others,
            placeholders=self.away.items,
            placeholder_bytes=self.away.bytes,
            placeholder_examples=tuple(self.away.examples),
            left_out=tuple(left_out),
            unused=tuple(r for r in self.rules if r.origin != "default" and r not in self.out),
            incidents=tuple(self._incidents),
            incident_count=self._incident_count,
        )


class _Walk(Generic[AnyStr]):
    """One source, with paths as the system gives them: bytes on POSIX, text on Windows."""

    def __init__(
        self,
        tally: _Tally,
        selection: Selection,
        judge: Callable[[AnyStr, AnyStr, bool], Rule | None],
        root: AnyStr,
        slash: AnyStr,
    ) -> None:
        self._tally = tally
        self._selection = selection
        self._judge: Callable[[AnyStr, AnyStr, bool], Rule | None] = judge
        self._root: AnyStr = root
        self._slash: AnyStr = slash
        self._device = 0
        # Folders still to be listed: their path on this machine, and from the root of the source.
        self._todo: list[tuple[AnyStr, AnyStr]] = []

    def run(self) -> None:
        to_vault_path(self._root)  # refuses a relative root
        self._tally.roots[_compared(self._root)] = True
        try:
            if os.path.islink(self._root):  # a source that is a link means what it leads to
                self._root = os.path.realpath(self._root)
            status = os.stat(self._root)
        except OSError as error:
            self._tally.incident(Incident("source_missing", _shown(self._root), error.strerror or ""))
            return
        self._device = status.st_dev
        if not stat.S_ISDIR(status.st_mode):
            self._tally.keep(self._root, status)
            return
        self._todo.append((self._root, self._slash[:0]))
        while self._todo:
            self._tally.cancel.check()
            self._folder(*self._todo.pop())

    def _folder(self, folder: AnyStr, path: AnyStr) -> None:
        try:
            entries = _listed(folder)
        except OSError as error:
            self._tally.failed(folder, error)
            return
        rule = None
        if path:
            rule = self._selection.judge_listed(folder, {e.name for e in entries})
        if rule is not None:
            if not self._tally.is_source(folder):
                self._measure(self._tally.leave_out(rule, folder), folder)
            return
        self._tally.reached(folder)
        self._tally.folders += 1
        below = []
        for entry in entries:
            name = entry.name
            inner = path + self._slash + name if path else name
            try:
                if self._item(entry, inner, name):
                    below.append((entry.path, inner))
            except OSError as error:
                self._tally.failed(entry.path, error)
        self._todo.extend(reversed(below))  # in the order of names: examples are the same at every run

    def _item(self, entry: os.DirEntry[AnyStr], path: AnyStr, name: AnyStr) -> bool:
        """Counts one item; True for a folder to be entered."""
        is_dir = is_folder(entry)
        rule = self._judge(path, name, is_dir)
        if rule is None and not is_dir:
            self._tally.keep(entry.path, entry.stat(follow_symlinks=False))
            return False
        if rule is None:
            status = _folder_status(entry)
            rule = self._never(entry.path, status) or self._selection.judge_entering(
                status.st_dev, self._device
            )
            if rule is None and is_placeholder(status):
                self._tally.place_away(entry.path, 0)
                return False
        if rule is None:
            return True
        if self._tally.is_source(entry.path):
            return False
        count = self._tally.leave_out(rule, entry.path)
        if is_dir:
            self._measure(count, entry.path)
        else:
            count.files += 1
            count.bytes += entry.stat(follow_symlinks=False).st_size
        return False

    def _never(self, path: AnyStr, status: os.stat_result) -> Rule | None:
        origin = self._tally.never.get((status.st_dev, status.st_ino))
        return Rule(_shown(path), origin) if origin else None

    def _measure(self, count: _Count, folder: AnyStr) -> None:
        """Adds what lies in a left-out folder, but not on other file systems: `/proc` has no size, and a
        share that answers no more must not hold up a preview."""
        todo = [folder]
        while todo:
            self._tally.cancel.check()
            try:
                if os.lstat(todo[-1]).st_dev != self._device:
                    count.complete = False
                    todo.pop()
                    continue
                for entry in _scan(todo.pop()):
                    if self._tally.budget <= 0:
                        count.complete = False
                        return
                    self._tally.budget -= 1
                    if self._tally.is_source(entry.path):
                        continue
                    if is_folder(entry):
                        todo.append(entry.path)
                    else:
                        count.files += 1
                        count.bytes += entry.stat(follow_symlinks=False).st_size
            except OSError:
                count.complete = False  # nobody asked for this folder: worth no incident


def _listed(folder: AnyStr) -> list[os.DirEntry[AnyStr]]:
    return sorted(_scan(folder), key=lambda entry: entry.name)


def _scan(folder: AnyStr) -> Iterator[os.DirEntry[AnyStr]]:
    with os.scandir(folder) as entries:
        yield from entries


def _folder_status(entry: os.DirEntry[AnyStr]) -> os.stat_result:
    if sys.platform == "win32":
        return os.lstat(entry.path)  # what the listing tells on Windows lacks the device
    return entry.stat(follow_symlinks=False)


def _shown(path: str | bytes) -> str:
    return display(to_vault_path(path))
