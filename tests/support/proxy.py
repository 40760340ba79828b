"""Lines that fail, between a workstation and a host.

`Line` passes TCP on and sees TLS records alone: it waits, drips, and cuts after so many bytes.
`Relay` ends TLS itself, sees requests, and has each answered by the host twice, late, or not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2

from cyberlib_host.tls import Certificate

_PIECE = 1 << 16


class Trouble(NamedTuple):
    """What happens to one connection. `up`, `down`: bytes from the client, and to it, that pass before it is
    cut (None: all). `wait`: seconds before each piece that comes back. `drip`: bytes a piece, one each
    `wait`. `reset`: cut as by a router, else as by an orderly end."""

    up: int | None = None
    down: int | None = None
    wait: float = 0.0
    drip: int = _PIECE
    reset: bool = True


GOOD = Trouble()


@dataclass
class Passed:
    """What one connection carried. `ends`: where TLS records ended, in bytes, by direction."""

    up: int = 0
    down: int = 0
    cut: bool = False
    ends: dict[str, list[int]] = field(default_factory=lambda: {"up": [], "down": []})


class Line:
    """Listens at `url` and passes on to the host at `target`, as `plan` says of each connection's number."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.plan: Callable[[int], Trouble] = lambda _number: GOOD
        self.passed: list[Passed] = []
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.Task[None]] = set()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def close(self) -> None:
        """Cuts everything and listens no more."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def start_anew(self, plan: Callable[[int], Trouble]) -> None:
        """Another plan, numbers from 0 on. For a client that has no connection open."""
        self.plan, self.passed = plan, []

    @property
    def cuts(self) -> int:
        """How many connections were cut."""
        return sum(each.cut for each in self.passed)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        passed = Passed()
        self.passed.append(passed)
        trouble = self.plan(len(self.passed) - 1)
        writers = [writer]
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                at = urlsplit(self.target)
                back, onward = await asyncio.open_connection(at.hostname, at.port)
                writers.append(onward)
                await self._both(reader, writer, back, onward, passed, trouble)
        finally:
            for each in writers:
                if trouble.reset:
                    each.transport.abort()
                each.close()
            self._open.discard(task)

    async def _both(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back: asyncio.StreamReader,
        onward: asyncio.StreamWriter,
        passed: Passed,
        trouble: Trouble,
    ) -> None:
        """Until either direction ends."""
        ways = [
            asyncio.create_task(_pass_on(reader, onward, passed, "up", trouble.up, GOOD)),
            asyncio.create_task(_pass_on(back, writer, passed, "down", trouble.down, trouble)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


async def _pass_on(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    passed: Passed,
    way: str,
    most: int | None,
    trouble: Trouble,
) -> None:
    records = _Records(passed.ends[way])
    done = 0
    while most is None or done < most:
        data = await reader.read(trouble.drip if most is None else min(trouble.drip, most - done))
        if not data:
            return
        if trouble.wait:
            await asyncio.sleep(trouble.wait)
        writer.write(data)
        await writer.drain()
        done += len(data)
        setattr(passed, way, done)
        records.add(data)
    passed.cut = True


class _Records:
    """Follows TLS records: a type, a version (2 bytes), a length (2 bytes), so many bytes."""

    def __init__(self, ends: list[int]) -> None:
        self._ends = ends
        self._at = 0
        self._rest = 0
        self._head = bytearray()

    def add(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            if self._rest:
                taken = min(self._rest, len(view))
                self._rest -= taken
            else:
                taken = min(5 - len(self._head), len(view))
                self._head += view[:taken]
                if len(self._head) == 5:
                    self._rest = int.from_bytes(self._head[3:], "big")
                    self._head.clear()
            self._at += taken
            if not self._rest and not self._head:
                self._ends.append(self._at)
            view = view[taken:]


@contextmanager
def line_to(target: str) -> Iterator[Line]:
    """A line to the host at `target`, until the end of the block."""
    line = Line(target)
    try:
        yield line
    finally:
        line.close()


# ---- requests ----------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """A request that came by."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Fate = Callable[[Asked, Callable[[], httpx2.Response]], "httpx2.Response | None"]
"""What becomes of a request; the second argument has the host answer it, as often as it is called. None:
the connection is cut without an answer."""


def as_it_is(_asked: Asked, answer: Callable[[], httpx2.Response]) -> httpx2.Response | None:
    """Passed on once, and answered."""
    return answer()


class Relay:
    """Listens at `url` with a certificate, and passes requests on to the host at `target`."""

    def __init__(self, target: str, ca: str, certificate: Certificate, newest: ssl.TLSVersion | None) -> None:
        self.target = target
        self.http = httpx2.Client(base_url=target, verify=ssl.create_default_context(cadata=ca))
        self.asked: list[Asked] = []
        self.fate: Fate = as_it_is
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
        if newest is not None:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = newest
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        # The handshake belongs to the connection's own thread.
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def send(self, asked: Asked) -> httpx2.Response:
        """Has the host answer a request."""
        return self.http.request(asked.method, asked.path, headers=dict(asked.headers), content=asked.body)

    def close(self) -> None:
        """Listens no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.http.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or wants no such TLS, is what is tested."""


_OWN = frozenset(("host", "connection", "content-length", "transfer-encoding"))


def _handler(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        wbufsize = -1
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            pass

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept = {k: v for k, v in self.headers.items() if k.lower() not in _OWN}
            asked = Asked(self.command, self.path, kept, body)
            relay.asked.append(asked)
            answer = relay.fate(asked, lambda: relay.send(asked))
            if answer is None:
                self.close_connection = True
                return
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in _OWN:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_PUT = do_POST = _any

    return Handler


@contextmanager
def relay_to(
    target: str, ca: str, certificate: Certificate, newest: ssl.TLSVersion | None = None
) -> Iterator[Relay]:
    """A relay to the host at `target`, trusted by `ca`; itself it shows `certificate`. `newest`: the newest
    TLS it speaks."""
    relay = Relay(target, ca, certificate, newest)
    try:
        yield relay
    finally:
        relay.close()


def late(seconds: float, first: int) -> Fate:
    """The first so many requests are answered so late that nobody waits any more."""
    left = iter(range(first))

    def fate(_asked: Asked, answer: Callable[[], httpx2.Response]) -> httpx2.Response | None:
        given = answer()
        if next(left, None) is not None:
            time.sleep(seconds)
        return given

    return fate
