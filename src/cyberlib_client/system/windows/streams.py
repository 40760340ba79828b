"""Alternate data streams of NTFS ("File Streams", Microsoft Learn)."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Final

from . import api

_STANDARD: Final = 0  # FindStreamInfoStandard
_TYPE: Final = ":$DATA"
# There are none, or the file system knows no streams.
_NONE: Final = frozenset(
    (
        api.HANDLE_EOF,
        api.INVALID_PARAMETER,
        api.INVALID_FUNCTION,
        api.NOT_SUPPORTED,
        api.CALL_NOT_IMPLEMENTED,
    )
)
_BAD: Final = frozenset('\\/:"<>|*?\0')


def names(path: str) -> Iterator[str]:
    """Names of the alternate streams of an extended path. Raises OSError."""
    data = api.StreamData()
    handle = api.kernel32().FindFirstStreamW(path, _STANDARD, ctypes.byref(data), 0)
    if handle == api.NO_HANDLE:
        if api.last_error() in _NONE:
            return
        raise api.failed(path=path)
    try:
        while True:
            # ":name:$DATA", and "::$DATA" for the content itself.
            name = data.name[1:].removesuffix(_TYPE)
            if name and data.name.endswith(_TYPE):
                yield name
            if not api.kernel32().FindNextStreamW(handle, ctypes.byref(data)):
                if api.last_error() == api.HANDLE_EOF:
                    return
                raise api.failed(path=path)
    finally:
        api.kernel32().FindClose(handle)


def read(path: str, name: str, room: int) -> bytes | None:
    """A stream's bytes, None when there are more than `room`. Raises OSError."""
    with open(f"{path}:{name}", "rb") as file:
        content = file.read(room + 1)
    return content if len(content) <= room else None


def write(path: str, name: str, content: bytes) -> None:
    """Makes or replaces a stream. Raises OSError, and ValueError for a name that could mean another file."""
    if not name or _BAD.intersection(name) or min(name) < " ":
        raise ValueError("not a name of a stream")
    with open(f"{path}:{name}", "wb") as file:
        file.write(content)
