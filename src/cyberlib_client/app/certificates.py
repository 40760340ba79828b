"""Certificates that a user has this program trust instead of the system's."""

from __future__ import annotations

import re
import ssl
from typing import Final

from ..core.errors import UsageError

_LARGEST: Final = 256 * 1024
_BLOCK: Final = re.compile(r"-----BEGIN CERTIFICATE-----[\s\w+/=]+-----END CERTIFICATE-----", re.ASCII)


def read_ca(path: str) -> str:
    """The certificates of a file, PEM, whatever stands between them; or the one of a DER file.

    UsageError("ca_file_unreadable", at=…).
    """
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST)
        blocks = _BLOCK.findall(data.decode("latin-1"))
        text = "\n".join(blocks) if blocks else ssl.DER_cert_to_PEM_cert(data)
        ssl.create_default_context(cadata=text)
    except (OSError, ValueError, ssl.SSLError):
        raise UsageError("ca_file_unreadable", at=path) from None
    return text + "\n"
