"""What is said after two people met: AES-256-GCM, a key for each direction, messages counted by both sides.

    plain  = length of the message (4 bytes, big-endian) + message + zeros, up to a multiple of 1,024 bytes
    sealed = AES-256-GCM(key of the direction, nonce = number of the message from 0, plain), tag at the end

Numbers do not travel: what is repeated, left out, moved, altered or sent back to its sender does not open.
"""

from __future__ import annotations

from typing import Final

from ..crypto import TAG_SIZE, Sealer
from ..errors import IntegrityError

LARGEST: Final = 64 * 1024
"""Bytes of a sealed message at most."""

_STEP: Final = 1024
_LENGTH: Final = 4
_ABOUT: Final = b"cyberlib/v1/guidance message"
LONGEST: Final = LARGEST // _STEP * _STEP - _STEP - _LENGTH
"""Bytes of a message at most."""


class Channel:
    """One side's end. Not to be used from several threads at once."""

    def __init__(self, *, sends: bytes, receives: bytes) -> None:
        self._sends, self._receives = Sealer(sends), Sealer(receives)
        self.sent = self.received = 0

    def seal(self, message: bytes) -> bytes:
        """The next message, as it travels. What has to be sent again is sent as it was, not sealed again."""
        if len(message) > LONGEST:
            raise ValueError("a message of guidance is too long")
        used = _LENGTH + len(message)
        plain = len(message).to_bytes(_LENGTH) + message + bytes(-used % _STEP)
        sealed = bytes(self._sends.seal(self.sent, plain, _ABOUT))
        self.sent += 1
        return sealed

    def open(self, sealed: bytes) -> bytes:
        """The next message of the other side. IntegrityError("guidance_not_next"): it is not; nothing has
        changed then."""
        if len(sealed) > LARGEST or len(sealed) % _STEP != TAG_SIZE:
            raise IntegrityError("guidance_not_next")
        try:
            plain = self._receives.open(self.received, sealed, _ABOUT)
        except IntegrityError:
            raise IntegrityError("guidance_not_next") from None
        length = int.from_bytes(plain[:_LENGTH])
        if length > len(plain) - _LENGTH:
            raise IntegrityError("guidance_not_next")
        self.received += 1
        return plain[_LENGTH : _LENGTH + length]
