"""What the systems' metadata adapters share: keeping within bounds, and telling one's own from foreign."""

from __future__ import annotations

import errno
import struct
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Final, NoReturn

from ..core.platform import NOTHING, OMITTED, ROOM

XATTR: Final = "xattr:"
XATTR_HEX: Final = "xattr-hex:"
FLAGS: Final = struct.Struct("<I")

# Gone between the listing and the reading: no loss, it is no longer there. (macOS says ENOATTR, 93.)
_GONE: Final = frozenset((errno.ENODATA, 93))


Reader = Callable[[int], bytes | None]
"""Reads one item into so much room, in bytes; None when it needs more. Raises OSError."""


def gather(names: Iterable[tuple[str, Reader]]) -> dict[str, bytes]:
    """Reads each item while there is room; what does not fit or cannot be read is listed as omitted.

    Sorted, so that an unchanged item gives the same bytes in every snapshot.
    """
    found: dict[str, bytes] = {}
    room = ROOM
    for key, read in sorted(names, key=itemgetter(0)):
        try:
            value = read(room)
        except OSError as error:
            if error.errno not in _GONE:
                found[OMITTED + key] = b""
            continue
        if value is None or len(value) > room:
            found[OMITTED + key] = b""
        else:
            room -= len(value)
            found[key] = value
    return found or NOTHING


def xattr_key(name: str) -> str:
    """Key of an extended attribute; `name` as os.fsdecode gives it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return XATTR_HEX + name.encode("utf-8", "surrogateescape").hex()
    return XATTR + name


def xattr_name(key: str) -> str | None:
    """The attribute's name behind a key, or None for anything else. Takes hostile keys."""
    if key.startswith(XATTR):
        return key[len(XATTR) :]
    if key.startswith(XATTR_HEX):
        try:
            return bytes.fromhex(key[len(XATTR_HEX) :]).decode("utf-8", "surrogateescape")
        except ValueError:
            return None
    return None


def refuse(error: OSError, _room: int) -> NoReturn:
    """A reader of what could not even be listed."""
    raise error
