"""The two objects that are read before any key is known: text anyone can look at.

Line 1 is JSON, line 2 the hex HMAC-SHA-256 of line 1's bytes; each line ends with "\\n".
"""

from __future__ import annotations

from typing import Final

from ..crypto import mac, same
from ..errors import IntegrityError
from ..ports import Buffer

LIMIT: Final = 1024 * 1024


def write_lines(body: bytes, key: bytes) -> bytes:
    """Both lines."""
    return body + b"\n" + mac(key, body).hex().encode() + b"\n"


def split_lines(data: Buffer) -> tuple[bytes, str]:
    """(line 1, MAC in hex), nothing verified yet. IntegrityError("not_an_object")."""
    lines = bytes(data).split(b"\n")
    if len(data) > LIMIT or len(lines) != 3 or lines[2] or len(lines[1]) != 64:
        raise IntegrityError("not_an_object")
    return lines[0], lines[1].decode("ascii", "replace")


def check_mac(body: bytes, tag: str, key: bytes) -> None:
    """IntegrityError("not_authentic") unless the MAC is that of the body."""
    if not same(mac(key, body).hex().encode(), tag.encode()):
        raise IntegrityError("not_authentic")


def from_hex(text: str) -> bytes:
    """Bytes of lower-case hex digits and nothing else; bytes.fromhex also takes spaces and capitals.

    Raises ValueError.
    """
    data = bytes.fromhex(text)
    if data.hex() != text:
        raise ValueError("not lower-case hex")
    return data
