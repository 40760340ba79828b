"""Records chained by their hashes: none can be changed, left out or put in without every later one changing.

A record's hash is SHA-256 of the hash before it (32 bytes; zeros at the beginning) and of the record as
JSON in UTF-8 without spaces, its fields in the order they are declared in, null for what is absent.
Source: Haber and Stornetta, "How to time-stamp a digital document", Journal of Cryptology 3, 1991.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from .problems import Problem

BEGINNING: Final = bytes(32)


def link(previous: bytes, record: msgspec.Struct) -> bytes:
    """The hash of a record (32 bytes) after the one whose hash is `previous`."""
    return hashlib.sha256(previous + msgspec.json.encode(record)).digest()


class Linked(msgspec.Struct, frozen=True):
    """A record's place in its chain. `hash` in hex."""

    sequence: int
    record: msgspec.Struct
    hash: str


def check(entries: Iterable[Linked], *, after: int = 0, previous: bytes = BEGINNING) -> tuple[int, bytes]:
    """Follows a chain from the entry `after` (0: its beginning), whose hash is `previous`.

    Returns the last entry's number and hash. Raises Problem("chain_broken", sequence=…) at the first entry
    that is not the next one.
    """
    for entry in entries:
        wanted = link(previous, entry.record)
        if entry.sequence != after + 1 or entry.hash != wanted.hex():
            raise Problem("chain_broken", sequence=after + 1)
        after, previous = entry.sequence, wanted
    return after, previous
