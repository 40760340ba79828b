"""Packs that a run must not rely upon, those it meets itself among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..core.errors import CyberlibError, IntegrityError
from ..core.format_v1.index import PackInfo
from ..core.format_v1.tree import Entry
from ..core.ids import KIND_TREE, NAME_SIZE, object_name
from ..core.ports import CancelToken
from ..repository.content import content_spans
from ..repository.index import ABSENT, Index
from ..repository.loading import IndexReport
from ..repository.reader import Reader
from ..repository.vault import Vault

UNKNOWN_PACK = bytes(NAME_SIZE)
"""Among the suspects: a pack is gone of which nothing tells any more, so that the next backups look at
every chunk of every file."""


class PackDamaged(Exception):
    """A pack that the run took for sound is not: it begins again without it."""


class Suspects:
    """Names of packs that are damaged as far as is known: what they hold counts as not stored."""

    def __init__(self, vault: Vault, names: Iterable[bytes]) -> None:
        self.names = set(names)
        self._vault = vault
        self._index = Index()
        self._left_out: list[tuple[PackInfo, int]] = []

    def reader(self, index: Index) -> Reader:
        """A reader that raises PackDamaged at the first pack that does not give back what it should."""
        self._index = index
        return self._vault.reader_on(index, on_damaged=self._met)

    def _met(self, pack: bytes, reason: str) -> None:
        self._note(pack, reason)
        raise PackDamaged

    def _note(self, pack: bytes, reason: str) -> None:
        self.names.add(pack)
        self._vault.on_damaged(pack, reason)

    def look_at_trees(self, cancel: CancelToken) -> None:
        """After one was met: every segment of nodes is opened, so that the run begins again once, not for
        each. Raises Stopped, and what the store raises when it cannot be reached."""
        index = self._index
        reader = self._vault.reader_on(index, on_damaged=self._note)
        for number in index.segments():
            cancel.check()
            try:
                place = index.place(number)
                if place.kind == KIND_TREE and place.pack.name not in self.names:
                    reader.open_segment(number)
            except CyberlibError as error:
                if error.code not in ("pack_damaged", "chunk_missing", "object_missing"):
                    raise

    def holder(self, index: Index, report: IndexReport, reader: Reader) -> Callable[[Entry], bool]:
        """Whether the vault holds a file's content. To be asked for before anything is stored."""
        lacking = ((info, index.lacking(info)) for info in report.left_out)
        self._left_out = [(info, number) for info, number in lacking if number]
        if self._left_out or report.damaged or UNKNOWN_PACK in self.names:
            return lambda entry: _holds(index, reader, entry)
        return _start_holder(index)

    def replaced(self, index: Index) -> list[str]:
        """Objects of the packs left out of which the run stored something again."""
        found = (info for info, before in self._left_out if index.lacking(info) < before)
        return [object_name("packs", info.name) for info in found]

    def left(self, present: Iterable[str]) -> frozenset[bytes]:
        """Those that the next run must not rely upon either, `present` being the packs that are there.

        What one run stored again is not all that another may ask for: a file that is away today, a folder
        that was not among the sources.
        """
        there = frozenset(present)
        return frozenset(n for n in self.names if n == UNKNOWN_PACK or object_name("packs", n) in there)


def _start_holder(index: Index) -> Callable[[Entry], bool]:
    """Whether the vault has the chunk of a small file, the root of a large one's list: what costs one look.

    Packs may be missing together with the index that named them; then nothing else tells.
    """
    data, trees = index.data.find, index.trees.find

    def holds(entry: Entry) -> bool:
        if entry.extra is not None and entry.extra.levels:
            return trees(entry.content) != ABSENT
        return not entry.content or data(entry.content) != ABSENT

    return holds


def _holds(index: Index, reader: Reader, entry: Entry) -> bool:
    """Whether every chunk of a file is still in the vault."""
    try:
        return all(
            not any(chunk_id) or index.data.find(chunk_id) != ABSENT
            for chunk_id, _, _ in content_spans(reader, entry)
        )
    except IntegrityError:
        return False
