"""The proxy on the way to a far store: its address, and who asks it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from ..core.errors import UsageError

_HOST: Final = re.compile(r"[A-Za-z0-9.\-_]+|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True)
class Proxy:
    """`address`: `http://host:port` or `https://host:port`, without a name or password."""

    address: str
    user: str = ""
    password: str = field(default="", repr=False)


def read_proxy(written: str) -> Proxy:
    """An address as settings and systems have it, perhaps with a name and password.

    UsageError("proxy_address") for any other: what stands there may be a password, and is not told.
    """
    try:
        parts = urlsplit(written if "://" in written else f"http://{written}")
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise UsageError("proxy_address") from None
    host = parts.netloc.rpartition("@")[2]
    host = host if host.endswith("]") else host.rpartition(":")[0] if parts.port else host.rstrip(":")
    rest = (parts.path.strip("/"), parts.query, parts.fragment)
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or any(rest):
        raise UsageError("proxy_address")
    address = f"{parts.scheme}://{host.lower()}:{port}"
    return Proxy(address, unquote(parts.username or ""), unquote(parts.password or ""))


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine: no proxy leads there."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost" or host.lower().endswith(".localhost")
