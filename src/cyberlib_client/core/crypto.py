"""The few cryptographic operations of suite 1, on top of `cryptography`.

Suite 1: AES-256-GCM (NIST SP 800-38D), HKDF-SHA-256 (RFC 5869), HMAC-SHA-256 (RFC 2104),
Ed25519 (RFC 8032), Argon2id (RFC 9106).

GCM does not commit to its key: every key that opens stored bytes is derived together with a
32-byte commitment, which is stored in clear and compared before anything is decrypted.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import IntegrityError
from .ports import Buffer
from .scratch import scratch

TAG_SIZE = 16
KEY_SIZE = 32
SUITE = 1
_HASH = 32
_HMAC_BLOCK = 64
_HKDF_MAX = 255 * _HASH


def hkdf(key: bytes, *, salt: bytes, info: bytes, length: int = KEY_SIZE) -> bytes:
    """HKDF-SHA-256 (RFC 5869), extract and expand; `length` at most 8,160 bytes.

    Written out here because importing the library's own costs more than all the derivations of
    a listing; the tests compare it with the library and with the RFC's vectors.
    """
    if not 0 < length <= _HKDF_MAX:
        raise ValueError("HKDF output length")
    pseudo_random_key = hmac.digest(salt or bytes(_HASH), key, "sha256")
    out = block = b""
    for counter in range(1, -(-length // _HASH) + 1):
        block = hmac.digest(pseudo_random_key, block + info + bytes([counter]), "sha256")
        out += block
    return out[:length]


class KeyedIds:
    """HMAC-SHA-256 under one key, cut to the 20 bytes of an id. Safe to use from several threads.

    Both key blocks are hashed once for all: for chunks of a few KiB that is a quarter faster than
    hmac.digest, which starts anew each time.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(_HMAC_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(b ^ 0x36 for b in block))
        self._outer = hashlib.sha256(bytes(b ^ 0x5C for b in block))

    def of(self, content: Buffer) -> bytes:
        """The 20-byte id of a chunk or node."""
        inner = self._inner.copy()
        inner.update(content)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()[:20]


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256, 32 bytes."""
    return hmac.digest(key, message, "sha256")


def same(a: bytes, b: bytes) -> bool:
    """Comparison in constant time."""
    return hmac.compare_digest(a, b)


def sha256(*parts: Buffer) -> bytes:
    """SHA-256 of the parts laid end to end."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def committed_key(key: bytes, *, salt: bytes, info: bytes) -> tuple[bytes, bytes]:
    """(encryption key, commitment), 32 bytes each."""
    both = hkdf(key, salt=salt, info=info, length=2 * KEY_SIZE)
    return both[:KEY_SIZE], both[KEY_SIZE:]


def nonce(position: int) -> bytes:
    """The 96-bit nonce of a position; unique because each key seals one object."""
    return position.to_bytes(12, "big")


class Sealer:
    """AES-256-GCM under one object's key. Safe to use from several threads."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, position: int, plain: Buffer, aad: bytes) -> bytearray:
        """Ciphertext and tag, `len(plain) + 16` bytes."""
        out = bytearray(len(plain) + TAG_SIZE)
        # encrypt_into releases the interpreter lock while it works; encrypt holds it to allocate.
        self._cipher.encrypt_into(nonce(position), plain, aad, out)
        return out

    def seal_into(self, position: int, plain: Buffer, aad: bytes, out: memoryview) -> None:
        """The same into `out`, which has `len(plain) + 16` bytes."""
        self._cipher.encrypt_into(nonce(position), plain, aad, out)

    def opens_to(self, position: int, sealed: Buffer, aad: bytes, plain: Buffer) -> bool:
        """Whether `sealed` opens to exactly `plain`."""
        size = len(plain)
        opened = scratch(size)
        try:
            self._cipher.decrypt_into(nonce(position), sealed, aad, memoryview(opened)[:size])
        except (InvalidTag, ValueError):
            return False
        return opened.startswith(plain)

    def open_into(self, position: int, sealed: Buffer, aad: bytes, out: memoryview) -> None:
        """As `open`, into `out` of `len(sealed) - 16` bytes: other threads go on meanwhile."""
        try:
            self._cipher.decrypt_into(nonce(position), sealed, aad, out)
        except (InvalidTag, ValueError):
            raise IntegrityError("not_authentic") from None

    def open(self, position: int, sealed: Buffer, aad: bytes) -> bytes:
        """The plain bytes; IntegrityError("not_authentic") when one bit is off."""
        try:
            return self._cipher.decrypt(nonce(position), sealed, aad)
        except InvalidTag:
            raise IntegrityError("not_authentic") from None
        except ValueError:  # shorter than a tag
            raise IntegrityError("not_authentic") from None
