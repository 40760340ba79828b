"""What the host keeps of passwords and of applications' secrets: a copy of its database is of little use."""

from __future__ import annotations

import functools
import threading
from typing import Final

from cryptography.exceptions import InvalidKey, InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..core.problems import Problem
from .context import Context

# RFC 9106, section 4, the second choice: 64 MiB. Two at a time, so that nobody fills the memory by asking.
_MEMORY_KIB: Final = 65_536
_ITERATIONS: Final = 3
_LANES: Final = 4
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_AT_ONCE: Final = threading.BoundedSemaphore(2)
_PATIENCE_SECONDS: Final = 20.0


def hash_password(context: Context, password: str) -> str:
    """Argon2id, with its parameters and salt. Raises Problem("too_many_requests")."""
    with _Turn():
        made = Argon2id(
            salt=context.random(_SALT_BYTES), length=32, iterations=_ITERATIONS, lanes=_LANES,
            memory_cost=_MEMORY_KIB,
        )  # fmt: skip
        return made.derive_phc_encoded(password.encode())


def is_password(password: str, kept: str | None) -> bool:
    """In the same time whether there is one or not. Raises Problem("too_many_requests")."""
    with _Turn():
        try:
            Argon2id.verify_phc_encoded(password.encode(), kept or _nobodys())
        except InvalidKey:
            return False
    return kept is not None


def seal(context: Context, person: str, secret: bytes) -> bytes:
    """The secret of an application, under a key that is not in the database."""
    nonce = context.random(_NONCE_BYTES)
    return nonce + AESGCM(_key(context)).encrypt(nonce, secret, person.encode())


def opened(context: Context, person: str, sealed: bytes) -> bytes | None:
    """The same; None where it is another person's, or the host's key is another."""
    try:
        return AESGCM(_key(context)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], person.encode())
    except InvalidTag:
        return None


class _Turn:
    def __enter__(self) -> None:
        if not _AT_ONCE.acquire(timeout=_PATIENCE_SECONDS):
            raise Problem("too_many_requests", retry_after=2)

    def __exit__(self, *_: object) -> None:
        _AT_ONCE.release()


@functools.cache
def _nobodys() -> str:
    made = Argon2id(
        salt=bytes(_SALT_BYTES), length=32, iterations=_ITERATIONS, lanes=_LANES, memory_cost=_MEMORY_KIB
    )
    return made.derive_phc_encoded(b"nobody has it")


def _key(context: Context) -> bytes:
    kept = context.key.private_bytes_raw()
    return HKDF(SHA256(), 32, salt=None, info=b"cyberlib people 1").derive(kept)
