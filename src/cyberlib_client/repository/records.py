"""Index and snapshot objects, and lookups read whole: compared with their names before they are opened."""

from __future__ import annotations

from typing import Final

from ..core.crypto import sha256
from ..core.errors import IntegrityError
from ..core.format_v1.header import HEADER_SIZE, open_header, parse_header
from ..core.ids import MIB, digest_of
from ..core.keys import VaultKeys
from ..core.ports import Store, StoredObject

_SMALL: Final = 1 * MIB
_LARGEST: Final = 64 * MIB
"""As docs/format has it: anybody could make a larger one appear, and those that we write are smaller."""


def read_record(store: Store, keys: VaultKeys, magic: bytes, item: StoredObject) -> tuple[bytes, bytes]:
    """(digest, bytes) of an object whose bytes are those its name promises.

    A name stands for what somebody relies on: an older snapshot under the name of a newer one is damage.
    A large object must prove first that it is of this vault: anybody who writes to the store could fill
    our memory. IntegrityError.
    """
    digest = digest_of(item.name)
    if item.size > _LARGEST:
        raise IntegrityError("not_an_object", name=item.name)
    if item.size > _SMALL:
        open_header(keys, parse_header(store.get(item.name, 0, HEADER_SIZE), magic))
    data = store.get(item.name, 0, item.size)
    if sha256(data) != digest:
        raise IntegrityError("not_an_object", name=item.name)
    return digest, data
