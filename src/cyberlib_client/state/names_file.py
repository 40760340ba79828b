"""Names in the vault, kept for searches: a cache, sealed by the vault's key, since names tell of patients.

Cut into parts of a mebibyte, each compressed and sealed under its position with a key of the file's own.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Sequence
from typing import Final

from ..core.compression import compress, decompress
from ..core.crypto import TAG_SIZE, Sealer, committed_key, same
from ..core.errors import CyberlibError, IntegrityError
from ..core.keys import VaultKeys
from .private_file import LARGEST, read_file
from .profile import Profile

_MAGIC: Final = b"names1" + sys.byteorder[:1].encode() + b"\n"
_INFO: Final = b"cyberlib/v1/names"
_SALT: Final = 16
_COMMITMENT: Final = 32
_PART: Final = 1 << 20
_HEAD: Final = struct.Struct("<IBII")
"""Of a part: which of the blocks it belongs to, its codec, its bytes, and those it was stored in."""


def read_names(profile: Profile, keys: VaultKeys) -> list[bytearray]:
    """The blocks as they were kept; none when the file is absent, damaged, of another vault or machine."""
    try:
        data = read_file(profile.names) or b""
        return _opened(memoryview(data), keys)
    except (CyberlibError, struct.error):
        return []


def _opened(data: memoryview, keys: VaultKeys) -> list[bytearray]:
    at = len(_MAGIC) + _SALT + _COMMITMENT
    salt = bytes(data[len(_MAGIC) : len(_MAGIC) + _SALT])
    key, expected = committed_key(keys.local, salt=salt, info=_INFO)
    if bytes(data[: len(_MAGIC)]) != _MAGIC or not same(expected, bytes(data[at - _COMMITMENT : at])):
        return []
    sealer, blocks, position = Sealer(key), [bytearray()], 0
    while at < len(data):
        block, codec, size, stored = _HEAD.unpack_from(data, at)
        head = bytes(data[at : at + _HEAD.size])
        at += _HEAD.size
        part = decompress(codec, sealer.open(position, data[at : at + stored], head), size)
        if block == len(blocks):
            blocks.append(bytearray())
        if block != len(blocks) - 1:
            raise IntegrityError("not_authentic")
        blocks[block] += part
        at += stored
        position += 1
    end = blocks.pop()  # an empty block: nothing was cut off
    return blocks if not end and position else []


def write_names(
    profile: Profile,
    keys: VaultKeys,
    blocks: Sequence[bytes | bytearray],
    random: Callable[[int], bytes],
) -> None:
    """Keeps blocks; what cannot be written, or is too large to be read again, is not kept."""
    salt = random(_SALT)
    key, commitment = committed_key(keys.local, salt=salt, info=_INFO)
    sealer, position = Sealer(key), 0
    out = bytearray(_MAGIC + salt + commitment)
    for number, block in enumerate((*blocks, b"")):
        view = memoryview(block)
        for begin in range(0, len(view) or 1, _PART):
            plain = view[begin : begin + _PART]
            codec, packed = compress(plain)
            head = _HEAD.pack(number, codec, len(plain), len(packed) + TAG_SIZE)
            out += head
            out += sealer.seal(position, packed, head)
            position += 1
    try:
        if len(out) <= LARGEST:
            profile.write(profile.names, bytes(out))
        else:
            profile.remove(profile.names)
    except CyberlibError:
        pass
