"""What a run sees of ransomware, from what it has in its hands anyhow: see `core.alarm`.

Nothing is read for it. Of each file that changed or is new since the last snapshot a few bytes of the
content at hand are weighed; of each folder that changed, the names that came and went.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final

from ..core.format_v1 import tree
from ..core.format_v1.tree import Entry
from ..core.signs import DAY, Ending, Signs
from ..files.heads import (
    PIECE,
    Sample,
    ending_of,
    has_known_head,
    is_even,
    is_judged,
    is_usual,
    judge,
    sample_of,
)
from .counts import Counts

_OLD: Final = 60 * DAY
_LEARNED: Final = 40
"""Files of one ending that one run learns from."""
_NOTE: Final = 256 * 1024
"""Bytes of a ransom note, at most."""
_ANYWHERE: Final = frozenset((b"desktop.ini", b"thumbs.db", b".ds_store", b".directory", b"__init__.py"))
_FOLDERS: Final = 2_000
"""Of which one run tells what came or went."""
_MOST_NAMES: Final = 100_000


class Gatherer:
    """Gathers the signs of one run. For one thread.

    `endings`: what earlier runs learned. `first`: there is no snapshot to compare with; it is only learned.
    `enough`: then, the last four bytes of names of which `file` need not be told, so that it costs nothing.
    """

    def __init__(self, started: int, endings: Mapping[str, Ending], *, first: bool) -> None:
        self._started = started
        self._endings = endings
        self._first = first
        self._learned: dict[bytes, list[int]] = {}
        self.enough: set[bytes] = set()
        self._strange: dict[bytes, set[bytes]] = {}
        self._notes: Counter[int] = Counter()
        self._lost: Counter[bytes] = Counter()
        self._gone_in: dict[str, int] = {}
        self._strange_in: dict[str, int] = {}
        self._old = self._broken = self._dense = self._databases = 0
        self._replaced = self._paired_gone = self._paired_strange = self._all_strange = 0
        self._changed_bytes = self._changed_new = 0
        self._left_out = 0

    def left_out(self, files: int) -> None:
        """So many of what the last snapshot held are left out now, by a rule."""
        self._left_out += files

    def file(
        self, shown: bytes, before: Entry | None, entry: Entry, sample: bytes | Sample | None, new: int
    ) -> None:
        """A file whose content was read. `shown`: its path; `sample`: its content, or what was kept of it;
        `new`: bytes of it that the vault did not have."""
        if self._first:
            self._learn(entry.name, sample)
            return
        if not entry.size or sample is None:
            return
        looked = sample_of(sample) if isinstance(sample, bytes) else sample
        if before is None or before.kind != tree.FILE:
            self._new(shown, entry, looked)
        elif before.content != entry.content:
            self._changed_bytes += entry.size
            self._changed_new += min(new, entry.size)
            self._old += before.mtime < self._started - _OLD
            self._changed(entry, looked)

    def folder(self, shown: bytes, before: Mapping[bytes, Entry], entries: Sequence[Entry]) -> None:
        """A folder that is not as it was in the last snapshot, after all files in it."""
        if not before:
            return
        strange = self._strange.pop(shown, set())
        now = {e.name: e for e in entries if e.kind == tree.FILE}
        new = now.keys() - before.keys()
        for name in new:
            self._note(now[name])
        # Dumps that a program encrypts, the new one in the place of the oldest: no loss.
        rotated = {e for e in map(ending_of, strange) if not is_judged(e)} - {b""}
        gone = sum(
            e.kind == tree.FILE and name not in now and ending_of(name) not in rotated
            for name, e in before.items()
        )
        # Beside the file that it was made of, which is still there or not.
        twins = {n for n in strange if _has_twin(n, before, now)}
        others = strange - twins
        unheard = {name for name in new - strange if self._is_unheard_of(ending_of(name))}
        replaced = 0
        if gone:
            replaced = min(gone, len(others | unheard))
            self._paired_gone += min(gone, replaced + len(twins))
        else:
            for name in unheard:  # of a kind of its own, not what something else became
                self._count(ending_of(name), even=False)
        left = gone - min(gone, replaced + len(twins))
        if left:
            self._gone_in[_key(shown)] = left
        elif others and not gone:
            self._strange_in[_key(shown)] = len(others)
        self._replaced += replaced + len(twins)
        self._paired_strange += len(twins) + (len(others) if gone else 0)
        for name in twins | (others if gone else set()):
            self._lost[ending_of(name)] += 1

    def signs(self, counts: Counts) -> Signs:
        """All of it."""
        gone = counts.removed_files - self._left_out
        return Signs(
            at=self._started,
            first=self._first,
            files=counts.files,
            new=counts.new_files,
            changed=counts.changed_files,
            gone=gone,
            old=self._old,
            broken=self._broken,
            dense=self._dense,
            replaced=self._replaced,
            databases=self._databases,
            loose_gone=max(0, gone - self._paired_gone),
            loose_strange=max(0, self._all_strange - self._paired_strange),
            notes=max(self._notes.values(), default=0),
            changed_bytes=self._changed_bytes,
            changed_new=self._changed_new,
            gone_in=_most(self._gone_in),
            strange_in=_most(self._strange_in),
            endings={_text(e): n for e, n in self._lost.most_common(8) if n >= 3 and _is_told(e)},
            learned={
                _text(e): Ending(judged, even)
                for e, (judged, even) in self._learned.items()
                if e and _is_told(e) and (judged >= 3 or is_usual(e))
            },
        )

    def _new(self, shown: bytes, entry: Entry, sample: Sample) -> None:
        ending = ending_of(entry.name)
        known = self._endings.get(_text(ending))
        if is_even(sample.head) and not has_known_head(sample.head) and not (known and known.is_even):
            self._all_strange += 1
            self._strange.setdefault(shown[: -len(entry.name) - 1], set()).add(entry.name)
        elif not self._is_unheard_of(ending):
            seen = self._learned.get(ending)
            if seen is None or seen[0] < _LEARNED:
                self._count(ending, even=is_even(sample.head))

    def _changed(self, entry: Entry, sample: Sample) -> None:
        ending = ending_of(entry.name)
        known = self._endings.get(_text(ending))
        if entry.extra is not None and entry.extra.database:
            whole = known is not None and known.judged > 0 and 10 * known.even <= known.judged
            if whole and is_even(sample.head) and not has_known_head(sample.head):
                self._databases += 1
                self._lost[ending] += 1
            return
        verdict = judge(ending, sample, known.is_plain if known else None)
        if verdict in ("broken", "dense"):
            if known is not None and known.is_even and verdict == "dense":
                return
            self._broken += verdict == "broken"
            self._dense += verdict == "dense"
            self._lost[ending] += 1

    def _note(self, entry: Entry) -> None:
        if 0 < entry.size <= _NOTE and entry.name.lower() not in _ANYWHERE and len(self._notes) < _MOST_NAMES:
            self._notes[hash((entry.name, entry.content))] += 1

    def _is_unheard_of(self, ending: bytes) -> bool:
        return not is_usual(ending) and _text(ending) not in self._endings

    def _learn(self, name: bytes, sample: bytes | Sample | None) -> None:
        ending = ending_of(name)
        seen = self._learned.get(ending)
        if seen is not None and seen[0] >= _LEARNED:
            if len(ending) >= 3:
                self.enough.add(name[-4:])
        elif sample:
            self._count(ending, even=is_even(sample[:PIECE] if isinstance(sample, bytes) else sample.head))

    def _count(self, ending: bytes, *, even: bool) -> None:
        seen = self._learned.setdefault(ending, [0, 0])
        seen[0] += 1
        seen[1] += even


def _has_twin(name: bytes, before: Mapping[bytes, Entry], now: Mapping[bytes, Entry]) -> bool:
    """Whether it is called as another file of its folder, and something more. Of one that people encrypt
    themselves, to send it, only when that other file is gone."""
    stem, _, ending = name.rpartition(b".")
    return (stem in before and stem not in now) or (stem in now and not is_usual(ending.lower()))


def _key(folder: bytes) -> str:
    return blake2b(folder, digest_size=8).hexdigest()


def _most(counts: dict[str, int]) -> dict[str, int]:
    return dict(Counter(counts).most_common(_FOLDERS))


def _is_told(ending: bytes) -> bool:
    """What follows a dot in a name may be part of a patient's: only what looks like an ending is kept."""
    return ending.isalnum() and len(ending) <= 10


def _text(ending: bytes) -> str:
    return ending.decode("ascii", "replace")
