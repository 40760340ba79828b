"""What a slot table says of the root secrets before the vault's own, once that was renewed.

A table of root n, from 1 on, has `root`: `chain`, n links, each the id of a root and the word of the one
before it that this one succeeds it; `former`, the roots 0 to n − 1 sealed under root n.

    id n     = HKDF(root n, vault id, "cyberlib/v1/root id"), the first 16 bytes
    word n   = HMAC(K succession of root n − 1, "cyberlib/v1/succession" + vault id + n in one byte + id n)
    former   = salt (32) + commitment (32) + AES-256-GCM(root 0 … root n − 1, nonce 0, associated data = info)
    info     = "cyberlib/v1/former roots " + vault id in hex + " " + n + " " + id n in hex
    key, commitment = HKDF(K former roots of root n, salt, info)
"""

from __future__ import annotations

from typing import Final

import msgspec

from ..crypto import KEY_SIZE, TAG_SIZE, Sealer, committed_key, mac, same
from ..errors import IntegrityError
from ..keys import MAX_ROOT, ROOT_ID_SIZE, VaultKeys
from .lines import from_hex

_SALT: Final = 32
_COMMITMENT: Final = 32


class Link(msgspec.Struct, frozen=True):
    """One renewal: `id` of the root that came, `word` of the root before it, in hex."""

    id: str
    word: str


class Renewed(msgspec.Struct, frozen=True):
    """The way from the first root to the table's own; `former` in hex."""

    chain: list[Link]
    former: str


def check_renewed(seen: Renewed) -> None:
    """ValueError or IntegrityError("bad_slots") unless every field has its form; nothing is believed yet."""
    count = len(seen.chain)
    sizes = {(len(from_hex(link.id)), len(from_hex(link.word))) for link in seen.chain}
    whole = _SALT + _COMMITMENT + count * KEY_SIZE + TAG_SIZE
    if not 1 <= count <= MAX_ROOT or sizes != {(ROOT_ID_SIZE, 32)} or len(from_hex(seen.former)) != whole:
        raise IntegrityError("bad_slots")


def succeed(keys: VaultKeys, chain: list[Link], salt: bytes) -> Renewed:
    """What the table of `keys` says, whose former root's table had `chain`."""
    before = keys.former[-1]
    word = _word(before, keys.number, keys.root_id.hex())
    info = _info(keys)
    key, commitment = committed_key(keys.former_roots, salt=salt, info=info)
    sealed = Sealer(key).seal(0, b"".join(each.root for each in keys.former), info)
    former = salt + commitment + bytes(sealed)
    return Renewed([*chain, Link(keys.root_id.hex(), word)], former.hex())


def with_former(root: bytes, vault_id: bytes, seen: Renewed | None) -> VaultKeys:
    """The keys of the newest root and of those before it. IntegrityError("not_authentic")."""
    bare = VaultKeys(root, vault_id)
    if seen is None:
        return bare
    data, number = bytes.fromhex(seen.former), len(seen.chain)
    info = _told(vault_id, number, bare.root_id)
    salt, commitment = data[:_SALT], data[_SALT : _SALT + _COMMITMENT]
    key, expected = committed_key(bare.former_roots, salt=salt, info=info)
    if not same(expected, commitment):
        raise IntegrityError("not_authentic")
    roots = bytes(Sealer(key).open(0, data[_SALT + _COMMITMENT :], info))
    former = [roots[at : at + KEY_SIZE] for at in range(0, number * KEY_SIZE, KEY_SIZE)]
    keys = VaultKeys(root, vault_id, former)
    ids = [each.root_id.hex() for each in (*keys.former[1:], keys)]
    if [link.id for link in seen.chain] != ids:
        raise IntegrityError("not_authentic")
    return keys


def is_succeeded(keys: VaultKeys, seen: Renewed | None) -> bool:
    """Whether a table, of whatever root, holds the word of this root that another one came after it.

    Nobody but a holder of this root can have given it: the table need not be believed otherwise.
    """
    return seen is not None and any(
        same(_word(keys, number, link.id).encode(), link.word.encode())
        for number, link in enumerate(seen.chain, 1)
    )


def is_displaced(keys: VaultKeys, seen: Renewed | None) -> bool:
    """Whether a table tells of another root in the place of this one or of one before it, which counts.

    Two machines that renew at the same moment both succeed the same root. The lowest id counts, whoever asks.
    """
    if seen is None:
        return False
    line = (*keys.former, keys)
    for number, link in enumerate(seen.chain[: keys.number], 1):
        if link.id == line[number].root_id.hex():
            continue
        given = same(_word(line[number - 1], number, link.id).encode(), link.word.encode())
        return given and link.id < line[number].root_id.hex()
    return False


def _word(keys: VaultKeys, number: int, root_id: str) -> str:
    said = b"cyberlib/v1/succession" + keys.vault_id + bytes([number]) + bytes.fromhex(root_id)
    return mac(keys.succession, said).hex()


def _info(keys: VaultKeys) -> bytes:
    return _told(keys.vault_id, keys.number, keys.root_id)


def _told(vault_id: bytes, number: int, root_id: bytes) -> bytes:
    return f"cyberlib/v1/former roots {vault_id.hex()} {number} {root_id.hex()}".encode()
