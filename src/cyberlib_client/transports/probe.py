"""A look at the way to a far store, step by step, for whoever must say over the telephone what fails."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ..core.errors import Unreachable
from .proxy import Proxy

_SECONDS: Final = 10.0
_LONGEST_HEAD: Final = 16 << 10


@dataclass(frozen=True)
class Place:
    """A host and its port."""

    host: str
    port: int


def place_of(url: str) -> Place:
    """Of `https://host[:port]`."""
    parts = urlsplit(url)
    return Place(parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443))


def addresses(place: Place, told: str, proxy: str | None) -> list[str]:
    """The addresses that the name has. Unreachable("host_name_unknown", at=…), ("proxy_unreachable", …)."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        if proxy is not None:
            raise Unreachable("proxy_unreachable", proxy=proxy, reason="name_unknown") from None
        raise Unreachable("host_name_unknown", at=told) from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def connect_seconds(place: Place, told: str, proxy: str | None) -> float:
    """How long a connection takes. Unreachable("host_unreachable", at=…), ("proxy_unreachable", proxy=…)."""
    begun = time.monotonic()
    try:
        socket.create_connection((place.host, place.port), _SECONDS).close()
    except OSError as error:
        reason = error.strerror or "Connection timed out"
        if proxy is not None:
            raise Unreachable("proxy_unreachable", proxy=proxy, reason=reason) from None
        raise Unreachable("host_unreachable", at=told, reason=reason) from None
    return time.monotonic() - begun


def shown_certificate(place: Place, proxy: Proxy | None) -> bytes | None:
    """The certificate (DER) that is shown there, whatever it is worth: nothing is sent to whom it names. None
    when none can be had."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with _way(place, proxy) as way, context.wrap_socket(way, server_hostname=place.host) as secure:
            return secure.getpeercert(binary_form=True)
    except OSError:
        return None


@contextlib.contextmanager
def _way(place: Place, proxy: Proxy | None) -> Iterator[socket.socket]:
    """Raises OSError."""
    if proxy is None:
        with socket.create_connection((place.host, place.port), _SECONDS) as way:
            yield way
        return
    if not proxy.address.startswith("http:"):
        raise OSError("a proxy within TLS")
    to = place_of(proxy.address)
    with socket.create_connection((to.host, to.port), _SECONDS) as way:
        name = f"[{place.host}]" if ":" in place.host else place.host
        head = [f"CONNECT {name}:{place.port} HTTP/1.1", f"Host: {name}:{place.port}"]
        if proxy.user:
            login = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode("ascii")
            head.append(f"Proxy-Authorization: Basic {login}")
        way.sendall("\r\n".join([*head, "", ""]).encode("ascii"))
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            byte = way.recv(1)
            answer += byte
            if not byte or len(answer) > _LONGEST_HEAD:
                raise OSError("no answer of a proxy")
        if answer.split(b" ", 2)[1:2] != [b"200"]:
            raise OSError("refused")
        yield way
