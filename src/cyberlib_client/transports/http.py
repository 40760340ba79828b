"""HTTPS as far stores speak it: certificates checked, answers bounded, tried again when that may help."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import httpx2
import stamina

from .. import __version__
from ..core.bandwidth import Bucket
from ..core.errors import CyberlibError, Unreachable
from ..core.ports import CancelToken
from .heads import Heads
from .pieces import Limited, Pieces
from .proxy import Proxy
from .trouble import trouble

T = TypeVar("T")

stamina.instrumentation.set_on_retry_hooks([])  # who waits is told by us, if at all

PATIENCE_SECONDS: Final = 90.0
_FIRST_SECONDS: Final = 6.0
"""How long a server that never answered yet is tried again: an address may be wrong, a person waits."""

_FIRST_PAUSE: Final = 0.2
_TOLD_SECONDS: Final = 5.0
"""After which whoever looks on is told that something is tried again."""

_LONGEST_PAUSE: Final = 3.0  # Ctrl-C is heard between pauses
_CONNECT_SECONDS: Final = 10.0
_SILENCE_SECONDS: Final = 30.0
_SLOWEST: Final = 1024
"""Bytes a second below which an answer that takes long is given up: dripped, it would end in days."""

_CONNECTIONS: Final = 16
_LEAST_ROOM: Final = 16 << 10
_MOST_ROOM: Final = 256 << 10

LARGEST_ANSWER: Final = 16 << 20
LARGEST_PROBLEM: Final = 64 << 10
PASSING: Final = frozenset((429, 500, 502, 503, 504))
"""Statuses that may be others in a moment (RFC 9110, RFC 6585)."""


class TryAgain(Exception):
    """What may pass by itself. `after`: seconds the server asks to wait, or None."""

    def __init__(self, error: CyberlibError, after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.after = after


class Look(NamedTuple):
    """What a request showed of the way: the version of TLS, the certificate (DER), the answer's body."""

    tls: str
    certificate: bytes
    body: bytes


class Refuses(Protocol):
    """Makes an error of an answer that is none: its status and its body."""

    def __call__(self, status: int, body: bytes) -> CyberlibError: ...


def _direct(_host: str) -> Proxy | None:
    return None


@dataclass(frozen=True)
class Line:
    """What lies between here and a far store. `ca`: certificates (PEM) trusted instead of the system's.
    `patience`: seconds that what may pass is tried again; `on_outage` hears why, once a while has passed.
    `upload` and `download`: what may go over it, shared by all that this process sends and receives; None for
    no limit. `proxy`: which one leads to a host. `silence`: seconds without an answer after which there is
    none; None for what a run waits. `hurry`: seconds that whoever asks at this moment waits, in place of
    `patience` and `silence`; None for these."""

    ca: str | None = None
    cancel: CancelToken = field(default_factory=CancelToken)
    upload: Bucket | None = None
    download: Bucket | None = None
    proxy: Callable[[str], Proxy | None] = _direct
    on_outage: Callable[[CyberlibError], None] = lambda _error: None
    silence: float | None = None
    hurry: Callable[[], float | None] = lambda: None
    patience: float = PATIENCE_SECONDS

    def waits(self) -> float:
        """Seconds that what may pass is tried again now."""
        hurry = self.hurry()
        return self.patience if hurry is None else min(hurry, self.patience)

    def hears(self, otherwise: float = _SILENCE_SECONDS) -> float:
        """Seconds without an answer after which there is none now."""
        usual = self.silence or otherwise
        hurry = self.hurry()
        return usual if hurry is None else min(hurry / 2, usual)  # asked a second time, it is over as well


def trust(ca: str | None) -> ssl.SSLContext:
    """Whom to trust: these certificates, or what the system trusts; TLS 1.2 at least."""
    context = httpx2.create_ssl_context() if ca is None else ssl.create_default_context(cadata=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Http:
    """Connections to the server at `at`, as errors call it. Safe to use from several threads.

    `http2`: all requests share one connection where the server can (RFC 9113); else each that is under way
    has one of its own. `heard`: the address is known to be right. Raises what `refuses` makes,
    Unreachable("host_answer", at=…), ("host_page", at=…, status=…), and what `trouble` tells.
    """

    def __init__(
        self,
        line: Line,
        at: str,
        refuses: Refuses,
        *,
        http2: bool,
        heard: bool = False,
    ) -> None:
        self._line = line
        self._at = at
        self._refuses = refuses
        self._heard = heard
        self._http2 = http2
        self._heads = Heads(lambda: 2 * line.hears())
        self._clients: dict[Proxy | None, httpx2.Client] = {}
        self._opening = threading.Lock()
        self.certificate_ends: float | None = None
        """Seconds since 1970, once something was answered; only where certificates of one's own are trusted:
        those of known authorities are changed weeks or days before their end, and by themselves."""

    def close(self) -> None:
        """Ends its connections."""
        with self._opening:
            while self._clients:
                self._clients.popitem()[1].close()

    def _client(self, proxy: Proxy | None) -> httpx2.Client:
        """The connections through one proxy, or through none."""
        with self._opening:
            if proxy not in self._clients:
                self._clients[proxy] = self._opened(proxy)
            return self._clients[proxy]

    def _opened(self, proxy: Proxy | None) -> httpx2.Client:
        through = None
        if proxy is not None:
            login = (proxy.user, proxy.password) if proxy.user else None
            secure = trust(self._line.ca) if proxy.address.startswith("https:") else None
            through = httpx2.Proxy(proxy.address, auth=login, ssl_context=secure)
        transport = httpx2.HTTPTransport(
            verify=trust(self._line.ca),  # its own: each offers the versions of HTTP it wants
            http2=self._http2,
            proxy=through,
            trust_env=False,
            limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            socket_options=_socket_options(self._line.download),
        )
        return httpx2.Client(
            transport=self._heads.watch(transport),
            trust_env=False,  # a netrc file's passwords are for others
            follow_redirects=False,  # a token goes to the server that it is for, and nowhere else
            headers={"CyberLib-Client": __version__, "User-Agent": f"CyberLib/{__version__}"},
        )

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: Any = None,
        query: Mapping[str, str] | None = None,
        *,
        most: int = LARGEST_ANSWER,
    ) -> bytes:
        """The body of a good answer, of at most `most` bytes; raises the error of any other, or TryAgain."""
        content = data
        if self._line.upload is not None and isinstance(data, bytes | Pieces):
            content = data if isinstance(data, Pieces) else Pieces(data)
            if "content-length" not in {name.lower() for name in headers}:
                headers = {**headers, "Content-Length": str(len(content))}
            content = Limited(content, self._line.upload, self._line.cancel)
        with self._answer(method, url, headers, content, query) as response:
            return self._received(response, most)

    def look(self, url: str) -> Look:
        """Asks once, and tells what it saw on the way. Raises as `send`."""
        with self._answer("GET", url, {}) as response:
            secured = response.extensions["network_stream"].get_extra_info("ssl_object")
            tls, certificate = secured.version() or "", secured.getpeercert(True) or b""
            return Look(tls, certificate, self._received(response, LARGEST_ANSWER))

    @contextlib.contextmanager
    def _answer(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: Any = None,
        query: Mapping[str, str] | None = None,
    ) -> Iterator[httpx2.Response]:
        """An answer whose body is yet to be read. Raises what `trouble` tells, or TryAgain with it."""
        self._line.cancel.check()
        proxy = self._line.proxy(httpx2.URL(url).host)
        try:
            with self._client(proxy).stream(
                method,
                url,
                headers=headers,
                content=content,
                params=query,
                timeout=httpx2.Timeout(self._line.hears(), connect=self._line.hears(_CONNECT_SECONDS)),
                extensions={"trace": self._heads.trace},
            ) as response:
                self._heard = True
                if self._line.ca is not None and self.certificate_ends is None:
                    self.certificate_ends = _end_of_certificate(response)
                yield response
        except httpx2.TransportError as error:
            told, passes = trouble(error, self._at, proxy)
            raise (TryAgain(told) if passes else told) from None

    def _received(self, response: httpx2.Response, most: int) -> bytes:
        body, begun = bytearray(), time.monotonic()
        most = most if response.is_success else max(most, LARGEST_PROBLEM)
        for piece in response.iter_bytes():
            self._line.cancel.check()
            taken = time.monotonic() - begun
            body += piece
            if len(body) > most:
                raise Unreachable("host_answer", at=self._at)
            if taken > _SILENCE_SECONDS and len(body) < taken * _SLOWEST:
                raise TryAgain(Unreachable("host_unreachable", at=self._at))
            begun += self._let_in(len(piece))
        error: CyberlibError
        if response.headers.get("content-type", "").startswith("text/html"):  # no store speaks so
            error = Unreachable("host_page", at=self._at, status=response.status_code)
        elif response.is_success:
            return bytes(body)
        else:
            error = self._refuses(response.status_code, bytes(body))
        if response.status_code not in PASSING:
            raise error
        raise TryAgain(error, _seconds(response.headers.get("retry-after")))

    def _let_in(self, count: int) -> float:
        """Waits before more is read: a sender whose bytes are not read slows down. How long (seconds): that
        was not the sender's fault."""
        bucket = self._line.download
        begun = time.monotonic()
        while bucket is not None and count > 0:
            count -= bucket.take(count, self._line.cancel)
        return time.monotonic() - begun

    def patiently(self, once: Callable[[], T], most: float | None = None) -> T:
        """Repeats what may pass, with growing pauses, until patience ends, which has at most `most` seconds;
        the last error is raised.

        Patience begins when something goes wrong: content may have been on its way for long before.
        """
        try:
            return once()
        except TryAgain as error:
            return self._again(once, error, self._line.waits() if most is None else most)

    def _again(self, once: Callable[[], T], first: TryAgain, most: float) -> T:
        patience, met = min(most, self._line.waits()), [first]

        def further() -> T:
            if met:
                raise met.pop()  # what is waited for after it is reckoned as after every other
            return once()

        begun = time.monotonic()

        def pause(error: Exception) -> bool | float:
            if not isinstance(error, TryAgain):
                return False
            if time.monotonic() - begun > _TOLD_SECONDS:
                self._line.on_outage(error.error)
            return True if error.after is None else min(error.after, patience)

        limit = patience if self._heard else min(patience, _FIRST_SECONDS)
        try:
            for attempt in stamina.retry_context(
                on=pause, attempts=None, timeout=limit, wait_initial=_FIRST_PAUSE, wait_max=_LONGEST_PAUSE
            ):
                with attempt:
                    return further()
        except TryAgain as error:
            raise error.error from None
        raise AssertionError("a retry ends with an answer or an error")


def _end_of_certificate(response: httpx2.Response) -> float | None:
    """None where the answer did not come over TLS: a storage's links may lead past it."""
    secured = response.extensions["network_stream"].get_extra_info("ssl_object")
    shown = (secured.getpeercert() or {}) if secured is not None else {}
    return ssl.cert_time_to_seconds(shown["notAfter"]) if "notAfter" in shown else None


def _socket_options(download: Bucket | None) -> list[tuple[int, int, int]]:
    """Under a limit little is to arrive before it is asked for: systems would take megabytes in at once."""
    if download is None or download.lowest is None:
        return []
    room = max(_LEAST_ROOM, min(_MOST_ROOM, 2 * download.lowest))
    return [(socket.SOL_SOCKET, socket.SO_RCVBUF, room)]


def _seconds(written: str | None) -> float | None:
    """`Retry-After` in seconds; a date there is passed over."""
    return float(written) if written is not None and written.isascii() and written.isdigit() else None
