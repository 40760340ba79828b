"""Addresses of mail: only what can do no harm in a header or a command (part of RFC 5321, 4.1.2)."""

from __future__ import annotations

import re
from typing import Final

from .problems import Problem

_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
LONGEST: Final = 254


def checked_address(written: str) -> str:
    """The address without blanks around it. Raises Problem("bad_address", where=…)."""
    address = written.strip()
    local = address.partition("@")[0]
    sound = _ADDRESS.fullmatch(address) and len(address) <= LONGEST and len(local) <= 64
    if not sound or ".." in address or local.endswith("."):
        raise Problem("bad_address", where=written[:100])
    return address


def verp(bounces: str, mail: str) -> str:
    """Whom a bounce of this mail goes to: `bounces+<id>@…` (variable envelope return path)."""
    local, _, domain = bounces.partition("@")
    return f"{local}+{mail}@{domain}"


def mail_of_verp(text: str) -> str | None:
    """The id of the mail that an address, or a header with it, names; None when it names none."""
    match = re.search(r"\+([0-9a-f]{32})@", text)
    return match[1] if match else None
