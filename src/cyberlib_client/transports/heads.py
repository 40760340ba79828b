"""The head of an answer comes within a time, however little arrives at once.

Limits on silence end a connection that says nothing. One that says a letter now and then would hold whoever
waits for days, as what reads heads begins to wait anew with each. Bodies are watched by whoever reads them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import httpcore2
import httpx2

_HEAD: Final = ".receive_response_headers"


class _Waiting(threading.local):
    until: float | None = None


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream, waiting: _Waiting) -> None:
        self._inner, self._waiting = inner, waiting

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        until = self._waiting.until
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise httpcore2.ReadTimeout("a head without end")
            timeout = left if timeout is None else min(timeout, left)
        return self._inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *args: Any, **options: Any) -> httpcore2.NetworkStream:
        return _Stream(self._inner.start_tls(*args, **options), self._waiting)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, inner: httpcore2.NetworkBackend, waiting: _Waiting) -> None:
        self._inner, self._waiting = inner, waiting

    def connect_tcp(self, *args: Any, **options: Any) -> httpcore2.NetworkStream:
        return _Stream(self._inner.connect_tcp(*args, **options), self._waiting)

    def connect_unix_socket(self, *args: Any, **options: Any) -> httpcore2.NetworkStream:
        return _Stream(self._inner.connect_unix_socket(*args, **options), self._waiting)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class Heads:
    """`seconds`: for a head, from when it is waited for, as whoever waits then has them."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._waiting = _Waiting()

    def watch(self, transport: httpx2.HTTPTransport) -> httpx2.HTTPTransport:
        """What it opens from now on is bounded."""
        pool: Any = transport._pool
        pool._network_backend = _Backend(pool._network_backend, self._waiting)
        return transport

    def trace(self, name: str, _info: dict[str, Any]) -> None:
        """For the extension `trace` of each request: in the thread that waits."""
        if name.endswith(f"{_HEAD}.started"):
            self._waiting.until = time.monotonic() + self._seconds()
        elif _HEAD in name:
            self._waiting.until = None
