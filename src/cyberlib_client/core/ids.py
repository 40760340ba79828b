"""Names and sizes every room agrees on (docs/format, section "Names and sizes")."""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

ID_SIZE: Final = 20
"""Bytes of a chunk or tree id: HMAC-SHA-256 cut to 160 bits."""

ZERO_ID: Final = bytes(ID_SIZE)
"""In a content list: a run of zero bytes that is stored nowhere."""

NAME_SIZE: Final = 32
"""Bytes of an object's name: SHA-256 of the object."""

SEGMENT_SIZE: Final = 2 * MIB
"""A segment of data closes before it would exceed this, unless a single chunk is larger."""

TREE_SEGMENT_SIZE: Final = 1 * MIB
"""The same for trees: smaller, as one node is often all that is read of it. No leaf is larger."""

MAX_CHUNK: Final = 4 * MIB
"""No chunk is larger; a reader refuses one that claims to be."""

PACK_SIZE: Final = 16 * MIB + 64 * KIB
"""Size in bytes of every full pack: eight full segments, and room for header and footer."""

KIND_DATA: Final = 1
KIND_TREE: Final = 2
"""What a segment holds: pieces of files, or tree and content-list nodes."""


def object_name(kind: str, digest: bytes) -> str:
    """`packs/<hex>` for a digest of 32 bytes."""
    return f"{kind}/{digest.hex()}"


def digest_of(name: str) -> bytes:
    """The 32 bytes behind an object's name; ValueError when it is not one."""
    digest = bytes.fromhex(name.rpartition("/")[2])
    if len(digest) != NAME_SIZE:
        raise ValueError("not an object name")
    return digest
