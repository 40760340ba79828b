"""What all vectors are made from: fixed secrets, and bytes laid out by hand.

Nothing here compresses: zstd frames are written out block by block, so that the vectors are the same
whatever the version of the library.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cyberlib_client.core.crypto import Sealer
from cyberlib_client.core.format_v1 import header as head
from cyberlib_client.core.keys import VaultKeys

Vector = dict[str, Any]
MIB: Final = 1 << 20


def of_root(number: int) -> VaultKeys:
    """The keys that a writer had when this was the newest root."""
    roots = [keys.root for keys in (*RENEWED_KEYS.former, RENEWED_KEYS)]
    return VaultKeys(roots[number], VAULT_ID, roots[:number])


def noise(label: str, size: int) -> bytes:
    """Fixed bytes without a pattern: SHAKE-256 of a label."""
    return hashlib.shake_256(b"cyberlib vectors: " + label.encode()).digest(size)


ROOT: Final = noise("root secret", 32)
VAULT_ID: Final = noise("vault id", 16)
KEYS: Final = VaultKeys(ROOT, VAULT_ID)


def derived(label: str) -> bytes:
    """A key of the vault, by the library's own HKDF."""
    info = b"cyberlib/v1/" + label.encode()
    return HKDF(algorithm=SHA256(), length=32, salt=VAULT_ID, info=info).derive(ROOT)


CHUNK_IDS: Final = derived("chunk ids")
TREE_IDS: Final = derived("tree ids")
OTHER_KEYS: Final = VaultKeys(noise("another root secret", 32), noise("another vault id", 16))
RENEWED_KEYS: Final = VaultKeys(noise("third root", 32), VAULT_ID, [ROOT, noise("second root", 32)])
RENEWED: Final = {
    "root": RENEWED_KEYS.root.hex(),
    "vault_id": VAULT_ID.hex(),
    "former": [keys.root.hex() for keys in RENEWED_KEYS.former],
}
DEVICE_ID: Final = noise("device id", 16)
DEVICE: Final = Ed25519PrivateKey.from_private_bytes(noise("device key", 32))
OTHER_DEVICE: Final = Ed25519PrivateKey.from_private_bytes(noise("another device key", 32))


def accepts(name: str, given: Vector, out: object, note: str = "") -> Vector:
    """A vector that a reader takes, and what it reads."""
    return {"name": name, **_noted(note), "expect": "ok", "in": given, "out": out}


def rejects(name: str, code: str, given: Vector, note: str = "") -> Vector:
    """A vector that a reader refuses, and with which error."""
    return {"name": name, **_noted(note), "expect": code, "in": given}


def _noted(note: str) -> Vector:
    return {"note": note} if note else {}


def pack(value: object) -> bytes:
    """msgpack."""
    return msgspec.msgpack.encode(value)


def chunk_id(content: bytes) -> bytes:
    """Id of a chunk of a file."""
    return hmac.digest(CHUNK_IDS, content, "sha256")[:20]


def node_id(content: bytes) -> bytes:
    """Id of a node of a tree or content list."""
    return hmac.digest(TREE_IDS, content, "sha256")[:20]


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    """The data with one bit changed."""
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def nested(levels: int) -> Any:
    """That many lists, one in the other."""
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


# ---- zstd, RFC 8878 -------------------------------------------------------------------------------------

_MAGIC: Final = bytes.fromhex("28b52ffd")
_RAW, _RLE = 0, 1


def _block(kind: int, size: int, content: bytes, *, last: bool) -> bytes:
    return (size << 3 | kind << 1 | last).to_bytes(3, "little") + content


def frame(content: bytes, *, declared: int | None = None) -> bytes:
    """A frame of one raw block, in one segment, whose size is declared in four bytes."""
    size = len(content) if declared is None else declared
    return _MAGIC + b"\xa0" + size.to_bytes(4, "little") + _block(_RAW, len(content), content, last=True)


def frame_without_size(content: bytes) -> bytes:
    """A frame that does not tell how much will come out of it."""
    return _MAGIC + b"\x00\x58" + _block(_RAW, len(content), content, last=True)


def frame_with_dictionary(content: bytes) -> bytes:
    """A frame that asks for a dictionary (number 7), which this format never uses."""
    body = _block(_RAW, len(content), content, last=True)
    return _MAGIC + b"\xa1\x07" + len(content).to_bytes(4, "little") + body


def bomb(blocks: int, *, declared: int) -> bytes:
    """A frame that unfolds to `blocks` times 128 KiB of zeros from four bytes each."""
    body = b"".join(_block(_RLE, 1 << 17, b"\0", last=i == blocks - 1) for i in range(blocks))
    return _MAGIC + b"\xa0" + declared.to_bytes(4, "little") + body


# ---- records and sealed objects -------------------------------------------------------------------------


def record(content: bytes, *, codec: int = 0, size: int | None = None, padding: int = 0) -> bytes:
    """A record: codec, size of the plain record, size as stored, stored bytes, zeros."""
    plain = len(content) if size is None else size
    stored = frame(content) if codec == 1 else content
    head = bytes([codec]) + plain.to_bytes(4, "big") + len(stored).to_bytes(4, "big")
    return head + stored + bytes(padding)


def new_header(magic: bytes, label: str, epoch: int = 0, keys: VaultKeys = KEYS) -> tuple[bytes, Sealer]:
    """(88 bytes, what seals the object)."""
    return head.new_header(keys, magic, epoch, noise(f"salt of {label}", 32))


def sealed(magic: bytes, content: bytes, label: str, *, plain: bytes | None = None) -> bytes:
    """A whole index or snapshot around a record; `plain` instead of the record's usual layout."""
    header, sealer = new_header(magic, label)
    return header + bytes(sealer.seal(0, record(content, padding=40) if plain is None else plain, header))
