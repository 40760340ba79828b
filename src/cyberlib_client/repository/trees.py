"""Directories in the vault: written as nodes cut by name, read back entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import ge
from typing import Final, Protocol, TypeVar
from zlib import crc32

from ..core.crypto import KeyedIds
from ..core.errors import IntegrityError
from ..core.format_v1.tree import Branch, Entry, decode_node, encode_branch, encode_leaf
from ..core.ids import KIND_TREE, TREE_SEGMENT_SIZE
from .index import ABSENT, Index

_LEAF_MASK: Final = 0xFF  # a leaf ends at one name in 256
_LEAF_MAX: Final = 2048
_BRANCH_MASK: Final = 0x3F
_BRANCH_MAX: Final = 512
_SMALL: Final = 256  # directories up to this many entries are one leaf, whatever their names
_MAX_BRANCHING: Final = 8


_T = TypeVar("_T")


class Adds(Protocol):
    """Where new nodes go: `Packer.add`."""

    def __call__(self, kind: int, chunk_id: bytes, content: bytes) -> None: ...


class NodeWriter:
    """Stores nodes that the vault does not hold yet."""

    def __init__(self, index: Index, ids: KeyedIds, add: Adds) -> None:
        self._index = index
        self._ids = ids
        self._add = add

    def put(self, node: bytes) -> bytes:
        """The id of a node, stored now if it was not."""
        node_id = self._ids.of(node)
        if self._index.trees.find(node_id) == ABSENT:
            self._add(KIND_TREE, node_id, node)
        return node_id

    def directory(self, entries: list[Entry]) -> bytes:
        """The id of a directory of entries in order of their names, each once: no reader takes another.

        Raises ValueError otherwise: what cannot be read again must not be stored.
        """
        names = [entry.name for entry in entries]
        if any(map(ge, names, names[1:])):
            raise ValueError("entries of a directory out of order")
        if len(entries) <= _SMALL:
            children = self._leaves(entries)
        else:
            parts = _cut(entries, lambda e: e.name, _LEAF_MASK, _LEAF_MAX)
            children = [leaf for part in parts for leaf in self._leaves(part)]
        while len(children) > 1:
            children = [
                (part[0][0], self.put(encode_branch(part)))
                for part in _cut(children, lambda c: c[1], _BRANCH_MASK, _BRANCH_MAX)
            ]
        return children[0][1]

    def _leaves(self, entries: list[Entry]) -> list[Branch]:
        """One leaf, unless attributes, access lists or long link targets make it too large for one."""
        node = encode_leaf(entries)
        if len(node) <= TREE_SEGMENT_SIZE or len(entries) == 1:
            return [(entries[0].name if entries else b"", self.put(node))]
        half = len(entries) // 2
        return self._leaves(entries[:half]) + self._leaves(entries[half:])


def _cut(items: list[_T], key: Callable[[_T], bytes], mask: int, most: int) -> Iterator[list[_T]]:
    part: list[_T] = []
    for item in items:
        part.append(item)
        # At least two together, so that each level of branches has fewer nodes than the one below.
        if len(part) >= most or (len(part) > 1 and not crc32(key(item)) & mask):
            yield part
            part = []
    if part:
        yield part


class NodeReader(Protocol):
    """What trees are read through: `Reader`."""

    def node(self, node_id: bytes) -> bytes: ...


Worth = Callable[[bytes], bool]
"""Whether a node, by its id, is worth reading."""


def read_directory(
    reader: NodeReader,
    node_id: bytes,
    lost: Callable[[IntegrityError], None] | None = None,
    worth: Worth | None = None,
) -> Iterator[Entry]:
    """The entries of a directory in order of their names, no name twice; with `worth`, those alone that lie
    in nodes that are.

    What lies below a bad or missing node is left out, and `lost` is told, once. Without `lost`,
    IntegrityError is raised instead.
    """
    last = b""  # nothing that begins before it is read: so each node is read once, whatever branches say
    told = False
    stack = [iter([(b"", node_id)])]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            continue
        first, below = child
        if worth is not None and not worth(below):
            last = max(last, first)
            continue
        try:
            entries, children = _read_child(reader, below, first, len(stack) - 1, last)
        except IntegrityError as error:
            if lost is None:
                raise
            if not told:
                lost(error)
            told = True
            last = max(last, first)
            continue
        if children:
            stack.append(iter(children))
        yield from entries
        last = entries[-1].name if entries else last


def _read_child(
    reader: NodeReader, node_id: bytes, first: bytes, depth: int, last: bytes
) -> tuple[list[Entry], list[Branch]]:
    """A node that a branch promises to begin with the name `first`, which comes after `last`."""
    if depth > _MAX_BRANCHING or (last and first <= last):
        raise IntegrityError("bad_tree")
    entries, children = decode_node(reader.node(node_id))
    begins = entries[0].name if entries else children[0][0] if children else b""
    if depth and begins != first:
        raise IntegrityError("bad_tree")
    return entries, children


def find_entry(reader: NodeReader, node_id: bytes, name: bytes) -> Entry | None:
    """One entry of a directory; follows only the branch that may hold it."""
    for _ in range(_MAX_BRANCHING + 1):
        entries, children = decode_node(reader.node(node_id))
        if not children:
            return next((e for e in entries if e.name == name), None)
        below = [child for first, child in children if first <= name]
        if not below:
            return None
        node_id = below[-1]
    raise IntegrityError("bad_tree")
