"""Directories as content-addressed nodes.

A node is msgpack. A leaf `[0, [entry, …]]` holds entries in order of their names; a branch
`[1, [[first name, node id], …]]` holds nodes in the same order. A directory is one node, or, when it
has many entries, a tree of nodes cut where a checksum of a name says so: one new letter in a
folder of 50,000 changes one leaf and the branches above it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import msgspec

from ..errors import IntegrityError
from ..ids import ID_SIZE, MAX_CHUNK
from .content import MAX_LEVELS
from .malformed import MALFORMED

LEAF: Final = 0
_LEAF_HEAD: Final = b"\x92\x00"  # msgpack: two items, the first 0
BRANCH: Final = 1
MAX_DEPTH: Final = 4096
"""Directories below one another that a reader follows."""
MAX_ITEMS: Final = 1 << 26
"""Items below one snapshot that a reader follows: folders that share what they hold could tell of 2^4096."""

FILE: Final = 0
DIRECTORY: Final = 1
SYMLINK: Final = 2
FIFO: Final = 3
SOCKET: Final = 4
CHARACTER_DEVICE: Final = 5
BLOCK_DEVICE: Final = 6
KINDS: Final = range(7)


CAPTURED: Final = "captured"
"""Of a database's content: by its own backup interface."""
VOLUME: Final = "volume"
"""Read from a snapshot of its volume."""
APPLICATION: Final = "application"
"""Read from a snapshot of its volume for which the program it belongs to set it in order."""
RAW: Final = "raw"
"""As it lay, while a program had the database open or changed it."""


class Extra(msgspec.Struct, omit_defaults=True, gc=False):
    """What few entries have.

    `levels`: height of the content list above the chunks (0: `content` is the chunk itself).
    `page`: bytes of each chunk when cut page by page, else 0. `link`: (device, inode) shared by hard
    links. `device`: number of a device file. `sparse`: the file has holes. `inconsistent`: it
    changed while it was read. `database`: always compared by content. `metadata`: extended
    attributes, ACLs and the like by namespaced name. `missing`: why there is no content. `consistency`:
    CAPTURED, VOLUME, APPLICATION, RAW, or None: nothing changed it while it was read.
    """

    levels: int = 0
    page: int = 0
    link: tuple[int, int] | None = None
    device: int | None = None
    sparse: bool = False
    inconsistent: bool = False
    database: bool = False
    metadata: dict[str, bytes] | None = None
    missing: str | None = None
    consistency: str | None = None


class Entry(msgspec.Struct, array_like=True, gc=False):
    """One item of a directory.

    `mode`: the 12 permission bits. `mtime`, `changed`: ns since 1970, the second as change time
    minus `mtime`. `content`: chunk id or content list's root (file), node id (directory), target
    (symlink), empty otherwise.
    """

    name: bytes
    kind: int
    mode: int
    uid: int
    gid: int
    mtime: int
    changed: int
    inode: int
    size: int
    content: bytes
    extra: Extra | None = None


def root_entry(node_id: bytes) -> Entry:
    """A directory entry for a tree's root, which has no name of its own."""
    return Entry(b"", DIRECTORY, 0o755, 0, 0, 0, 0, 0, 0, node_id)


Branch = tuple[bytes, bytes]

_encoder = msgspec.msgpack.Encoder()
_leaf_decoder = msgspec.msgpack.Decoder(tuple[int, list[Entry]])
_branch_decoder = msgspec.msgpack.Decoder(tuple[int, list[Branch]])


def encode_leaf(entries: list[Entry]) -> bytes:
    """Bytes of a leaf."""
    return _encoder.encode((LEAF, entries))


def encode_branch(children: list[Branch]) -> bytes:
    """Bytes of a branch."""
    return _encoder.encode((BRANCH, children))


def _check_extra(extra: Extra) -> None:
    metadata = extra.metadata or {}
    if (
        not 0 <= extra.levels <= MAX_LEVELS
        or not 0 <= extra.page <= MAX_CHUNK
        or any("\0" in name for name in metadata)
    ):
        raise IntegrityError("bad_tree")


def _check_leaf(entries: list[Entry]) -> None:
    last = b""
    for e in entries:
        name = e.name
        if name <= last or b"/" in name or b"\0" in name or name in (b".", b".."):
            raise IntegrityError("bad_tree")
        last = name
        if e.kind not in KINDS or not 0 <= e.size < 1 << 63 or not 0 <= e.mode < 1 << 12:
            raise IntegrityError("bad_tree")
        if e.kind in (FILE, DIRECTORY) and len(e.content) not in (0, ID_SIZE):
            raise IntegrityError("bad_tree")
        if e.kind == DIRECTORY and not e.content and not (e.extra and e.extra.missing):
            raise IntegrityError("bad_tree")
        if e.extra is not None:
            _check_extra(e.extra)


def decode_node(data: bytes) -> tuple[list[Entry], list[Branch]]:
    """(entries of a leaf, children of a branch); one of the two is empty.

    Raises IntegrityError("bad_tree") for anything malformed, unordered, or with a name that could
    not stand in a directory.
    """
    try:
        if data[:2] == _LEAF_HEAD:
            entries = _leaf_decoder.decode(data)[1]
            _check_leaf(entries)
            return entries, []
        kind, children = _branch_decoder.decode(data)
    except MALFORMED:
        raise IntegrityError("bad_tree") from None
    names = [name for name, _ in children]
    ordered = all(a < b for a, b in pairwise(names))
    if kind != BRANCH or not ordered or any(len(i) != ID_SIZE for _, i in children):
        raise IntegrityError("bad_tree")
    return [], children
