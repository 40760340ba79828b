"""A connection that cannot be held for nothing, nor fill the memory: heads of requests are short and come at
once, bodies come steadily, and answers are taken.

The server itself waits for each of them for ever, and keeps a head of any size.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD: Final = 64 << 10
"""Bytes of a request that are not its body: its head, and what may stand between and behind chunks."""

_FRAMING: Final = 8
"""Bytes that a byte of a chunked body may cost on the line (RFC 9112, section 7.1)."""

HEAD_SECONDS: Final = 20.0
"""From the first byte of a request, or from the connection's beginning, to the end of the head."""

SILENCE_SECONDS: Final = 60.0
"""Between two pieces of a body."""

TAKING_SECONDS: Final = 300.0
"""How long an answer may wait for whoever asked for it to read on."""


class Connection(HttpToolsProtocol):
    """One connection of a client. It is ended without an answer: whoever does so reads none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._came = 0
        self._body = 0
        self._within = False
        self._waits: dict[str, asyncio.TimerHandle] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait("request", HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        for name in list(self._waits):
            self._done(name)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._within = True
        self._came += len(data)
        super().data_received(data)
        if self._within and self._came - self._body > LARGEST_HEAD + _FRAMING * self._body:
            self.transport.abort()
        elif "body" in self._waits:
            self._wait("body", SILENCE_SECONDS)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait("request", HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        self._done("request")
        self._wait("body", SILENCE_SECONDS)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._done("body")
        self._came, self._body, self._within = 0, 0, False
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait("taking", TAKING_SECONDS)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._done("taking")

    def _wait(self, name: str, seconds: float) -> None:
        """Until `_done`, or another wait of that name, and not longer."""
        self._done(name)
        self._waits[name] = self.loop.call_later(seconds, self._too_long, name)

    def _done(self, name: str) -> None:
        waiting = self._waits.pop(name, None)
        if waiting is not None:
            waiting.cancel()

    def _too_long(self, name: str) -> None:
        if name == "body" and self.flow.read_paused:  # we are who is slow
            self._wait(name, SILENCE_SECONDS)
        else:
            self.transport.abort()
