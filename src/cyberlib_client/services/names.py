"""Which nodes of trees hold a name: a search reads those alone, and what is not known yet.

Nodes are known by their ids, which are made from what they hold: what is known never gets wrong, whatever
snapshots come and go. It may only be too much, and `Names.kept` leaves out what no snapshot has any more.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from ..core.errors import IntegrityError
from ..core.format_v1 import tree
from ..core.format_v1.tree import decode_node
from ..core.ids import ID_SIZE
from ..repository.trees import NodeReader, Worth

_END: Final = b"\0"
"""After each name and at the end of each node: no name has it."""
_MOST: Final = 64 << 20
"""Bytes of names that are kept; a search walks through what comes after."""
_NUMBER: Final = "I"


def folded(text: str) -> str:
    """Without case and accents: "Élodie" is found as "elodie"."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def plain_words(pattern: str) -> list[str]:
    """The words of a search, folded; none of a pattern with `*` and `?`."""
    plain = folded(pattern)
    return [] if any(c in plain for c in "*?") else plain.split() or [plain]


def _folded_names(names: Sequence[bytes]) -> bytes:
    joined = _END.join(names)
    if joined.isascii():
        return joined.lower()
    return folded(joined.decode("utf-8", "replace")).encode()


class Names:
    """The names in the nodes of trees, folded. Nodes are numbered as they are added, those below first."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._starts = array(_NUMBER)  # of each node, where its names begin in the text
        self._text = bytearray()
        self._below, self._above = array(_NUMBER), array(_NUMBER)  # pairs, in order of those above

    def __contains__(self, node_id: bytes) -> bool:
        return node_id in self._numbers

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def full(self) -> bool:
        """Whether nothing more is to be added."""
        return len(self._text) >= _MOST

    def add(self, node_id: bytes, names: Sequence[bytes], below: Iterable[bytes]) -> None:
        """A node with the names that it holds, and the nodes below it, which are known."""
        number = len(self._starts)
        self._numbers[node_id] = number
        self._starts.append(len(self._text))
        if names:
            self._text += _folded_names(names)
            self._text += _END
        for each in below:
            self._below.append(self._numbers[each])
            self._above.append(number)

    def sieve(self, pattern: str) -> Worth | None:
        """Tells of a node whether it, or one below it, may hold a name that matches; True of one that is not
        known. None when the pattern has nothing but `*` and `?`."""
        parts = plain_words(pattern) or re.split(r"[*?]+", folded(pattern))
        pieces = [piece.encode("utf-8", "surrogatepass") for piece in parts if piece]
        pieces.sort(key=len, reverse=True)
        if not pieces or not self._starts:
            return None
        found = self._holding(pieces[0])
        for piece in pieces[1:]:
            found = [number for number in found if self._holds(number, piece)]
        marks = bytearray(len(self._starts))
        for number in found:
            marks[number] = 1
        for below, above in zip(self._below, self._above, strict=True):
            if marks[below]:
                marks[above] = 1
        known = self._numbers

        def worth(node_id: bytes) -> bool:
            number = known.get(node_id)
            return number is None or number >= len(marks) or marks[number] == 1

        return worth

    def _holding(self, piece: bytes) -> list[int]:
        """The nodes with a piece of a name."""
        found: list[int] = []
        text, starts = self._text, self._starts
        at = text.find(piece)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            found.append(number)
            if number + 1 == len(starts):
                break
            at = text.find(piece, starts[number + 1])
        return found

    def _holds(self, number: int, piece: bytes) -> bool:
        return self._text.find(piece, self._starts[number], self._end(number)) >= 0

    def _end(self, number: int) -> int:
        return self._starts[number + 1] if number + 1 < len(self._starts) else len(self._text)

    def kept(self, tops: Collection[bytes]) -> Names:
        """Without all that is neither one of these nodes nor below one; itself when that is nothing."""
        marks = bytearray(len(self._starts))
        for node_id in tops:
            number = self._numbers.get(node_id)
            if number is not None:
                marks[number] = 1
        for below, above in zip(reversed(self._below), reversed(self._above), strict=True):
            if marks[above]:
                marks[below] = 1
        if all(marks):
            return self
        made = Names()
        renumbered = array(_NUMBER)
        for number, node_id in enumerate(self._numbers):
            renumbered.append(len(made._starts))
            if marks[number]:
                made._numbers[node_id] = len(made._starts)
                made._starts.append(len(made._text))
                made._text += self._text[self._starts[number] : self._end(number)]
        for below, above in zip(self._below, self._above, strict=True):
            if marks[above]:
                made._below.append(renumbered[below])
                made._above.append(renumbered[above])
        return made

    # ---- as bytes

    def parts(self) -> list[bytes | bytearray]:
        """All of it, for `of`."""
        numbers = (self._starts, self._below, self._above)
        return [b"".join(self._numbers), *(each.tobytes() for each in numbers), self._text]

    @classmethod
    def of(cls, parts: Sequence[bytes | bytearray]) -> Names:
        """What was made into parts on this machine."""
        made = cls()
        ids, starts, below, above, text = parts
        for numbers, data in ((made._starts, starts), (made._below, below), (made._above, above)):
            numbers.frombytes(data)
        cut = (bytes(ids[at : at + ID_SIZE]) for at in range(0, len(ids), ID_SIZE))
        made._numbers = {node_id: number for number, node_id in enumerate(cut)}
        made._text = text if isinstance(text, bytearray) else bytearray(text)
        return made


class _Open:
    """A node whose nodes below are not all known yet."""

    __slots__ = ("all_below", "left", "names", "node_id", "whole")

    def __init__(self, node_id: bytes, names: list[bytes], below: list[bytes]) -> None:
        self.node_id, self.names, self.all_below = node_id, names, below
        self.left = iter(below)
        self.whole = True


def learn(reader: NodeReader, roots: Iterable[bytes], names: Names, tops: set[bytes]) -> Iterator[None]:
    """Adds what lies below roots of trees; yields after each node that was read. What cannot be read is not
    added, nor what leads there: a search looks for itself. `tops` takes what `Names.kept` asks for."""
    bad: set[bytes] = set()
    for root in roots:
        stack = [_Open(b"", [], [root])]
        while stack:
            top = stack[-1]
            node_id = next(top.left, None)
            if node_id is None:
                stack.pop()
                if stack and top.whole:
                    names.add(top.node_id, top.names, top.all_below)
                    tops.add(top.node_id)
                elif stack:
                    bad.add(top.node_id)
                    stack[-1].whole = False
                continue
            if node_id in names:
                tops.add(node_id)
                continue
            if names.full:
                return
            if node_id in bad or (opened := _open(reader, node_id)) is None or len(stack) > _DEEPEST:
                bad.add(node_id)
                top.whole = False
                continue
            stack.append(opened)
            yield


_DEEPEST: Final = 2 * tree.MAX_DEPTH


def _open(reader: NodeReader, node_id: bytes) -> _Open | None:
    try:
        entries, children = decode_node(reader.node(node_id))
    except IntegrityError:
        return None
    below = [node for _, node in children]
    below += [each.content for each in entries if each.kind == tree.DIRECTORY and each.content]
    return _Open(node_id, [each.name for each in entries], below)
