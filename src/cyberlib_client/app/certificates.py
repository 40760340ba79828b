"""Certificates that a user has this program trust instead of the system's."""

from __future__ import annotations

import ssl
from typing import Final

from ..core.errors import UsageError

_LARGEST: Final = 256 * 1024


def read_ca(path: str) -> str:
    """The certificates in a file (PEM). UsageError("ca_file_unreadable", at=…)."""
    try:
        with open(path, encoding="ascii") as file:
            text = file.read(_LARGEST)
        ssl.create_default_context(cadata=text)
    except (OSError, ValueError, ssl.SSLError):
        raise UsageError("ca_file_unreadable", at=path) from None
    return text
